/** The gateway watches itself through the same pipeline as any device: real rules, real engine, real store. */
import { expect, test } from "vitest";
import { seconds } from "#model/time";
import { createFeed } from "../../../gateway/feed.ts";
import { createPipeline } from "../../../gateway/pipeline.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { withSelf } from "../../../gateway/self/self-device.ts";
import { type DiskRoom, endOf, readDisk, selfStanding, watchSelf } from "../../../gateway/self/watch-self.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import { readLibrary } from "../../rules/library/installation.ts";
import { building } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const rules = (await readLibrary()).filter((rule) => rule.kind === "gateway");

async function openSelf(folder: string, disk: () => Promise<DiskRoom>, screens = () => 1) {
  const clock = createManualClock();
  const site = withSelf({ ...building(), rules });
  const store = await openStore({ folder, clock });
  const kept = await store.load(clock.now());
  const table = createPointTable(site.points);
  const engine = createEngine({ rules, devices: site.devices, points: site.points, columns: table, zone: site.zone });
  const door = createPipeline({
    site,
    kept,
    store,
    engine,
    feed: createFeed(),
    clock,
    measure: { committed: () => {}, decided: () => {}, storeAway: () => {} },
  });
  const own = watchSelf({
    site,
    table,
    disk,
    door,
    historian: { standing: () => ({ queue: 0, damaged: 0 }) },
    clockTrusted: () => true,
    screens,
    links: () => [],
    channels: () => [],
  });
  await door.take({ type: "communication", changes: [selfStanding(own.device, clock.now())] });
  const value = (key: string) => table.value[site.points.findIndex((point) => point.key === key)];
  return {
    door,
    own,
    value,
    async beats(count: number) {
      for (let n = 0; n < count; n += 1) {
        await clock.advance(seconds(1));
        own.beat({ now: clock.now(), mono: clock.monotonic() });
        await door.take({ type: "tick" });
      }
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

test("a disk that is nearly full becomes an alarm and a ticket of the class general fault", async () => {
  using folder = createDataFolder();
  let free = 50e9;
  await using house = await openSelf(folder.path, async () => ({ free, size: 100e9 }));
  await house.beats(30);
  expect(house.value("disk_free")).toBe(50);
  expect(house.door.house.alarms.size).toBe(0);
  free = 8e9;
  await house.beats(90);
  expect(house.door.house.alarms.get("gateway.disk_low@gateway")).toMatchObject({ process: "active", severity: "S3" });
  expect([...house.door.house.tickets.values()]).toMatchObject([{ class: "general_fault", device: "gateway" }]);
  expect(house.door.house.devices.get("gateway")?.state).toBe("online");
});

test("a disk that cannot be asked raises nothing and is asked again", async () => {
  using folder = createDataFolder();
  let asked = 0;
  await using house = await openSelf(folder.path, async () => {
    asked += 1;
    throw new Error("gone");
  });
  await house.beats(120);
  expect(house.value("disk_free")).toBeNaN();
  expect(asked).toBeGreaterThan(10);
  expect(house.door.house.alarms.size).toBe(0);
});

test("a disk that never answers is asked once", async () => {
  using folder = createDataFolder();
  let asked = 0;
  await using house = await openSelf(folder.path, () => {
    asked += 1;
    return new Promise(() => {});
  });
  await house.beats(60);
  expect(asked).toBe(1);
});

test("without an open console somebody is told after five minutes", async () => {
  using folder = createDataFolder();
  await using house = await openSelf(
    folder.path,
    async () => ({ free: 50e9, size: 100e9 }),
    () => 0,
  );
  await house.beats(299);
  expect(house.door.house.alarms.size).toBe(0);
  await house.beats(3);
  expect(house.door.house.alarms.get("gateway.no_screen@gateway")).toMatchObject({ process: "active", severity: "S2" });
});

test("the disk of a real folder has room, one that is gone does not tell", async () => {
  using folder = createDataFolder();
  const { free, size } = await readDisk(folder.path);
  expect(free).toBeGreaterThan(0);
  expect(size).toBeGreaterThanOrEqual(free);
  await expect(readDisk(`${folder.path}/gone`)).rejects.toThrow();
});

test("garbage is no certificate", () => {
  for (const text of ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
    expect(endOf(text)).toBeNaN();
});
