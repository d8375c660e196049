/** The auditor: what an open ticket lost is found within a minute, armed again, journalled and told. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import type { Ticket } from "#model/ticket";
import { instant, later, minutes, seconds } from "#model/time";
import { createFeed } from "../../../gateway/feed.ts";
import { createPipeline } from "../../../gateway/pipeline.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { at, building, operator, TEN, verdict } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { idle } from "../../support/idle-engine.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

const trapped = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment", lifeSafety: true });
let policy: Policy;
let house: PureHouse;
beforeAll(async () => {
  policy = await shippedPolicy();
});
beforeEach(() => {
  house = createPureHouse(building({ policy }));
  house.take({ type: "conditions", transitions: [trapped] }, TEN);
});
const only = (): Ticket => [...house.tickets.values()][0] as Ticket;
const tamper = (change: (ticket: Ticket) => Ticket) => house.tickets.set(only().no, change(only()));
const reArmed = () => house.journal.filter(({ event }) => event === "re-armed");
const told = () => house.said.filter(({ step }) => step.startsWith("re-armed")).map(({ to }) => to);

describe("what got lost", () => {
  test("a step that waited: found within a minute, run at its true instant, told once", () => {
    tamper((ticket) => ({ ...ticket, ladder: ticket.ladder.filter(({ step }) => step.id !== "s1-not-on-site") }));
    house.beat(TEN, at(1));
    expect(reArmed().map(({ data }) => data)).toEqual([{ clocks: [], steps: ["s1-not-on-site"] }]);
    expect(told()).toEqual(["p-control-room-operator"]);
    expect(only().ladder.find(({ step }) => step.id === "s1-not-on-site")).toMatchObject({ dueAt: at(15) });
    house.beat(at(1), at(20));
    expect(house.said.filter(({ step }) => step === "s1-not-on-site").length).toBeGreaterThan(0);
    expect(reArmed()).toHaveLength(1);
  });

  test("the whole ladder, at twenty past: each step comes once, late where it is late, and the rest in time", () => {
    tamper((ticket) => ({ ...ticket, ladder: [], wakeAt: at(999_999) }));
    house.take({ type: "started", lastSeen: at(20) }, at(20));
    const ran = house.journal.filter(({ event, at: when }) => event === "step-run" && when === at(20));
    expect(ran.map(({ data }) => data.step)).toContain("s1-not-on-site");
    expect(ran.map(({ data }) => data.step)).not.toContain("s1-not-under-control");
    house.beat(at(20), at(31));
    expect(only().ladder.find(({ step }) => step.id === "s1-not-under-control")).toMatchObject({
      state: "done",
      doneAt: at(30),
    });
    const ids = only().ladder.map(({ step }) => step.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("a clock: it runs again from the start of the round, and is breached at its true instant", () => {
    tamper((ticket) => ({ ...ticket, clocks: ticket.clocks.filter(({ kind }) => kind !== "mitigate") }));
    house.beat(TEN, at(1));
    expect(reArmed().map(({ data }) => data)).toEqual([{ clocks: ["mitigate"], steps: [] }]);
    expect(only().clocks.find(({ kind }) => kind === "mitigate")).toMatchObject({ startedAt: TEN, dueAt: at(120) });
  });

  test("the instant at which the heartbeat looks again, and the end of an acknowledgement", () => {
    tamper((ticket) => ({ ...ticket, wakeAt: at(999_999) }));
    house.beat(TEN, at(1));
    expect(reArmed().map(({ data }) => data)).toEqual([{ clocks: [], steps: [], wokeAt: at(999_999) }]);
    expect(house.said.some(({ step }) => step === "s1-not-acknowledged")).toBe(true);
    house.take(
      {
        type: "command",
        id: "a",
        actor: operator,
        command: { do: "ticket-step", ticket: only().no, step: "acknowledge" },
      },
      at(2),
    );
    tamper(({ acknowledgeExpiresAt: _, ...rest }) => rest);
    house.beat(at(2), at(3));
    expect(only().acknowledgeExpiresAt).toBeGreaterThan(at(12));
  });
});

test("a step lost by a house whose clock is dead: armed again at the start, run by elapsed time, and the time server fires nothing", () => {
  house.beat(TEN, at(4, 50));
  tamper((ticket) => ({ ...ticket, ladder: ticket.ladder.filter(({ step }) => step.id !== "s1-not-on-site") }));
  house.take({ type: "started", lastSeen: at(4, 50) }, at(4, 50));
  expect(reArmed().map(({ data }) => data)).toEqual([{ clocks: [], steps: ["s1-not-on-site"] }]);
  const ran = () => house.journal.filter(({ event, data }) => event === "step-run" && data.step === "s1-not-on-site");
  house.beat(at(4, 50), at(14, 59));
  expect(ran()).toEqual([]);
  house.beat(at(14, 59), at(15, 1));
  expect(ran()).toMatchObject([{ at: at(15), data: { late: false } }]);
  const said = house.said.length;
  house.take({ type: "clock-step", by: minutes(180) }, at(195, 1));
  house.beat(at(195, 1), at(196));
  expect(ran()).toHaveLength(1);
  expect(reArmed()).toHaveLength(1);
  expect(house.said.slice(said).filter(({ step }) => step.startsWith("s1-"))).toEqual([]);
});

describe("what the class adds, and what is over", () => {
  test.each(["class-opening", "entrapment-rescue-late"])("a lost row %s comes back where it was due", (id) => {
    const before = only().ladder.find(({ step }) => step.id === id);
    expect(before).toBeDefined();
    tamper((ticket) => ({ ...ticket, ladder: ticket.ladder.filter(({ step }) => step.id !== id) }));
    house.beat(TEN, at(1));
    expect(reArmed().map(({ data }) => data)).toEqual([{ clocks: [], steps: [id] }]);
    expect(only().ladder.find(({ step }) => step.id === id)?.dueAt).toBe(before?.dueAt);
  });

  test("a step of a ladder that began anew is due by that beginning, and one whose answer is there is not run", () => {
    const fault = (to: "active" | "level", severity: "S3" | "S2") =>
      verdict("door", "lift-2", to, { ticket: "general_fault", severity });
    house = createPureHouse(building({ policy }));
    house.take({ type: "conditions", transitions: [fault("active", "S3")] }, TEN);
    house.take({ type: "conditions", transitions: [fault("level", "S2")] }, at(60));
    const command = { do: "ticket-step", ticket: only().no, step: "arrive" } as const;
    house.take({ type: "command", id: "arrive", actor: operator, command }, at(61));
    tamper((ticket) => ({
      ...ticket,
      ladder: ticket.ladder.filter(({ step }) => step.id !== "s2-not-under-control" && step.id !== "s2-not-on-site"),
    }));
    house.beat(at(61), at(62));
    const row = (id: string) => only().ladder.find(({ step }) => step.id === id);
    expect(row("s2-not-under-control")).toMatchObject({ state: "waiting", dueAt: at(180) });
    expect(row("s2-not-on-site")?.state).toBe("cancelled");
  });

  test("an acknowledgement of what is under control has no end, and that is no loss", () => {
    for (const step of ["acknowledge", "accept", "arrive", "mitigate"] as const) {
      const command = { do: "ticket-step", ticket: only().no, step } as const;
      house.take({ type: "command", id: step, actor: operator, command }, at(1));
    }
    expect(only()).toMatchObject({ state: "mitigated", acknowledgedBy: "王工" });
    expect(only().acknowledgeExpiresAt).toBeUndefined();
    house.beat(at(1), at(3));
    expect(reArmed()).toEqual([]);
  });

  test("a class with a ladder of its own misses no step of the usual one", () => {
    house = createPureHouse(building({ policy }));
    const command = { do: "open-ticket", class: "complaint", description: "噪声" } as const;
    house.take({ type: "command", id: "o", actor: operator, command }, TEN);
    house.beat(TEN, at(2));
    expect(reArmed()).toEqual([]);
  });
});

describe("many tickets that lost something at once", () => {
  const faults = Array.from({ length: 12 }, (_, n) =>
    verdict(`door.fault-${n}`, `lift-${n + 2}`, "active", { ticket: "general_fault", severity: "S2" }),
  );
  const loseAll = (count: number) => {
    for (const fault of faults) house.take({ type: "conditions", transitions: [fault] }, at(0, 1));
    for (const ticket of [...house.tickets.values()].slice(0, count)) {
      const ladder = ticket.ladder.filter(({ state }) => state !== "waiting");
      house.tickets.set(ticket.no, { ...ticket, ladder, clocks: [], wakeAt: at(999_999) });
    }
  };

  test("are armed again in the same beat, journalled one by one, and told in one message under the gravest", () => {
    loseAll(13);
    house.beat(at(1), at(2));
    expect(reArmed()).toHaveLength(13);
    expect(new Set(reArmed().map(({ at: when }) => when)).size).toBe(1);
    expect(told()).toEqual(["p-control-room-operator"]);
    const message = house.said.find(({ step }) => step.startsWith("re-armed"));
    const first = [...house.tickets.values()].find(({ severity }) => severity === "S1");
    expect(message?.ticket).toBe(first?.no);
    expect(message?.text.zh).toMatch(/13 张工单的计时或升级步骤缺失.*等 12 张/);
    expect(message?.text.en).toMatch(/13 tickets missing.* and 7 more/);
    for (const { clocks, ladder, wakeAt } of house.tickets.values()) {
      expect(clocks.length).toBeGreaterThan(3);
      expect(ladder.length).toBeGreaterThan(3);
      expect(wakeAt).toBeLessThan(at(999_999));
    }
    house.beat(at(2), at(4));
    expect(reArmed()).toHaveLength(13);
  });

  test("three are told one by one", () => {
    loseAll(3);
    house.beat(at(1), at(2));
    expect(told()).toHaveLength(3);
  });
});

describe("what is in order", () => {
  test("a ticket of an older policy keeps the ladder that it was opened under", () => {
    const more = { ...policy.ladders.S1[0]!, id: "s1-new" };
    const edited = { ...policy, version: "newer", ladders: { ...policy.ladders, S1: [...policy.ladders.S1, more] } };
    house.edit(building({ policy: edited }), at(1));
    house.beat(at(1), at(3));
    expect(reArmed()).toEqual([]);
    expect(only().ladder.some(({ step }) => step.id === "s1-new")).toBe(false);
  });

  test("a step of the wall clock is no loss", () => {
    house.take({ type: "clock-step", by: minutes(60) }, at(61));
    house.beat(at(61), at(63));
    expect(reArmed()).toEqual([]);
  });
});

test("a due row that vanished from the database: the start finds it, and the step runs", async () => {
  using folder = createDataFolder();
  const clock = createManualClock(TEN);
  const site = building({ policy });
  const open = async () => {
    const store = await openStore({ folder: folder.path, clock });
    const measure = { committed: () => {}, decided: () => {}, storeAway: () => {} };
    const kept = await store.load(clock.now());
    return { store, door: createPipeline({ site, kept, store, engine: idle, feed: createFeed(), clock, measure }) };
  };
  const first = await open();
  await first.door.take({ type: "conditions", transitions: [trapped] });
  await first.store[Symbol.asyncDispose]();

  const file = new DatabaseSync(join(folder.path, "house.db"));
  const row = file.prepare("select body from ticket").get() as { body: string };
  const damaged = JSON.parse(row.body) as Ticket;
  const ladder = damaged.ladder.filter(({ state }) => state !== "waiting");
  expect(ladder.length).toBeLessThan(damaged.ladder.length);
  file.prepare("update ticket set body = ?").run(JSON.stringify({ ...damaged, ladder, wakeAt: instant(TEN * 2) }));
  file.close();

  await clock.advance(seconds(40));
  const again = await open();
  await using _store = again.store;
  await again.door.take({ type: "started", lastSeen: later(TEN, seconds(5)) });
  const [ticket] = again.door.house.tickets.values();
  expect(ticket?.ladder.length).toBe(damaged.ladder.length);
  expect(ticket?.ladder.find(({ step }) => step.id === "s1-not-acknowledged")).toMatchObject({ state: "done" });
  expect([...again.door.house.outbox.values()].some(({ step }) => step.startsWith("re-armed"))).toBe(true);
});
