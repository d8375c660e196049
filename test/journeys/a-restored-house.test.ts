/** A house that is backed up while a target in the north is away, and restored on another machine: what waited arrives, once. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hours, seconds } from "#model/time";
import type { AlarmBody } from "../../gateway/api/alarm-shapes.ts";
import { mosquittoFound } from "../drivers/mqtt/mosquitto.ts";
import { gatehouse } from "../gateway/commands/gatehouse.ts";
import { influxdFound, startInfluxd } from "../gateway/northbound/influxd.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { isActive, startNorthHouse } from "./north-house.ts";
import { ALL, fed, influxNorth, inInflux, LAST } from "./north-peers.ts";

const HIGH = 2_000_000;

describe.runIf(influxdFound && mosquittoFound)("a house restored on another machine", () => {
  test.each([
    ["what waited at the time of the backup arrives once, though the old machine sent some of it meanwhile", [], true],
    ["without the queues every change of an alarm arrives all the same, from the journal", ["--without-north"], false],
  ] as const)("%s", { timeout: 240_000 }, async (_, options, hasQueues) => {
    using folder = createDataFolder();
    await using influxd = await startInfluxd(join(folder.path, "influx"));
    const north = `north: { ${influxNorth(influxd.url)} }\n`;
    const site = join(folder.path, "site");
    const file = join(folder.path, "house.backup");
    {
      await using house = await startNorthHouse({ folder: folder.path, north });
      await house.feed(1, 10);
      await house.sentAll("influx");
      await influxd.kill();
      await house.feed(11, LAST);
      await house.feed(HIGH, HIGH);
      await house.active("mine.high@meter");
      await house.when("it waits", async () => (await house.north("influx")).waiting.alarms > 0);
      // While it runs, by its control socket.
      const done = await gatehouse(house.data, ["backup", site, file, "--without-history", ...options]);
      expect([done.code, done.err]).toEqual([0, ""]);
      expect(existsSync(`${file}.north-influx`)).toBe(hasQueues);
      if (hasQueues) {
        // The old machine lives on for a while and sends all of it, and more.
        await influxd.start();
        await house.feed(HIGH + 1, HIGH + 1);
        await house.sentAll("influx");
      }
    }
    if (!hasQueues) await influxd.start();

    const other = join(folder.path, "other");
    const back = await gatehouse(other, ["restore", file, site]);
    expect([back.code, back.err]).toEqual([0, ""]);
    expect(back.out.includes("What waited for influx")).toBe(hasQueues);
    expect(existsSync(join(other, "north/influx.db"))).toBe(hasQueues);
    const again = await gatehouse(other, ["restore", file, site]);
    expect([again.code, again.err.includes("exists already")]).toEqual([1, true]);

    await using house = await startNorthHouse({ folder: folder.path, data: other, north, later: hours(1) });
    await house.feed(HIGH + 2, HIGH + 2);
    await house.sentAll("influx");
    const { numbers, rules } = await inInflux(influxd);
    const low = fed(numbers).filter((one) => one <= LAST);
    // Without the queue the samples in between are on the old machine's disk and in the history beside the backup.
    expect(low).toEqual(hasQueues ? ALL : ALL.slice(0, 10));
    expect(numbers).toContain(HIGH + 2);
    expect(rules.filter((rule) => rule === "mine.high")).toEqual(["mine.high"]);
  });

  test("a journal that is older than the queue beside it: what happens from then on goes out", {
    timeout: 240_000,
  }, async () => {
    using folder = createDataFolder();
    await using influxd = await startInfluxd(join(folder.path, "influx"));
    const north = `north: { ${influxNorth(influxd.url)} }\n`;
    const site = join(folder.path, "site");
    const file = join(folder.path, "house.backup");
    {
      await using house = await startNorthHouse({ folder: folder.path, north });
      await house.feed(1, 1);
      expect((await gatehouse(house.data, ["backup", site, file, "--without-history", "--without-north"])).code).toBe(
        0,
      );
      // Many more rows than the backup has: the queue knows of them.
      const alarm = async () => (await house.alarm("mine.high@meter")) as AlarmBody;
      for (let i = 0; i < 2; i += 1) {
        await house.feed(HIGH + i, HIGH + i);
        await house.active("mine.high@meter");
        await house.feed(i + 2, i + 2);
        await house.when("it ended", async () => !isActive(await alarm()), seconds(3));
      }
      await house.sentAll("influx");
    }
    // The operator moves house.db away and leaves the folder of the queues where it is.
    renameSync(join(folder.path, "data/house.db"), join(folder.path, "old.db"));
    for (const suffix of ["-wal", "-shm"]) rmSync(join(folder.path, `data/house.db${suffix}`), { force: true });
    expect((await gatehouse(join(folder.path, "data"), ["restore", file, site])).code).toBe(0);
    await influxd.ask("DROP MEASUREMENT alarm");
    await using house = await startNorthHouse({ folder: folder.path, north, later: hours(1) });
    await house.feed(HIGH, HIGH);
    await house.active("mine.high@meter");
    await house.when("the alarm is there", async () => (await inInflux(influxd)).rules.includes("mine.high"));
  });
});
