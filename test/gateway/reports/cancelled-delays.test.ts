import { expect, test } from "vitest";
import { CANCELLED_ABOUT, CANCELLED_EVENT } from "#model/cancelled-delays";
import type { JournalData, JournalEntry } from "#model/journal";
import { hours, later, milliseconds, minutes } from "#model/time";
import { cancelledDelays, WRITE_EVERY, watchCancelled } from "../../../gateway/reports/cancelled-delays.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { anEntry, aPlan, noon } from "../../support/stored-things.ts";

const at = (after: number) => ({ now: later(noon, milliseconds(after)), mono: milliseconds(after) });

test("what the engine counted is written as a sum each quarter of an hour, and at the end; nothing while there is none", async () => {
  const [rows, waiting]: [JournalEntry[], Map<string, number>[]] = [[], []];
  const watch = watchCancelled(
    () => waiting.shift() ?? new Map(),
    async (entry) => rows.push(entry),
  );
  expect(watch.beat(at(0))).toBe(0);
  waiting.push(
    new Map([["r@lift-1", 2]]),
    new Map([
      ["r@lift-1", 1],
      ["q@pump-1", 4],
    ]),
  );
  expect(watch.beat(at(1_000))).toBe(2);
  expect(watch.beat(at(2_000))).toBe(5);
  expect(rows).toEqual([]);
  watch.beat(at(WRITE_EVERY));
  expect(rows).toMatchObject([
    {
      about: CANCELLED_ABOUT,
      event: CANCELLED_EVENT,
      at: later(noon, WRITE_EVERY),
      data: { alarms: { "r@lift-1": 3, "q@pump-1": 4 } },
    },
  ]);
  watch.beat(at(2 * WRITE_EVERY));
  expect(rows).toHaveLength(1);
  waiting.push(new Map([["r@lift-1", 1]]));
  await watch.close(at(2 * WRITE_EVERY + 1_000));
  expect(rows[1]).toMatchObject({ data: { alarms: { "r@lift-1": 1 } } });
});

test("a report reads the sums of its window and of its desk, the most frequent first; garbage is left out", async () => {
  using folder = createDataFolder();
  await using store = await openStore({ folder: folder.path, clock: createManualClock(noon) });
  const row = (after: number, data: JournalData) =>
    anEntry(CANCELLED_ABOUT, CANCELLED_EVENT, { at: later(noon, minutes(after)), data });
  const journal = [
    row(-5, { alarms: { "r@lift-1": 100 } }),
    row(5, { alarms: { "r@lift-1": 1, "q@pump-1": 2 } }),
    row(10, { alarms: { "q@pump-1": "many" } }),
    row(11, { alarms: { "q@pump-1": -3 } }),
    row(12, {}),
    row(20, { alarms: { "q@pump-1": 2, "s@door-1": 9 } }),
  ];
  await store.commit(aPlan({ journal }), 1);
  const window = { from: noon, to: later(noon, hours(1)) };
  expect(await cancelledDelays(store, window, (alarm) => alarm !== "s@door-1")).toEqual([
    { alarm: "q@pump-1", count: 4 },
    { alarm: "r@lift-1", count: 1 },
  ]);
});
