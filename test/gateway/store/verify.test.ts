import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger } from "../../../gateway/store/sqlite/ledger.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { load } from "../../../gateway/store/sqlite/read.ts";
import { verify } from "../../../gateway/store/sqlite/verify.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { anAlarm, anEntry, aPlan, aTicket, noon } from "../../support/stored-things.ts";

const clock = createManualClock();

/** Rows 1–3 tell of alarm a, 4–6 of ticket GD-1, 7–9 of the site. */
async function writeStory(folder: string): Promise<void> {
  await using store = await openStore({ folder, clock });
  for (let n = 1; n <= 3; n++) {
    await store.commit(aPlan({ alarms: [anAlarm("a@d", { count: n, comment: `the ${n}. time` })] }), n);
  }
  const states = ["new", "accepted", "on-site"] as const;
  for (const [i, state] of states.entries())
    await store.commit(aPlan({ tickets: [aTicket("GD-1", { state })] }), 4 + i);
  const entries = [1, 2, 3].map((i) => anEntry("site", "noted", { data: { i } }));
  await store.commit(aPlan({ journal: entries }), 7);
}

const story = createDataFolder();
beforeAll(() => writeStory(story.path));
afterAll(() => story[Symbol.dispose]());

const unguard = "DROP TRIGGER journal_keeps_its_rows; DROP TRIGGER journal_keeps_its_words;";

const noRest = async () => {};

/** Does something to the file that the house would never do, then asks the house about it. */
async function afterTampering(tamper: (file: string) => void) {
  using folder = createDataFolder();
  cpSync(story.path, folder.path, { recursive: true });
  tamper(join(folder.path, "house.db"));
  using ledger = openLedger(folder.path);
  return { verdict: await verify(() => ledger.database, noRest), kept: load(ledger, noon, () => {}) };
}

const sql = (text: string) => (file: string) => {
  const database = new DatabaseSync(file);
  database.exec(unguard + text);
  database.close();
};

test("an untouched file verifies, and the verdict counts its rows", async () => {
  const { verdict, kept } = await afterTampering(() => {});
  expect(verdict).toEqual({ ok: true, rows: 9 });
  expect(kept.tail).toEqual({ ok: true, rows: 9 });
});

test.each([
  ["a changed word in a body", "UPDATE journal SET body = replace(body, 'the 2. time', 'the 5. time')", 2],
  ["a changed actor in the columns alone", "UPDATE journal SET actor = 'nobody' WHERE seq = 5", 5],
  ["a changed time in the columns alone", "UPDATE journal SET occurred_at = occurred_at - 1 WHERE seq = 6", 6],
  ["a body that is no JSON", "UPDATE journal SET body = '{' WHERE seq = 3", 3],
  ["a row deleted in the middle", "DELETE FROM journal WHERE seq = 4", 4],
  ["the first row deleted", "DELETE FROM journal WHERE seq = 1", 1],
  ["the end cut off", "DELETE FROM journal WHERE seq >= 8", 8],
  ["everything cut off", "DELETE FROM journal", 1],
  [
    "a row added behind the end",
    "INSERT INTO journal SELECT 10, at, at, about, event, actor, body, hash FROM journal WHERE seq = 9",
    10,
  ],
  [
    "two rows swapped",
    "UPDATE journal SET seq = 99 WHERE seq = 2; UPDATE journal SET seq = 2 WHERE seq = 3; UPDATE journal SET seq = 3 WHERE seq = 99",
    2,
  ],
])("%s is found, with the first row that does not fit", async (_, text, seq) => {
  const { verdict, kept } = await afterTampering(sql(text));
  expect(verdict).toMatchObject({ ok: false, brokenAt: seq, because: expect.stringContaining(`${seq}`) });
  expect(kept.tail).toMatchObject({ ok: false, brokenAt: seq });
});

test.each([
  ["an alarm whose body was changed", "UPDATE alarm SET body = replace(body, 'S2', 'S4')", 3],
  ["an alarm taken off the list", "UPDATE alarm SET listed = 0", 3],
  ["a ticket closed behind everybody's back", "UPDATE ticket SET is_open = 0, state = 'closed'", 6],
  ["a ticket deleted", "DELETE FROM ticket", 6],
  ["an alarm and a ticket, the earlier of both", "DELETE FROM alarm; DELETE FROM ticket", 3],
])("%s is found, with the journal row that says otherwise", async (_, text, seq) => {
  const { verdict } = await afterTampering(sql(text));
  expect(verdict).toMatchObject({ ok: false, brokenAt: seq });
});

test("an alarm that no journal row tells of is found by its name", async () => {
  const { verdict } = await afterTampering(sql("INSERT INTO alarm SELECT 'ghost@d', listed, body FROM alarm"));
  expect(verdict).toMatchObject({ ok: false, because: expect.stringContaining("ghost@d") });
});

test("a single changed letter on the disk, past SQLite, is found", async () => {
  const flip = (from: string, to: string) => (file: string) => {
    const bytes = readFileSync(file);
    let found = 0;
    // Pages hold remains of older rows too; every place is changed.
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1), found++) bytes.write(to, at);
    expect(found).toBeGreaterThan(0);
    writeFileSync(file, bytes);
  };
  const { verdict } = await afterTampering(flip("the 2. time", "the 9. time"));
  expect(verdict).toMatchObject({ ok: false, brokenAt: 2 });
});

test("after a cut the journal goes on behind the gap, so that the gap stays visible for ever", async () => {
  using folder = createDataFolder();
  await writeStory(folder.path);
  sql("DELETE FROM journal WHERE seq >= 8")(join(folder.path, "house.db"));
  for (let round = 0; round < 2; round++) {
    await using store = await openStore({ folder: folder.path, clock });
    const { lastSeq } = await store.load(noon);
    expect(lastSeq).toBe(9 + round);
    await store.commit(aPlan({ journal: [anEntry("site", "noted")] }), lastSeq + 1);
    expect(await store.verify()).toMatchObject({ ok: false, brokenAt: 8 });
  }
});

test("a check of many rows lets commits through, and is right about rows that come meanwhile", async () => {
  using folder = createDataFolder();
  await using store = await openStore({ folder: folder.path, clock });
  const alarm = (i: number, count: number) => anAlarm(`r${i}@d`, { count });
  await store.commit(aPlan({ alarms: Array.from({ length: 2_000 }, (_, i) => alarm(i, 1)) }), 1);

  let over = false;
  const verdict = store.verify().finally(() => {
    over = true;
  });
  let commits = 0;
  while (!over) {
    await store.commit(aPlan({ alarms: [alarm(commits % 2_000, 2), alarm(5_000 + commits, 1)] }), 2_001 + 2 * commits);
    commits++;
  }
  expect(await verdict).toMatchObject({ ok: true });
  expect(commits).toBeGreaterThan(1);
  expect(await store.verify()).toEqual({ ok: true, rows: 2_000 + 2 * commits });
});
