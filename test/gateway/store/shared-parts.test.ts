/** Rows that share parts are read as they are written, whatever they hold, and hold one object between them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRowReader } from "../../../gateway/store/sqlite/shared-parts.ts";

const policy = { name: { zh: "门机故障", en: 'Door "drive" {fault}' }, clocks: [{ kind: "accept", target: 900_000 }] };
const step = { id: "s3-opened", say: { zh: "新工单，请接单", en: "New ticket: accept it\\" }, tell: ["technician"] };
const row = (no: string, more: object = {}) => ({
  ladder: [
    { dueAt: 1, step },
    { dueAt: 2, step: { ...step, id: "s3-late" } },
  ],
  no,
  policy,
  ...more,
});

describe("rows that say the same", () => {
  test("are read as they stand, and share one policy and one step", () => {
    const read = createRowReader();
    const [first, second] = ["A", "B"].map((no) => read(JSON.stringify(row(no))) as ReturnType<typeof row>);
    expect(first).toEqual(row("A"));
    expect(second).toEqual(row("B"));
    expect(second?.policy).toBe(first?.policy);
    expect(second?.ladder[0]?.step).toBe(first?.ladder[0]?.step);
    expect(second?.ladder[1]?.step).not.toBe(first?.ladder[0]?.step);
  });

  test("one that begins like another is not taken for it", () => {
    const read = createRowReader();
    const shorter = { name: { zh: "甲", en: "A" } };
    const other = { name: { zh: "甲", en: "A" }, more: 1 };
    for (const one of [shorter, other, shorter]) {
      expect(read(JSON.stringify({ policy: one }))).toEqual({ policy: one });
    }
  });

  test("a part at another place than a ticket has it leaves the row whole", () => {
    const read = createRowReader();
    for (const odd of [
      { note: { policy }, policy },
      { past: [{ ladder: [{ step }] }], ladder: [] },
      { ladder: { step }, policy: 0 },
      { policy: 0, ladder: [{ step: 1 }, null, 7, { step }] },
      { says: 'a text with "policy":{ and "step":{"a":1} in it', policy },
    ]) {
      expect(read(JSON.stringify(odd))).toEqual(odd);
      expect(read(JSON.stringify(odd))).toEqual(odd);
    }
  });

  test("a thousand policies that differ are all read, and no more of them are kept", () => {
    const read = createRowReader();
    for (let n = 0; n < 1_500; n += 1) {
      expect(read(JSON.stringify({ policy: { n } }))).toEqual({ policy: { n } });
    }
  });
});

const word = fc.oneof(fc.string(), fc.constantFrom('"policy":{', '\\"step":{', "{", "}", '"', "\\", "\\\\", "策"));
const anything = fc.jsonValue({ maxDepth: 3 });
const shared = fc.dictionary(fc.oneof(word, fc.constantFrom("policy", "step", "ladder")), fc.oneof(anything, word));
const someRow = fc.record(
  {
    policy: fc.oneof(shared, anything),
    ladder: fc.oneof(
      fc.array(fc.oneof(fc.record({ step: fc.oneof(shared, anything), dueAt: fc.nat() }), anything)),
      anything,
    ),
    title: word,
    rest: fc.oneof(shared, anything),
  },
  { requiredKeys: [] },
);

test("any rows in any order are read as JSON.parse reads them", () => {
  fc.assert(
    fc.property(fc.array(someRow, { maxLength: 12 }), (rows) => {
      const read = createRowReader();
      for (const one of [...rows, ...rows]) {
        const text = JSON.stringify(one);
        expect(read(text)).toEqual(JSON.parse(text));
      }
    }),
    { numRuns: 200 },
  );
});

test("a torn row is refused as JSON.parse refuses it, and the rows after it are read", () => {
  const whole = JSON.stringify(row("A"));
  for (let length = 0; length < whole.length; length += 1) {
    const read = createRowReader();
    expect(() => read(whole.slice(0, length))).toThrow(SyntaxError);
    expect(read(whole)).toEqual(row("A"));
  }
});
