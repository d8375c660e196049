import { describe, expect, test } from "vitest";
import { type Site, usualHistory } from "#model/site";
import { days, formatInstant, type Instant, instant, later, milliseconds } from "#model/time";
import { learnSite } from "../../../gateway/backtest/learn-site.ts";
import { NoHistory } from "../../../gateway/backtest/run-backtest.ts";
import { runLearning } from "../../../gateway/backtest/run-learning.ts";
import { openArchive } from "../../../gateway/history/archive.ts";
import { readHistoryFile } from "../../../gateway/history/file.ts";
import { deviceOf, pointsOf, rule } from "../../rules/support/rule-bench.ts";
import { building } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";

/** Midnight in Shanghai. */
const START = instant(Temporal.Instant.from("2026-11-20T16:00:00Z").epochMilliseconds);
const MINUTE = 60_000;
const to = later(START, days(3));

/** 1 m³/h at night, 6 by day, 2 more for one minute each day at noon. */
const flowAt = (minute: number): number => {
  const hour = Math.floor(minute / 60) % 24;
  return (hour < 6 ? 1 : 6) + (minute % 1_440 === 720 ? 2 : 0);
};

interface Series {
  readonly minutes: number;
  readonly from?: number;
  readonly every?: number;
  readonly value: (minute: number) => number;
}

/** A history with these series, one per point of the site. */
function stored(site: Site, series: readonly Series[]) {
  const folder = createDataFolder();
  using archive = openArchive({
    folder: folder.path,
    points: site.points.map(({ id }) => id),
    retention: usualHistory,
    isStart: true,
    tellBroken: () => {},
    tellPutAside: () => {},
  });
  series.forEach(({ minutes, from = 0, every = 1, value }, n) => {
    const count = Math.ceil((minutes - from) / every);
    archive.add(
      {
        count,
        series: new Int32Array(count).fill(n),
        at: Float64Array.from({ length: count }, (_, i) => START + (from + i * every) * MINUTE),
        value: Float64Array.from({ length: count }, (_, i) => value(from + i * every)),
        code: new Uint8Array(count),
      },
      START,
    );
  });
  archive.sealAll();
  return folder;
}

const burst = rule({
  id: "water.burst",
  when: "flow > baseline(flow) + burstStep",
  params: { burstStep: { type: "number", default: 5, unit: "m3/h", source: "pack" } },
});
const site: Site = {
  ...building(),
  zone: "Asia/Shanghai",
  devices: [deviceOf("pump", [0]), deviceOf("new-pump", [1])],
  points: [...pointsOf("pump", { flow: "m3/h" }), ...pointsOf("new-pump", { flow: "m3/h" })],
  rules: [burst],
};
const usual: readonly Series[] = [
  { minutes: 3 * 1_440, value: flowAt },
  { minutes: 60, value: flowAt },
];

function learned(of: Site, series: readonly Series[], range: { from: Instant; to: Instant } = { from: START, to }) {
  using folder = stored(of, series);
  using file = readHistoryFile(folder.path);
  if (!file) throw new Error("no file");
  return learnSite(of, file, range);
}

describe("what the flow teaches", () => {
  test("three days give the steps, the hours and the night", () => {
    const { devices } = learned(site, usual);
    expect(devices[0]).toMatchObject({
      device: "pump",
      minutes: 3 * 1_440,
      gaps: 0,
      begins: START,
      largestStep: 5,
      ordinaryStep: 5,
      median: 6,
      nightMinimum: 1,
    });
    expect(devices[0]?.hourly).toEqual([...Array(6).fill(1), ...Array(18).fill(6)]);
    expect(devices[1]).toMatchObject({ device: "new-pump", gaps: 1, minutes: 66 });
  });

  test("litres per second are m³/h all the same, and a flow in degrees teaches nothing", () => {
    const points = [...pointsOf("pump", { flow: "L/s" }), ...pointsOf("new-pump", { flow: "Cel" })];
    const { devices, oddUnit } = learned({ ...site, points }, [
      { minutes: 3 * 1_440, value: (minute) => flowAt(minute) / 3.6 },
      { minutes: 3 * 1_440, value: flowAt },
    ]);
    expect(devices[0]?.median).toBeCloseTo(6, 6);
    expect(devices[0]?.ordinaryStep).toBeCloseTo(5, 6);
    expect([devices.length, oddUnit]).toEqual([1, ["new-pump"]]);
  });

  test("a range that begins before the history says when it was known first, and counts what is missing", () => {
    const { devices } = learned(site, [{ minutes: 3 * 1_440, from: 1_440, value: flowAt }, usual[1] as Series]);
    expect(devices[0]).toMatchObject({ begins: START + 1_440 * MINUTE, gaps: 1, minutes: 2 * 1_440 });
  });

  test("many devices in one history are each taught by their own samples alone", () => {
    const names = Array.from({ length: 40 }, (_, n) => `pump-${n}`);
    const points = names.flatMap((name) => pointsOf(name, { flow: "m3/h" }));
    const many = { ...site, points, devices: names.map((name, n) => deviceOf(name, [n])) };
    const { devices } = learned(
      many,
      names.map((_, n) => ({ minutes: 2 * 1_440, every: 1 + (n % 3), value: () => n })),
    );
    expect(devices.map(({ median }) => median)).toEqual(names.map((_, n) => n));
    expect(devices.every(({ largestStep }) => largestStep === 0)).toBe(true);
  });
});

describe("learning with a trial of each value", () => {
  const run = (of: Site, series: readonly Series[]) => {
    using folder = stored(of, series);
    const shares: number[] = [];
    const report = runLearning({
      site: of,
      from: START,
      to,
      folder: folder.path,
      progress: (share) => shares.push(share),
    });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeCloseTo(1, 6);
    return report;
  };

  /** The flow of each day at noon rises by 7 for a minute, which the limit of 5 takes for a burst. */
  const noon = (minute: number) => 6 + (minute % 1_440 === 720 ? 7 : 0);

  test("the learned step is tried beside the one in force: what it misses stands there with its time", () => {
    const { devices } = run(site, [{ minutes: 3 * 1_440, value: noon }, usual[1] as Series]);
    const [pump, fresh] = devices;
    expect(pump?.suggestions.map(({ what }) => what)).toEqual(["burstStep", "normalFlow", "hourlyFlow"]);
    const step = pump?.suggestions[0];
    expect(step?.values).toEqual([8.4]);
    expect(step?.trial).toEqual([
      {
        rule: "water.burst",
        before: 3,
        after: 0,
        same: 0,
        missed: [0, 1, 2].map((day) =>
          expect.objectContaining({
            alarm: "water.burst@pump",
            from: formatInstant(later(START, milliseconds((day * 1_440 + 720) * MINUTE))),
          }),
        ),
        missedCount: 3,
        extra: [],
        extraCount: 0,
      },
    ]);
    expect(fresh).toMatchObject({ suggestions: [], because: { en: expect.stringContaining("66 min of this range") } });
  });

  test("without a history the sentence says so", () => {
    using folder = createDataFolder();
    expect(() => runLearning({ site, from: START, to, folder: folder.path })).toThrow(NoHistory);
  });
});
