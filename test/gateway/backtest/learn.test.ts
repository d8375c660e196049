import { expect, test } from "vitest";
import { type Site, usualHistory } from "#model/site";
import { days, instant, later } from "#model/time";
import { learnedYaml } from "../../../gateway/backtest/learn.ts";
import { learnSite } from "../../../gateway/backtest/learn-site.ts";
import { openArchive } from "../../../gateway/history/archive.ts";
import { readHistoryFile } from "../../../gateway/history/file.ts";
import { deviceOf, pointsOf } from "../../rules/support/rule-bench.ts";
import { building } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";

/** Midnight in Shanghai. */
const START = instant(Temporal.Instant.from("2026-11-20T16:00:00Z").epochMilliseconds);
const points = [...pointsOf("pump", { flow: "m3/h" }), ...pointsOf("new-pump", { flow: "m3/h" })];
const site: Site = { ...building(), devices: [deviceOf("pump", [0]), deviceOf("new-pump", [1])], points };

/** 1 m³/h at night, 6 by day, 2 more for one minute each day at noon. */
const flowAt = (minute: number): number => {
  const hour = Math.floor(minute / 60) % 24;
  return (hour < 6 ? 1 : 6) + (minute % 1_440 === 720 ? 2 : 0);
};

test("three days of flow give the steps, the hours and the night; a device of one hour gives nothing", () => {
  using folder = createDataFolder();
  {
    using archive = openArchive({
      folder: folder.path,
      points: points.map(({ id }) => id),
      retention: usualHistory,
      isStart: true,
      tellBroken: () => {},
      tellPutAside: () => {},
    });
    const minutes = 3 * 1_440;
    const batch = (series: number, count: number) => ({
      count,
      series: new Int32Array(count).fill(series),
      at: Float64Array.from({ length: count }, (_, i) => START + i * 60_000),
      value: Float64Array.from({ length: count }, (_, i) => flowAt(i)),
      code: new Uint8Array(count),
    });
    archive.add(batch(0, minutes), START);
    archive.add(batch(1, 60), START);
    archive.sealAll();
  }
  using file = readHistoryFile(folder.path);
  if (!file) throw new Error("no file");
  const learned = learnSite(site, file, { from: START, to: later(START, days(3)) });
  expect(learned).toHaveLength(1);
  expect(learned[0]).toMatchObject({ device: "pump", largestStep: 5, ordinaryStep: 5, median: 6, nightMinimum: 1 });
  expect(learned[0]?.hourly).toEqual([...Array(6).fill(1), ...Array(18).fill(6)]);
  expect(learnedYaml(learned[0] as never, 3)).toContain("params:\n  burstStep: 6.0 m3/h\n  normalFlow: 6.0 m3/h");
});
