import { expect, test } from "vitest";
import { BAD_TIME_ABOUT, BAD_TIME_EVENT } from "#model/bad-time";
import type { JournalData } from "#model/journal";
import { hours, later, minutes } from "#model/time";
import { badQuality } from "../../../gateway/reports/bad-quality.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { PAGE_ROWS } from "../../../gateway/store/store.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { anEntry, aPlan, noon } from "../../support/stored-things.ts";

const window = { from: noon, to: later(noon, hours(24)) };
const both = new Set(["lift-1", "pump-1"]);
const row = (after: number, data: JournalData) =>
  anEntry(BAD_TIME_ABOUT, BAD_TIME_EVENT, { at: later(noon, minutes(after)), data });
const quarter = (devices: Readonly<Record<string, readonly [number, number]>>) => ({ for: minutes(15), devices });

async function read(journal: ReturnType<typeof row>[], devices = both) {
  using folder = createDataFolder();
  await using store = await openStore({ folder: folder.path, clock: createManualClock(noon) });
  await store.commit(aPlan({ journal }), 1);
  return await badQuality(store, window, devices);
}

test("the sums of each device over the window, the longest first, and their share of all devices' time", async () => {
  const found = await read([
    row(30, quarter({ "lift-1": [minutes(10), 0] })),
    row(45, quarter({ "lift-1": [minutes(2), minutes(1)], "pump-1": [minutes(15), minutes(15)] })),
    anEntry("alarm:r@lift-1", "activated", { at: later(noon, minutes(50)), data: { occurrence: 1 } }),
  ]);
  expect(found.devices).toEqual([
    { device: "pump-1", bad: minutes(15), silent: minutes(15) },
    { device: "lift-1", bad: minutes(12), silent: minutes(1) },
  ]);
  expect(found.bad).toBe(minutes(27));
  expect(found.share).toBeCloseTo(27 / (2 * 24 * 60), 12);
});

test("a row that reaches back over the start counts by its part inside; other days and other desks not at all", async () => {
  const found = await read(
    [
      row(-1, quarter({ "lift-1": [minutes(15), 0] })),
      row(5, quarter({ "lift-1": [minutes(15), minutes(3)], "pump-1": [minutes(15), 0] })),
      row(24 * 60, quarter({ "lift-1": [minutes(15), 0] })),
    ],
    new Set(["lift-1"]),
  );
  expect(found.devices).toEqual([{ device: "lift-1", bad: minutes(5), silent: minutes(1) }]);
});

test("what is no such sum is left out, and a long journal is read page by page", async () => {
  const garbage = [
    {},
    { for: -1, devices: {} },
    { for: "x", devices: { "lift-1": [1, 1] } },
    quarter({ "lift-1": [-5, 0] }),
  ];
  const many = Array.from({ length: PAGE_ROWS + 10 }, (_, n) => row(20 + n, quarter({ "pump-1": [1_000, 0] })));
  const found = await read([...garbage.map((data) => row(16, data)), ...many]);
  expect(found.devices).toEqual([{ device: "pump-1", bad: (PAGE_ROWS + 10) * 1_000, silent: 0 }]);
});

test("nobody asked about, nothing to divide by", async () => {
  expect((await read([], new Set())).share).toBeNaN();
  expect((await read([])).share).toBe(0);
});
