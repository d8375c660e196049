/** `gatehouse import <points.csv> <device>`: a table of points becomes a device file. */
import { drivers } from "../../drivers/catalog.ts";
import { type CommandLine, exit, parse, say, texts, WrongUsage } from "./command.ts";
import { importPoints } from "./import-points.ts";

export async function importTable(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { ...texts("kind", "link", "out"), force: { type: "boolean" } });
  const [file, device, ...more] = positionals;
  if (file === undefined || device === undefined || more.length > 0) throw new WrongUsage();
  const { language } = line;
  const told = (name: "kind" | "link" | "out") => (typeof values[name] === "string" ? { [name]: values[name] } : {});
  const input = { ...told("kind"), ...told("link"), ...told("out"), force: values.force === true };
  const result = await importPoints({ file, device, ...input, drivers, language });
  switch (result.outcome) {
    case "refused":
      for (const problem of result.lines) line.remark(problem);
      return exit.failed;
    case "text":
      line.print(result.text.trimEnd());
      return exit.done;
    case "written": {
      const { points } = result;
      line.print(
        say(language, `已写入 ${result.file}：${points} 个点。`, `Written to ${result.file}: ${points} points.`),
      );
      return exit.done;
    }
  }
}
