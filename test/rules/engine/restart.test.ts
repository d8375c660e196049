/** What survives a restart: delays, windows, active alarms; and what must not. */
import { describe, expect, test } from "vitest";
import { instant, milliseconds } from "#model/time";
import { bench } from "../support/rule-bench.ts";

const hot = { when: "v > 85", on: "10s", off: "5s" };

describe("a restart with unknown points", () => {
  test("6 s into a 10 s delay, down 3 min: active 4 s after the first good sample (10)", () => {
    const b = bench({ v: "" }, [hot]);
    b.set({ v: 90 });
    b.to(6);
    const c = b.restart(180_000, true);
    c.engine.resume(new Set());
    expect(c.step()).toEqual([]);
    expect(c.to(188)).toEqual([]);
    c.set({ v: 90 });
    expect(c.to(300)).toEqual(["192.0 active S2"]);
  });

  test("the same when no step came between the restart and the first sample", () => {
    const b = bench({ v: "" }, [hot]);
    b.set({ v: 90 });
    b.to(6);
    const c = b.restart(180_000, true);
    // Two seconds pass before anything is read.
    c.columns.value[0] = 90;
    c.columns.quality[0] = 0;
    c.columns.reason[0] = 0;
    expect(c.engine.step(Int32Array.of(0), 1, { now: instant(0), mono: milliseconds(188_000) })).toEqual([]);
    expect(c.engine.nextWake()).toBe(192_000);
  });

  test("an active alarm is held as unknown, then clears by its off-delay from the first good sample (12)", () => {
    const b = bench({ v: "" }, [hot]);
    b.set({ v: 90 });
    b.to(20);
    const c = b.restart(60_000, true);
    c.engine.resume(new Set(["r0@d"]));
    expect(c.step()).toEqual(["80.0 unknown S2"]);
    c.to(100);
    expect(c.set({ v: 1 })).toEqual(["100.0 known S2"]);
    expect(c.to(200)).toEqual(["105.0 normal S2"]);
  });

  test("a restart in the off-delay counts it anew", () => {
    const b = bench({ v: "" }, [hot]);
    b.set({ v: 90 });
    b.to(20);
    b.set({ v: 1 });
    b.to(24);
    const c = b.restart(1_000, true);
    c.engine.resume(new Set(["r0@d"]));
    expect(c.step()).toEqual(["25.0 unknown S2"]);
    c.to(40);
    c.set({ v: 1 });
    expect(c.to(60)).toEqual(["45.0 normal S2"]);
  });

  test("still true: it goes on without being told again", () => {
    const b = bench({ v: "" }, [hot]);
    b.set({ v: 90 });
    b.to(20);
    const c = b.restart(60_000, true);
    c.engine.resume(new Set(["r0@d"]));
    c.step();
    expect(c.set({ v: 99 })).toEqual(["80.0 known S2"]);
    expect(c.to(200)).toEqual([]);
  });

  test("an event during the downtime is no rise afterwards", () => {
    const b = bench({ a: "bool" }, "since(rising(a)) < 60s");
    b.set({ a: 0 });
    const c = b.restart(10_000, true);
    c.step();
    expect(c.set({ a: 1 })).toEqual([]);
    c.set({ a: 0 });
    expect(c.set({ a: 1 })).toEqual(["10.0 active S2"]);
  });
});

describe("the house decides what is active", () => {
  test("active without a snapshot: forced, and cleared by the first good sample", () => {
    const b = bench({ v: "" }, [hot]);
    b.engine.resume(new Set(["r0@d"]));
    expect(b.step()).toEqual(["0.0 unknown S2"]);
    b.set({ v: 1 });
    expect(b.to(20)).toEqual(["5.0 normal S2"]);
  });

  test("active in the snapshot but not in the house: it is raised again when it is true", () => {
    const b = bench({ v: "" }, [hot]);
    b.set({ v: 90 });
    b.to(20);
    const c = b.restart(0, false);
    c.engine.resume(new Set());
    expect(c.step()).toEqual([]);
    expect(c.to(60)).toEqual(["30.0 active S2"]);
  });

  test("the level in force survives", () => {
    const text = { when: "v > 80", levels: [["v > 90", "S1"]] as const };
    const b = bench({ v: "" }, [text]);
    b.set({ v: 95 });
    const c = b.restart(1_000, true);
    c.engine.resume(new Set(["r0@d"]));
    expect(c.step()).toEqual(["1.0 unknown S1"]);
    expect(c.set({ v: 95 })).toEqual(["1.0 known S1"]);
    expect(c.set({ v: 85 })).toEqual(["1.0 level S2"]);
  });
});

describe("an edited rule", () => {
  test("keeps the windows that did not change and drops a delay that was collected under another condition", () => {
    const b = bench({ v: "", w: "" }, [
      { when: "avg(v, 100s) > 5" },
      { when: "w > 1", on: "10s" },
      { when: "w > 2", on: "10s" },
    ]);
    b.set({ v: 10, w: 9 });
    b.to(6);
    const c = b.restart(0, false, [
      { when: "avg(v, 100s) > 6" },
      { when: "w > 1", on: "10s" },
      { when: "w > 3", on: "10s" },
    ]);
    expect(c.step()).toEqual([]);
    expect(c.to(100)).toEqual(["r1 10.0 active S2", "r2 16.0 active S2", "r0 80.0 active S2"]);
  });

  test("a longer delay is measured anew without losing the time so far; an active alarm is never demoted", () => {
    const b = bench({ v: "", w: "" }, [
      { when: "v > 1", on: "10s" },
      { when: "w > 1", on: "10s" },
    ]);
    b.set({ w: 9 });
    b.to(20);
    b.set({ v: 9 });
    b.to(26);
    const c = b.restart(0, false, [
      { when: "v > 1", on: "60s" },
      { when: "w > 1", on: "60s" },
    ]);
    c.engine.resume(new Set(["r1@d"]));
    expect(c.to(26)).toEqual([]);
    b.to(26);
    const d = b.restart(0, false, [
      { when: "v > 1", on: "60s" },
      { when: "w > 1", on: "60s" },
    ]);
    expect(d.to(200)).toEqual(["r0 80.0 active S2"]);
  });
});

test("a snapshot that is no snapshot changes nothing", () => {
  const at = { now: instant(0), mono: milliseconds(0) };
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    '{"version":2}',
    '{"version":1,"nodes":{"x":"y"},"verdicts":{}}',
    '{"version":1,"nodes":{"d x":[1,2,3]},"verdicts":{"r0@d":{"when":"","state":[7]}}}',
  ]) {
    const b = bench({ v: "" }, [hot]);
    b.engine.restore(text, at);
    b.set({ v: 90 });
    expect(b.to(20)).toEqual(["10.0 active S2"]);
  }
});

test("machine state of the wrong length or with nonsense in it is left aside", () => {
  const rules = [
    "avg(v, 10s) > 5",
    "held(v > 5, 10s)",
    "count(v > 5, 10s) >= 1",
    "baseline(v) > 1",
    "since(v > 5) < 5s",
    "rising(v > 5)",
    "stale(v, 5s)",
    "previous(v, 5s) > 5",
  ].map((when) => ({ when }));
  const b = bench({ v: "" }, rules);
  b.set({ v: 9 });
  b.to(3);
  const good = JSON.parse(b.engine.snapshot({ now: instant(0), mono: milliseconds(3_000) }));
  for (const cut of [1, 2, 3, 5]) {
    for (const key of Object.keys(good.nodes)) {
      const bad = structuredClone(good);
      bad.nodes[key] = [...bad.nodes[key].slice(0, cut), 1e9, null, -5];
      const c = bench({ v: "" }, rules);
      c.engine.restore(JSON.stringify(bad), { now: instant(0), mono: milliseconds(0) });
      c.set({ v: 9 });
      c.to(30);
      expect(c.engine.nextWake()).toBeGreaterThan(30_000);
    }
  }
});
