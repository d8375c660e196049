/** Disks that are full: that of the server, and the house's own. */
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { createDataFolder } from "../../support/data-folder.ts";
import { influxdFound, startInfluxd } from "./influxd.ts";
import { influxTarget, startNorth } from "./stand.ts";

vi.setConfig({ testTimeout: 120_000 });

const canMount =
  spawnSync("sh", ["-c", "d=$(mktemp -d) && mount -t tmpfs -o size=1m none $d && umount $d && rmdir $d"]).status === 0;

describe.runIf(canMount && influxdFound)("a full disk", () => {
  test("of the server: it is told in both languages, all waits here, and goes out when there is room", async () => {
    using folder = createDataFolder();
    const small = join(folder.path, "small");
    spawnSync("mkdir", [small]);
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=3m", "none", small]);
    try {
      await using influxd = await startInfluxd(join(folder.path, "influx"), { data: small });
      spawnSync("sh", ["-c", `head -c 10m /dev/zero > ${small}/ballast 2>/dev/null`]);
      await using house = await startNorth(folder.path, { north: { influx: influxTarget(influxd.url) } });
      for (let i = 0; i < 20_000; i += 1) house.say("lift-1.speed", i * 1.1, (house.clock.now() - 20_000 + i) as never);
      await house.until("it is told", () => house.said.length > 0, 60_000);
      expect(house.said[0]?.because).toMatch(/InfluxDB at 127.* disk .*full.* server/);
      await house.until("it stands there", () => /磁盘已满/.test(house.standing()?.because?.zh ?? ""));
      const before = house.standing()?.samples ?? 0;
      expect(before).toBeGreaterThan(0);
      rmSync(join(small, "ballast"));
      spawnSync("mount", ["-o", "remount,size=64m", small]);
      // Its log was cut in the middle of an entry: an InfluxDB 1.x goes on after a start.
      await influxd.kill();
      await influxd.start();
      await house.until("all is sent", () => house.isEmpty(), 60_000);
      const [counted] = await influxd.ask<{ count: number }>("SELECT count(value) FROM point");
      expect(counted?.count).toBe(20_000);
    } finally {
      spawnSync("umount", ["-l", small]);
    }
  });

  test("of the house: it is told, samples wait in memory, and everything goes out when there is room", async () => {
    using folder = createDataFolder();
    const small = join(folder.path, "north");
    spawnSync("mkdir", [small]);
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=600k", "none", small]);
    try {
      await using influxd = await startInfluxd(join(folder.path, "influx"));
      await influxd.kill();
      await using house = await startNorth(folder.path, { north: { influx: influxTarget(influxd.url) } });
      await house.until("the queue is open", () => house.standing() !== undefined);
      writeFileSync(join(small, "ballast"), new Uint8Array(200_000));
      let said = 0;
      await house.until("it is told", () => {
        for (let i = 0; i < 2_000; i += 1)
          house.say("lift-1.speed", Math.random(), (house.clock.now() + i / 2) as never);
        said += 2_000;
        return house.said.some(({ because }) => /The disk of .* is full/.test(because));
      });
      rmSync(join(small, "ballast"));
      spawnSync("mount", ["-o", "remount,size=64m", small]);
      await influxd.start();
      await house.until("all is sent", () => house.isEmpty(), 60_000);
      const [counted] = await influxd.ask<{ count: number }>("SELECT count(value) FROM point");
      expect(house.dropped.size).toBe(0);
      expect(counted?.count).toBeGreaterThan(said / 2);
    } finally {
      spawnSync("umount", ["-l", small]);
    }
  });

  test("of the house, nearly: samples leave the room to alarms and tickets, which are queued and sent", async () => {
    using folder = createDataFolder();
    await using influxd = await startInfluxd(join(folder.path, "influx"));
    await using house = await startNorth(folder.path, { north: { influx: influxTarget(influxd.url) }, reserve: 1e18 });
    house.say("lift-1.speed", 1);
    await house.until("it is told", () =>
      house.said.some(({ because }) => /nearly full: samples for influx/.test(because)),
    );
    await house.raise("elevator.entrapment", "lift-1");
    await house.until("the alarm is there", async () => (await influxd.ask("SELECT * FROM alarm")).length > 0);
    expect(await influxd.ask("SELECT * FROM point")).toEqual([]);
  });
});
