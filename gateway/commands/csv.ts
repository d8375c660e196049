/** Reads a table that a spreadsheet has written: UTF-8 or GB18030, comma, semicolon or tab, quotes by RFC 4180. Strict. */
import type { Text } from "#model/text";

export interface Cell {
  readonly text: string;
  /** Position in its row, from 1. */
  readonly column: number;
}

export interface Row {
  /** Line of the file on which the row begins, from 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
}

export interface Flaw {
  readonly line: number;
  readonly column: number;
  readonly what: Text;
  readonly todo: Text;
}

export type Read = { readonly rows: readonly Row[] } | { readonly flaw: Flaw };

const MOST_BYTES = 8 * 1024 * 1024;

const flawAt = (line: number, column: number, what: Text, todo: Text): Read => ({ flaw: { line, column, what, todo } });

/** Rows without any text are left out. */
export function readCsv(bytes: Uint8Array): Read {
  if (bytes.length > MOST_BYTES) {
    return flawAt(
      1,
      1,
      { zh: "文件超过 8 MB", en: "the file is larger than 8 MB" },
      { zh: "拆成几个文件。", en: "Split it." },
    );
  }
  const text = decode(bytes);
  if (text === undefined || text.includes("\0")) {
    return flawAt(
      1,
      1,
      { zh: "不是 UTF-8 或 GB18030 的文本", en: "this is no text in UTF-8 or GB18030" },
      { zh: "在表格软件中另存为 CSV（UTF-8）。", en: "Save it as CSV (UTF-8) from the spreadsheet." },
    );
  }
  return parse(text, separatorOf(text));
}

/** Excel in China writes GB18030 unless asked for UTF-8, and UTF-16 for "Unicode text". */
function decode(bytes: Uint8Array): string | undefined {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
  for (const encoding of wide ? ["utf-16le"] : ["utf-8", "gb18030"]) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The next encoding is tried; what fits none is told.
    }
  }
  return undefined;
}

/** The one of which the first line has most. */
function separatorOf(text: string): string {
  const [head = ""] = text.split(/\r?\n/, 1);
  const count = (mark: string) => head.split(mark).length;
  return [",", ";", "\t"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

function parse(text: string, separator: string): Read {
  const rows: Row[] = [];
  let line = 1;
  let begun = 1;
  let cells: Cell[] = [];
  let at = 0;

  const endRow = () => {
    if (cells.some((cell) => cell.text !== "")) rows.push({ line: begun, cells });
    cells = [];
  };

  while (at < text.length) {
    const column = cells.length + 1;
    let cell = "";
    const blank = /^[ \u3000]*"/.exec(text.slice(at, at + 64))?.[0];
    if (blank) {
      const opened = line;
      at += blank.length;
      let closed = false;
      while (at < text.length && !closed) {
        const mark = text[at] as string;
        at += 1;
        if (mark === "\n") line += 1;
        if (mark !== '"') cell += mark;
        else if (text[at] === '"') {
          cell += '"';
          at += 1;
        } else closed = true;
      }
      if (!closed) {
        return flawAt(
          opened,
          column,
          { zh: "引号没有闭合", en: "a quote is opened and never closed" },
          { zh: '补上后引号；单元格内的引号写两个 ""。', en: 'Close it; a quote inside a cell is written twice: "".' },
        );
      }
      while (text[at] === " ") at += 1;
      if (at < text.length && !`${separator}\r\n`.includes(text[at] as string)) {
        return flawAt(
          line,
          column,
          { zh: "后引号之后还有文字", en: "text follows the closing quote" },
          { zh: '单元格内的引号写两个 ""。', en: 'A quote inside a cell is written twice: "".' },
        );
      }
    } else {
      const end = nextOf(text, at, separator);
      cell = text.slice(at, end);
      at = end;
    }
    cells.push({ text: cell.trim(), column });
    const mark = text[at];
    if (mark === separator) {
      at += 1;
      // A separator at the very end opens one more cell, which is empty.
      if (at === text.length) cells.push({ text: "", column: column + 1 });
      continue;
    }
    if (mark === "\r") at += 1;
    if (text[at] === "\n") at += 1;
    endRow();
    line += 1;
    begun = line;
  }
  endRow();
  return { rows };
}

function nextOf(text: string, from: number, separator: string): number {
  for (let at = from; at < text.length; at += 1) {
    const mark = text[at];
    if (mark === separator || mark === "\n" || mark === "\r") return at;
  }
  return text.length;
}
