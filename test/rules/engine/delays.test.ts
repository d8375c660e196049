/** On-delay, off-delay, unknown and levels: the tricky cases of the alarm research, with their numbers. */
import { describe, expect, test } from "vitest";
import { instant, milliseconds } from "#model/time";
import { bench, param, START, spanParam } from "../support/rule-bench.ts";

const hot = { when: "v > 85", on: "10s" };

describe("limits", () => {
  test("exactly at the limit: > is false, >= is true (1)", () => {
    const b = bench({ v: "" }, [{ when: "v > 85" }, { when: "v >= 85" }]);
    expect(b.set({ v: 85 })).toEqual(["r1 0.0 active S2"]);
    expect(b.set({ v: 85.0001 })).toEqual(["r0 0.0 active S2"]);
  });

  test("NaN raises nothing, not even through a negation (3)", () => {
    const b = bench({ v: "" }, "!(v < 5)");
    expect(b.set({ v: Number.NaN })).toEqual([]);
    expect(b.set({ v: 4 })).toEqual([]);
  });

  test("with a clear condition of its own an alarm stays until that one holds (2)", () => {
    const b = bench({ v: "" }, [{ when: "v > 85", clear: "v <= 80" }]);
    b.set({ v: 86 });
    expect(b.set({ v: 80.0001 })).toEqual([]);
    expect(b.set({ v: 80 })).toEqual(["0.0 normal S2"]);
  });

  test("a clear condition that holds together with when does not clear", () => {
    const b = bench({ v: "", w: "" }, [{ when: "v > 85", clear: "w == 1" }]);
    expect(b.set({ v: 86, w: 1 })).toEqual(["0.0 active S2"]);
    expect(b.to(60)).toEqual([]);
    expect(b.set({ v: 5 })).toEqual(["60.0 normal S2"]);
  });
});

describe("on-delay", () => {
  test("true 9.9 s and false 0.1 s, twenty times: never active (5)", () => {
    const b = bench({ v: "" }, [hot]);
    for (let n = 0; n < 20; n += 1) {
      expect([...b.set({ v: 90 }), ...b.to(n * 10 + 9.9), ...b.set({ v: 1 }), ...b.to(n * 10 + 10)]).toEqual([]);
    }
    const told = b.engine.takeCancelled();
    expect([...told]).toEqual([[b.engine.instances[0]?.id, 20]]);
    expect(b.engine.takeCancelled().size).toBe(0);
  });

  test("one true sample and then silence: active by the timer (6)", () => {
    const b = bench({ v: "" }, [hot]);
    b.set({ v: 90 });
    expect(b.engine.nextWake()).toBe(10_000);
    expect(b.to(30)).toEqual(["10.0 active S2"]);
    expect(b.engine.nextWake()).toBe(Number.POSITIVE_INFINITY);
  });

  test("bad at 4 s, good and true at 7 s: active at 13 s, once (7)", () => {
    const b = bench({ v: "" }, [hot]);
    b.set({ v: 90 });
    b.to(4);
    expect(b.set({ v: null })).toEqual([]);
    b.to(7);
    b.set({ v: 90 });
    expect(b.to(60)).toEqual(["13.0 active S2"]);
    b.set({ v: 1 });
    // Neither what was unknown for a while nor the end of an alarm is a delay that nothing came of.
    expect(b.engine.takeCancelled().size).toBe(0);
  });

  test("bad for five minutes: counted anew from the first good sample (8)", () => {
    const b = bench({ v: "" }, [hot]);
    b.set({ v: 90 });
    b.to(4);
    b.set({ v: null });
    expect(b.to(304)).toEqual([]);
    b.set({ v: 90 });
    expect(b.to(400)).toEqual(["314.0 active S2"]);
  });

  test("due and a false sample in the same step: cancelled (9)", () => {
    const b = bench({ v: "" }, [hot]);
    b.set({ v: 90 });
    b.to(9.999);
    b.columns.value[0] = 1;
    const at = { now: instant(START + 10_000), mono: milliseconds(10_000) };
    expect(b.engine.step(Int32Array.of(0), 1, at)).toEqual([]);
    expect(b.engine.nextWake()).toBe(Number.POSITIVE_INFINITY);
    // Late by three seconds is no different.
    const c = bench({ v: "" }, [hot]);
    c.set({ v: 90 });
    c.columns.value[0] = 1;
    expect(c.engine.step(Int32Array.of(0), 1, { now: instant(START + 13_000), mono: milliseconds(13_000) })).toEqual(
      [],
    );
  });

  test("the wall clock does not matter, back or forward (14)", () => {
    for (const step of [-3_600_000, 3_600_000]) {
      const b = bench({ v: "" }, [hot]);
      b.set({ v: 90 });
      b.to(5);
      b.stepWall(step);
      expect(b.to(60)).toEqual(["10.0 active S2"]);
      expect(b.last[0]?.heldFor).toBe(10_000);
    }
  });

  test("the delay may be a parameter, a sum, or depend on a fact of the device", () => {
    const points = { v: "" };
    const text = { when: "v > 85", on: "rescueDevice ? hold + 60s : hold", params: { hold: spanParam(30_000) } };
    const b = bench(points, [text]);
    b.set({ v: 90 });
    expect(b.to(200)).toEqual(["30.0 active S2"]);
    const c = bench(points, [text], { params: { rescueDevice: true, hold: 10_000 } });
    c.set({ v: 90 });
    expect(c.to(200)).toEqual(["70.0 active S2"]);
  });

  test("a device overrides a parameter by its name", () => {
    const text = { when: "v > limit", params: { limit: param(85) } };
    expect(bench({ v: "" }, [text], { params: { limit: 95 } }).set({ v: 90 })).toEqual([]);
    expect(bench({ v: "" }, [text]).set({ v: 90 })).toEqual(["0.0 active S2"]);
  });
});

describe("off-delay", () => {
  const slow = { when: "v > 85", off: "5s" };

  test("true again before it is over: still the same alarm", () => {
    const b = bench({ v: "" }, [slow]);
    b.set({ v: 90 });
    b.set({ v: 1 });
    b.to(4);
    expect(b.set({ v: 90 })).toEqual([]);
    b.to(10);
    b.set({ v: 1 });
    expect(b.to(60)).toEqual(["15.0 normal S2"]);
    expect(b.last[0]?.heldFor).toBe(5_000);
  });

  test("unknown holds an active alarm, is told once, and the off-delay counts from the first good sample", () => {
    const b = bench({ v: "" }, [slow]);
    b.set({ v: 90 });
    b.set({ v: 1 });
    b.to(3);
    expect(b.set({ v: null })).toEqual(["3.0 unknown S2"]);
    expect(b.to(600)).toEqual([]);
    expect(b.set({ v: 1 })).toEqual(["600.0 known S2"]);
    expect(b.to(700)).toEqual(["605.0 normal S2"]);
  });

  test("unknown neither raises nor clears", () => {
    const b = bench({ v: "" }, [{ when: "v > 85" }]);
    expect([...b.set({ v: null }), ...b.to(100)]).toEqual([]);
    expect(b.set({ v: 90 })).toEqual(["100.0 active S2"]);
    expect(b.set({ v: null })).toEqual(["100.0 unknown S2"]);
    expect(b.set({ v: 95 })).toEqual(["100.0 known S2"]);
    expect(b.set({ v: 1 })).toEqual(["100.0 normal S2"]);
  });

  test("before the first sample everything is unknown", () => {
    const whens = [
      "v > 1",
      "!(v > 1)",
      "held(v > 1, 1s)",
      "avg(v, 1s) < 5",
      "count(v > 1, 10s) < 1",
      "since(v > 1) > 1s",
      "is_bad(v)",
      "rate(v, 2s) == 0",
    ];
    const b = bench(
      { v: "" },
      whens.map((when) => ({ when })),
    );
    b.step();
    expect(b.to(60)).toEqual([]);
  });
});

describe("levels", () => {
  const two = {
    when: "v > 80",
    severity: "S3" as const,
    levels: [
      ["v > 100", "S1"],
      ["v > 90", "S2"],
    ] as const,
    off: "5s",
  };

  test("the first true level replaces the severity, changes are told", () => {
    const b = bench({ v: "" }, [two]);
    expect(b.set({ v: 95 })).toEqual(["0.0 active S2"]);
    expect(b.set({ v: 105 })).toEqual(["0.0 level S1"]);
    expect(b.set({ v: 85 })).toEqual(["0.0 level S3"]);
    expect(b.set({ v: 86 })).toEqual([]);
    b.set({ v: 1 });
    expect(b.to(10)).toEqual(["5.0 normal S3"]);
    expect(b.set({ v: 101 })).toEqual(["10.0 active S1"]);
  });

  test("an unknown level keeps the one in force", () => {
    const b = bench({ v: "", w: "" }, [{ when: "v > 80", levels: [["w > 1", "S1"]] }]);
    expect(b.set({ v: 90 })).toEqual(["0.0 active S2"]);
    expect(b.set({ w: 2 })).toEqual(["0.0 level S1"]);
    expect(b.set({ w: null })).toEqual([]);
    expect(b.set({ w: 0 })).toEqual(["0.0 level S2"]);
  });
});
