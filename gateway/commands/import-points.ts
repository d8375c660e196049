/** `gatehouse import <points.csv> <device>`: a table of points becomes a device file. */
import { readFile, writeFile } from "node:fs/promises";
import { deviceKinds } from "#model/site";
import type { Text } from "#model/text";
import type { Drivers } from "../site/links.ts";
import { readCsv } from "./csv.ts";
import { readPointTable } from "./point-table.ts";

export interface ImportInput {
  readonly file: string;
  /** Id of the device. */
  readonly device: string;
  readonly kind?: string;
  /** A link of site.yaml. */
  readonly link?: string;
  /** Written there; otherwise the text is the result. */
  readonly out?: string;
  readonly force: boolean;
  readonly drivers: Drivers;
  readonly language: keyof Text;
}

export type Imported =
  | { readonly outcome: "text"; readonly text: string }
  | { readonly outcome: "written"; readonly file: string; readonly points: number }
  /** Every problem as one line each, at its line and column. */
  | { readonly outcome: "refused"; readonly lines: readonly string[] };

export async function importPoints(input: ImportInput): Promise<Imported> {
  const { file, device, kind, link = "?", language } = input;
  const refuse = (zh: string, en: string): Imported => ({
    outcome: "refused",
    lines: [language === "zh" ? zh : en],
  });
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(device))
    return refuse(`“${device}”不是有效的设备编号。`, `"${device}" is not a device id.`);
  if (kind !== undefined && !(deviceKinds as readonly string[]).includes(kind)) {
    const known = deviceKinds.join(" ");
    return refuse(`没有类型 ${kind}，可用：${known}。`, `There is no kind ${kind}; known: ${known}.`);
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return refuse(`不能读取 ${file}（${code}）。`, `${file} cannot be read (${code}).`);
  }
  const read = readCsv(bytes);
  const table = "flaw" in read ? { flaws: [read.flaw] } : readPointTable(read.rows, input.drivers);
  if ("flaws" in table) {
    return {
      outcome: "refused",
      lines: table.flaws.map(
        ({ line, column, what, todo }) => `${file}:${line}:${column}  ${what[language]}  ${todo[language]}`,
      ),
    };
  }
  const text = [
    `id: ${device}`,
    `name: { zh: ${device}, en: ${device} }`,
    kind === undefined ? `kind: ?   # ${deviceKinds.join(" ")}` : `kind: ${kind}`,
    link === "?" ? "link: ?   # id of a link in site.yaml, or { modbus-tcp: { host: 10.0.0.1 } }" : `link: ${link}`,
    "points:",
    ...table.points.map((point) => `  - ${point.yaml}`),
    "",
  ].join("\n");
  if (input.out === undefined) return { outcome: "text", text };
  try {
    await writeFile(input.out, text, { flag: input.force ? "w" : "wx" });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return code === "EEXIST"
      ? refuse(`${input.out} 已存在；要覆盖请加 --force。`, `${input.out} exists; add --force to overwrite it.`)
      : refuse(`不能写入 ${input.out}（${code}）。`, `${input.out} cannot be written (${code}).`);
  }
  return { outcome: "written", file: input.out, points: table.points.length };
}
