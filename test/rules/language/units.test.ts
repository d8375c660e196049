/** Units: conversion, dimensions, and how quantities read. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deviceKinds } from "#model/site";
import { canonicalPoints, deviceFacts } from "../../../rules/language/canonical.ts";
import { checkRules } from "../../../rules/language/check.ts";
import { spanText } from "../../../rules/language/template.ts";
import { convert, formatQuantity, parseUnit, sameDimension } from "../../../rules/language/units.ts";
import { bench, deviceOf, pointsOf, rule } from "../support/rule-bench.ts";

describe("converting", () => {
  test.each([
    [2, "bar", "MPa", 0.2],
    [3, "bar", "MPa", 0.3],
    [0.55, "MPa", "kPa", 550],
    [550_000, "Pa", "MPa", 0.55],
    [10, "mm", "m", 0.01],
    [5, "cm/min", "m/s", 0.05 / 60],
    [3.6, "m3/h", "L/s", 1],
    [1, "L/s", "m3/h", 3.6],
    [25, "Cel", "K", 298.15],
    [298.15, "K", "Cel", 25],
    [1.5, "kW", "W", 1_500],
    [90, "s", "min", 1.5],
    [2, "h", "ms", 7_200_000],
    [50, "Hz", "1/s", 50],
    [60, "/min", "Hz", 1],
    [10, "m[H2O]", "kPa", 98.0665],
    [50, "%", "1", 0.5],
    [1, "kWh", "MJ", 3.6],
  ])("%d %s is %d %s", (value, from, to, result) => {
    expect(convert(value, from, to)).toBeCloseTo(result, 9);
  });

  test("tens of bar come out as round MPa, so that equality at the limit works", () => {
    for (let bar = 0; bar <= 160; bar += 1) expect(convert(bar, "bar", "MPa")).toBe(Number((bar / 10).toFixed(1)));
  });

  test.each([
    ["bar", "m3/h"],
    ["Cel", "bar"],
    ["xyz", "bar"],
    ["m/s", "m/s2"],
    ["", "m"],
  ])("%s does not become %s", (from, to) => {
    expect(convert(1, from, to)).toBeUndefined();
    expect(sameDimension(from, to)).toBe(false);
  });

  test("a code of any kind never throws", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        parseUnit(a);
        convert(1, a, b);
      }),
    );
  });

  test("there and back gives the same value", () => {
    const codes = ["bar", "MPa", "kPa", "Pa", "m[H2O]"];
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.constantFrom(...codes),
        fc.constantFrom(...codes),
        (x, a, b) => {
          const there = convert(x, a, b) ?? Number.NaN;
          expect(convert(there, b, a)).toBeCloseTo(x, 4);
        },
      ),
    );
  });
});

test("every canonical point and fact has a unit that is known", () => {
  for (const kind of deviceKinds) {
    for (const { key, unit } of canonicalPoints(kind).values())
      expect([key, unit === undefined || parseUnit(unit) !== undefined]).toEqual([key, true]);
  }
  for (const { unit } of Object.values(deviceFacts))
    expect(unit === undefined || parseUnit(unit) !== undefined).toBe(true);
});

/** Codes in which a person may write a limit of each quantity that some canonical point measures. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  MPa: ["bar", "mbar", "kPa", "Pa", "m[H2O]", "MPa"],
  kPa: ["bar", "MPa", "Pa", "kPa"],
  m: ["cm", "mm", "km", "m"],
  mm: ["m", "cm", "mm"],
  "m/s": ["cm/s", "mm/s", "m/min", "km/h", "m/s"],
  "m3/h": ["L/s", "L/min", "m3/s", "L/h", "m3/h"],
  m3: ["L", "mL", "m3"],
  Cel: ["K", "Cel"],
  Hz: ["kHz", "[rpm]", "Hz"],
  "[rpm]": ["Hz", "[rpm]"],
  A: ["mA", "kA", "A"],
  V: ["mV", "kV", "V"],
  kW: ["W", "MW", "kW"],
  kWh: ["Wh", "MWh", "MJ", "kWh"],
  d: ["h", "min", "s", "d"],
  h: ["s", "min", "d", "h"],
  s: ["ms", "min", "h", "s"],
  ms: ["s", "min", "ms"],
  min: ["s", "h", "min"],
  "mg/L": ["g/m3", "ug/L", "mg/L"],
  "%": ["%", "[ppm]"],
  "%[LEL]": ["%[LEL]"],
  "[pH]": ["[pH]"],
  NTU: ["NTU"],
  "dB/m": ["dB/m", "dB/km"],
};
const canonicalUnits = [
  ...new Set(deviceKinds.flatMap((kind) => [...canonicalPoints(kind).values()]).flatMap(({ unit }) => unit ?? [])),
];

describe("a limit in another unit of the same quantity", () => {
  test("is tried for every unit that a canonical point has", () => {
    expect(canonicalUnits.filter((unit) => !Object.hasOwn(WRITTEN, unit))).toEqual([]);
  });

  const units = fc.constantFrom(...canonicalUnits);
  const pair = units.chain((unit) => fc.tuple(fc.constant(unit), fc.constantFrom(...(WRITTEN[unit] ?? [unit]))));
  const point = (unit: string) => ({ points: pointsOf("d", { v: unit }), device: deviceOf("d", [0]) });
  const problems = (when: string, unit: string) => {
    const { points, device } = point(unit);
    return checkRules([rule({ when })], [device], points).problems.map((p) => p.what.en);
  };

  test("goes there and back", () => {
    fc.assert(
      fc.property(pair, fc.double({ min: -1e4, max: 1e4, noNaN: true }), ([unit, code], x) => {
        const there = convert(x, unit, code) ?? Number.NaN;
        const back = convert(there, code, unit) ?? Number.NaN;
        expect(Math.abs(back - x)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(x)) + (unit === "Cel" ? 1e-6 : 0));
      }),
      { numRuns: 1_000 },
    );
  });

  test("decides as the same limit in the unit of the point", () => {
    fc.assert(
      fc.property(
        pair,
        fc.integer({ min: 1, max: 9_999 }),
        fc.constantFrom(0.5, 0.99, 1.01, 2),
        ([unit, code], tenths, times) => {
          const limit = tenths / 10;
          const own = convert(limit, code, unit) ?? Number.NaN;
          const b = bench({ v: unit }, `v > ${limit} ${code}`);
          const far = own + (times - 1) * Math.max(Math.abs(own), 1e-9);
          expect(b.set({ v: far }).length).toBe(far > own ? 1 : 0);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("of another quantity is refused, and so is a plain number", () => {
    const others = fc.tuple(units, units).filter(([a, b]) => !sameDimension(a, b));
    fc.assert(
      fc.property(
        others,
        fc.constantFrom("v > 1 CODE", "v + 1 CODE > v", "default(v, 1 CODE) > v", "true ? v > 1 CODE : false"),
        ([unit, code], text) => {
          const refused = problems(text.replace("CODE", code), unit);
          expect([text, unit, code, refused.length]).toEqual([text, unit, code, 1]);
          expect(refused[0]).toMatch(/Different quantities/);
        },
      ),
      { numRuns: 300 },
    );
    for (const unit of canonicalUnits)
      expect(problems("v > 5", unit)).toEqual([`Different quantities: ${unit} and a plain number.`]);
  });
});

describe("quantities as a person reads them", () => {
  test.each([
    [8, "m3/h", "8.0 m3/h"],
    [0.55, "MPa", "0.55 MPa"],
    [0.0251, "MPa", "0.025 MPa"],
    [131.6, "m3/h", "132 m3/h"],
    [21.52, "Cel", "21.5 °C"],
    [3, undefined, "3"],
    [2.5, "1", "2.5"],
    [0, "m/s", "0.0 m/s"],
    [-0.00001, "m/s", "-0.0000100 m/s"],
    [95, "%", "95 %"],
    [12.34, "A", "12.3 A"],
  ])("%d %s reads %s", (value, unit, text) => {
    expect(formatQuantity(value, unit)).toBe(text.replace("-0.0000100", "-0.0000100"));
  });

  test.each([
    [30_000, "30 秒", "30 s"],
    [90_000, "1 分 30 秒", "1 min 30 s"],
    [500, "0.5 秒", "0.5 s"],
    [7_200_000, "2 小时", "2 h"],
    [0, "0 秒", "0 s"],
    [Number.POSITIVE_INFINITY, "从未", "never"],
    [3_661_000, "1 小时 1 分", "1 h 1 min"],
    [1_500, "1.5 秒", "1.5 s"],
  ])("a span of %d ms reads %s / %s", (ms, zh, en) => {
    expect(spanText(ms)).toEqual({ zh, en });
  });
});
