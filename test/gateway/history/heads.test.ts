import fc from "fast-check";
import { expect, test } from "vitest";
import { createHeads } from "../../../gateway/history/heads.ts";

const START = 1_795_248_000_000;

test("whatever comes in whatever order, each point has its own samples, by time, and after a clearing only what came since", () => {
  const step = fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({
        series: fc.integer({ min: 0, max: 5 }),
        at: fc.integer({ min: 0, max: 500 }),
        count: fc.integer({ min: 1, max: 90 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ clear: fc.integer({ min: 0, max: 5 }) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const heads = createHeads();
      const told = new Map<number, [at: number, value: number, code: number][]>();
      let value = 0;
      for (const one of steps) {
        if ("clear" in one) {
          heads.clear(one.clear);
          told.delete(one.clear);
          continue;
        }
        const { series, at, count } = one;
        const rows = told.get(series) ?? [];
        told.set(series, rows);
        for (let i = 0; i < count; i += 1) {
          value += 1;
          rows.push([START + at + i, value, value % 251]);
          expect(heads.push(series, START + at + i, value, value % 251)).toBe(rows.length);
        }
      }
      expect(heads.total()).toBe([...told.values()].reduce((sum, rows) => sum + rows.length, 0));
      for (let series = 0; series < 8; series += 1) {
        const rows = (told.get(series) ?? []).toSorted(([a], [b]) => a - b);
        const { count, at, value: values, code } = heads.samples(series);
        expect(heads.count(series)).toBe(rows.length);
        expect([count, ...at]).toEqual([rows.length, ...rows.map(([time]) => time)]);
        expect([...values]).toEqual(rows.map(([, of]) => of));
        expect([...code]).toEqual(rows.map(([, , of]) => of));
      }
    }),
  );
});

test("ten thousand points beside each other, more samples than one slab holds, cleared and filled again", () => {
  const heads = createHeads();
  for (const round of [0, 1]) {
    for (let i = 0; i < 300_000; i += 1) heads.push(i % 10_000, START + i, i + round, 1);
    expect(heads.total()).toBe(300_000);
    for (const series of [0, 1, 4_999, 9_999]) {
      expect([...heads.samples(series).value]).toEqual(
        Array.from({ length: 30 }, (_, i) => series + i * 10_000 + round),
      );
    }
    for (let series = 0; series < 10_000; series += 1) heads.clear(series);
    expect(heads.total()).toBe(0);
    expect(heads.samples(3).count).toBe(0);
  }
});
