import { expect, test } from "vitest";
import { hours, later, milliseconds } from "#model/time";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { PAGE_ROWS, type Page, type WalkQuery } from "../../../gateway/store/store.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { anEntry, aPlan, aTicket, noon } from "../../support/stored-things.ts";

async function walk<Row>(ask: (query: WalkQuery) => Promise<Page<Row>>, query: WalkQuery) {
  const rows: Row[] = [];
  let pages = 0;
  for (let cursor: WalkQuery["cursor"]; ; ) {
    const page = await ask({ ...query, ...(cursor ? { cursor } : {}) });
    rows.push(...page.rows);
    pages += 1;
    if (!page.cursor) return { rows, pages };
    cursor = page.cursor;
  }
}

test("a walk through the journal meets every row once, in order, also those of one thing alone", async () => {
  using folder = createDataFolder();
  await using store = await openStore({ folder: folder.path, clock: createManualClock(noon) });
  const count = 2 * PAGE_ROWS + 7;
  const journal = Array.from({ length: count }, (_, n) =>
    anEntry(n % 3 === 0 ? "ticket:GD20261121-000001" : "site", "note", { at: later(noon, milliseconds(n)) }),
  );
  await store.commit(aPlan({ journal }), 1);
  const query = { from: noon, to: later(noon, hours(1)) };
  const all = await walk((q) => store.journalPage(q), query);
  expect(all.rows.map((row) => row.seq)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
  expect(all.pages).toBe(3);
  const one = await walk((q) => store.journalPage(q), { ...query, about: "ticket:GD20261121-000001" });
  expect(one.rows).toHaveLength(Math.ceil(count / 3));
  const middle = await walk((q) => store.journalPage(q), {
    from: later(noon, milliseconds(10)),
    to: later(noon, milliseconds(20)),
  });
  expect(middle.rows.map((row) => row.seq)).toEqual(Array.from({ length: 10 }, (_, n) => n + 11));
  expect(
    (await walk((q) => store.journalPage(q), { from: later(noon, hours(2)), to: later(noon, hours(3)) })).rows,
  ).toEqual([]);
});

test("a walk through the tickets meets each once, although many were opened at the same instant", async () => {
  using folder = createDataFolder();
  await using store = await openStore({ folder: folder.path, clock: createManualClock(noon) });
  const tickets = Array.from({ length: 250 }, (_, n) => aTicket(`GD20261121-${String(n + 1).padStart(6, "0")}`));
  await store.commit(aPlan({ tickets }), 1);
  const found = await walk((q) => store.ticketPage(q), { from: noon, to: later(noon, hours(1)) });
  expect(found.rows.map((one) => one.no)).toEqual(tickets.map((one) => one.no));
  expect(found.pages).toBe(3);
  expect((await store.ticketPage({ from: later(noon, hours(1)), to: later(noon, hours(2)) })).rows).toEqual([]);
});
