/** Units: conversion, dimensions, and how quantities read. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deviceKinds } from "#model/site";
import { canonicalPoints, deviceFacts } from "../../../rules/language/canonical.ts";
import { spanText } from "../../../rules/language/template.ts";
import { convert, formatQuantity, parseUnit, sameDimension } from "../../../rules/language/units.ts";

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
