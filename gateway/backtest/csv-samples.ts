/** Samples from a spreadsheet: `time,point,value[,quality]`, one per line, as the historian would hand them over. */
import { BAD, GOOD, qualities, reasonCode } from "#model/quality";
import type { Text } from "#model/text";
import { parseInstant } from "#model/time";
import { codeOf } from "../history/block.ts";
import type { Stretch } from "./replay.ts";

/** A line that does not fit, with its number. */
export class BadCsv extends Error {
  readonly because: Text;
  constructor(line: number, zh: string, en: string) {
    super(`line ${line}: ${en}`);
    this.because = { zh: `第 ${line} 行：${zh}`, en: `line ${line}: ${en}` };
  }
}

const WINDOW = 3_600_000;
const NOT_AVAILABLE = codeOf(BAD, reasonCode("not-available"));

interface Row {
  readonly at: number;
  readonly handle: number;
  readonly value: number;
  readonly code: number;
}

function rowOf(text: string, line: number, handles: ReadonlyMap<string, number>): Row {
  const [time = "", point = "", number = "", quality = "good"] = text.split(",").map((cell) => cell.trim());
  const at = parseInstant(time);
  if (at === undefined) {
    throw new BadCsv(
      line,
      `“${time}”不是带时区的时间`,
      `"${time}" is no time with a zone, such as 2026-11-21T08:00:00Z.`,
    );
  }
  const handle = handles.get(point);
  if (handle === undefined) throw new BadCsv(line, `站点没有点位“${point}”`, `the site has no point "${point}".`);
  const grade = qualities.indexOf(quality as "good");
  if (grade < 0) throw new BadCsv(line, `质量应为 good、uncertain 或 bad`, `the quality is good, uncertain or bad.`);
  const value = number === "true" ? 1 : number === "false" ? 0 : Number(number);
  if (grade !== BAD && (number === "" || !Number.isFinite(value))) {
    throw new BadCsv(line, `“${number}”不是数字`, `"${number}" is no number.`);
  }
  return grade === BAD
    ? { at, handle, value: Number.NaN, code: NOT_AVAILABLE }
    : { at, handle, value, code: codeOf(grade, GOOD) };
}

/** Throws BadCsv at the first line that does not fit. Lines may stand in any order. */
export function csvSamples(
  text: string,
  points: readonly string[],
): { rows: number; from: number; to: number; stretches: Stretch[] } {
  const handles = new Map(points.map((id, handle) => [id, handle]));
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const rows = lines.flatMap((line, i) =>
    line.trim() === "" || (i === 0 && /^time\b/i.test(line)) ? [] : [rowOf(line, i + 1, handles)],
  );
  if (rows.length === 0) throw new BadCsv(1, "文件里没有数据", "there is no sample in the file.");
  rows.sort((a, b) => a.at - b.at);
  const from = rows[0]?.at ?? 0;
  const stretches: Stretch[] = [];
  for (let i = 0; i < rows.length; ) {
    const until = (rows[i]?.at ?? 0) + WINDOW;
    let end = i;
    while (end < rows.length && (rows[end]?.at ?? 0) < until) end += 1;
    const own = rows.slice(i, end);
    stretches.push({
      count: own.length,
      until,
      handle: Int32Array.from(own, ({ handle }) => handle),
      at: Float64Array.from(own, ({ at }) => at),
      value: Float64Array.from(own, ({ value }) => value),
      code: Uint8Array.from(own, ({ code }) => code),
    });
    i = end;
  }
  return { rows: rows.length, from, to: rows.at(-1)?.at ?? from, stretches };
}
