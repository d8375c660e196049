/** A table as CSV that a spreadsheet opens by itself: UTF-8 with its mark, RFC 4180, and no cell is ever a formula. Pure. */

/** Excel takes a file without it for the local code page. */
export const MARK = "\uFEFF";

export type Cell = string | number | boolean | null | undefined;

/**
 * What a spreadsheet would compute: text that begins so gets an apostrophe, which the sheet shows as text. Spaces before it
 * do not help: some sheets take them away. Numbers are numbers and stay as they are.
 */
const FORMULA = /^[\s\u00a0\ufeff]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r]/;

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "";
  if (typeof cell === "boolean") return cell ? "1" : "0";
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return safe !== cell || /[",\r\n;\t]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One row with its line end. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(cellText).join(",")}\r\n`;
