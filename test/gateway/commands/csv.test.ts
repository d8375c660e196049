/** Tables from spreadsheets: every row that was written comes back, and what cannot be read is told by line and column. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCsv } from "../../../gateway/commands/csv.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const cellsOf = (bytes: Uint8Array) => {
  const read = readCsv(bytes);
  return "rows" in read ? read.rows.map(({ cells }) => cells.map(({ text }) => text)) : read.flaw;
};

describe("a table", () => {
  test("keeps its cells and its lines, with quotes, commas, line breaks and empty lines", () => {
    const read = readCsv(utf8('a,b\r\n"x, y","say ""hi"""\n\n , \n"two\nlines",3\nlast'));
    expect(read).toEqual({
      rows: [
        {
          line: 1,
          cells: [
            { text: "a", column: 1 },
            { text: "b", column: 2 },
          ],
        },
        {
          line: 2,
          cells: [
            { text: "x, y", column: 1 },
            { text: 'say "hi"', column: 2 },
          ],
        },
        {
          line: 5,
          cells: [
            { text: "two\nlines", column: 1 },
            { text: "3", column: 2 },
          ],
        },
        { line: 7, cells: [{ text: "last", column: 1 }] },
      ],
    });
  });

  test("is read in UTF-8 with and without a mark, in GB18030, and as Unicode text; with comma, semicolon or tab", () => {
    const want = [
      ["点名", "名称"],
      ["a", "出水压力"],
    ];
    const gb = Uint8Array.of(
      0xb5,
      0xe3,
      0xc3,
      0xfb,
      0x2c,
      0xc3,
      0xfb,
      0xb3,
      0xc6,
      0x0a,
      0x61,
      0x2c,
      0xb3,
      0xf6,
      0xcb,
      0xae,
      0xd1,
      0xb9,
      0xc1,
      0xa6,
    );
    expect(cellsOf(gb)).toEqual(want);
    expect(cellsOf(utf8("\ufeff点名,名称\na,出水压力\n"))).toEqual(want);
    expect(cellsOf(utf8("点名;名称\na;出水压力"))).toEqual(want);
    expect(cellsOf(Buffer.from("\ufeff点名\t名称\r\na\t出水压力\r\n", "utf16le"))).toEqual(want);
  });

  test("of any texts comes back as it was written", () => {
    const cell = fc.string({ unit: fc.constantFrom(...'ab ,;"\n点0'.split("")), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), (rows) => {
        const text = rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(",")).join("\r\n");
        const kept = rows.map((row) => row.map((one) => one.trim())).filter((row) => row.some((one) => one !== ""));
        expect(cellsOf(utf8(`h,i\r\n${text}`))).toEqual([["h", "i"], ...kept]);
      }),
    );
  });

  test.each([
    ['a,b\n"open,2', 2, 1, "never closed"],
    ['a,b\n1,"x"y', 2, 2, "follows the closing quote"],
    ["a,b\n1,\0", 1, 1, "no text"],
  ])("%j is told at line %d, column %d", (text, line, column, what) => {
    expect(cellsOf(utf8(text))).toMatchObject({ line, column, what: { en: expect.stringContaining(what) } });
  });

  test("of garbage never throws", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readCsv(bytes)));
    expect(cellsOf(new Uint8Array(9 * 1024 * 1024))).toMatchObject({ what: { en: "the file is larger than 8 MB" } });
    expect(cellsOf(new Uint8Array(0))).toEqual([]);
  });
});
