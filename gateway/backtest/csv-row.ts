/** One line of a spreadsheet with samples: our own columns, or those of our export of the past. Told by line and column. */
import { BAD, GOOD, qualities, reasonCode } from "#model/quality";
import type { Text } from "#model/text";
import { parseInstant } from "#model/time";
import { codeOf } from "../history/block.ts";

/** A cell that does not fit, with its place in the file. */
export class BadCsv extends Error {
  readonly because: Text;
  constructor(line: number, column: number, { zh, en }: Text) {
    super(`line ${line}, column ${column}: ${en}`);
    this.because = { zh: `第 ${line} 行第 ${column} 列：${zh}`, en: `line ${line}, column ${column}: ${en}` };
  }
}

export interface CsvSample {
  readonly at: number;
  readonly handle: number;
  readonly value: number;
  /** `codeOf` of the historian's block.ts. */
  readonly code: number;
}

const NOT_AVAILABLE = codeOf(BAD, reasonCode("not-available"));
/** No honest line is longer; what has no ends of lines is not read to its own end. */
export const LONGEST_LINE = 10_000;

/** Names of the columns, as people write them and as history.csv has them: of a row of the export its last value counts. */
const NAMES = {
  time: ["time", "at", "timestamp", "时间"],
  point: ["point", "点位"],
  value: ["value", "last", "值", "末值"],
  quality: ["quality", "质量"],
} as const;
type Columns = Readonly<Record<keyof typeof NAMES, number>>;

export type RowReader = (text: string, line: number) => CsvSample;

/** By the first line: what it is parted with, and where each column stands. `isHead`: it holds names and no sample. */
export function rowReader(first: string, handles: ReadonlyMap<string, number>): { isHead: boolean; read: RowReader } {
  checkText(first, 1);
  const separator = [",", ";", "\t"].find((mark) => first.includes(mark)) ?? ",";
  const names = cellsOf(first, separator).map((name) => name.toLowerCase());
  const isHead = NAMES.time.includes(names[0] as "time") || names.some((name) => NAMES.point.includes(name as "point"));
  const columns = isHead ? columnsOf(names) : { time: 0, point: 1, value: 2, quality: 3 };
  return { isHead, read: (text, line) => rowOf(text, line, separator, columns, handles) };
}

function columnsOf(names: readonly string[]): Columns {
  const find = (column: keyof Columns) =>
    names.findIndex((name) => (NAMES[column] as readonly string[]).includes(name));
  for (const column of ["time", "point", "value"] as const) {
    if (find(column) < 0) throw new BadCsv(1, names.length, noColumn(NAMES[column]));
  }
  return { time: find("time"), point: find("point"), value: find("value"), quality: find("quality") };
}

function rowOf(
  text: string,
  line: number,
  separator: string,
  columns: Columns,
  handles: ReadonlyMap<string, number>,
): CsvSample {
  checkText(text, line);
  const cells = cellsOf(text, separator);
  const wrong = (column: keyof Columns, because: (cell: string) => Text) =>
    new BadCsv(line, columns[column] + 1, because(shortened(cells[columns[column]] ?? "")));
  const at = parseInstant(cells[columns.time] ?? "");
  if (at === undefined) throw wrong("time", noTime);
  const handle = handles.get(cells[columns.point] ?? "");
  if (handle === undefined) throw wrong("point", noPoint);
  const grade = qualities.indexOf((cells[columns.quality] || "good") as "good");
  if (grade < 0) throw wrong("quality", noQuality);
  const number = cells[columns.value] ?? "";
  const value = number === "true" ? 1 : number === "false" ? 0 : Number(number);
  if (grade !== BAD && (number === "" || !Number.isFinite(value))) throw wrong("value", noNumber);
  return grade === BAD
    ? { at, handle, value: Number.NaN, code: NOT_AVAILABLE }
    : { at, handle, value, code: codeOf(grade, GOOD) };
}

function checkText(text: string, line: number): void {
  if (text.length > LONGEST_LINE) throw new BadCsv(line, 1, tooLong);
  // What no UTF-8 is decodes to this mark; a text of 16 bits has zeros between its letters.
  const odd = text.search(/[\ufffd\0]/);
  if (odd >= 0) throw new BadCsv(line, text.slice(0, odd).split(/[,;\t]/).length, notUtf8);
}

/** A cell in quotes may hold the separator, and a quote written twice. */
function cellsOf(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator).map((cell) => cell.trim());
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (const mark of text) {
    if (mark === '"') isQuoted = !isQuoted;
    if (mark !== separator || isQuoted) cell += mark;
    else {
      cells.push(cell);
      cell = "";
    }
  }
  return [...cells, cell].map((one) =>
    one
      .trim()
      .replace(/^"(.*)"$/s, "$1")
      .replaceAll('""', '"'),
  );
}

const shortened = (cell: string): string => (cell.length > 60 ? `${cell.slice(0, 60)}…` : cell);

const noColumn = (names: readonly string[]): Text => ({
  zh: `表头缺少列“${names.at(-1)}”（${names.join("、")}）；可直接用导出的 history.csv，或 time,point,value,quality。`,
  en: `the head has no column "${names[0]}" (${names.join(", ")}). Use an exported history.csv as it is, or time,point,value,quality.`,
});
/** `2026/11/21 8:00`, `21.11.2026`, `2026-11-21 08:00:00`, or the number that Excel keeps: days since 1900. */
const EXCEL_TIME =
  /^(\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AP]M)?)?|[345]\d{4}(\.\d+)?)$/i;
const noTime = (cell: string): Text => ({
  zh: `“${cell}”不是带时区的时间，例如 2026-11-21T08:00:00+08:00${EXCEL_TIME.test(cell) ? '；Excel 的日期请用 =TEXT(A2,"yyyy-mm-ddThh:mm:ss")&"+08:00" 转成文本' : ""}`,
  en: `"${cell}" is no time with a zone, such as 2026-11-21T08:00:00Z.${EXCEL_TIME.test(cell) ? ' Turn a date of Excel into text by =TEXT(A2,"yyyy-mm-ddThh:mm:ss")&"+08:00".' : ""}`,
});
const noPoint = (cell: string): Text => ({ zh: `站点没有点位“${cell}”`, en: `the site has no point "${cell}".` });
const noQuality = (cell: string): Text => ({
  zh: `质量“${cell}”应为 good、uncertain 或 bad`,
  en: `the quality "${cell}" is none of good, uncertain, bad.`,
});
const noNumber = (cell: string): Text => ({ zh: `“${cell}”不是数字`, en: `"${cell}" is no number.` });
const tooLong: Text = {
  zh: `一行超过 ${LONGEST_LINE} 个字符；这不是采样表，请另存为 CSV（UTF-8）`,
  en: `the line is longer than ${LONGEST_LINE} characters: this is no table of samples. Save it as CSV (UTF-8).`,
};
const notUtf8: Text = {
  zh: "文件不是 UTF-8 编码（可能是 GBK 或“Unicode 文本”）；请在 Excel 中另存为“CSV UTF-8（逗号分隔）”后重试",
  en: 'the file is not UTF-8 (GBK or "Unicode text" perhaps). Save it in Excel as "CSV UTF-8 (comma delimited)".',
};
export const noSamples: Text = { zh: "文件里没有数据", en: "there is no sample in the file." };
