/** The gateway watches itself through the same pipeline as any device: real rules, real engine, real store. */
import { expect, test } from "vitest";
import type { Site } from "#model/site";
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

const room = async (): Promise<DiskRoom> => ({ free: 50e9, size: 100e9 });

async function openSelf(
  folder: string,
  disk: () => Promise<DiskRoom> = room,
  screens = () => 1,
  own: { readonly site?: Partial<Site>; readonly channels?: () => readonly { readonly health: string }[] } = {},
) {
  const clock = createManualClock();
  const site = withSelf({ ...building(), rules, ...own.site });
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
  const self = watchSelf({
    site,
    table,
    disk,
    door,
    historian: { standing: () => ({ queue: 0, damaged: 0 }) },
    clockTrusted: () => true,
    screens,
    links: () => [],
    channels: own.channels ?? (() => []),
  });
  await door.take({ type: "communication", changes: [selfStanding(self.device, clock.now())] });
  const value = (key: string) => table.value[site.points.findIndex((point) => point.key === key)];
  return {
    door,
    value,
    async beats(count: number) {
      for (let n = 0; n < count; n += 1) {
        await clock.advance(seconds(1));
        self.beat({ now: clock.now(), mono: clock.monotonic() });
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

test("a channel that takes nothing for a minute is an alarm that names it, told by other ways too, and over when it works", async () => {
  using folder = createDataFolder();
  const health = { robot: "works", crew: "works" };
  const channels = [
    { id: "robot", kind: "wecom", settings: {} },
    { id: "crew", kind: "dingtalk", settings: {} },
  ];
  await using house = await openSelf(folder.path, room, () => 1, {
    site: { channels },
    channels: () => Object.values(health).map((one) => ({ health: one })),
  });
  const alarm = () => house.door.house.alarms.get("gateway.channel_fails@gateway");
  health.robot = "fails";
  await house.beats(55);
  expect(alarm()).toBeUndefined();
  await house.beats(10);
  expect(alarm()).toMatchObject({ process: "active", severity: "S3" });
  expect(alarm()?.because).toMatchObject({
    zh: expect.stringContaining("通知通道 robot 已"),
    en: expect.stringContaining("by robot for"),
  });
  const [ticket] = [...house.door.house.tickets.values()];
  expect(ticket).toMatchObject({ class: "general_fault", device: "gateway" });
  const ways = new Map<string, string[]>();
  for (const { ticket: no, to, channel } of house.door.house.outbox.values())
    if (no === ticket?.no) ways.set(to, [...(ways.get(to) ?? []), channel]);
  // Nobody hears of it only by the channel that fails.
  expect(ways.size).toBeGreaterThan(0);
  for (const one of ways.values()) expect(one).toEqual(expect.arrayContaining(["console", "crew"]));
  // A second one joins: the same alarm, and no second ticket.
  health.crew = "fails";
  await house.beats(120);
  expect(house.door.house.tickets.size).toBe(1);
  health.robot = "works";
  health.crew = "works";
  await house.beats(12);
  expect(alarm()).toMatchObject({ process: "normal" });
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
