/**
 * Samples from a spreadsheet, one per line, as the historian would hand them over: `time,point,value[,quality]`, or what
 * `/api/exports/points/history.csv` gave, in Chinese or English.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { BadCsv, LONGEST_LINE, noSamples, type RowReader, rowReader } from "./csv-row.ts";
import type { Stretch } from "./replay.ts";

const WINDOW = 3_600_000;

/** Lines of a text that comes in pieces. */
function* linesOf(pieces: Iterable<string>): Generator<string> {
  let left = "";
  for (const piece of pieces) {
    const lines = (left + piece).split("\n");
    left = lines.pop() ?? "";
    yield* lines;
    if (left.length > LONGEST_LINE) return yield left;
  }
  yield left;
}

/** Throws BadCsv at the first line that does not fit. Lines may stand in any order; of the text only its numbers are kept. */
export function csvSamples(
  text: Iterable<string>,
  points: readonly string[],
): { rows: number; from: number; to: number; stretches: Iterable<Stretch> } {
  const handles = new Map(points.map((id, handle) => [id, handle]));
  let all = columnsOf(4_096);
  let rows = 0;
  let number = 0;
  let isSorted = true;
  let read: RowReader | undefined;
  for (const raw of linesOf(text)) {
    number += 1;
    const line = number === 1 ? raw.replace(/^\ufeff/, "") : raw;
    if (line.trim() === "") continue;
    if (!read) {
      const first = rowReader(line, handles);
      read = first.read;
      if (first.isHead) continue;
    }
    const row = read(line, number);
    if (rows === all.at.length) all = twice(all);
    if (rows > 0 && row.at < (all.at[rows - 1] as number)) isSorted = false;
    all.handle[rows] = row.handle;
    all.at[rows] = row.at;
    all.value[rows] = row.value;
    all.code[rows] = row.code;
    rows += 1;
  }
  if (rows === 0) throw new BadCsv(1, 1, noSamples);
  const whole = isSorted ? all : inOrder(all, rows);
  const from = whole.at[0] as number;
  const to = whole.at[rows - 1] as number;
  return { rows, from, to, stretches: hours(whole, rows) };
}

type Columns = ReturnType<typeof columnsOf>;
const columnsOf = (size: number) => ({
  handle: new Int32Array(size),
  at: new Float64Array(size),
  value: new Float64Array(size),
  code: new Uint8Array(size),
});

function twice(before: Columns): Columns {
  const after = columnsOf(before.at.length * 2);
  after.handle.set(before.handle);
  after.at.set(before.at);
  after.value.set(before.value);
  after.code.set(before.code);
  return after;
}

/** By time; rows of the same instant keep their order. */
function inOrder({ handle, at, value, code }: Columns, rows: number): Columns {
  const order = Uint32Array.from({ length: rows }, (_, i) => i).sort(
    (a, b) => (at[a] as number) - (at[b] as number) || a - b,
  );
  return {
    handle: Int32Array.from(order, (i) => handle[i] as number),
    at: Float64Array.from(order, (i) => at[i] as number),
    value: Float64Array.from(order, (i) => value[i] as number),
    code: Uint8Array.from(order, (i) => code[i] as number),
  };
}

function* hours({ handle, at, value, code }: Columns, rows: number): Generator<Stretch> {
  for (let i = 0; i < rows; ) {
    const until = (at[i] as number) + WINDOW;
    let end = i;
    while (end < rows && (at[end] as number) < until) end += 1;
    yield {
      count: end - i,
      until,
      handle: handle.subarray(i, end),
      at: at.subarray(i, end),
      value: value.subarray(i, end),
      code: code.subarray(i, end),
    };
    i = end;
  }
}

const PIECE = 65_536;

/** The text of a file, piece by piece. Throws the file system's error. */
export function* piecesOf(path: string): Generator<string> {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(PIECE);
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    for (let read = readSync(file, bytes); read > 0; read = readSync(file, bytes)) {
      yield decoder.decode(bytes.subarray(0, read), { stream: true });
    }
    yield decoder.decode();
  } finally {
    closeSync(file);
  }
}
