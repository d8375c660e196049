import fc from "fast-check";
import { expect, test } from "vitest";
import { readCsv } from "../../../gateway/commands/csv.ts";
import { csvLine, MARK } from "../../../gateway/reports/csv-text.ts";
import { masked } from "../../../gateway/reports/mask.ts";

test("cells are quoted by RFC 4180 when they have to be, and rows end with CRLF", () => {
  expect(csvLine(["a", 'say "hi"', "x,y", "two\nlines", 1.5, true, null, undefined, Number.NaN, " wide "])).toBe(
    'a,"say ""hi""","x,y","two\nlines",1.5,1,,,," wide "\r\n',
  );
});

test.each(["=1+1", "+86", "-5 °C", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "=cmd|' /C calc'!A0", "＝1+1"])(
  "text %j is never a formula",
  (text) => {
    expect(csvLine([text])).toBe(`"'${text}"\r\n`);
  },
);

test("a negative number stays a number", () => {
  expect(csvLine([-5, -0.25])).toBe("-5,-0.25\r\n");
});

test("whatever the cells hold, a reader of CSV gets them back", () => {
  const text = fc.string({ maxLength: 30, unit: "grapheme" }).filter((one) => !one.includes("\0"));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
      // The reader leaves out rows without any text and guesses the separator from the first line.
      const read = readCsv(new TextEncoder().encode(MARK + csvLine(["x", "y,z", ...cells])));
      if (!("rows" in read)) return false;
      // Spaces around a cell, the mark of a text and the kind of line end are not what it holds.
      const held = (cell: string) => cell.trim().replace(/^'/, "").trim().replaceAll("\r\n", "\n");
      const back = read.rows[0]?.cells.slice(2).map((cell) => held(cell.text));
      return JSON.stringify(back) === JSON.stringify(cells.map(held));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["张工", "张*"],
  ["John Smith", "J***"],
  ["gatehouse", "gatehouse"],
  ["auto:shelved", "auto:shelved"],
  ["", ""],
])("the name %j is shown as %j", (name, shown) => {
  expect(masked(name)).toBe(shown);
});
