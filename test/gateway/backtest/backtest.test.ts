import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BAD, GOOD, reasonCode } from "#model/quality";
import { type Site, usualHistory } from "#model/site";
import { days, hours, instant, later, minutes, seconds } from "#model/time";
import { BadCsv } from "../../../gateway/backtest/csv-row.ts";
import { csvSamples } from "../../../gateway/backtest/csv-samples.ts";
import { printReport } from "../../../gateway/backtest/print.ts";
import { NoHistory, runBacktest } from "../../../gateway/backtest/run-backtest.ts";
import { runTuning } from "../../../gateway/backtest/run-tuning.ts";
import { openArchive } from "../../../gateway/history/archive.ts";
import { codeOf } from "../../../gateway/history/block.ts";
import { deviceOf, pointsOf, rule } from "../../rules/support/rule-bench.ts";
import { building } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";

const START = instant(1_795_248_000_000);
const points = pointsOf("pump", { pressure: "MPa", running: "bool" });
const site: Site = { ...building(), devices: [deviceOf("pump", [0, 1])], points };
const lowPressure = (limit: string, on = "10s") => ({
  ...rule({ id: "water.low", when: `pressure < ${limit} MPa && running`, on, because: "{pressure}" }),
  ticket: "pump_fault" as const,
});

/** Second, pressure ("bad" for a lost link). The pump runs all the time. */
type Course = readonly (readonly [second: number, pressure: number | "bad"])[];

function store(folder: string, course: Course, still = 0): void {
  using archive = openArchive({
    folder,
    points: points.map(({ id }) => id),
    retention: usualHistory,
    isStart: true,
    tellBroken: () => {},
    tellPutAside: () => {},
  });
  const rows = course.flatMap(([second, pressure]) => [
    {
      series: 0,
      at: START + second * 1_000,
      value: pressure === "bad" ? Number.NaN : pressure,
      isBad: pressure === "bad",
    },
    { series: 1, at: START + second * 1_000, value: 1, isBad: false },
  ]);
  archive.add(
    {
      count: rows.length,
      series: Int32Array.from(rows, (row) => row.series),
      at: Float64Array.from(rows, (row) => row.at),
      value: Float64Array.from(rows, (row) => row.value),
      code: Uint8Array.from(rows, (row) => (row.isBad ? codeOf(BAD, reasonCode("no-link")) : codeOf(GOOD, 0))),
    },
    START + still,
  );
}

const course: Course = [
  [0, 0.4],
  [60, 0.15], // 5 s: too short
  [65, 0.4],
  [120, 0.15], // 9 s: almost
  [129, 0.4],
  [180, 0.15], // 30 s: an alarm at 190
  [210, 0.4],
  [240, 0.25], // 60 s under 0.3 only
  [300, 0.4],
  [400, 0.4],
];
const range = { from: START, to: later(START, seconds(400)) };

describe("a rule over stored history", () => {
  test("raises what the house would have raised, when it would have, and names the ticket", () => {
    using folder = createDataFolder();
    store(folder.path, course);
    const report = runBacktest({ site, rule: lowPressure("0.2"), ...range, source: { folder: folder.path } });
    expect(report.alarms).toEqual([
      {
        alarm: "water.low@pump",
        device: "pump",
        severity: "S2",
        from: "2026-11-21T08:03:10.000Z",
        to: "2026-11-21T08:03:30.000Z",
        heldFor: 10,
        because: expect.objectContaining({ en: expect.stringContaining("0.15") }),
        ticket: 1,
      },
    ]);
    expect(report.tickets).toEqual([
      {
        number: 1,
        class: "pump_fault",
        device: "pump",
        severity: "S2",
        openedAt: "2026-11-21T08:03:10.000Z",
        alarms: 1,
        reopened: 0,
      },
    ]);
    expect(report).toMatchObject({ devices: 1, broken: 0, gapCount: 0 });
  });

  test("tells what almost became an alarm: the tuning report", () => {
    using folder = createDataFolder();
    store(folder.path, course);
    const report = runBacktest({ site, rule: lowPressure("0.2"), ...range, source: { folder: folder.path } });
    expect(report.tuning).toEqual([
      {
        rule: "water.low",
        device: "pump",
        alarms: 1,
        pendingCancelled: 2,
        nearMisses: 1,
        longestPending: 9,
        unknown: 0,
      },
    ]);
  });

  test("counts no time before the history began as time in which nothing could be judged", () => {
    using folder = createDataFolder();
    store(folder.path, course);
    const asked = { site, rules: [lowPressure("0.2")], from: later(START, days(-7)), to: later(START, minutes(4)) };
    expect(runTuning({ ...asked, folder: folder.path })).toMatchObject({
      from: "2026-11-21T08:00:00.000Z",
      rows: [{ rule: "water.low", unknown: 0 }],
    });
    // Asked for a time that was wholly before it, there is nothing to say.
    const before = { ...asked, to: later(START, days(-6)), folder: folder.path };
    expect(runTuning(before)).toMatchObject({ from: "2026-11-15T08:00:00.000Z", rows: [] });
  });

  test("old against new: the same, missed, extra", () => {
    using folder = createDataFolder();
    store(folder.path, course);
    const source = { folder: folder.path };
    const wider = runBacktest({ site, rule: lowPressure("0.2"), changed: lowPressure("0.3"), ...range, source });
    expect(wider.changed).toMatchObject({ same: 1, missed: [], extra: [{ from: "2026-11-21T08:04:10.000Z" }] });
    const slower = runBacktest({ site, rule: lowPressure("0.2"), changed: lowPressure("0.2", "1m"), ...range, source });
    expect(slower.changed).toMatchObject({ alarms: [], same: 0, missed: [{ from: "2026-11-21T08:03:10.000Z" }] });
    expect(printReport(slower, "en", "Asia/Shanghai")).toMatch(/missed 1, extra 0[\s\S]*- 2026-11-21 16:03:10/);
    expect(printReport(slower, "zh", "Asia/Shanghai")).toContain("不再产生 1");
  });

  test("what held before the range counts, and what stands beyond it does not", () => {
    using folder = createDataFolder();
    store(folder.path, course);
    const late = { from: later(START, seconds(185)), to: later(START, seconds(200)) };
    const report = runBacktest({ site, rule: lowPressure("0.2"), ...late, source: { folder: folder.path } });
    expect(report.alarms).toMatchObject([{ from: "2026-11-21T08:03:15.000Z" }]);
    expect(report.alarms[0]?.to).toBeUndefined();
  });

  test("gaps are stated: a lost link, and silence", () => {
    using folder = createDataFolder();
    store(folder.path, [
      [0, 0.4],
      [300, "bad"],
      [600, 0.4],
      [7_200, 0.4],
    ]);
    const report = runBacktest({
      site,
      rule: lowPressure("0.2"),
      from: START,
      to: later(START, hours(2)),
      source: { folder: folder.path },
    });
    expect(report.alarms).toEqual([]);
    expect(report.gaps).toMatchObject([
      { device: "pump", from: "2026-11-21T08:05:00.000Z", to: "2026-11-21T08:10:00.000Z" },
      { device: "pump", from: expect.stringMatching(/T08:1[67]/), to: "2026-11-21T10:00:00.000Z" },
    ]);
    expect(report.tuning[0]?.unknown).toBeGreaterThan(6_000);
  });

  test("is the same from blocks and from the tail, and tells how far it is", () => {
    using folder = createDataFolder();
    const long: Course = Array.from({ length: 20_000 }, (_, i) => [i * 10, i % 500 < 3 ? 0.1 : 0.4] as const);
    store(folder.path, long);
    const input = {
      site,
      rule: lowPressure("0.2"),
      from: START,
      to: later(START, days(3)),
      source: { folder: folder.path },
    };
    const shares: number[] = [];
    const fromTail = runBacktest({ ...input, progress: (share) => shares.push(share) });
    {
      using archive = openArchive({
        folder: folder.path,
        points: points.map(({ id }) => id),
        retention: usualHistory,
        isStart: false,
        tellBroken: () => {},
        tellPutAside: () => {},
      });
      archive.sealAll();
    }
    expect(runBacktest(input)).toEqual(fromTail);
    expect(fromTail.alarms).toHaveLength(40);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  test("without any history it says so", () => {
    using folder = createDataFolder();
    expect(() => runBacktest({ site, rule: lowPressure("0.2"), ...range, source: { folder: folder.path } })).toThrow(
      NoHistory,
    );
  });
});

/** More than is read in one piece, without an end of line. */
const LONG = "x".repeat(70_000);

describe("a rule over a spreadsheet", () => {
  const csv = (rows: Course) =>
    [
      "time,point,value,quality",
      ...rows.flatMap(([second, value]) => {
        const at = new Date(START + second * 1_000).toISOString();
        return value === "bad"
          ? [`${at},pump.pressure,,bad`]
          : [`${at},pump.pressure,${value}`, `${at},pump.running,true`];
      }),
    ].join("\r\n");

  test("gives the same alarms as the history", () => {
    const report = runBacktest({ site, rule: lowPressure("0.2"), ...range, source: { csv: [csv(course)] } });
    expect(report.alarms.map(({ from, to }) => [from, to])).toEqual([
      ["2026-11-21T08:03:10.000Z", "2026-11-21T08:03:30.000Z"],
    ]);
  });

  test.each([
    ["", 1, 1, "没有数据"],
    ["yesterday,pump.pressure,1", 1, 1, "不是带时区的时间"],
    ["2026-11-21T08:00:00,pump.pressure,1", 1, 1, "不是带时区的时间"],
    ["time,point,value\n2026-11-21T08:00:00Z,pump.nothing,1", 2, 2, "没有点位"],
    ["2026-11-21T08:00:00Z,pump.pressure,much", 1, 3, "不是数字"],
    ["2026-11-21T08:00:00Z,pump.pressure,", 1, 3, "不是数字"],
    ["2026-11-21T08:00:00Z,pump.pressure,NaN", 1, 3, "不是数字"],
    ["2026-11-21T08:00:00Z,pump.pressure,1e400", 1, 3, "“1e400”不是数字"],
    ["2026-11-21T08:00:00Z;pump.pressure;1,5", 1, 1, "不是带时区的时间"],
    ["time;point;value\n2026-11-21T08:00:00Z;pump.pressure;x", 2, 3, "不是数字"],
    ["2026-11-21T08:00:00Z,pump.pressure,1,excellent", 1, 4, "good、uncertain 或 bad"],
    ["point,device,name,value\npump.pressure,pump,压力,1", 1, 4, "表头缺少列“时间”"],
    ["time,point,size\n2026-11-21T08:00:00Z,pump.pressure,1", 1, 3, "表头缺少列“末值”"],
    ["at,point,min,max,mean,last,samples,quality\n2026-11-21T08:00:00Z,pump.pressure,1,1,1,,1,good", 2, 6, "不是数字"],
    ["\u0000\u0001\u0002", 1, 1, "不是 UTF-8 编码"],
    ["2026/11/21 8:00,pump.pressure,1", 1, 1, "=TEXT(A2"],
    ["11/21/2026 8:00 AM,pump.pressure,1", 1, 1, "=TEXT(A2"],
    ["46347.3333333,pump.pressure,1", 1, 1, "=TEXT(A2"],
    ["2026-11-21 08:00:00,pump.pressure,1", 1, 1, "=TEXT(A2"],
    ["time,value\n2026-11-21T08:00:00Z,1", 1, 2, "表头缺少列“点位”"],
    ["\ufeff\r\n\r\n", 1, 1, "没有数据"],
    [`time,point,value\n${LONG}`, 2, 1, "一行超过 10000 个字符"],
    [LONG, 1, 1, "一行超过 10000 个字符"],
  ])("%j is refused with line %i and column %i", (text, line, column, zh) => {
    const read = () =>
      csvSamples(
        text.match(/[\s\S]{1,65536}/g) ?? [],
        points.map(({ id }) => id),
      );
    expect(read).toThrow(BadCsv);
    let because = { zh: "", en: "" };
    try {
      read();
    } catch (error) {
      because = (error as BadCsv).because;
    }
    expect(because.en).toContain(`line ${line}, column ${column}: `);
    expect(because.zh).toContain(`第 ${line} 行第 ${column} 列：`);
    expect(because.zh).toContain(zh);
    expect(because.en.length).toBeLessThan(300);
  });

  test("of garbage never ends otherwise than with a place in the file", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 30 }), { maxLength: 6 }), (pieces) => {
        try {
          csvSamples(
            pieces,
            points.map(({ id }) => id),
          );
        } catch (error) {
          expect(error).toBeInstanceOf(BadCsv);
        }
      }),
    );
  });

  test("lines in any order, and minutes without a line hold for seven minutes", () => {
    const text = csv([
      [700, 2],
      [0, 1],
      [4_000, 3],
    ]);
    const { stretches, rows } = csvSamples(
      // As a file is read: in pieces that end anywhere.
      text.match(/[\s\S]{1,7}/g) ?? [],
      points.map(({ id }) => id),
    );
    expect(rows).toBe(6);
    expect([...stretches].flatMap(({ value }) => [...value])).toEqual([1, 1, 2, 1, 3, 1]);
    expect(minutes(7)).toBe(420_000);
  });
});
