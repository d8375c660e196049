/** A backtest where the world is not kind: histories that are written meanwhile, odd files, several devices, a live house beside it. */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BAD, GOOD } from "#model/quality";
import type { RuleDefinition } from "#model/rule";
import { type Site, usualHistory } from "#model/site";
import { formatInstant, instant, later, milliseconds, seconds } from "#model/time";
import { createBacktests } from "../../../gateway/backtest/backtests.ts";
import { csvSamples, piecesOf } from "../../../gateway/backtest/csv-samples.ts";
import { runBacktest } from "../../../gateway/backtest/run-backtest.ts";
import { storedSamples } from "../../../gateway/backtest/stored-samples.ts";
import { openArchive } from "../../../gateway/history/archive.ts";
import { readHistoryFile } from "../../../gateway/history/file.ts";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import { createColumns, deviceOf, pointsOf, rule } from "../../rules/support/rule-bench.ts";
import { building } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";

const START = instant(1_795_248_000_000);
const points = [
  ...pointsOf("pump", { pressure: "MPa", flow: "m3/h" }),
  ...pointsOf("second", { pressure: "MPa", flow: "m3/h" }),
  ...pointsOf("supply", { utility_ok: "bool" }),
];
const site: Site = {
  ...building(),
  points,
  devices: [
    { ...deviceOf("pump", [0, 1]), dependsOn: ["supply"] },
    { ...deviceOf("second", [2, 3]), dependsOn: ["supply"] },
    deviceOf("supply", [4], { kind: "power" }),
  ],
};
const ids = points.map(({ id }) => id);

interface Sample {
  readonly second: number;
  readonly handle: number;
  readonly value: number | null;
}
const csvOf = (samples: readonly Sample[]) => ["time,point,value,quality", ...samples.map(lineOf)].join("\n");
const lineOf = ({ second, handle, value }: Sample) => {
  const at = formatInstant(later(START, seconds(second)));
  return `${at},${ids[handle]},${value ?? ""},${value === null ? "bad" : "good"}`;
};

/** What the house says that is given these samples as they come and looks around once a second. */
function live(rules: readonly RuleDefinition[], samples: readonly Sample[], until: number) {
  const columns = createColumns(points.length);
  const engine = createEngine({ rules, devices: site.devices, points, columns, zone: site.zone });
  const said: string[] = [];
  const first = samples[0]?.second ?? 0;
  let next = 0;
  for (let second = first; second <= until; second += 1) {
    const changed: number[] = [];
    for (let one = samples[next]; one && one.second === second; one = samples[next]) {
      columns.value[one.handle] = one.value ?? Number.NaN;
      columns.quality[one.handle] = one.value === null ? BAD : GOOD;
      columns.receivedAt[one.handle] = START + second * 1_000;
      changed.push(one.handle);
      next += 1;
    }
    const moment = { now: later(START, seconds(second)), mono: milliseconds((second - first) * 1_000) };
    for (const { instance, to, heldFor, because } of engine.step(Int32Array.from(changed), changed.length, moment)) {
      if (to === "active" || to === "normal") {
        said.push(`${moment.now} ${instance.id} ${to}${to === "active" ? ` ${heldFor} ${because.en}` : ""}`);
      }
    }
  }
  return said.sort();
}

/** Shorter together than a value is believed without being written again. */
const sample = fc.record({
  wait: fc.integer({ min: 0, max: 4 }),
  handle: fc.integer({ min: 0, max: 4 }),
  value: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 9 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
});

// An average is looked at 60 times per span, at moments of its own: it may turn a sixtieth of its span earlier or later.
test("the same engine on a clock of its own: to the bit what the house would have said, on every device, across devices", () => {
  const rules = [
    rule({
      id: "water.low",
      when: "pressure < 0.3 MPa",
      clear: "pressure > 0.5 MPa",
      on: "20s",
      off: "5s",
      because: "{pressure} {flow}",
    }),
    rule({ id: "water.most", when: "max(flow, 2m) > 5 m3/h || held(pressure > 0.7 MPa, 30s)", because: "{flow}" }),
    rule({ id: "water.across", when: "flow > 3 m3/h && !all(depends_on.*.utility_ok)", on: "10s" }),
    rule({ id: "water.often", when: "count(rising(pressure < 0.4 MPa), 3m) >= 2" }),
  ];
  let alarms = 0;
  fc.assert(
    fc.property(fc.array(sample, { minLength: 10, maxLength: 80 }), (rows) => {
      let second = 0;
      const samples = rows.map(({ wait, handle, value }): Sample => {
        second += wait;
        const scaled = value === null ? null : handle === 4 ? value % 2 : handle % 2 === 0 ? value / 10 : value;
        return { second, handle, value: scaled };
      });
      const last = second + 60;
      for (const one of rules) {
        const report = runBacktest({
          site,
          rule: one,
          from: START,
          to: START,
          source: { csv: [csvOf(samples)] },
        });
        alarms += report.alarms.length;
        const said = report.alarms.flatMap(({ from, to, alarm, heldFor, because }) => [
          `${Temporal.Instant.from(from).epochMilliseconds} ${alarm} active ${heldFor * 1_000} ${because.en}`,
          ...(to === undefined ? [] : [`${Temporal.Instant.from(to).epochMilliseconds} ${alarm} normal`]),
        ]);
        expect(said.sort()).toEqual(live([one], samples, last));
      }
    }),
    { numRuns: 150 },
  );
  expect(alarms).toBeGreaterThan(150);
});

describe("a history beside the gateway", () => {
  const archiveIn = (folder: string) =>
    openArchive({
      folder,
      points: ids,
      retention: usualHistory,
      isStart: true,
      tellBroken: () => {},
      tellPutAside: () => {},
    });
  const batch = (from: number, to: number) => {
    const count = to - from;
    return {
      count,
      series: new Int32Array(count),
      at: Float64Array.from({ length: count }, (_, i) => START + (from + i) * 1_000),
      value: Float64Array.from({ length: count }, (_, i) => (from + i) / 10_000),
      code: new Uint8Array(count),
    };
  };

  test("that is written and sealed while it is read gives each sample once, and none that came later", () => {
    using folder = createDataFolder();
    using archive = archiveIn(folder.path);
    archive.add(batch(0, 3_000), START);
    archive.sealAll();
    archive.add(batch(3_000, 4_000), START);
    using file = readHistoryFile(folder.path);
    if (!file) throw new Error("no file");
    const range = { from: START, to: later(START, seconds(10_000)) };
    const seen: number[] = [];
    let stretches = 0;
    for (const { count, at } of storedSamples(file, ids, [0], range, () => {})) {
      seen.push(...at.subarray(0, count));
      if (stretches === 0) {
        archive.add(batch(4_000, 6_000), START);
        archive.sealAll();
      }
      stretches += 1;
    }
    expect(seen).toEqual(Array.from({ length: 4_000 }, (_, second) => START + second * 1_000));
    const again = [...storedSamples(file, ids, [0], range, () => {})].reduce((sum, { count }) => sum + count, 0);
    expect(again).toBe(6_000);
  });

  test("that begins within the range: what was before is a gap, and nothing is judged in it", () => {
    using folder = createDataFolder();
    {
      using archive = archiveIn(folder.path);
      archive.add(batch(3_600, 4_200), START);
    }
    const low = rule({ id: "water.low", when: "pressure < 0.2 MPa" });
    const one = { ...site, devices: [deviceOf("pump", [0, 1])] };
    const to = later(START, seconds(4_200));
    const report = runBacktest({ site: one, rule: low, from: START, to, source: { folder: folder.path } });
    expect(report.gaps).toEqual([
      { device: "pump", from: formatInstant(START), to: formatInstant(later(START, seconds(3_600))) },
    ]);
    expect(report.alarms).toEqual([]);
  });

  test("a gateway that stops ends the backtest that runs, and the next start knows of none", async () => {
    using folder = createDataFolder();
    {
      using archive = archiveIn(folder.path);
      archive.add(batch(0, 4_000), START);
    }
    const input = { site: () => site, folder: folder.path, readChanged: async () => ({ problems: [] }) };
    const first = createBacktests(input);
    const low = rule({ id: "water.low", when: "pressure < 0.2 MPa" });
    // Decades: it is still at it when the gateway stops.
    const started = await first.start({ rule: low, from: instant(0), to: later(START, seconds(10)) });
    expect(started).toMatchObject({ job: { state: "running" } });
    await first[Symbol.asyncDispose]();
    expect(first.standing()?.state).toBe("cancelled");
    const second = createBacktests(input);
    expect(second.standing()).toBeUndefined();
    expect(await second.start({ rule: low, from: START, to: later(START, seconds(10)) })).toMatchObject({
      job: { id: 1 },
    });
    await second[Symbol.asyncDispose]();
  });
});

describe("a spreadsheet", () => {
  const low = rule({ id: "water.low", when: "pressure < 0.2 MPa", on: "10s" });
  const read = (text: string) => runBacktest({ site, rule: low, from: START, to: START, source: { csv: [text] } });
  const course: readonly Sample[] = [
    { second: 0, handle: 0, value: 0.4 },
    { second: 60, handle: 0, value: 0.1 },
    { second: 120, handle: 0, value: 0.4 },
  ];

  test("with its lines twice, unsorted, or with a byte order mark gives the same alarms", () => {
    const plain = read(csvOf(course)).alarms;
    expect(plain).toHaveLength(1);
    expect(read(csvOf(course.flatMap((one) => [one, one]))).alarms).toEqual(plain);
    expect(read(csvOf(course.toReversed())).alarms).toEqual(plain);
    expect(read(`\ufeff${csvOf(course)}\r\n\r\n`).alarms).toEqual(plain);
  });

  test("of two values of one instant the last line counts", () => {
    const two = [...course.slice(0, 1), { second: 60, handle: 0, value: 0.4 }, ...course.slice(1)];
    expect(read(csvOf(two)).alarms).toHaveLength(1);
    const swapped = [...course.slice(0, 2), { second: 60, handle: 0, value: 0.4 }, ...course.slice(2)];
    expect(read(csvOf(swapped)).alarms).toHaveLength(0);
  });

  test.each<[string, number[] | Uint8Array]>([
    ["in GBK", [0xca, 0xb1, 0xbc, 0xe4, 0x2c, 0xb5, 0xe3, 0xce, 0xbb, 0x2c, 0xd6, 0xb5, 0x0a]],
    ["in 16 bits, as Excel writes Unicode text", Buffer.from("\ufefftime,point,value\n", "utf16le")],
    ["that is no text at all", [0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x06, 0x00, 0xff, 0xfe]],
  ])("%s is refused with the way to save it", (_, bytes) => {
    using folder = createDataFolder();
    const file = join(folder.path, "samples.csv");
    writeFileSync(file, Uint8Array.from(bytes));
    expect(() => csvSamples(piecesOf(file), ids)).toThrow(/not UTF-8/);
  });

  test("of half a million lines is read in order and within the memory of its numbers", () => {
    function* huge() {
      for (let n = 0; n < 500_000; n += 1_000) {
        yield Array.from({ length: 1_000 }, (_, i) =>
          `${START + (n + i) * 100},pump.pressure,0.${(n + i) % 9}\n`.replace(/^\d+/, (ms) =>
            formatInstant(instant(Number(ms))),
          ),
        ).join("");
      }
    }
    const { rows, stretches } = csvSamples(huge(), ids);
    expect(rows).toBe(500_000);
    let last = 0;
    for (const { count, at } of stretches) {
      expect(at[0]).toBeGreaterThan(last);
      last = at[count - 1] as number;
    }
    expect(last).toBe(START + 499_999 * 100);
  });
});

describe("the command line", () => {
  const MAIN = fileURLToPath(new URL("../../../gateway/main.ts", import.meta.url));
  const DEMO = fileURLToPath(new URL("../../../simulators/demo-site", import.meta.url));

  /** A history of one point, so long that reading it takes a while. */
  function longHistory(data: string): void {
    mkdirSync(data, { recursive: true });
    using archive = openArchive({
      folder: data,
      points: ["booster-1.tank_level", "booster-1.heartbeat"],
      retention: { ...usualHistory, cap: 1e12 },
      isStart: true,
      tellBroken: () => {},
      tellPutAside: () => {},
    });
    const count = 300_000;
    archive.add(
      {
        count,
        series: Int32Array.from({ length: count }, (_, i) => i % 2),
        at: Float64Array.from({ length: count }, (_, i) => START + i * 1_000),
        value: Float64Array.from({ length: count }, (_, i) => (i % 2 === 1 ? i % 60_000 : i % 600 < 300 ? 2 : 0.5)),
        code: new Uint8Array(count),
      },
      START,
    );
    archive.sealAll();
  }

  const run = (data: string) => {
    const range = ["--from", formatInstant(START), "--to", formatInstant(later(START, seconds(300_000)))];
    const child = spawn(process.execPath, [MAIN, "backtest", DEMO, "--rule", "water.tank_low", ...range], {
      env: { ...process.env, GATEHOUSE_DATA: data, LANG: "en_US.UTF-8", LC_ALL: "en_US.UTF-8" },
    });
    const heard = { out: "", err: "" };
    child.stdout.on("data", (piece) => {
      heard.out += piece;
    });
    const progress = new Promise<void>((resolve) => {
      child.stderr.on("data", (piece) => {
        heard.err += piece;
        if (/\d %/.test(heard.err)) resolve();
      });
    });
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      child.once("close", (code, signal) => resolve({ code, signal }));
    });
    return { child, heard, progress, ended };
  };

  test("Ctrl-C ends a backtest in the middle, says no more, and leaves the history as it was; two at once hinder nobody", {
    timeout: 120_000,
  }, async () => {
    using folder = createDataFolder();
    longHistory(folder.path);
    const stopped = run(folder.path);
    await stopped.progress;
    stopped.child.kill("SIGINT");
    const end = await stopped.ended;
    expect(end.signal === "SIGINT" || end.code === 130).toBe(true);
    expect(stopped.heard.out).toBe("");
    expect(stopped.heard.err).not.toContain("    at ");
    const both = [run(folder.path), run(folder.path)];
    const ends = await Promise.all(both.map(({ ended }) => ended));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(both[0]?.heard.out).toContain("it would have raised");
    expect(both[1]?.heard.out).toBe(both[0]?.heard.out);
    expect(both[0]?.heard.err).toMatch(/10 %[\s\S]*9\d %/);
  });
});
