import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { Handover } from "#model/paper";
import { hours, later, milliseconds, minutes } from "#model/time";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import {
  aMessage,
  anAccount,
  anAlarm,
  anEntry,
  aPlan,
  aSession,
  aTicket,
  aToken,
  noon,
} from "../../support/stored-things.ts";

const clock = createManualClock();

test("a fresh folder gives an empty house, readable by its owner alone", async () => {
  using folder = createDataFolder();
  const path = join(folder.path, "data", "deep");
  await using store = await openStore({ folder: path, clock });
  expect(await store.load(noon)).toEqual({
    alarms: [],
    tickets: [],
    lately: [],
    papers: [],
    messages: [],
    accounts: [],
    sessions: [],
    tokens: [],
    commands: [],
    lastTicket: 0,
    lastSeq: 0,
    notes: new Map(),
    tail: { ok: true, rows: 0 },
  });
  expect(statSync(path).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(path)) expect(statSync(join(path, file)).mode & 0o077, file).toBe(0);
});

test("after a restart the house is where it was: alarms, open tickets, waiting messages, people, commands, notes", async () => {
  using folder = createDataFolder();
  const alarms = [anAlarm("a@d"), anAlarm("b@d", { process: "normal", acknowledge: "acknowledged", occurrence: 7 })];
  const open = aTicket("GD20261121-000004", { device: "lift-1", class: "elevator_entrapment" });
  const closed = aTicket("GD20261121-000009", { state: "closed", closedAt: later(noon, minutes(5)) });
  const waiting = [aMessage("k1"), aMessage("k2", { state: "sending", createdAt: later(noon, minutes(1)) })];
  {
    await using store = await openStore({ folder: folder.path, clock });
    const plan = aPlan({
      alarms,
      tickets: [open, closed],
      messages: [...waiting, aMessage("k3", { state: "delivered" }), aMessage("k4", { state: "failed" })],
      accounts: [anAccount("zhang")],
      sessions: [
        aSession("s1"),
        aSession("s2", { state: "ended" }),
        aSession("s3", { expiresAt: noon }), // over at the very instant of the start
      ],
      tokens: [aToken("t1")],
    });
    const command = { id: "c1", actor: "zhang", at: noon, reply: '{"ok":true}' };
    expect(await store.commit(plan, 1, command)).toEqual({ outcome: "stored" });
    await store.note("engine", "first");
    await store.note("engine", "second");
  }
  await using store = await openStore({ folder: folder.path, clock });
  expect(await store.load(noon)).toEqual({
    alarms,
    papers: [],
    tickets: [open],
    lately: [closed],
    messages: waiting,
    accounts: [anAccount("zhang")],
    sessions: [aSession("s1")],
    tokens: [aToken("t1")],
    commands: [{ id: "c1", actor: "zhang", at: noon, reply: '{"ok":true}' }],
    lastTicket: 9,
    lastSeq: 4,
    notes: new Map([["engine", "second"]]),
    tail: { ok: true, rows: 4 },
  });
  expect((await store.load(later(noon, milliseconds(hours(24) + 1)))).commands).toEqual([]);
  expect(await store.ticket(closed.no)).toEqual(closed);
  expect(await store.ticket("GD-nothing")).toBeUndefined();
  expect((await store.tickets("open", 10)).map((t) => t.no)).toEqual([open.no]);
  expect((await store.tickets("closed", 10)).map((t) => t.no)).toEqual([closed.no]);
  expect((await store.tickets("all", 1)).map((t) => t.no)).toEqual([closed.no]);
  expect((await store.messages(open.no)).map((m) => m.key)).toEqual([]);
  expect((await store.messages("GD20261121-000001")).map((m) => m.key)).toEqual(["k1", "k3", "k4", "k2"]);
});

test("the journal is asked by time, by subject and by number, newest rows first to be kept", async () => {
  using folder = createDataFolder();
  await using store = await openStore({ folder: folder.path, clock });
  const entries = Array.from({ length: 12 }, (_, i) => {
    const at = later(noon, minutes(i));
    return anEntry(i % 2 ? "site" : "ticket:1", "noted", {
      at,
      occurredAt: at,
      data: { i, "'; DROP TABLE journal": "中" },
    });
  });
  await store.commit(aPlan({ journal: entries, alarms: [anAlarm("a@d")] }), 1);
  const seqs = async (query: Parameters<typeof store.journal>[0]) => (await store.journal(query)).map((row) => row.seq);
  expect(await seqs({})).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  expect(await seqs({ limit: 2 })).toEqual([12, 13]);
  expect(await seqs({ limit: -1 })).toEqual([]);
  expect(await seqs({ about: "ticket:1", limit: 2 })).toEqual([9, 11]);
  expect(await seqs({ about: "x' OR '1'='1" })).toEqual([]);
  expect(await seqs({ from: later(noon, minutes(3)), to: later(noon, minutes(5)) })).toEqual([4, 5, 6]);
  const [last] = await store.journal({ about: "alarm:a@d" });
  expect(last).toEqual({ ...anEntry("alarm:a@d", "changed"), seq: 13, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

test("messages of a cancelled step are cancelled in the file too, and new ones of the same plan are not", async () => {
  using folder = createDataFolder();
  await using store = await openStore({ folder: folder.path, clock });
  const ticket = "GD-1";
  const key = (key: string, step: string, state: "pending" | "sending" | "delivered" = "pending") =>
    aMessage(key, { ticket, step, state });
  await store.commit(
    aPlan({ messages: [key("a", "one"), key("b", "two", "sending"), key("c", "two", "delivered"), aMessage("d")] }),
    1,
  );
  await store.commit(aPlan({ cancelMessages: [{ ticket, step: "two" }] }), 1);
  expect((await store.messages(ticket)).map((m) => `${m.key} ${m.state}`)).toEqual([
    "a pending",
    "b cancelled",
    "c delivered",
  ]);
  await store.commit(aPlan({ cancelMessages: [{ ticket }], messages: [key("e", "closed")] }), 1);
  expect((await store.load(noon)).messages.map((m) => m.key)).toEqual(["d", "e"]);
});

test("a device has one open ticket of a class: a second one is a bug, and nothing of its plan is stored", async () => {
  using folder = createDataFolder();
  await using store = await openStore({ folder: folder.path, clock });
  const same = { device: "lift-1", class: "elevator_entrapment" } as const;
  await store.commit(aPlan({ tickets: [aTicket("GD-1", same)] }), 1);
  const second = aPlan({ tickets: [aTicket("GD-2", same)], accounts: [anAccount("li")] });
  await expect(store.commit(second, 2)).rejects.toThrow("UNIQUE constraint failed");
  expect(await store.load(noon)).toMatchObject({ lastSeq: 1, accounts: [], tickets: [{ no: "GD-1" }] });

  const closeAndOpen = aPlan({
    tickets: [aTicket("GD-2", same), aTicket("GD-1", { ...same, state: "closed", closedAt: noon })],
  });
  expect(await store.commit(closeAndOpen, 2)).toEqual({ outcome: "stored" });
  const byHand = { class: "elevator_entrapment", state: "merged" } as const;
  await store.commit(aPlan({ tickets: [aTicket("GD-3", { ...byHand, device: "lift-1" })] }), 4);
  expect((await store.tickets("open", 9)).map((t) => t.no)).toEqual(["GD-2"]);
});

test("a plan that does not follow the journal is a bug, not a gap", async () => {
  using folder = createDataFolder();
  await using store = await openStore({ folder: folder.path, clock });
  await expect(store.commit(aPlan({ alarms: [anAlarm("a@d")] }), 2)).rejects.toThrow(
    "The journal goes on at 1, and the plan begins at 2.",
  );
});

test("a command of yesterday is remembered, older ones are forgotten as new ones come", async () => {
  using folder = createDataFolder();
  await using store = await openStore({ folder: folder.path, clock });
  const at = (n: number) => ({ id: `c${n}`, actor: "zhang", at: later(noon, hours(n)), reply: "{}" });
  for (const n of [0, 20, 60]) await store.commit(aPlan({}), 1, at(n));
  expect((await store.load(noon)).commands.map((c) => c.id)).toEqual(["c20", "c60"]);
});

test("a second process is told which folder is in use and what to do", async () => {
  using folder = createDataFolder();
  const first = await openStore({ folder: folder.path, clock });
  const error = await openStore({ folder: folder.path, clock }).catch((e) => e);
  expect(error).toMatchObject({ name: "StoreTrouble", kind: "in-use" });
  expect(error.because.en).toContain(folder.path);
  expect(error.because.zh).toContain("GATEHOUSE_DATA");
  await first[Symbol.asyncDispose]();
  await using again = await openStore({ folder: folder.path, clock });
  expect((await again.load(noon)).lastSeq).toBe(0);
});

test("a file of a newer version is left as it is, and so is one of another program", async () => {
  using folder = createDataFolder();
  const file = join(folder.path, "house.db");
  await (await openStore({ folder: folder.path, clock }))[Symbol.asyncDispose]();
  const newer = new DatabaseSync(file);
  newer.exec("INSERT INTO migration VALUES (9999, '9999-from-the-future.sql')");
  newer.close();
  const refused = await openStore({ folder: folder.path, clock }).catch((e) => e);
  expect(refused).toMatchObject({ kind: "not-ours", message: expect.stringContaining("schema 9999") });

  using other = createDataFolder();
  const foreign = new DatabaseSync(join(other.path, "house.db"));
  foreign.exec("CREATE TABLE recipes (name TEXT)");
  foreign.close();
  const before = readFileSync(join(other.path, "house.db"));
  await expect(openStore({ folder: other.path, clock })).rejects.toMatchObject({ kind: "not-ours" });
  expect(readFileSync(join(other.path, "house.db")).equals(before)).toBe(true);
});

test("a file that is no database, or a folder that is a file, is a sentence and not a stack", async () => {
  using folder = createDataFolder();
  writeFileSync(join(folder.path, "house.db"), "This is not a database, it is a long enough text. ".repeat(50));
  await expect(openStore({ folder: folder.path, clock })).rejects.toMatchObject({
    name: "StoreTrouble",
    message: expect.stringContaining("damaged"),
  });
  await expect(openStore({ folder: join(folder.path, "house.db"), clock })).rejects.toMatchObject({
    name: "StoreTrouble",
  });
});

test("rows of the journal can neither be changed nor deleted through SQL", async () => {
  using folder = createDataFolder();
  {
    await using store = await openStore({ folder: folder.path, clock });
    await store.commit(aPlan({ alarms: [anAlarm("a@d")] }), 1);
  }
  const file = new DatabaseSync(join(folder.path, "house.db"));
  expect(() => file.exec("DELETE FROM journal")).toThrow("append-only");
  expect(() => file.exec("UPDATE journal SET actor = 'nobody'")).toThrow("append-only");
  file.close();
});

test("a backup made while writing is one sound file that opens as a house, and overwrites nothing", async () => {
  using folder = createDataFolder();
  using target = createDataFolder();
  const copy = join(target.path, "house.db");
  await using store = await openStore({ folder: folder.path, clock });
  await store.commit(aPlan({ alarms: Array.from({ length: 300 }, (_, i) => anAlarm(`r${i}@d`)) }), 1);
  let copied = false;
  const copying = store.backup(copy).finally(() => {
    copied = true;
  });
  // A house that is busy for as long as the copy takes, and never fewer than fifty times.
  for (let seq = 301; !copied || seq < 351; seq += 1) {
    await store.commit(aPlan({ alarms: [anAlarm("late@d", { occurrence: seq })] }), seq);
  }
  await copying;
  expect(readdirSync(target.path)).toEqual(["house.db"]);
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  await expect(store.backup(copy)).rejects.toMatchObject({ kind: "exists", message: expect.stringContaining(copy) });
  await expect(store.backup("/nowhere/at/all.db")).rejects.toThrow();

  await using restored = await openStore({ folder: target.path, clock });
  expect(await restored.verify()).toMatchObject({ ok: true });
  expect((await restored.load(noon)).lastSeq).toBeGreaterThanOrEqual(300);
});

test("a note under the name of the head is refused: it belongs to the store", async () => {
  using folder = createDataFolder();
  await using store = await openStore({ folder: folder.path, clock });
  await expect(store.note("journal-head", "0 00")).rejects.toThrow("belongs to the store");
});

test("after its end the store answers nothing, and says so", async () => {
  using folder = createDataFolder();
  const store = await openStore({ folder: folder.path, clock });
  await store[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await expect(store.ticket("GD-1")).rejects.toMatchObject({ kind: "closed" });
  await expect(store.commit(aPlan({}), 1)).rejects.toMatchObject({ kind: "closed" });
});

test("a paper lasts as the journal told it, open or closed, and one that was changed behind its back is found", async () => {
  using folder = createDataFolder();
  const paper = (id: string, state: "open" | "closed", at = noon): Handover => ({
    kind: "handover",
    id,
    state,
    at,
    signBy: later(at, minutes(5)),
    team: "control-room",
    leaving: ["li-na"],
    coming: ["zhou-jie"],
    notes: "3#泵房渗水",
    checks: [],
  });
  const old = later(noon, hours(-24 * 60));
  {
    await using store = await openStore({ folder: folder.path, clock });
    await store.commit(aPlan({ papers: [paper("a", "open"), paper("b", "closed"), paper("c", "closed", old)] }), 1);
    await store.commit(aPlan({ papers: [paper("a", "closed")] }), 4);
  }
  {
    await using store = await openStore({ folder: folder.path, clock });
    const kept = await store.load(noon);
    expect(kept.papers.map(({ id, state }) => [id, state])).toEqual([
      ["a", "closed"],
      ["b", "closed"],
    ]);
    expect(await store.paper("c")).toEqual(paper("c", "closed", old));
    expect((await store.papers("handover", 2)).map((one) => one.id)).toEqual(["b", "a"]);
    expect(await store.verify()).toMatchObject({ ok: true });
  }
  const file = new DatabaseSync(join(folder.path, "house.db"));
  file.exec("UPDATE paper SET body = replace(body, '渗水', '正常') WHERE id = 'b'");
  file.close();
  await using store = await openStore({ folder: folder.path, clock });
  expect(await store.verify()).toMatchObject({ ok: false, brokenAt: 2 });
});
