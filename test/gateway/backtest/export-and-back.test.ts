/** The past as the API exports it is what a backtest reads: the same alarms as from the history itself. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BAD, GOOD, reasonCode } from "#model/quality";
import { usualHistory } from "#model/site";
import { later, minutes } from "#model/time";
import { piecesOf } from "../../../gateway/backtest/csv-samples.ts";
import { runBacktest } from "../../../gateway/backtest/run-backtest.ts";
import { openArchive } from "../../../gateway/history/archive.ts";
import { codeOf } from "../../../gateway/history/block.ts";
import { trendColumns } from "../../../gateway/history/trend.ts";
import { rule } from "../../rules/support/rule-bench.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { START, startStand, testSite } from "../api/stand.ts";

const POINT = "booster-1.outlet_pressure";
/** Second and pressure: low for 20 s, lost for a minute, low for 30 s. */
const COURSE = [
  [0, 0.4],
  [60, 0.15],
  [80, 0.4],
  [200, "bad"],
  [260, 0.4],
  [400, 0.1],
  [430, 0.4],
  [590, 0.4],
] as const;

test.each(["zh", "en"])("what was exported in %s is replayed to the same alarms as the history", async (lang) => {
  using folder = createDataFolder();
  const site = testSite();
  const points = site.points.map(({ id }) => id);
  const low = rule({ id: "water.low", when: "outlet_pressure < 0.2 MPa", on: "10s", because: "{outlet_pressure}" });
  using archive = openArchive({
    folder: folder.path,
    points,
    retention: usualHistory,
    isStart: true,
    tellBroken: () => {},
    tellPutAside: () => {},
  });
  archive.add(
    {
      count: COURSE.length,
      series: new Int32Array(COURSE.length).fill(points.indexOf(POINT)),
      at: Float64Array.from(COURSE, ([second]) => START + second * 1_000),
      value: Float64Array.from(COURSE, ([, value]) => (value === "bad" ? Number.NaN : value)),
      code: Uint8Array.from(COURSE, ([, value]) =>
        value === "bad" ? codeOf(BAD, reasonCode("no-link")) : codeOf(GOOD, 0),
      ),
    },
    later(START, minutes(10)),
  );
  const range = { from: START, to: later(START, minutes(10)) };
  const kept = runBacktest({ site, rule: low, ...range, source: { folder: folder.path } });
  expect(kept.alarms.map(({ from, to }) => [from.slice(11, 19), to?.slice(11, 19)])).toEqual([
    ["08:01:10", "08:01:20"],
    ["08:06:50", "08:07:10"],
  ]);

  await using stand = await startStand({
    site,
    historian: {
      append: () => {},
      beat: () => {},
      copy: () => Promise.reject(new Error("nobody asked for a copy")),
      standing: () => ({ queue: 0, damaged: 0 }),
      read: async (handle, from, to, buckets) =>
        trendColumns(archive.read(handle, from, to, buckets, range.to), range.to),
      async [Symbol.asyncDispose]() {},
    },
  });
  await stand.clock.advance(minutes(15));
  const query = `points=${POINT}&every=1s&from=2026-11-21T08:00:00Z&to=2026-11-21T08:10:00Z&lang=${lang}`;
  const { status, text } = await stand.ask("GET", `/api/exports/points/history.csv?${query}`, { as: "engineer" });
  expect(status).toBe(200);
  const file = join(folder.path, "history.csv");
  writeFileSync(file, text);
  const exported = runBacktest({ site, rule: low, ...range, source: { csv: piecesOf(file) } });
  expect(exported.alarms.map(({ from, to }) => [from, to])).toEqual(kept.alarms.map(({ from, to }) => [from, to]));

  // A spreadsheet in Germany writes it with semicolons; nothing else changes.
  const semicolons = runBacktest({ site, rule: low, ...range, source: { csv: [text.replaceAll(",", ";")] } });
  expect(semicolons.alarms).toEqual(exported.alarms);
});
