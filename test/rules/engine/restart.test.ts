/** What survives a restart: delays, windows, active alarms; and what must not. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Transition } from "#model/rule";
import type { Device } from "#model/site";
import { instant, milliseconds } from "#model/time";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import { bench, createColumns, deviceOf, pointsOf, rule } from "../support/rule-bench.ts";

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

test("notes that are no snapshot change nothing", () => {
  const at = { now: instant(0), mono: milliseconds(0) };
  const cover = '{"version":3,"run":1,"now":1,"mono":1}';
  const page = '{"version":3,"run":1,"now":1,"mono":1,"shapes":[["x"]],"devices":[["d",0]],"verdicts":{}';
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    '{"version":3}',
    cover,
    `${page},"nodes":"no base64"}`,
    `${page},"nodes":"AAAA"}`,
    `${page},"nodes":""}`,
    `${page.replace('["d",0]', '["d",7]')},"nodes":""}`,
    '{"version":2,"nodes":{"d x":[1,2,3]},"verdicts":{"r0@d":{"when":"","state":[7]}}}',
  ]) {
    for (const head of ["", "{", "[]", cover]) {
      const b = bench({ v: "" }, [hot]);
      const notes = new Map([
        ["clock", "12"],
        ["engine", head],
        ["engine/0", text],
        ["engine/none", text],
      ]);
      b.engine.restore(notes, at);
      b.set({ v: 90 });
      expect(b.to(20)).toEqual(["10.0 active S2"]);
    }
  }
});

const everything = [
  "avg(v, 10s) > 5",
  "held(v > 5, 10s)",
  "count(v > 5, 10s) >= 1",
  "baseline(v) > 1",
  "since(v > 5) < 5s",
  "rising(v > 5)",
  "stale(v, 5s)",
  "previous(v, 5s) > 5",
].map((when) => ({ when }));

test("machine state of the wrong length or with nonsense in it is left aside", () => {
  const b = bench({ v: "" }, everything);
  b.set({ v: 9 });
  b.to(3);
  const notes = b.keep();
  const page = JSON.parse(notes.get("engine/0") ?? "") as { nodes: string };
  const all = new Float64Array(Uint8Array.fromBase64(page.nodes).buffer);
  // Each node: how many numbers, then these.
  for (let at = 0; at < all.length; at += 1 + (all[at] as number)) {
    const size = all[at] as number;
    for (const cut of [1, 2, 3, 5]) {
      const kept = Math.min(cut, size);
      const bad = Float64Array.from([
        ...all.subarray(0, at),
        kept + 3,
        ...all.subarray(at + 1, at + 1 + kept),
        ...[1e9, Number.NaN, -5],
        ...all.subarray(at + 1 + size),
      ]);
      const c = bench({ v: "" }, everything);
      const text = JSON.stringify({ ...page, nodes: new Uint8Array(bad.buffer).toBase64() });
      c.engine.restore(new Map([...notes, ["engine/0", text]]), { now: instant(0), mono: milliseconds(0) });
      c.set({ v: 9 });
      c.to(30);
      expect(c.engine.nextWake()).toBeGreaterThan(30_000);
    }
  }
});

describe("pages", () => {
  /** 600 devices of three nodes and a verdict each are more than one page. */
  const many = Array.from({ length: 600 }, (_, n) => deviceOf(`d${n}`, [n]));
  const points = many.flatMap((device, n) => pointsOf(device.id, { v: "" }).map((point) => ({ ...point, id: `${n}` })));
  const at = (second: number, run = 0) => ({ now: instant(run * 1e6 + second), mono: milliseconds(second * 1_000) });
  function house(devices = many) {
    const columns = createColumns(points.length);
    const engine = createEngine({ rules: [rule(hot)], devices, points, columns, zone: "UTC" });
    const set = (handle: number, value: number, second: number): readonly Transition[] => {
      columns.value[handle] = value;
      columns.quality[handle] = 0;
      return engine.step(Int32Array.of(handle), 1, at(second));
    };
    const ids = (found: readonly Transition[]): string[] => found.map(({ instance }) => instance.device);
    return { engine, columns, set, ids };
  }

  test("are written whole once, then only where something moved, and the cover each time", () => {
    const { engine, set } = house();
    engine.step(new Int32Array(0), 0, at(0));
    const first = [...engine.pages(at(1))].map(([name]) => name);
    expect(first.length).toBeGreaterThan(2);
    expect(first.at(-1)).toBe("engine");
    expect([...engine.pages(at(2))].map(([name]) => name)).toEqual(["engine"]);
    set(599, 90, 3);
    expect([...engine.pages(at(4))].map(([name]) => name)).toEqual([first.at(-2), "engine"]);
  });

  test("an old page beside a new one counts from the same moment: both delays end as if nothing had been", () => {
    const { engine, columns, set } = house();
    const notes = new Map<string, string>();
    set(0, 90, 0);
    for (const [name, text] of engine.pages(at(1))) notes.set(name, text);
    set(599, 90, 4);
    for (const [name, text] of engine.pages(at(6))) notes.set(name, text);
    const next = house();
    next.columns.value.set(columns.value);
    next.columns.quality.set(columns.quality);
    // Stopped at 6 s, up again at 100 s of another clock: 4 s are left of the one delay and 8 s of the other.
    next.engine.restore(notes, at(100, 1));
    expect(next.ids(next.engine.step(new Int32Array(0), 0, at(103, 1)))).toEqual([]);
    expect(next.ids(next.engine.step(new Int32Array(0), 0, at(104, 1)))).toEqual(["d0"]);
    expect(next.ids(next.engine.step(new Int32Array(0), 0, at(107, 1)))).toEqual([]);
    expect(next.ids(next.engine.step(new Int32Array(0), 0, at(108, 1)))).toEqual(["d599"]);
  });

  test("a crash amid the first writing after a start leaves each device with its newest page", () => {
    const one = house();
    const notes = new Map<string, string>();
    one.set(0, 90, 0);
    one.set(599, 90, 4);
    for (const [name, text] of one.engine.pages(at(6))) notes.set(name, text);
    const two = house();
    two.columns.value.set(one.columns.value);
    two.columns.quality.set(one.columns.quality);
    two.engine.restore(notes, at(50, 1));
    two.engine.step(new Int32Array(0), 0, at(52, 1));
    for (const [name, text] of two.engine.pages(at(52, 1))) {
      notes.set(name, text);
      break;
    }
    const three = house();
    three.columns.value.set(one.columns.value);
    three.columns.quality.set(one.columns.quality);
    three.engine.restore(notes, at(200, 2));
    // d0 had run for 8 s of its 10 when its page was written anew, d599 for 2 s.
    expect(three.ids(three.engine.step(new Int32Array(0), 0, at(202, 2)))).toEqual(["d0"]);
    expect(three.ids(three.engine.step(new Int32Array(0), 0, at(207.9, 2)))).toEqual([]);
    expect(three.ids(three.engine.step(new Int32Array(0), 0, at(208, 2)))).toEqual(["d599"]);
  });

  test("pages left over from a larger house do not speak for a device that has moved to another page", () => {
    const large = house();
    const notes = new Map<string, string>();
    large.set(599, 90, 0);
    for (const [name, text] of large.engine.pages(at(6))) notes.set(name, text);
    const small = house([many[599] as Device]);
    small.engine.restore(notes, at(50, 1));
    small.set(599, 1, 51);
    for (const [name, text] of small.engine.pages(at(52, 1))) notes.set(name, text);
    const again = house([many[599] as Device]);
    again.engine.restore(notes, at(90, 2));
    expect(again.set(599, 90, 90)).toEqual([]);
    expect(again.engine.nextWake()).toBe(100_000);
  });

  test("a page that could not be kept is told again", () => {
    const { engine } = house();
    engine.step(new Int32Array(0), 0, at(0));
    const all = [...engine.pages(at(1))].length;
    engine.skip(at(1), at(2));
    for (const _ of engine.pages(at(2))) break;
    expect([...engine.pages(at(3))].length).toBe(all);
  });
});

test("a time in which nothing was seen is skipped exactly as a restart would have it", () => {
  const values = { min: -3, max: 12 };
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 9_000 }), fc.option(fc.integer(values))), { minLength: 2 }),
      fc.nat(20),
      fc.integer({ min: 0, max: 100_000 }),
      (course, cut, gap) => {
        const rules = everything.map(({ when }) => ({ when, on: "3s", off: "2s" }));
        const play = (how: "restart" | "skip"): string[] => {
          let b = bench({ v: "" }, rules);
          let second = 0;
          return course.flatMap(([after, v], k) => {
            second += after / 1_000;
            const lines = [...b.to(second), ...b.set({ v })];
            if (k === cut) {
              second += gap / 1_000;
              const active = b.active();
              if (how === "skip") b.skip(gap);
              else {
                b = b.restart(gap, false);
                b.engine.resume(active);
              }
            }
            return lines;
          });
        };
        expect(play("skip")).toEqual(play("restart"));
      },
    ),
    { numRuns: 100 },
  );
});
