/** How far a long command is: a line beside the answer for each tenth. */
import type { CommandLine } from "./command.ts";

export function tellProgress(line: CommandLine): (share: number) => void {
  let told = 0;
  return (share) => {
    if (share - told < 0.1) return;
    told = share;
    line.remark(`${Math.round(share * 100)} %`);
  };
}
