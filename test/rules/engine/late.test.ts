/** Samples that come late: every window ends as if they had come in order, and what stands now stays (alarms 6, case 20). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GOOD } from "#model/quality";
import { instant, milliseconds } from "#model/time";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import type { LateSample } from "../../../rules/engine/late.ts";
import { tickOf } from "../../../rules/engine/windows.ts";
import { createColumns, deviceOf, pointsOf, rule, START } from "../support/rule-bench.ts";

const RUNS = Math.ceil(Number(process.env.WINDOW_RUNS ?? 100_000) / 400);
const POINTS = pointsOf("pump", { x: "", on: "bool", other: "" });

/** How far apart a rate of 6 s looks, ms. */
const RATE_LOOK = tickOf(6_000);

/** The expressions under test, each read through a limit that random values cross often. */
const WINDOWS = [
  "avg(x, 10s) > 2",
  "avg(x * 2 - 1, 10s) > 3",
  "median(x, 10s) > 2",
  "min(x, 4s) > 1",
  "max(x, 4s) > 4",
  "max(x, 4s) - min(x, 4s) > 2",
  "rate(x, 6s) > 0.3",
  "previous(x, 4s) > 2",
  "flat(x, 5s, 1)",
  "count(on, 20s) >= 3",
  "count(rising(x > 3), 20s) >= 2",
  "count(falling(on), 20s) >= 2",
  "count(changed(x), 20s) >= 5",
  "since(x > 4) < 3s",
  "since(rising(on)) < 4s",
];

function house(when: string) {
  const columns = createColumns(POINTS.length);
  const engine = createEngine({
    rules: [rule({ when, id: "test.window" })],
    devices: [deviceOf("pump", [0, 1, 2])],
    points: POINTS,
    columns,
    zone: "UTC",
  });
  const said: string[] = [];
  const step = (ms: number, changed: readonly number[]) => {
    const at = { now: instant(START + ms), mono: milliseconds(ms) };
    for (const { to } of engine.step(Int32Array.from(changed), changed.length, at)) said.push(`${ms} ${to}`);
  };
  return {
    said,
    engine,
    set(handle: number, value: number, ms: number) {
      columns.value[handle] = value;
      columns.quality[handle] = GOOD;
      columns.receivedAt[handle] = START + ms;
      step(ms, [handle]);
    },
    insert(late: LateSample, ms: number) {
      engine.insert(late);
      step(ms, []);
    },
    to(ms: number) {
      for (let wake = engine.nextWake() as number; wake <= ms; wake = engine.nextWake() as number) step(wake, []);
    },
  };
}

const samples = fc.array(
  fc.record({ after: fc.integer({ min: 100, max: 1_500 }), value: fc.integer({ min: 0, max: 6 }) }),
  {
    minLength: 4,
    maxLength: 30,
  },
);

describe.each(WINDOWS)("%s", (when) => {
  const ofBool = when.includes("on)") || when.includes("(on,");
  test("answers from the next sample on as if all had come in order", () => {
    fc.assert(
      fc.property(samples, fc.nat(), (list, which) => {
        const series = list.reduce<{ at: number; value: number }[]>((all, { after, value }) => {
          all.push({ at: (all.at(-1)?.at ?? 0) + after, value: ofBool ? Number(value > 3) : value });
          return all;
        }, []);
        const late = 1 + (which % (series.length - 2));
        const handle = ofBool ? 1 : 0;
        const [inOrder, asCome] = [house(when), house(when)];
        for (const one of [inOrder, asCome]) for (const h of [0, 1, 2]) one.set(h, 0, 0);
        let insertedAt = 0;
        series.forEach(({ at, value }, n) => {
          inOrder.to(at);
          inOrder.set(handle, value, at);
          if (n === late) return;
          asCome.to(at);
          asCome.set(handle, value, at);
          if (n !== late + 1) return;
          const from = series[late]?.at as number;
          const before = series[late - 1]?.value as number;
          const x = series[late]?.value as number;
          insertedAt = at;
          asCome.insert({ handle, value: x, from, until: at, before, after: value }, at);
        });
        const end = (series.at(-1)?.at as number) + 30_000;
        inOrder.to(end);
        asCome.to(end);
        // Averages are looked at at their own moments; what both say in the end, and the state on the way, must agree.
        const stateAt = (said: readonly string[], ms: number) =>
          said.findLast((line) => Number(line.split(" ")[0]) <= ms)?.split(" ")[1] ?? "normal";
        const isLooked = /avg|median/.test(when);
        for (let ms = insertedAt + (isLooked ? 400 : 0); ms <= end; ms += isLooked ? 20_000 : 97) {
          // A step before the late one may keep flat from saying so for as long as that one is late.
          const [a, b] = [stateAt(inOrder.said, ms), stateAt(asCome.said, ms)];
          if (when.startsWith("flat") && a !== b && b === stateAt(inOrder.said, ms - 1_500)) continue;
          // A rate looks once in a while at what only time changes: the two may be a look apart.
          const isLookApart = [-RATE_LOOK, RATE_LOOK].some((apart) => b === stateAt(inOrder.said, ms + apart));
          if (when.startsWith("rate") && isLookApart) continue;
          if (a !== b && !isLooked) expect({ ms, said: asCome.said }).toEqual({ ms, said: inOrder.said });
        }
        expect(stateAt(asCome.said, end)).toBe(stateAt(inOrder.said, end));
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});

test("a sample 1 s late: the average learns of it, the condition of the present value and its delay do not (20)", () => {
  const one = house("avg(x, 10s) >= 1.5");
  one.set(0, 1, 0);
  one.to(10_000);
  one.set(0, 1, 10_000);
  one.insert({ handle: 0, value: 11, from: 9_000, until: 10_000, before: 1, after: 1 }, 10_000);
  one.to(10_500);
  expect(one.said).toEqual([expect.stringMatching(/^10\d\d\d active$/)]);
  const present = house("held(x > 5, 3s)");
  present.set(0, 6, 0);
  present.set(0, 7, 2_000);
  present.insert({ handle: 0, value: 1, from: 1_000, until: 2_000, before: 6, after: 7 }, 2_000);
  present.to(5_000);
  expect(present.said).toEqual(["3000 active"]);
});

test("what reads several points, or a point that nobody watches, takes no notice", () => {
  const one = house("max(x + other, 10s) > 5");
  for (const handle of [0, 1, 2]) one.set(handle, 0, 0);
  one.to(12_000);
  one.insert({ handle: 0, value: 9, from: 11_000, until: 12_000, before: 0, after: 0 }, 12_000);
  one.insert({ handle: 77, value: 9, from: 11_000, until: 12_000, before: 0, after: 0 }, 12_000);
  one.to(20_000);
  expect(one.said).toEqual([]);
});
