/** `gatehouse browse`: the tree of an OPC UA server as text, and as a points file that `gatehouse check` takes. */
import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { FoundNode } from "../../drivers/opcua/browse.ts";
import { convert } from "../../rules/language/units.ts";
import { type CommandLine, exit, parse, Refusal, texts, WrongUsage } from "./command.ts";
import { type OpcuaDial, opcuaServer } from "./opcua-link.ts";

/** A large server on a slow line; engineering judgement. */
const LIMIT = 120_000;

export async function browse(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, texts("site", "out"));
  const [name] = positionals;
  if (name === undefined) throw new WrongUsage();
  const dial = await opcuaServer(line, typeof values.site === "string" ? values.site : ".", name);
  line.print(await browseLink(dial, typeof values.out === "string" ? values.out : undefined));
  return exit.done;
}

/**
 * The tree, a line per node. With `out` the variables are written there as points of a device that is named like the file.
 * Rejects with what has a `because`.
 */
async function browseLink(dial: OpcuaDial, out?: string): Promise<string> {
  const device = out === undefined ? "" : basename(out).replace(/\.ya?ml$/, "");
  if (out !== undefined && !(/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(device) && !dial.link.includes(":")))
    throw new Refusal(
      exit.failed,
      "--out 需要一个用字母、数字、- 和 _ 命名的 .yaml 文件，且链路要在 site.yaml 的 links 里有名字。",
      "--out needs a .yaml file named with letters, digits, - and _, and a link that has a name under links in site.yaml.",
    );
  const { browse: browseServer } = await import("../../drivers/opcua/browse.ts");
  const nodes = await browseServer(dial, AbortSignal.timeout(LIMIT));
  if (out !== undefined) {
    const { pointsFile } = await import("../../drivers/opcua/points-file.ts");
    await writeFile(
      out,
      pointsFile(nodes, { device, link: dial.link }, (unit) => convert(1, unit, unit) !== undefined),
    );
  }
  return nodes.map(lineOf).join("\n");
}

function lineOf({ depth, kind, name, at, type, value, unit, writable }: FoundNode): string {
  const what = kind === "variable" ? `${type ?? "–"}${writable ? " rw" : ""}` : kind;
  const told = value === undefined ? "" : ` = ${value}${unit === undefined ? "" : ` ${unit}`}`;
  return `${"  ".repeat(depth)}${name}  [${what}]${told}  ${at}`;
}
