/** A process that stood still has seen nothing meanwhile: no delay may run through that time. */
import { expect, test } from "vitest";
import { GOOD } from "#model/quality";
import { minutes, seconds } from "#model/time";
import { createFeed } from "../../gateway/feed.ts";
import { createPipeline } from "../../gateway/pipeline.ts";
import { settle } from "../../gateway/points/settle.ts";
import { createPointTable } from "../../gateway/points/table.ts";
import { openStore } from "../../gateway/store/sqlite/open-store.ts";
import { createEngine } from "../../rules/engine/create-engine.ts";
import { building, verdict } from "../support/building.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { createManualClock } from "../support/manual-clock.ts";

test("ten seconds true, three minutes asleep, and the 30 s delay still has twenty to go", async () => {
  using folder = createDataFolder();
  const clock = createManualClock();
  await using store = await openStore({ folder: folder.path, clock });
  const where = (text: string) => ({ text, file: "test", line: 1, column: 1 });
  const rule = { ...verdict("test.hot", "lift-1", "active").instance.rule, when: where("hot"), onDelay: where("30s") };
  const site = building({
    points: [
      {
        id: "lift-1.hot",
        device: "lift-1",
        key: "hot",
        name: { zh: "热", en: "Hot" },
        type: "bool",
        at: {},
        atText: "",
        scale: 1,
        offset: 0,
        notAvailable: [],
        every: seconds(1),
        staleAfter: minutes(10),
        deadband: 0,
        tags: [],
      },
    ],
    devices: building().devices.map((device) => (device.id === "lift-1" ? { ...device, points: [0] } : device)),
    rules: [rule],
  });
  const table = createPointTable(site.points);
  const engine = createEngine({
    rules: site.rules,
    devices: site.devices,
    points: site.points,
    columns: table,
    zone: site.zone,
  });
  const door = createPipeline({
    site,
    kept: await store.load(clock.now()),
    store,
    engine,
    feed: createFeed(),
    clock,
    measure: { committed: () => {}, decided: () => {}, storeAway: () => {} },
  });
  const changed = new Int32Array(1);
  const sample = (raw: number) =>
    door.samples(
      changed,
      settle(table, Int32Array.of(0), Float64Array.of(raw), 1, { now: clock.now(), mono: clock.monotonic() }, changed),
    );
  const beats = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      await clock.advance(seconds(1));
      sample(1);
    }
    await door.take({ type: "tick" });
  };
  sample(1);
  expect(table.quality[0]).toBe(GOOD);
  await beats(10);
  await clock.advance(minutes(3));
  sample(1);
  await beats(19);
  expect(door.house.alarms.size).toBe(0);
  await beats(2);
  expect([...door.house.alarms.keys()]).toEqual(["test.hot@lift-1"]);
});
