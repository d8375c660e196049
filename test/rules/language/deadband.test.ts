/** A deadband instead of `clear`: the limits of the condition, moved by the band. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkRules } from "../../../rules/language/check.ts";
import { bench, deviceOf, param, pointsOf, type RuleText, rule } from "../support/rule-bench.ts";

const back = (
  text: Partial<RuleText> & { when: string; deadband: string },
  points: Record<string, string> = { v: "" },
) => bench(points, [text]);

describe("the way back", () => {
  test("v > 85 with a deadband of 5 ends at exactly 80, not at 80.0001 (2)", () => {
    for (const when of ["v > 85", "v >= 85", "85 < v", "!(v <= 85)", "!(v < 85)"]) {
      const b = back({ when, deadband: "5" });
      b.set({ v: 86 });
      expect([when, ...b.set({ v: 80.0001 })]).toEqual([when]);
      expect([when, ...b.set({ v: 80 })]).toEqual([when, "0.0 normal S2"]);
    }
  });

  test("v < 10 with a deadband of 5 ends at exactly 15", () => {
    for (const when of ["v < 10", "v <= 10", "10 > v", "!(v >= 10)"]) {
      const b = back({ when, deadband: "5" });
      b.set({ v: 9 });
      expect(b.set({ v: 14.9 })).toEqual([]);
      expect(b.set({ v: 15 })).toEqual(["0.0 normal S2"]);
    }
  });

  test("the band is in the quantity of the limit, in any of its units", () => {
    const b = back({ when: "p < 2 bar", deadband: "20 kPa" }, { p: "MPa" });
    b.set({ p: 0.19 });
    expect(b.set({ p: 0.2199 })).toEqual([]);
    expect(b.set({ p: 0.22 })).toEqual(["0.0 normal S2"]);
    const c = back({ when: "t > 40 Cel", deadband: "2 K" }, { t: "Cel" });
    c.set({ t: 41 });
    expect(c.set({ t: 38.1 })).toEqual([]);
    expect(c.set({ t: 38 })).toEqual(["0.0 normal S2"]);
  });

  test("a parameter may be the band, and limits of other quantities stay where they are", () => {
    const b = bench({ p: "MPa", f: "m3/h" }, [
      {
        when: "low && f > 5 m3/h",
        let: { low: "p < 0.2 MPa" },
        deadband: "band",
        params: { band: param(0.05, "MPa") },
      },
    ]);
    b.set({ p: 0.1, f: 6 });
    expect(b.set({ p: 0.24 })).toEqual([]);
    expect(b.set({ f: 5 })).toEqual(["0.0 normal S2"]);
  });

  test("windows stay as they are inside, their limits move", () => {
    const b = back({ when: "avg(v, 10s) > 85 || max(v, 10s) > 200", deadband: "5" });
    b.set({ v: 90 });
    b.to(10);
    b.set({ v: 82 });
    expect(b.to(40)).toEqual([]);
    b.set({ v: 79 });
    expect(b.to(60)).toHaveLength(1);
  });

  test("each device of a selection has the band", () => {
    const others = ["a", "b"].map((id) => ({
      id,
      points: { t: "Cel" },
      more: { kind: "gas" as const, tags: ["oven"] },
    }));
    const b = bench({ x: "bool" }, [{ when: "any(site.oven.t > 60 Cel)", deadband: "10 K" }], {}, others);
    b.set({ "a.t": 20, "b.t": 61 });
    expect(b.set({ "b.t": 51 })).toEqual([]);
    expect(b.set({ "b.t": 50 })).toEqual(["0.0 normal S2"]);
  });

  test("never ends while the condition holds, whatever the values and limits", () => {
    const value = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(
        fc.constantFrom("<", "<=", ">", ">="),
        value,
        fc.integer({ min: 1, max: 9 }),
        fc.array(value, { minLength: 2, maxLength: 20 }),
        (sign, limit, band, values) => {
          const b = back({ when: `v ${sign} ${limit < 0 ? `(-${-limit})` : limit}`, deadband: String(band) });
          let active = false;
          for (const v of values) {
            const on = { "<": v < limit, "<=": v <= limit, ">": v > limit, ">=": v >= limit }[sign];
            const off = sign.startsWith(">") ? v <= limit - band : v >= limit + band;
            active = on || (active && !off);
            for (const line of b.set({ v })) expect(line).toBe(`0.0 ${active ? "active" : "normal"} S2`);
            const instance = [...b.keep().values()].some((text) => text.includes('"r0@d"'));
            expect(instance).toBe(active);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("mistakes", () => {
  const points = pointsOf("pump", { p: "MPa", on: "bool" });
  const problems = (text: RuleText) =>
    checkRules([rule(text)], [deviceOf("pump", [0, 1])], points).problems.map(
      (p) => `${p.line}:${p.column} ${p.what.en}`,
    );

  test.each([
    ["p < 1 bar", "5 m3/h", "11:9 The condition compares nothing in m3/h, so this deadband does nothing."],
    ["on", "5 kPa", "11:9 The condition compares nothing in kPa, so this deadband does nothing."],
    ["p < 1 bar", "0 kPa", "11:9 A deadband must be a fixed number above 0."],
    ["p < 1 bar", "p", "11:9 A deadband must be a fixed number above 0."],
    ["p < 1 bar", "on", "11:9 A number is needed here, but this is yes/no."],
  ])("%s with %s", (when, deadband, problem) => {
    expect(problems({ when, deadband })).toEqual([problem]);
  });

  test("lets that double themselves stay small", () => {
    const doubled = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`l${n}`, n === 0 ? "p < 1 bar" : `l${n - 1} && l${n - 1}`]),
    );
    expect(problems({ when: "l39", let: doubled, deadband: "1 kPa" })).toEqual([]);
  });
});
