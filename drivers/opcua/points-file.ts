/** What `browse` found, as a file for `devices/` of a site: an engineer deletes what is not needed instead of typing the rest. */
import type { FoundNode } from "./browse.ts";

const NUMBERS = /^(SByte|Byte|U?Int(16|32|64)|Float|Double)$/;

function pointType(type: string | undefined): "bool" | "number" | "text" | undefined {
  if (type === "Boolean") return "bool";
  if (type === "String" || type === "LocalizedText") return "text";
  return type !== undefined && NUMBERS.test(type) ? "number" : undefined;
}

/** YAML of one device with every variable as a point. A unit that the site does not know stands in a comment. */
export function pointsFile(
  nodes: readonly FoundNode[],
  { device, link }: { readonly device: string; readonly link: string },
  knowsUnit: (unit: string) => boolean,
): string {
  const taken = new Set<string>();
  const entries = nodes.flatMap((node) => {
    const type = node.kind === "variable" ? pointType(node.type) : undefined;
    if (!type || (node.at.startsWith("i=") && node.depth > 0)) return [];
    const id = freeKey(node.name, taken);
    const name = JSON.stringify(node.name.slice(0, 60));
    const unit = type === "number" && node.unit !== undefined ? node.unit : undefined;
    const lines = [`    - id: ${id}`, `      name: { zh: ${name}, en: ${name} }`, `      type: ${type}`];
    if (unit !== undefined && knowsUnit(unit)) lines.push(`      unit: ${JSON.stringify(unit)}`);
    else if (unit !== undefined) lines.push(`      # ${oneLine(unit)}`);
    lines.push(`      at: ${JSON.stringify(node.at)}`);
    if (node.value !== undefined) lines.push(`      # ${oneLine(node.value)}`);
    return [lines.join("\n")];
  });
  const head = [
    "# 由 gatehouse browse 生成：删去不需要的点，按设备类型改 kind 和点名。",
    "# Written by gatehouse browse: delete what is not needed; set the kind, and the point ids that its rules look for.",
    `- id: ${device}`,
    `  name: { zh: ${device}, en: ${device} }`,
    "  kind: gateway",
    `  link: ${JSON.stringify(link)}`,
  ];
  return `${[...head, entries.length === 0 ? "  points: []" : "  points:", ...entries].join("\n")}\n`;
}

const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();

/** `Flow Rate 2` → `flow_rate_2`; a name without a Latin letter becomes `point_7`. */
function freeKey(name: string, taken: Set<string>): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^[_0-9]+|_+$/g, "")
    .slice(0, 48);
  const base = words === "" ? `point_${taken.size + 1}` : words;
  let key = base;
  for (let n = 2; taken.has(key); n += 1) key = `${base}_${n}`;
  taken.add(key);
  return key;
}
