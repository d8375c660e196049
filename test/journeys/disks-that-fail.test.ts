/**
 * A disk that is nearly full, a broken block of the history, a damaged queue: in a whole house, each with its sentence and its
 * alarm, and with nothing lost that was acknowledged.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { hours, minutes, seconds } from "#model/time";
import { readHistoryFile } from "../../gateway/history/file.ts";
import { createPast } from "../../gateway/history/past.ts";
import { mosquittoFound } from "../drivers/mqtt/mosquitto.ts";
import { influxdFound, startInfluxd } from "../gateway/northbound/influxd.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { FIELDS, startNorthHouse } from "./north-house.ts";
import { ALL, fed, influxNorth, inInflux, LAST } from "./north-peers.ts";

/** The numbers of the meter that stand in the history's file, in blocks or behind them. */
function inHistory(data: string): readonly number[] {
  using file = readHistoryFile(data);
  if (!file) return [];
  const past = createPast(file, () => {});
  if (!file.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'tail'").get()) return [];
  const series = file.prepare("SELECT id FROM series WHERE point = 'meter.f0'").get()?.id as number;
  const values = [...past.blocks(series, 0, 4e12)].flatMap(({ value }) => [...value]);
  for (const { batch } of past.tail(0))
    for (let i = 0; i < batch.count; i += 1) if (batch.series[i] === series) values.push(batch.value[i] as number);
  return [...new Set(values)].filter((one) => one > 0 && one <= LAST);
}

const canMount =
  spawnSync("sh", ["-c", "d=$(mktemp -d) && mount -t tmpfs -o size=1m none $d && umount $d && rmdir $d"]).status === 0;

describe.runIf(influxdFound && mosquittoFound)("a disk or a file that fails", () => {
  test.runIf(canMount)(
    "a disk nearly full: history and queue leave the room to alarms and tickets, and have all when there is room",
    {
      timeout: 240_000,
    },
    async () => {
      using folder = createDataFolder();
      const data = join(folder.path, "small");
      mkdirSync(data);
      spawnSync("mount", ["-t", "tmpfs", "-o", "size=120m", "none", data]);
      try {
        await using influxd = await startInfluxd(join(folder.path, "influx"));
        await influxd.kill();
        await using house = await startNorthHouse({
          folder: folder.path,
          data,
          north: `history: { reserve: 60MB }\nnorth: { ${influxNorth(influxd.url)} }\n`,
        });
        await house.feed(1, 10);
        writeFileSync(join(data, "ballast"), new Uint8Array(75e6));
        // The room is looked at every five seconds.
        house.clock.push(seconds(30));
        await house.when("the queue says it", async () =>
          /剩余空间不足.*请清理磁盘/.test((await house.north("influx")).because?.zh ?? ""),
        );
        await house.feed(11, LAST);
        const behind = await house.active("gateway.history_behind@gateway");
        expect(behind.because.zh).toMatch(/历史数据已 .* 未正常写入/);
        expect(behind.advice.en).toMatch(/Check the free disk/);
        // A ticket of somebody trapped has its room: what is raised now is on the disk, in order, and verified.
        await house.feed(2_000_000, 2_000_000);
        const high = await house.active("mine.high@meter");
        expect(high.ticket).toBeDefined();
        expect(await house.alarm("gateway.store_away@gateway")).toBeUndefined();
        expect(await house.ask<{ ok: boolean }>("/api/journal/verify")).toMatchObject({ ok: true });
        rmSync(join(data, "ballast"));
        await influxd.start();
        await house.sentAll("influx");
        await house.when("the history has all", async () => inHistory(data).length >= LAST, seconds(3));
        expect(inHistory(data)).toEqual(ALL);
        const { numbers, rules } = await inInflux(influxd);
        expect(fed(numbers).filter((one) => one <= LAST)).toEqual(ALL);
        expect(rules).toContain("mine.high");
        expect((await house.north("influx")).dropped).toEqual([]);
      } finally {
        spawnSync("umount", ["-l", data]);
      }
    },
  );

  test("a broken block of the history: a gap where it was, all around it, and an alarm", {
    timeout: 240_000,
  }, async () => {
    using folder = createDataFolder();
    const north = "history: { raw: 30d }\n";
    {
      await using house = await startNorthHouse({ folder: folder.path, north });
      await house.feed(1, LAST);
      await house.when("the file is open", async () => inHistory(house.data).length === LAST, seconds(3));
      // Blocks are written every half hour.
      await house.when(
        "a block is written",
        async () => {
          using file = readHistoryFile(house.data);
          return (file?.prepare("SELECT count(*) AS n FROM block").get()?.n as number) > FIELDS;
        },
        minutes(31),
      );
    }
    using file = new DatabaseSync(join(folder.path, "data/history.db"));
    const of = (point: string) => `(SELECT id FROM series WHERE point = '${point}')`;
    file.exec(`UPDATE block SET body = zeroblob(60) WHERE id / 4294967296 = ${of("meter.f1")}`);
    await using house = await startNorthHouse({ folder: folder.path, north, later: hours(100) });
    const last = (point: string) =>
      house.ask<{ last: number | null }[]>(
        `/api/points/${point}/history?from=2026-11-21T02:00:00Z&to=2026-11-21T02:30:00Z&buckets=1`,
      );
    expect((await last("meter.f1"))[0]?.last ?? null).toBeNull();
    expect((await last("meter.f0"))[0]?.last).toBe(LAST);
    const alarm = await house.active("gateway.history_damaged@gateway");
    expect(alarm.because.zh).toMatch(/history\.db.*发现 1 处损坏，已跳过/);
    expect(alarm.because.en).toMatch(/1 damaged places/);
    expect(alarm.advice.zh).toMatch(/检查数据盘/);
    expect(inHistory(house.data)).toEqual(ALL);
  });

  test.each([
    ["garbage from its first byte", (path: string) => writeFileSync(path, "x".repeat(100_000))],
    [
      "damaged in its middle",
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.fill(0x5a, 16_384, bytes.length - 16_384);
        writeFileSync(path, bytes);
      },
    ],
  ])(
    "a queue file that is %s: told, an alarm, and every change of an alarm arrives",
    { timeout: 240_000 },
    async (_, damage) => {
      using folder = createDataFolder();
      await using influxd = await startInfluxd(join(folder.path, "influx"));
      const north = `north: { ${influxNorth(influxd.url)} }\n`;
      {
        await using house = await startNorthHouse({ folder: folder.path, north });
        await house.feed(1, 10);
        await house.sentAll("influx");
        await influxd.kill();
        await house.feed(2_000_000, 2_000_000);
        await house.active("mine.high@meter");
        await house.when("it waits", async () => (await house.north("influx")).waiting.alarms > 0);
      }
      damage(join(folder.path, "data/north/influx.db"));
      await influxd.start();
      await using house = await startNorthHouse({ folder: folder.path, north, later: hours(1) });
      const alarm = await house.active("gateway.north_damaged@gateway");
      expect(alarm.because.zh).toMatch(/北向队列文件发现 \d 处损坏/);
      const [told] = await house.journal("north-damaged");
      expect(told?.data).toMatchObject({
        target: "influx",
        because: {
          zh: expect.stringMatching(/influx\.db 已损坏.*influx\.db\.broken/),
          en: expect.stringMatching(/was damaged/),
        },
      });
      await house.sentAll("influx");
      const { rules } = await inInflux(influxd);
      expect(rules.filter((rule) => rule === "mine.high")).toEqual(["mine.high"]);
      expect(rules).toContain("gateway.north_damaged");
    },
  );
});
