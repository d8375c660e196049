/** Each function of the language over a sequence worked out by hand. Lines read `seconds turn severity`. */
import { describe, expect, test } from "vitest";
import { bench } from "../support/rule-bench.ts";

describe("held", () => {
  test("is true once its condition was true for the whole span", () => {
    const b = bench({ a: "bool" }, "held(a, 10s)");
    expect([...b.set({ a: 1 }), ...b.to(9.9)]).toEqual([]);
    expect(b.to(20)).toEqual(["10.0 active S2"]);
    expect(b.set({ a: 0 })).toEqual(["20.0 normal S2"]);
  });

  test("a short unknown freezes it, a long one starts it anew", () => {
    const b = bench({ a: "bool" }, "held(a, 10s)");
    b.set({ a: 1 });
    b.to(4);
    b.set({ a: null });
    b.to(7);
    b.set({ a: 1 });
    expect(b.to(20)).toEqual(["13.0 active S2"]);
    const c = bench({ a: "bool" }, "held(a, 10s)");
    c.set({ a: 1 });
    c.to(4);
    c.set({ a: null });
    c.to(34.1);
    c.set({ a: 1 });
    expect(c.to(60)).toEqual(["44.1 active S2"]);
  });
});

describe("windows", () => {
  test("avg weighs by time", () => {
    // 10 for 4 s and 0 for 6 s of the last 10 s: 4.
    const b = bench({ v: "" }, "avg(v, 10s) > 4");
    b.set({ v: 10 });
    expect(b.to(8)).toEqual(["8.0 active S2"]);
    b.to(20);
    b.set({ v: 0 });
    // The share of 10 falls to 4 of 10 s after 6 s.
    expect(b.to(30)).toEqual(["26.0 normal S2"]);
  });

  test("min and max look back, and forget exactly when the span is over", () => {
    const b = bench({ v: "" }, [{ when: "max(v, 10s) >= 9" }, { when: "min(v, 10s) <= 1" }]);
    b.set({ v: 5 });
    b.to(20);
    expect(b.set({ v: 9 })).toEqual(["r0 20.0 active S2"]);
    b.to(21);
    expect(b.set({ v: 1 })).toEqual(["r1 21.0 active S2"]);
    b.to(22);
    b.set({ v: 5 });
    expect(b.to(60)).toEqual(["r0 31.0 normal S2", "r1 32.0 normal S2"]);
  });

  test("median weighs by time and can look at a window that ended a while ago", () => {
    const b = bench({ v: "" }, [{ when: "median(v, 10s) >= 7" }, { when: "median(v, 10s, 20s) >= 7" }]);
    b.set({ v: 3 });
    b.to(40);
    b.set({ v: 7 });
    // Half of ten seconds suffices for neither side; just after, 7 has more than half.
    const lines = b.to(80);
    expect(lines).toHaveLength(2);
    expect(Number(lines[0]?.split(" ")[1])).toBeCloseTo(45.1, 0);
    expect(Number(lines[1]?.split(" ")[1])).toBeCloseTo(65.1, 0);
  });

  test("previous is the value one span ago, and nothing before there was one", () => {
    const b = bench({ v: "" }, "previous(v, 5s) - v >= 2");
    b.set({ v: 10 });
    b.to(3);
    expect(b.set({ v: 1 })).toEqual([]);
    // At 5 s the value of 0 s is known: 10 - 1; at 8 s the 10 is gone.
    expect(b.to(20)).toEqual(["5.0 active S2", "8.0 normal S2"]);
  });

  test("previous of what was bad then is unknown", () => {
    const b = bench({ v: "" }, "previous(v, 5s) == 1");
    b.set({ v: 1 });
    b.to(10);
    b.set({ v: null });
    b.to(11);
    b.set({ v: 1 });
    expect(b.to(30)).toEqual(["15.0 unknown S2", "16.0 known S2"]);
  });

  test("rate is per second and needs half a window", () => {
    const b = bench({ v: "m" }, "rate(v, 10s) >= 0.2 m/s");
    let turned: string[] = [];
    for (let s = 0; s <= 20; s += 1) {
      turned = [...turned, ...b.to(s), ...b.set({ v: s < 10 ? s * 0.25 : 2.5 })];
    }
    // 5 s after the first sample the rate is known; after 10 s it sinks, and falls below 0.2 once 2 of 2.5 m remain.
    expect(turned[0]).toBe("5.0 active S2");
    expect(turned[1]).toMatch(/^1[23]\.\d normal S2$/);
    expect(turned).toHaveLength(2);
  });

  test("a counter that wraps or is reset has no negative and no giant rate", () => {
    const b = bench(
      { run_count: "", level: "" },
      [
        { when: "rate(run_count, 10s) < 0 || rate(run_count, 10s) > 10", kind: "elevator" },
        { when: "rate(level, 10s) < 0", kind: "elevator" },
      ],
      { kind: "elevator" },
    );
    const lines: string[] = [];
    for (const [s, v] of [
      [0, 65_530],
      [3, 65_533],
      [6, 65_535],
      [9, 3],
      [12, 6],
    ] as const) {
      lines.push(...b.to(s), ...b.set({ run_count: v, level: v }));
    }
    // The plain number falls, the counter does not.
    expect(lines.filter((line) => line.startsWith("r0"))).toEqual([]);
    expect(lines[0]).toBe("r1 9.0 active S2");
  });

  test("flat turns true after the whole span and false with the first movement", () => {
    const b = bench({ v: "" }, "flat(v, 10s, 0.5)");
    b.set({ v: 1 });
    b.to(5);
    b.set({ v: 1.5 });
    b.to(6);
    b.set({ v: 2 });
    // 1 leaves the window at 15 s, then it holds 1.5 and 2 only.
    expect(b.to(20)).toEqual(["15.0 active S2"]);
    expect(b.set({ v: 3 })).toEqual(["20.0 normal S2"]);
  });

  test("15 % bad leaves an average standing, 40 % makes it unknown and holds the alarm (24)", () => {
    const b = bench({ v: "" }, "avg(v, 100s) > 5");
    b.set({ v: 10 });
    expect(b.to(200)).toEqual(["80.0 active S2"]);
    b.set({ v: null });
    expect(b.to(215)).toEqual([]);
    b.set({ v: 0 });
    expect(b.to(240)).toEqual([]);
    b.set({ v: null });
    // Bad for 15 s and from 240 s on: more than 20 s in all after 245 s.
    const lines = b.to(265);
    expect(lines).toHaveLength(1);
    expect(Number(lines[0]?.split(" ")[0])).toBeCloseTo(245, -1);
    expect(lines[0]).toContain("unknown");
  });

  test("what is no number poisons no window (4)", () => {
    const b = bench({ v: "" }, "avg(v, 10s) > 4");
    b.set({ v: 2 });
    b.to(20);
    for (const garbage of [Number.POSITIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY]) b.set({ v: garbage });
    b.to(20.5);
    b.set({ v: 1e300 });
    b.to(20.6);
    b.set({ v: 2 });
    // A huge value counts while it is in the window; once it has left, no trace of it is in the sum.
    // It leaves at 30.6 s; an average is looked at every sixth of a second.
    expect(b.to(40)).toEqual([expect.stringMatching(/^30\.[67] normal S2$/)]);
    b.set({ v: 4.5 });
    expect(b.to(51)).toHaveLength(1);
  });

  test("hundreds of changes keep a right average", () => {
    const b = bench({ v: "" }, "avg(v, 60m) > 5.1 || avg(v, 60m) < 4.9");
    for (let s = 0; s < 9_000; s += 1) {
      expect(b.to(s)).toEqual([]);
      b.set({ v: s % 2 === 0 ? 0 : 10 });
    }
  });
});

describe("badness", () => {
  test("stale is told by time, also when unchanged samples bring no news", () => {
    const b = bench({ v: "" }, "stale(v, 10s)");
    expect(b.to(9)).toEqual([]);
    b.set({ v: 1 });
    b.to(15);
    // A sample with the same value: only its receipt changes.
    b.columns.receivedAt[0] = (b.columns.receivedAt[0] ?? 0) + 6_000;
    expect(b.to(24)).toEqual([]);
    expect(b.to(30)).toEqual(["25.0 active S2"]);
    expect(b.set({ v: 1 })).toEqual(["30.0 normal S2"]);
  });

  test("stale is told also for a point that never came, and a step of the wall clock does not tell it", () => {
    const b = bench({ v: "" }, "stale(v, 10s)");
    b.step();
    expect(b.to(20)).toEqual(["10.0 active S2"]);
    const c = bench({ v: "" }, "stale(v, 10s)");
    c.set({ v: 1 });
    c.stepWall(3_600_000);
    expect(c.to(9)).toEqual([]);
    c.set({ v: 2 });
    expect(c.to(18)).toEqual([]);
  });

  test("is_bad is unknown before the first sample and known after", () => {
    const b = bench({ v: "" }, [{ when: "is_bad(v)" }, { when: "!is_bad(v)" }]);
    expect(b.to(10)).toEqual([]);
    expect(b.set({ v: null }, "no-link")).toEqual(["r0 10.0 active S2"]);
    expect(b.set({ v: 3 })).toEqual(["r0 10.0 normal S2", "r1 10.0 active S2"]);
    const c = bench({ v: "", w: "" }, "is_bad(v + w)");
    expect(c.set({ v: 1, w: 1 })).toEqual(["0.0 normal S2"].slice(1));
    expect(c.set({ w: null })).toEqual(["0.0 active S2"]);
  });

  test("default stands in for what is unknown", () => {
    const b = bench({ v: "" }, "default(v, 9) > 5");
    expect(b.step()).toEqual(["0.0 active S2"]);
    expect(b.set({ v: 1 })).toEqual(["0.0 normal S2"]);
    expect(b.set({ v: null })).toEqual(["0.0 active S2"]);
  });

  test("vote decides as soon as the unknown ones cannot change it (25)", () => {
    const b = bench({ a: "bool", b: "bool", c: "bool" }, [{ when: "vote(2, a, b, c)" }, { when: "!vote(2, a, b, c)" }]);
    const verdict = (a: number | null, x: number | null, c: number | null) => {
      b.set({ a: 0, b: 0, c: 0 });
      b.set({ a, b: x, c });
      return b.last.map((t) => `${t.instance.rule.id} ${t.to}`);
    };
    expect(verdict(1, 0, null)).toEqual(["r1 unknown"]);
    expect(verdict(1, 1, null)).toEqual(["r0 active", "r1 normal"]);
    expect(verdict(0, 0, null)).toEqual([]);
    expect(verdict(null, null, null)).toEqual(["r1 unknown"]);
  });
});

describe("pointwise", () => {
  test.each([
    ["v > 85", 85, false],
    ["v >= 85", 85, true],
    ["min(v, 3) == 3", 5, true],
    ["max(v, 3) == 5", 5, true],
    ["abs(v) == 5", -5, true],
    ["v / 0 == v / 0", 1, undefined],
    ["v % 4 == 1", 5, true],
    ["v == 1 ? true : false", 1, true],
    ["!(v < 5)", 7, true],
    ["v > 5 || v <= 5", null, undefined],
    ["v * 0 == 0", null, undefined],
    ["true || v > 1", null, true],
    ["!(v < 5)", null, undefined],
    ["v == v", null, undefined],
  ])("%s with %s is %s (1, 3, 26)", (when, v, truth) => {
    const b = bench({ v: "" }, [{ when }, { when: `!(${when})` }]);
    b.set({ v: v as number | null });
    expect(b.last.map((t) => t.instance.rule.id)).toEqual(truth === undefined ? [] : [truth ? "r0" : "r1"]);
  });
});
