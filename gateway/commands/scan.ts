/** `gatehouse scan <link>`: which Modbus units answer, and where; Ctrl-C ends it early. */
import { createClock } from "../clock.ts";
import { type CommandLine, exit, parse, say, texts, WrongUsage } from "./command.ts";
import { readSite } from "./read-site.ts";
import { scan } from "./scan-link.ts";

const NAMES = ["site", "units", "tables", "range", "pause", "out"] as const;

export async function scanUnits(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, {
    ...texts(...NAMES),
    shared: { type: "boolean" },
    force: { type: "boolean" },
  });
  const [link, ...more] = positionals;
  if (link === undefined || more.length > 0) throw new WrongUsage();
  const site = typeof values.site === "string" ? await readSite(line, values.site) : undefined;
  const links = [...(site?.links ?? []), ...(site?.spareLinks ?? [])];
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const told = Object.fromEntries(NAMES.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
  const options = { ...told, link, links, shared: values.shared === true, force: values.force === true };
  const result = await scan(options, createClock(), (text) => line.print(text[line.language]), stop.signal);
  if (result.outcome === "done") return exit.done;
  line.remark(say(line.language, result.because.zh, result.because.en));
  return exit.failed;
}
