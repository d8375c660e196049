/** An engine that takes other facts of its devices while it runs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hourlyFlow } from "#model/learned";
import { BAD, GOOD } from "#model/quality";
import type { Device } from "#model/site";
import { instant, milliseconds } from "#model/time";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import { createFittedEngine } from "../../../rules/engine/refit.ts";
import { createColumns, deviceOf, param, pointsOf, rule, START } from "../support/rule-bench.ts";

const points = [
  ...pointsOf("pump", { flow: "m3/h", run: "bool" }),
  ...pointsOf("other", { flow: "m3/h", run: "bool" }, 2),
];
const devices = [deviceOf("pump", [0, 1]), deviceOf("other", [2, 3])];
const rules = [
  rule({
    id: "water.step",
    when: "flow > avg(flow, 5m) + burstStep",
    on: "20s",
    off: "10s",
    params: { burstStep: param(5, "m3/h") },
  }),
  rule({ id: "water.held", when: "held(run && flow > 3 m3/h, 40s) || count(rising(run), 2m) >= 3" }),
  rule({ id: "water.since", when: "since(!run) < 1m && flow > median(flow, 10m)", on: "5s" }),
  rule({ id: "water.usual", when: "flow > baseline(flow) + 4 m3/h", on: "15s" }),
  rule({ id: "water.night", when: 'flow > baseline_min(flow, "02:00-04:00", 14d) + 4 m3/h', on: "15s" }),
];

function stand(fitted: readonly Device[] = devices) {
  const columns = createColumns(points.length);
  const engine = createFittedEngine(
    (own) => createEngine({ rules, devices: own, points, columns, zone: "Asia/Shanghai" }),
    fitted,
  );
  const momentAt = (ms: number) => ({ now: instant(START + ms), mono: milliseconds(ms) });
  return {
    engine,
    momentAt,
    at(ms: number, handle: number, value: number | null): string[] {
      const lines: string[] = [];
      const step = (when: number, changed: number[]) => {
        for (const { instance, to, heldFor, because } of engine.step(
          Int32Array.from(changed),
          changed.length,
          momentAt(when),
        )) {
          lines.push(`${when} ${instance.id} ${to} ${heldFor} ${because.en}`);
        }
      };
      for (let due = engine.nextWake(); due < ms; due = engine.nextWake()) step(due, []);
      columns.value[handle] = value ?? Number.NaN;
      columns.quality[handle] = value === null ? BAD : GOOD;
      columns.receivedAt[handle] = START + ms;
      step(ms, [handle]);
      return lines;
    },
  };
}

const sample = fc.record({
  after: fc.integer({ min: 1, max: 40_000 }),
  handle: fc.integer({ min: 0, max: 3 }),
  value: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(null)),
  refit: fc.boolean(),
});

describe("an engine that is fitted anew while it runs", () => {
  test("says to the bit what it would have said, when nothing was changed: windows, delays and verdicts go on", () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 5, maxLength: 60 }), (samples) => {
        const [plain, refitted] = [stand(), stand()];
        let ms = 1_000;
        for (const { after, handle, value, refit } of samples) {
          ms += after;
          const known = handle % 2 === 1 && value !== null ? value % 2 : value;
          expect(refitted.at(ms, handle, known)).toEqual(plain.at(ms, handle, known));
          if (refit) refitted.engine.refit(devices, refitted.momentAt(ms));
        }
        expect(refitted.engine.takeCancelled()).toEqual(plain.engine.takeCancelled());
      }),
      { numRuns: 200 },
    );
  });

  test("goes by the new limit at its next step, on that device alone", () => {
    const { engine, at, momentAt } = stand();
    for (let second = 0; second < 300; second += 1) {
      at(second * 1_000, 0, 2);
      at(second * 1_000, 2, 2);
    }
    at(300_000, 0, 9);
    at(300_000, 2, 9);
    engine.refit([{ ...deviceOf("pump", [0, 1]), params: { burstStep: 8 } }, devices[1] as Device], momentAt(305_000));
    const lines = [...at(325_000, 1, 1), ...at(325_000, 3, 1)];
    expect(lines.filter((line) => line.includes("water.step")).map((line) => line.split(" ")[1])).toEqual([
      "water.step@other",
    ]);
  });

  test("a told flow, by the hour where an hour is told, is usual from the next step; a learned week is not forgotten for it", () => {
    const { engine, at, momentAt } = stand();
    const hour = 3_600_000;
    // Eight days of 2 m³/h teach every hour.
    for (let n = 0; n <= 8 * 24 * 2; n += 1) at(n * (hour / 2), 0, 2);
    const now = 8 * 24 * hour;
    const told = { normalFlow: 50, ...Object.fromEntries(Array.from({ length: 24 }, (_, n) => [hourlyFlow(n), 60])) };
    engine.refit(
      [
        { ...deviceOf("pump", [0, 1]), params: told },
        { ...deviceOf("other", [2, 3]), params: told },
      ],
      momentAt(now),
    );
    const lines = [...at(now + 1_000, 0, 7), ...at(now + 1_000, 2, 7), ...at(now + 30_000, 1, 1)];
    const usual = lines.filter((line) => line.includes("water.usual")).map((line) => line.split(" ")[1]);
    expect(usual).toEqual(["water.usual@pump"]);
    // The other one was taught nothing: 60 are usual at this hour, so only more than 64 is too much.
    const more = [
      ...at(now + 60_000, 2, 63),
      ...at(now + 90_000, 3, 1),
      ...at(now + 100_000, 2, 65),
      ...at(now + 130_000, 3, 0),
    ];
    expect(more.filter((line) => line.includes("water.usual@other")).map((line) => line.split(" ")[0])).toEqual([
      String(now + 115_000),
    ]);
  });

  test("a told night flow stands until nights have taught another", () => {
    const night = [{ ...deviceOf("pump", [0, 1]), params: { nightFlow: 1 } }, devices[1] as Device];
    const { at } = stand(night);
    const lines = [...at(0, 0, 6), ...at(0, 2, 6), ...at(30_000, 1, 1)];
    expect(lines.filter((line) => line.includes("water.night")).map((line) => line.split(" ")[1])).toEqual([
      "water.night@pump",
    ]);
  });
});
