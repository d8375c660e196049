/** A password from the keyboard without showing it, or the first line of what is piped in; never from the arguments. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** What was typed or piped, without the line's end; empty when nothing came. `ask` is shown to a person alone. */
export async function readSecret(ask: string): Promise<string> {
  const { stdin, stderr } = process;
  const person = stdin.isTTY === true;
  if (person) stderr.write(`${ask}: `);
  // What readline would show again of each key goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: person });
  const interrupted = new AbortController();
  lines.once("SIGINT", () => interrupted.abort());
  try {
    return await new Promise<string>((resolve) => {
      lines.once("line", resolve);
      lines.once("close", () => resolve(""));
      interrupted.signal.addEventListener("abort", () => resolve(""));
    });
  } finally {
    lines.close();
    if (person) stderr.write("\n");
  }
}
