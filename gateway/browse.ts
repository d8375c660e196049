/** `gatehouse browse`: the tree of an OPC UA server as text, and as a points file that `gatehouse check` takes. */
import { writeFile } from "node:fs/promises";
import type { FoundNode } from "../drivers/opcua/browse.ts";
import { convert } from "../rules/language/units.ts";
import type { OpcuaDial } from "./link-of.ts";

/** A large server on a slow line; engineering judgement. */
const LIMIT = 120_000;

/** The tree, a line per node. With `out` the variables are written there as points. Rejects with a `LinkBroken`. */
export async function browseLink(dial: OpcuaDial, out?: string): Promise<string> {
  const { browse } = await import("../drivers/opcua/browse.ts");
  const nodes = await browse(dial, AbortSignal.timeout(LIMIT));
  if (out !== undefined) {
    const { pointsFile } = await import("../drivers/opcua/points-file.ts");
    await writeFile(
      out,
      pointsFile(nodes, (unit) => convert(1, unit, unit) !== undefined),
    );
  }
  return nodes.map(lineOf).join("\n");
}

function lineOf({ depth, kind, name, at, type, value, unit, writable }: FoundNode): string {
  const what = kind === "variable" ? `${type ?? "–"}${writable ? " rw" : ""}` : kind;
  const told = value === undefined ? "" : ` = ${value}${unit === undefined ? "" : ` ${unit}`}`;
  return `${"  ".repeat(depth)}${name}  [${what}]${told}  ${at}`;
}
