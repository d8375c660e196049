/** A table of points, as an engineer keeps it in a spreadsheet, becomes the points of a device file. */

import type { Text } from "#model/text";
import { parseSpan } from "#model/time";
import type { Drivers } from "../site/links.ts";
import { pointTypes } from "../site/vocabulary.ts";
import type { Cell, Flaw, Row } from "./csv.ts";

/** Columns by the words that stand over them; the first of each is what an error names. */
const columns = {
  id: ["点名", "id", "point", "key", "标识"],
  zh: ["名称", "中文名称", "中文名", "name_zh", "zh"],
  en: ["英文名称", "英文名", "name", "name_en", "en"],
  type: ["类型", "type"],
  unit: ["单位", "unit"],
  at: ["地址", "at", "address"],
  scale: ["系数", "scale", "倍率"],
  offset: ["偏移", "offset"],
  low: ["下限", "low", "min"],
  high: ["上限", "high", "max"],
  values: ["取值", "values", "枚举"],
  every: ["周期", "every"],
  deadband: ["死区", "deadband"],
} as const;
type Column = keyof typeof columns;

const types: Readonly<Record<string, (typeof pointTypes)[number]>> = {
  开关: "bool",
  开关量: "bool",
  布尔: "bool",
  数值: "number",
  模拟量: "number",
  枚举: "enum",
  文本: "text",
  ...Object.fromEntries(pointTypes.map((type) => [type, type])),
};

const both = (zh: string, en: string): Text => ({ zh, en });

const KEY = /^[a-z][a-z0-9_]{0,63}$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const MOST_ROWS = 10_000;

export interface PointLine {
  readonly id: string;
  /** The point in YAML's flow style, on one line. */
  readonly yaml: string;
}

/** All points, or everything that is wrong with the table, each at its line and column. */
export function readPointTable(rows: readonly Row[], drivers: Drivers): { points: PointLine[] } | { flaws: Flaw[] } {
  const flaws: Flaw[] = [];
  const [head, ...body] = rows;
  if (!head) {
    return { flaws: [{ line: 1, column: 1, what: both("文件是空的", "the file is empty"), todo: headerText }] };
  }
  const places = readHeader(head, flaws);
  if (body.length > MOST_ROWS) {
    flaws.push({
      line: body[MOST_ROWS]?.line ?? 1,
      column: 1,
      what: both(`超过 ${MOST_ROWS} 行`, `there are more than ${MOST_ROWS} rows`),
      todo: both("拆成几台设备。", "Split it over several devices."),
    });
  }
  if (flaws.length > 0) return { flaws };
  const seen = new Map<string, number>();
  const points = body.map((row) => readRow(row, places, head.cells.length, drivers, seen, flaws));
  if (body.length === 0)
    flaws.push({
      line: head.line,
      column: 1,
      what: both("没有点", "there are no points"),
      todo: both("在标题行下面填写点。", "Write the points below the header."),
    });
  return flaws.length > 0 ? { flaws } : { points };
}

const headerText = both(
  "第一行写列名，至少有：点名、名称、类型、地址（或 id、name_zh、type、at）。",
  "Write the names of the columns in the first line, at least id, name_zh, type, at (or 点名, 名称, 类型, 地址).",
);

function readHeader(head: Row, flaws: Flaw[]): ReadonlyMap<Column, number> {
  const places = new Map<Column, number>();
  for (const { text, column } of head.cells) {
    if (text === "") continue;
    const found = (Object.keys(columns) as Column[]).find((key) =>
      (columns[key] as readonly string[]).includes(text.toLowerCase()),
    );
    const known = Object.values(columns).map(([first, second]) => `${first}/${second}`);
    if (!found) {
      flaws.push({
        line: head.line,
        column,
        what: both(`不认识列名“${text}”`, `there is no column "${text}"`),
        todo: both(`可用：${known.join(" ")}。`, `Known: ${known.join(" ")}.`),
      });
    } else if (places.has(found)) {
      flaws.push({
        line: head.line,
        column,
        what: both(`列“${text}”重复`, `the column "${text}" comes twice`),
        todo: both("只保留一列。", "Keep one of them."),
      });
    } else places.set(found, column - 1);
  }
  for (const key of ["id", "zh", "type", "at"] as const) {
    if (places.has(key) || flaws.length > 0) continue;
    const [name, other] = columns[key];
    flaws.push({
      line: head.line,
      column: 1,
      what: both(`缺少列“${name}”`, `the column "${other}" is missing`),
      todo: headerText,
    });
  }
  return places;
}

function readRow(
  row: Row,
  places: ReadonlyMap<Column, number>,
  width: number,
  drivers: Drivers,
  seen: Map<string, number>,
  flaws: Flaw[],
): PointLine {
  const cell = (key: Column): Cell => {
    const place = places.get(key);
    return (place === undefined ? undefined : row.cells[place]) ?? { text: "", column: (place ?? 0) + 1 };
  };
  const wrong = (key: Column, what: Text, todo: Text) => {
    const [zh, en] = columns[key];
    flaws.push({
      line: row.line,
      column: cell(key).column,
      what: both(`${zh}：${what.zh}`, `${en}: ${what.en}`),
      todo,
    });
  };
  const fields: string[] = [];
  const put = (key: string, value: string | number) =>
    fields.push(`${key}: ${typeof value === "number" ? value : JSON.stringify(value)}`);

  const extra = row.cells.find((one) => one.column > width && one.text !== "");
  if (extra) {
    flaws.push({
      line: row.line,
      column: extra.column,
      what: both(`“${extra.text}”超出标题的列数`, `"${extra.text}" stands beyond the last column`),
      todo: both("含逗号的文字要加引号。", "Put a text that holds a comma in quotes."),
    });
  }

  const id = cell("id").text;
  const before = seen.get(id);
  if (!KEY.test(id)) {
    wrong(
      "id",
      both(id === "" ? "为空" : `“${id}”不是有效的点名`, id === "" ? "is empty" : `"${id}" is not a point name`),
      both(
        "用小写字母、数字和 _，以字母开头，例如 outlet_pressure。",
        "Use small letters, digits and _, starting with a letter, e.g. outlet_pressure.",
      ),
    );
  } else if (before !== undefined) {
    wrong(
      "id",
      both(`${id} 重复，第 ${before} 行已有`, `${id} already stands in line ${before}`),
      both("换一个点名。", "Give it another name."),
    );
  } else seen.set(id, row.line);
  put("id", id);

  const zh = cell("zh").text;
  if (zh === "") wrong("zh", both("为空", "is empty"), both("写中文名称。", "Write the Chinese name."));
  fields.push(`name: { zh: ${JSON.stringify(zh)}, en: ${JSON.stringify(cell("en").text || zh)} }`);

  const type = types[cell("type").text.toLowerCase()];
  if (type === undefined) {
    wrong(
      "type",
      both(`“${cell("type").text}”不是类型`, `"${cell("type").text}" is no type`),
      both("写 bool、number、enum 或 text。", "Write bool, number, enum or text."),
    );
  } else put("type", type);
  if (cell("unit").text !== "") put("unit", cell("unit").text);

  const at = cell("at").text;
  if (at === "")
    wrong(
      "at",
      both("为空", "is empty"),
      both("写设备上的地址，如 holding:12。", "Write the address on the device, e.g. holding:12."),
    );
  else {
    const refused = addressFlaw(at, drivers);
    if (refused) wrong("at", refused, both("对照设备说明书改正。", "Correct it by the device's manual."));
  }
  put("at", at);

  const numbers = new Map<Column, number>();
  for (const key of ["scale", "offset", "low", "high", "deadband"] as const) {
    const { text } = cell(key);
    if (text === "") continue;
    if (!NUMBER.test(text))
      wrong(
        key,
        both(`“${text}”不是数字`, `"${text}" is no number`),
        both("写数字，例如 0.1。", "Write a number, e.g. 0.1."),
      );
    else numbers.set(key, Number(text));
  }
  if (numbers.get("scale") === 0)
    wrong("scale", both("不能是 0", "cannot be 0"), both("写乘数，例如 0.1。", "Write the factor, e.g. 0.1."));
  for (const key of ["scale", "offset", "deadband"] as const) {
    const value = numbers.get(key);
    if (value !== undefined) put(key, value);
  }
  const [low, high] = [numbers.get("low"), numbers.get("high")];
  if (low !== undefined && high !== undefined && low < high) fields.push(`range: [${low}, ${high}]`);
  else if (cell("low").text !== "" || cell("high").text !== "") {
    wrong(
      "low",
      both("下限和上限要成对，且下限小于上限", "low and high come together, and low is below high"),
      both("补全或改正。", "Fill in or correct them."),
    );
  }

  const { text: every } = cell("every");
  if (every !== "" && parseSpan(every) === undefined)
    wrong(
      "every",
      both(`“${every}”不是时长`, `"${every}" is no length of time`),
      both("写成 500ms、1s、5m。", "Write 500ms, 1s or 5m."),
    );
  else if (every !== "") put("every", every);

  const { text: values } = cell("values");
  const codes = values === "" ? undefined : readCodes(values);
  if (values !== "" && !codes) {
    wrong(
      "values",
      both(`“${values}”的写法不对`, `"${values}" cannot be read`),
      both("写成 0=停止;1=运行，或 0=停止/Stopped;1=运行/Running。", "Write 0=停止/Stopped;1=运行/Running."),
    );
  } else if (codes) fields.push(`values: { ${codes} }`);
  else if (type === "enum")
    wrong(
      "values",
      both("枚举没有取值", "an enum needs its values"),
      both("写成 0=停止;1=运行。", "Write 0=停止/Stopped;1=运行/Running."),
    );
  return { id, yaml: `{ ${fields.join(", ")} }` };
}

/** `0=停止/Stopped;1=运行` → YAML. */
function readCodes(text: string): string | undefined {
  const codes: string[] = [];
  for (const part of text.split(/[;；|]/)) {
    const found = /^\s*(-?\d{1,9})\s*[=:：]\s*([^/]+?)\s*(?:\/\s*(.+?)\s*)?$/.exec(part);
    if (!found) return undefined;
    const [, code = "", zh = "", en = zh] = found;
    codes.push(`${code}: { zh: ${JSON.stringify(zh)}, en: ${JSON.stringify(en)} }`);
  }
  return codes.join(", ");
}

/** Almost any text is a topic of MQTT: what is written like a register is meant as one. */
const LIKE_A_REGISTER = /^(holding|input|coil|discrete):/;

/** What every driver has against the address; nothing when one of them takes it. */
function addressFlaw(at: string, drivers: Drivers): Text | undefined {
  let first: Text | undefined;
  for (const driver of drivers.values()) {
    if (LIKE_A_REGISTER.test(at) && !driver.kind.startsWith("modbus")) continue;
    const read = driver.address.safeParse(at);
    if (read.success) return undefined;
    const [issue] = read.error.issues;
    const params = (issue && "params" in issue ? issue.params : undefined) as { text?: Text; what?: Text } | undefined;
    first ??= params?.text ?? params?.what ?? both(`地址“${at}”不对`, `the address "${at}" is wrong`);
  }
  return first;
}
