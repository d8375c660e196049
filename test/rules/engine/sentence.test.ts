/** What a transition says: the filled sentence in both languages, and the inputs that the rule read. */
import { expect, test } from "vitest";
import { bench, param, START, spanParam } from "../support/rule-bench.ts";

test("points, parameters, lets and the time held are filled in with their units", () => {
  const b = bench({ outlet_pressure: "MPa", p1_run: "bool", p1_temp: "Cel" }, [
    {
      when: "low && p1_run",
      let: { low: "outlet_pressure < limit", drop: "limit - outlet_pressure" },
      on: "hold",
      params: { limit: param(3, "bar"), hold: spanParam(90_000) },
      because: "{outlet_pressure} {limit} {drop} {low} {p1_run} {p1_temp} {hold} {held}",
    },
  ]);
  b.set({ outlet_pressure: 0.123, p1_run: 1 });
  expect(b.to(100)).toEqual(["90.0 active S2"]);
  expect(b.last[0]?.because).toEqual({
    zh: "0.123 MPa 3.0 bar 0.177 MPa 是 是 未知 1 分 30 秒 1 分 30 秒",
    en: "0.123 MPa 3.0 bar 0.177 MPa yes yes unknown 1 min 30 s 1 min 30 s",
  });
  expect(b.last[0]?.heldFor).toBe(90_000);
});

test("the inputs are the points that the conditions read, once each, with value, quality and time of receipt", () => {
  const b = bench({ v: "MPa", w: "m3/h", x: "bool" }, [
    { when: "v > 1 MPa || v > 2 MPa || w > 5 m3/h", clear: "v < 1 MPa && !x" },
  ]);
  b.set({ x: 0 });
  b.to(5);
  b.set({ v: 1.5 });
  expect(b.last[0]?.inputs).toEqual([
    { point: "d.v", value: 1.5, unit: "MPa", quality: "good", at: START + 5_000 },
    { point: "d.w", value: null, unit: "m3/h", quality: "bad", at: 0 },
    { point: "d.x", value: 0, quality: "good", at: START },
  ]);
});

test("a missing optional point says so", () => {
  const b = bench({ v: "" }, [{ when: "v > 1", optional: ["sump_level"], because: "{sump_level}" }]);
  b.set({ v: 2 });
  expect(b.last[0]?.because).toEqual({ zh: "无", en: "none" });
});

test("when it is over, the sentence tells how long the condition had held", () => {
  const b = bench({ v: "" }, [{ when: "v > 1", off: "10s", because: "{held}" }]);
  b.set({ v: 2 });
  b.to(60);
  b.set({ v: 0 });
  b.to(80);
  expect(b.last.map((t) => [t.to, t.because.en, t.heldFor])).toEqual([["normal", "1 min", 10_000]]);
});
