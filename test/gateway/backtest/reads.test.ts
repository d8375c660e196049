import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BAD, GOOD, reasonCode } from "#model/quality";
import { type Site, usualHistory } from "#model/site";
import { hours, instant, later } from "#model/time";
import { type Reads, readsOf } from "../../../gateway/backtest/reads.ts";
import { replay } from "../../../gateway/backtest/replay.ts";
import { storedSamples } from "../../../gateway/backtest/stored-samples.ts";
import { openArchive } from "../../../gateway/history/archive.ts";
import { codeOf } from "../../../gateway/history/block.ts";
import { readHistoryFile } from "../../../gateway/history/file.ts";
import { deviceOf, pointsOf, rule } from "../../rules/support/rule-bench.ts";
import { building } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";

const START = instant(1_795_248_000_000);
const points = pointsOf("pump", { pressure: "MPa", flow: "m3/h", running: "bool", spare: "MPa" });
const site: Site = { ...building(), devices: [deviceOf("pump", [0, 1, 2, 3])], points };

const limits = rule({
  id: "water.low",
  when: "pressure < 0.2 MPa && abs(flow) > 1 m3/h && running",
  clear: "pressure > 0.3 MPa",
  on: "10s",
  because: "{pressure} {flow}",
});
const windows = rule({
  id: "water.window",
  when: "avg(pressure, 1m) < 0.2 MPa || held(flow > 3 m3/h, 20s) || is_bad(flow)",
  because: "{pressure} {flow}",
});

describe("what a rule reads", () => {
  test("is the points of its expressions and sentences, and no other", () => {
    expect(readsOf(site, [limits]).handles).toEqual([0, 1, 2]);
    expect(readsOf(site, [limits]).watches).toMatchObject([{ device: "pump", needed: [0, 1, 2] }]);
  });

  test("a point that only meets limits is heard by its answers; one in a window by every value", () => {
    const answer = readsOf(site, [limits]).answers.get(0);
    expect(answer?.(0.1)).toBe(answer?.(0.15));
    expect(new Set([answer?.(0.1), answer?.(0.25), answer?.(0.4), answer?.(Number.NaN)]).size).toBe(4);
    const flow = readsOf(site, [limits]).answers.get(1);
    expect(flow?.(-2)).toBe(flow?.(5));
    expect(readsOf(site, [limits, windows]).answers.get(0)).toBeUndefined();
    expect(readsOf(site, [limits]).answers.get(2)).toBeUndefined();
  });

  test("points of other devices by relation are read too", () => {
    const supply = pointsOf("supply", { utility_ok: "bool" });
    const with2: Site = {
      ...site,
      points: [...points, ...supply],
      devices: [{ ...deviceOf("pump", [0, 1, 2, 3]), dependsOn: ["supply"] }, deviceOf("supply", [4])],
    };
    const across = rule({ id: "water.across", when: "running && !all(depends_on.*.utility_ok)" });
    expect(readsOf(with2, [across]).handles).toEqual([2, 4]);
  });
});

test("leaving out what makes no difference gives the same alarms, times and sentences", () => {
  const sample = fc.record({
    step: fc.constantFrom(0, 200, 1_000, 7_000, 61_000),
    handle: fc.integer({ min: 0, max: 2 }),
    value: fc.constantFrom(0, 0.1, 0.15, 0.25, 0.35, 1, 2, 4, -2),
    isBad: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
  let alarms = 0;
  fc.assert(
    fc.property(fc.array(sample, { minLength: 20, maxLength: 120 }), (rows) => {
      let now = START - 5_000;
      const at = rows.map(({ step }) => {
        now += step;
        return now;
      });
      const stretch = {
        count: rows.length,
        until: later(START, hours(3)),
        handle: Int32Array.from(rows, ({ handle }) => handle),
        at: Float64Array.from(at),
        value: Float64Array.from(rows, ({ handle, value, isBad }) =>
          isBad ? Number.NaN : handle === 2 ? Number(value < 2) : value,
        ),
        code: Uint8Array.from(rows, ({ isBad }) => (isBad ? codeOf(BAD, reasonCode("no-link")) : codeOf(GOOD, 0))),
      };
      const rules = [limits, windows];
      const run = (reads: Reads, own: typeof rules) =>
        replay({ site, rules: own, reads, from: START, to: later(START, hours(3)), stretches: [stretch] });
      for (const own of [[limits], rules]) {
        const reads = readsOf(site, own);
        const everything = { ...reads, answers: new Map(reads.handles.map((handle) => [handle, undefined])) };
        const found = run(reads, own);
        expect(found).toEqual(run(everything, own));
        alarms += found.asIs.length;
      }
    }),
    { numRuns: 200 },
  );
  expect(alarms).toBeGreaterThan(100);
}, 60_000);

test("samples that are left out where they are read change no alarm, time, sentence or gap", () => {
  const sample = fc.record({
    step: fc.constantFrom(0, 1, 200, 1_000, 7_000, 61_000, 300_000, 480_000),
    handle: fc.integer({ min: 0, max: 2 }),
    value: fc.constantFrom(0, 0.1, 0.12, 0.15, 0.25, 0.35, 1, 2, 4, -2),
    isBad: fc.integer({ min: 0, max: 15 }).map((n) => n === 0),
  });
  const told = rule({
    id: "water.told",
    when: "(pressure < 0.2 MPa && abs(flow) > 1 m3/h) || held(flow > 3 m3/h, 20s)",
    on: "10s",
    because: "{pressure} {flow} {running}",
  });
  let alarms = 0;
  let leftOut = 0;
  fc.assert(
    fc.property(fc.array(sample, { minLength: 60, maxLength: 200 }), fc.boolean(), (rows, isSealed) => {
      using folder = createDataFolder();
      let now = START - 5_000;
      const at = Float64Array.from(rows, ({ step }) => {
        now += step;
        return now;
      });
      {
        using archive = openArchive({
          folder: folder.path,
          points: points.map(({ id }) => id),
          retention: usualHistory,
          isStart: true,
          tellBroken: () => {},
          tellPutAside: () => {},
        });
        const batch = {
          count: rows.length,
          series: Int32Array.from(rows, ({ handle }) => handle),
          at,
          value: Float64Array.from(rows, ({ handle, value, isBad }) =>
            isBad ? Number.NaN : handle === 2 ? Number(value < 2) : value,
          ),
          code: Uint8Array.from(rows, ({ isBad }) => (isBad ? codeOf(BAD, reasonCode("no-link")) : codeOf(GOOD, 0))),
        };
        archive.add(batch, now);
        if (isSealed) archive.sealAll();
      }
      const ids = points.map(({ id }) => id);
      const range = { from: START, to: instant(Math.max(START, now) + 60_000) };
      for (const own of [[told], [limits, told]]) {
        const reads = readsOf(site, own);
        const played = (answers?: Reads["answers"]) => {
          using file = readHistoryFile(folder.path);
          if (!file) throw new Error("no history");
          const stretches = storedSamples(file, ids, reads.handles, range, () => {}, answers);
          const counted = (function* () {
            for (const stretch of stretches) {
              leftOut += stretch.leftOut?.count ?? 0;
              yield stretch;
            }
          })();
          return replay({ site, rules: own, reads, ...range, stretches: counted });
        };
        const found = played(reads.answers);
        expect(found).toEqual(played());
        alarms += found.asIs.length;
      }
    }),
    { numRuns: 60 },
  );
  expect(alarms).toBeGreaterThan(100);
  expect(leftOut).toBeGreaterThan(1_000);
}, 120_000);
