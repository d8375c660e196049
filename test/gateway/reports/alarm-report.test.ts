import { expect, test } from "vitest";
import { hours, instant, later, milliseconds, minutes, seconds } from "#model/time";
import { createAlarmReports, ReportsBusy, windowNow } from "../../../gateway/reports/alarm-report.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { PAGE_ROWS, type Store } from "../../../gateway/store/store.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { anAlarm, anEntry, aPlan, noon } from "../../support/stored-things.ts";

const choice = { kind: "real", at: () => true } as const;
const window = { from: noon, to: later(noon, hours(24)) };

/** An alarm that came, was acknowledged after a minute, and went; three rows, and one that is about something else. */
const story = (n: number) => {
  const at = later(noon, seconds(n * 5));
  const about = `alarm:r.x@d${n % 50}`;
  const data = { occurrence: 1 + Math.floor(n / 50) };
  return [
    anEntry(about, "activated", { at, data: { ...data, severity: "S3" } }),
    anEntry("ticket:GD20261121-000001", "note", { at }),
    anEntry(about, "alarm-acknowledged", {
      at: later(at, minutes(1)),
      data: { ...data, delay: minutes(1), reason: "real", comment: "ok" },
    }),
    anEntry(about, "returned", { at: later(at, minutes(2)), data: { ...data, activeFor: minutes(2) } }),
  ];
};

test("a long journal is read in pages: the loop turns between them, and commits go on", async () => {
  using folder = createDataFolder();
  const clock = createManualClock(noon);
  await using store = await openStore({ folder: folder.path, clock });
  const rows = 12 * PAGE_ROWS;
  const journal = Array.from({ length: rows / 4 }, (_, n) => story(n)).flat();
  await store.commit(aPlan({ journal }), 1);
  let pages = 0;
  let largest = 0;
  const counting: Pick<Store, "alarmEvents" | "journalBegins"> = {
    journalBegins: () => store.journalBegins(),
    async alarmEvents(query) {
      const page = await store.alarmEvents(query);
      pages += 1;
      largest = Math.max(largest, page.rows.length);
      return page;
    },
  };
  let turns = 0;
  let over = false;
  const turn = () => {
    turns += 1;
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  const reports = createAlarmReports(counting, clock);
  const report = reports.figures(window, choice).finally(() => {
    over = true;
  });
  // Asked while the report is read: it does not wait for the report's end.
  const first = await Promise.race([
    report.then(() => "report"),
    store.commit(aPlan({ alarms: [anAlarm("a@d")] }), rows + 1).then(({ outcome }) => outcome),
  ]);
  const found = await report;
  expect(first).toBe("stored");
  expect(found.told).toBe(rows / 4);
  expect(found.acknowledge.p50).toBe(60_000);
  expect(pages).toBeGreaterThanOrEqual(12);
  expect(largest).toBeLessThanOrEqual(PAGE_ROWS);
  expect(turns).toBeGreaterThan(pages);
});

test("figures begin with the journal: a young house is not measured over days of which nothing is known", async () => {
  using folder = createDataFolder();
  const clock = createManualClock(later(noon, hours(2)));
  await using store = await openStore({ folder: folder.path, clock });
  const reports = createAlarmReports(store, clock);
  const asked = windowNow("30d", clock.now());
  expect(await reports.figures(asked, choice)).toMatchObject({ told: 0, from: asked.to });
  await store.commit(aPlan({ journal: story(0) }), 1);
  const found = await reports.figures({ ...asked, to: later(noon, hours(1)) }, choice);
  expect([found.from, found.to]).toEqual([noon, noon + hours(1)]);
  expect(found.perHour.mean).toBe(1);
});

test("rows outside the window are left out, at both ends", async () => {
  using folder = createDataFolder();
  const clock = createManualClock(noon);
  await using store = await openStore({ folder: folder.path, clock });
  const came = (at: number, n: number) =>
    anEntry(`alarm:r@d${n}`, "activated", { at: instant(at), data: { occurrence: 1, severity: "S4" } });
  const ends = [noon - 1, noon, noon + hours(1) - 1, noon + hours(1)];
  await store.commit(aPlan({ journal: ends.map(came) }), 1);
  const all = await createAlarmReports(store, clock).occurrences({ from: noon, to: later(noon, hours(1)) });
  expect(all.map((one) => one.alarm)).toEqual(["r@d1", "r@d2"]);
});

test("one reading at a time, and a crowd is sent away", async () => {
  let open = 0;
  let most = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const reports = createAlarmReports(
    {
      journalBegins: async () => noon,
      async alarmEvents() {
        open += 1;
        most = Math.max(most, open);
        await promise;
        open -= 1;
        return { rows: [] };
      },
    },
    createManualClock(noon),
  );
  const asked = Array.from({ length: 12 }, (_, n) =>
    reports.occurrences({ from: noon, to: later(noon, milliseconds(n + 1)) }).then(
      () => "read",
      (error: unknown) => (error instanceof ReportsBusy ? "busy" : error),
    ),
  );
  resolve();
  const outcomes = await Promise.all(asked);
  expect(outcomes.filter((one) => one === "busy")).toHaveLength(4);
  expect(outcomes.filter((one) => one === "read")).toHaveLength(8);
  expect(most).toBe(1);
});
