/** The one door with the real rules, the real engine and a real file behind it. */
import { expect, test } from "vitest";
import type { Command } from "#model/plan";
import { later, minutes, seconds } from "#model/time";
import type { Reply } from "../../gateway/door.ts";
import { createFeed, type News } from "../../gateway/feed.ts";
import { createPipeline } from "../../gateway/pipeline.ts";
import { openStore } from "../../gateway/store/sqlite/open-store.ts";
import type { Store } from "../../gateway/store/store.ts";
import { createEngine } from "../../rules/engine/create-engine.ts";
import { building, operator, supervisor, verdict } from "../support/building.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { createManualClock } from "../support/manual-clock.ts";

const trapped = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment" });

async function openDoor(
  folder: string,
  clock = createManualClock(),
  site = building(),
  watched = (store: Store): Store => store,
) {
  const store = watched(await openStore({ folder, clock }));
  const kept = await store.load(clock.now());
  const feed = createFeed();
  const news: News[] = [];
  feed.follow((one) => news.push(one));
  const columns = {
    count: 0,
    value: new Float64Array(0),
    quality: new Uint8Array(0),
    reason: new Uint8Array(0),
    sourceAt: new Float64Array(0),
    receivedAt: new Float64Array(0),
    text: new Map<number, string>(),
  };
  const engine = createEngine({ rules: [], devices: site.devices, points: [], columns, zone: site.zone });
  const door = createPipeline({
    site,
    kept,
    store,
    engine,
    feed,
    clock,
    measure: { committed: () => {}, decided: () => {}, storeAway: () => {} },
  });
  return { door, store, feed, news, clock, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

const acknowledge: Command = {
  do: "acknowledge-alarm",
  alarm: "elevator.entrapment@lift-1",
  occurrence: 1,
  reason: "real",
};
const command = (id: string, wish: Command = acknowledge, actor = operator) => ({
  type: "command" as const,
  id,
  actor,
  command: wish,
});

test("a verdict becomes an alarm, a ticket and messages, and onlookers hear of it after the commit", async () => {
  using folder = createDataFolder();
  await using house = await openDoor(folder.path);
  await house.door.take({ type: "conditions", transitions: [trapped] });
  expect(house.door.house.alarms.size).toBe(1);
  expect(house.door.house.tickets.size).toBe(1);
  expect(house.door.house.outbox.size).toBeGreaterThan(3);
  expect(house.news.map((one) => one.kind)).toEqual(["alarms", "tickets", "messages"]);
  expect((await house.store.journal({})).map((row) => row.event)).toContain("ticket-opened");
});

test("a command is done once: its retry gets the same reply, also after a restart", async () => {
  using folder = createDataFolder();
  const clock = createManualClock();
  let first: Reply;
  {
    await using house = await openDoor(folder.path, clock);
    await house.door.take({ type: "conditions", transitions: [trapped] });
    const replies = await Promise.all([house.door.take(command("same")), house.door.take(command("same"))]);
    first = replies[0];
    expect(replies[1]).toEqual(first);
    expect(first).toMatchObject({ ok: true });
  }
  await clock.advance(seconds(3_600));
  await using again = await openDoor(folder.path, clock);
  expect(await again.door.take(command("same"))).toEqual(first);
  const rows = await again.store.journal({ about: "alarm:elevator.entrapment@lift-1" });
  expect(rows.filter((row) => row.event === "alarm-acknowledged")).toHaveLength(1);
});

test("somebody else's use of a command id is refused", async () => {
  using folder = createDataFolder();
  await using house = await openDoor(folder.path);
  await house.door.take({ type: "conditions", transitions: [trapped] });
  await house.door.take(command("mine"));
  expect(await house.door.take(command("mine", acknowledge, supervisor))).toMatchObject({
    ok: false,
    refusal: { code: "command-id-used" },
  });
});

test("a refused command changes nothing and may be sent again", async () => {
  using folder = createDataFolder();
  await using house = await openDoor(folder.path);
  expect(await house.door.take(command("early"))).toMatchObject({ ok: false, refusal: { status: 404 } });
  await house.door.take({ type: "conditions", transitions: [trapped] });
  expect(await house.door.take(command("early"))).toMatchObject({ ok: true });
});

test("a refusal about an alarm is journalled once: the retry gets the same answer, also after a restart", async () => {
  using folder = createDataFolder();
  const clock = createManualClock();
  const old = { ...acknowledge, occurrence: 7 } as Command;
  let first: Reply;
  {
    await using house = await openDoor(folder.path, clock);
    await house.door.take({ type: "conditions", transitions: [trapped] });
    first = await house.door.take(command("old", old));
    expect(first).toMatchObject({ ok: false, refusal: { status: 409, code: "old-occurrence" } });
    expect(await house.door.take(command("old", old))).toEqual(first);
  }
  await using again = await openDoor(folder.path, clock);
  expect(await again.door.take(command("old", old))).toEqual(first);
  const rows = await again.store.journal({ about: "alarm:elevator.entrapment@lift-1" });
  expect(rows.filter((row) => row.event === "acknowledge-refused")).toMatchObject([
    { actor: operator.id, data: { asked: 7, occurrence: 1, code: "old-occurrence" } },
  ]);
  expect(await again.store.verify()).toMatchObject({ ok: true });
});

test("a list of what was seen is one command: its retry gets the same list, also after a restart", async () => {
  using folder = createDataFolder();
  const clock = createManualClock();
  const fault = verdict("door.fault", "lift-1", "active", { severity: "S3", ticket: "general_fault" });
  const seen: Command = {
    do: "acknowledge-seen",
    seen: [
      { alarm: "door.fault@lift-1", occurrence: 1 },
      { alarm: "door.fault@lift-2", occurrence: 1 },
    ],
  };
  let first: Reply;
  {
    await using house = await openDoor(folder.path, clock);
    await house.door.take({ type: "conditions", transitions: [fault] });
    first = await house.door.take(command("list", seen));
    expect(first).toMatchObject({ ok: true, seen: [{ outcome: "acknowledged" }, { outcome: "refused" }] });
  }
  await using again = await openDoor(folder.path, clock);
  expect(await again.door.take(command("list", seen))).toEqual(first);
  const rows = await again.store.journal({ about: "alarm:door.fault@lift-1" });
  expect(rows.filter((row) => row.event === "alarm-acknowledged")).toHaveLength(1);
});

test("two hundred commands at once are taken one after the other, each seeing what the one before did", async () => {
  using folder = createDataFolder();
  await using house = await openDoor(folder.path);
  const open = (n: number): Command => ({ do: "open-ticket", class: "general_fault", description: `报修 ${n}` });
  const replies = await Promise.all(Array.from({ length: 200 }, (_, n) => house.door.take(command(`c${n}`, open(n)))));
  const numbers = new Set(replies.map((reply) => (reply.ok ? reply.ticket : undefined)));
  expect(numbers.size).toBe(200);
  expect(await house.store.verify()).toMatchObject({ ok: true });
});

test("of a storm nothing is shown before it is written, emergencies come first, and a command waits for what came before", async () => {
  using folder = createDataFolder();
  const written = new Set<string>();
  let commits = 0;
  await using house = await openDoor(folder.path, createManualClock(), building(), (store) => ({
    ...store,
    async commit(plan, firstSeq, command) {
      commits += 1;
      const committed = await store.commit(plan, firstSeq, command);
      for (const alarm of plan.alarms) written.add(alarm.id);
      return committed;
    },
  }));
  const shown: string[] = [];
  const early: string[] = [];
  const byStore = house.feed.follow((news) => {
    if (news.kind !== "alarms") return;
    for (const { id } of news.alarms) {
      if (!shown.includes(id)) shown.push(id);
      if (!written.has(id)) early.push(id);
    }
  });
  // Forty samples, ten alarms each, the emergency in the last one: as reads of many devices bring them.
  for (let read = 0; read < 40; read += 1) {
    const faults = Array.from({ length: 10 }, (_, n) =>
      verdict(`f${read}-${n}`, "lift-2", "active", { severity: "S3" }),
    );
    void house.door.take({ type: "conditions", transitions: read === 39 ? [...faults, trapped] : faults });
  }
  const last: Command = { do: "acknowledge-alarm", alarm: "f39-9@lift-2", occurrence: 1 };
  expect(await house.door.take(command("in-a-storm", last))).toMatchObject({ ok: true });
  byStore();
  expect(early).toEqual([]);
  expect(shown).toHaveLength(401);
  // The first samples found the door idle; the emergency is the first of all that waited.
  expect(shown.indexOf("elevator.entrapment@lift-1")).toBeLessThanOrEqual(10);
  expect(commits).toBeLessThan(30);
  expect(await house.store.verify()).toMatchObject({ ok: true });
});

test("after a restart the house is as it was", async () => {
  using folder = createDataFolder();
  const clock = createManualClock();
  const remembered = { alarms: new Map(), tickets: new Map(), outbox: new Map() };
  {
    await using house = await openDoor(folder.path, clock);
    await house.door.take({ type: "conditions", transitions: [trapped] });
    await house.door.take(command("ack"));
    Object.assign(remembered, {
      alarms: new Map(house.door.house.alarms),
      tickets: new Map(house.door.house.tickets),
      outbox: new Map(house.door.house.outbox),
    });
  }
  await using again = await openDoor(folder.path, clock);
  expect(again.door.house.alarms).toEqual(remembered.alarms);
  expect(again.door.house.tickets).toEqual(remembered.tickets);
  expect(again.door.house.outbox).toEqual(remembered.outbox);
});

test("a shelf that ended while the house was down is over at the start: told late, with its ticket, all of it in the chain", async () => {
  using folder = createDataFolder();
  const clock = createManualClock();
  const fault = verdict("door.fault", "lift-1", "active", { severity: "S3", ticket: "general_fault" });
  const site = building({ rules: [fault.instance.rule] });
  const alarm = "door.fault@lift-1";
  const shelve: Command = { do: "shelve", alarm, kind: "timed", for: minutes(30), reason: "换门机" };
  {
    await using house = await openDoor(folder.path, clock, site);
    expect(await house.door.take(command("shelve", shelve))).toMatchObject({ ok: true, alarm });
    await house.door.take({ type: "conditions", transitions: [fault] });
    expect(house.door.house.tickets.size).toBe(0);
  }
  await clock.advance(minutes(50));
  await using again = await openDoor(folder.path, clock, site);
  expect(again.door.house.alarms.get(alarm)?.shelf).toMatchObject({ state: "timed", by: operator.name });
  await again.door.take({ type: "started" });
  expect(again.door.house.alarms.get(alarm)).toMatchObject({ acknowledge: "unacknowledged", shelf: { state: "none" } });
  expect(again.door.house.tickets.size).toBe(1);
  const rows = await again.store.journal({ about: `alarm:${alarm}` });
  expect(rows.find((row) => row.event === "unshelved")?.data).toMatchObject({ late: true, lateBy: minutes(20) });
  expect(await again.store.verify()).toMatchObject({ ok: true });
});

test("a reminder without a ticket is kept in the outbox over a restart", async () => {
  using folder = createDataFolder();
  const clock = createManualClock();
  const site = building({ rules: [trapped.instance.rule] });
  const engineer = { kind: "person", id: "zhao", name: "赵工", role: "engineer" } as const;
  const out: Command = {
    do: "out-of-service",
    alarm: "elevator.entrapment@lift-1",
    reason: "待件",
    reviewAt: later(clock.now(), minutes(10)),
  };
  {
    await using house = await openDoor(folder.path, clock, site);
    await house.door.take(command("out", out, engineer));
    await clock.advance(minutes(11));
    await house.door.take({ type: "tick" });
  }
  await using again = await openDoor(folder.path, clock, site);
  await again.door.take({ type: "tick" });
  expect([...again.door.house.outbox.values()]).toMatchObject([
    { ticket: "alarm:elevator.entrapment@lift-1", role: "department-supervisor" },
  ]);
});
