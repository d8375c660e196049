/** What a next round begins with, what counts as one more fault, and what does not. */
import { beforeEach, describe, expect, test } from "vitest";
import type { ClassPolicy } from "#model/policy";
import type { Site } from "#model/site";
import { days, hours, type Instant, later, minutes } from "#model/time";
import { building, operator, policy, supervisor, TEN, verdict } from "../../support/building.ts";
import { createDesk } from "./desk.ts";

const onDay = (day: number, hour = 0): Instant => later(TEN, hours(day * 24 + hour));
const unhappy = { note: "业主反映仍有异响" };
/** As shipped: what goes away by itself closes itself. */
const recovered = { S3: minutes(30), S4: minutes(30) };
let desk: ReturnType<typeof createDesk>;
beforeEach(() => {
  desk = createDesk();
});
const rectifications = (of = desk) => [...of.house.tickets.values()].filter(({ rectifies }) => rectifies !== undefined);
const faults = (of = desk) => [...of.house.tickets.values()].filter(({ rectifies }) => rectifies === undefined);

/** The class of a door fault, sent by the house itself. */
function sending(): Partial<Site> {
  const { general_fault } = createDesk().site.policy.classes as { general_fault: ClassPolicy };
  const clocks = general_fault.clocks.map((one) => (one.kind === "dispatch" ? { ...one, target: 0 as never } : one));
  const sent = { ...general_fault, clocks, dispatch: { roles: ["technician-on-duty"] } };
  return { policy: { ...policy, classes: { ...policy.classes, general_fault: sent } } };
}

describe("the next round", () => {
  test("begins with nobody's name, word or end on it", () => {
    const closed = desk.workThrough(TEN, onDay(0, 2));
    expect(closed).toMatchObject({ acknowledgedBy: "王工", assignee: "王工", handled: true });
    desk.step(closed, "reopen", onDay(1), unhappy);
    const { handled, ...again } = desk.now(closed.no);
    // To open it again is somebody's own word.
    expect(handled).toBe(true);
    for (const gone of ["acknowledgedBy", "acknowledgeExpiresAt", "assignee", "closedAt", "falseAlarmClaim"] as const)
      expect(again[gone], gone).toBeUndefined();
    expect(again).toMatchObject({ falseAlarm: false, round: 2 });
  });

  test("of what was found a false alarm is a fault like any mine", () => {
    desk.take("active", TEN);
    desk.step(desk.newest(), "false-alarm", TEN, { note: "误动" });
    desk.take("normal", TEN);
    desk.step(desk.newest(), "close", onDay(0, 1));
    const { no } = desk.newest();
    desk.step(desk.newest(), "reopen", onDay(1), unhappy);
    expect(desk.now(no).falseAlarm).toBe(false);
    expect(desk.step(desk.now(no), "close", onDay(1, 1), {}, operator).refusal?.code).toBe("wrong-state");
  });

  test("that the fault itself opened is nobody's yet: it may end by itself, and asks whoever was asked before", () => {
    const mine = createDesk({ ...sending() });
    mine.take("active", TEN);
    const { no } = mine.newest();
    const asked = () => (mine.now(no).offers ?? []).map(({ person, round, state }) => `${round} ${person} ${state}`);
    expect(asked()).toEqual(["1 p-technician-on-duty open"]);
    for (const step of ["accept", "arrive", "repair"] as const) mine.step(mine.now(no), step, TEN, {}, operator);
    mine.take("normal", TEN);
    mine.step(mine.now(no), "close", onDay(0, 1));
    mine.take("active", onDay(1));
    expect(mine.now(no)).toMatchObject({ round: 2, state: "dispatched" });
    expect(mine.now(no).handled).toBeUndefined();
    expect(asked().at(-1)).toBe("2 p-technician-on-duty open");
  });

  test("is not opened for a time to come", () => {
    const closed = desk.workThrough(TEN, onDay(0, 2));
    const ahead = { ...unhappy, occurredAt: onDay(2) };
    expect(desk.step(closed, "reopen", onDay(1), ahead).refusal?.code).toBe("wrong-time");
  });

  test("a drill on the same lift does not stand in its way", () => {
    const closed = desk.workThrough(TEN, onDay(0, 2));
    desk.house.take(
      {
        type: "command",
        id: "drill",
        actor: supervisor,
        command: {
          do: "open-ticket",
          class: "general_fault",
          device: "lift-1",
          description: "演练",
          drill: { overReal: true },
        },
      },
      onDay(1),
    );
    expect(desk.step(closed, "reopen", onDay(1), unhappy).refusal).toBeUndefined();
  });
});

describe("the same alarm once more", () => {
  test("after a false alarm, or while the first one was simulated, is a ticket of its own", () => {
    desk.take("active", TEN);
    desk.step(desk.newest(), "false-alarm", TEN, { note: "误动" });
    desk.take("normal", TEN);
    desk.step(desk.newest(), "close", onDay(0, 1));
    desk.take("active", onDay(1));
    expect(faults()).toHaveLength(2);

    const mine = createDesk({ simulated: true });
    const closed = mine.workThrough(TEN, onDay(0, 2));
    expect(closed.simulated).toBe(true);
    mine.house.edit(building({ policy: mine.site.policy }), onDay(1));
    mine.take("active", onDay(1));
    expect(faults(mine).map(({ simulated, round }) => [simulated, round])).toEqual([
      [true, 1],
      [false, 1],
    ]);
  });

  test("as an emergency is a new ticket; so is a lesser one after an emergency", () => {
    desk.workThrough(TEN, onDay(0, 2));
    desk.take("active", onDay(1), "S1");
    expect(faults().map(({ severity, round }) => `${severity} ${round}`)).toEqual(["S3 1", "S1 1"]);

    const mine = createDesk();
    mine.take("active", TEN, "S1");
    for (const step of ["accept", "arrive", "mitigate", "repair"] as const) mine.step(mine.newest(), step, TEN);
    mine.take("normal", TEN, "S1");
    mine.step(mine.newest(), "close", onDay(0, 1));
    mine.take("active", onDay(1), "S3");
    expect(faults(mine).map(({ severity, round }) => `${severity} ${round}`)).toEqual(["S1 1", "S3 1"]);
  });

  test("of life safety is a new emergency whatever severity its rule gives it", () => {
    const alarm = (to: "active" | "normal", now: Instant) =>
      desk.house.take(
        {
          type: "conditions",
          transitions: [
            verdict("fire.heat", "lift-1", to, { severity: "S2", ticket: "general_fault", lifeSafety: true }),
          ],
        },
        now,
      );
    alarm("active", TEN);
    for (const step of ["accept", "arrive", "repair"] as const) desk.step(desk.newest(), step, TEN);
    alarm("normal", TEN);
    desk.step(desk.newest(), "close", onDay(0, 1));
    alarm("active", onDay(1));
    expect(faults().map(({ round }) => round)).toEqual([1, 1]);
  });
});

describe("one more fault", () => {
  test("exactly seven days after the first is the third of them, a millisecond later it is not", () => {
    for (const [late, found] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const mine = createDesk();
      const times = [TEN, onDay(1), (onDay(7) + late) as Instant];
      for (const [n, now] of times.entries()) {
        mine.take("active", now, "S3", `elevator.fault-${n}`);
        const ticket = mine.open().find(({ rectifies }) => !rectifies);
        for (const step of ["accept", "arrive", "repair"] as const) mine.step(ticket, step, now, {}, operator);
        mine.take("normal", now, "S3", `elevator.fault-${n}`);
        mine.step(ticket, "close", now);
      }
      expect(rectifications(mine), `${late} ms late`).toHaveLength(found);
    }
    expect(days(7)).toBe(policy.repeat.within);
  });

  test("that was a false alarm, or went into the ticket of an emergency, is none", () => {
    for (const kind of ["false-alarm", "entrapment", "repair"] as const) {
      const mine = createDesk();
      const trapped = (to: "active" | "normal", now: Instant) => {
        const alarm = { ticket: "elevator_entrapment", lifeSafety: true } as const;
        const transitions = [verdict("elevator.entrapment", "lift-1", to, alarm)];
        mine.house.take({ type: "conditions", transitions }, now);
      };
      for (const day of [0, 1, 2]) {
        const rule = `elevator.fault-${day}`;
        mine.take("active", onDay(day), "S3", rule);
        const ticket = mine.open().find(({ class: one }) => one === "general_fault");
        if (day === 1 && kind === "false-alarm") mine.step(ticket, kind, onDay(day), { note: "误动" });
        else if (day === 1 && kind === "entrapment") {
          trapped("active", onDay(day));
          expect(mine.now(ticket?.no ?? "").state).toBe("merged");
          trapped("normal", onDay(day));
          const freed = mine.open().find(({ class: one }) => one === "elevator_entrapment");
          for (const step of ["accept", "arrive", "mitigate", "repair"] as const) mine.step(freed, step, onDay(day));
          expect(mine.step(freed, "close", onDay(day, 1), { note: "已解救" }).refusal).toBeUndefined();
        } else for (const step of ["accept", "arrive", "repair"] as const) mine.step(ticket, step, onDay(day));
        mine.take("normal", onDay(day), "S3", rule);
        mine.step(ticket, "close", onDay(day, 1));
      }
      expect(rectifications(mine), kind).toHaveLength(kind === "repair" ? 1 : 0);
    }
  });

  test("that went away by itself is a fault, but no work that did not hold", () => {
    const mine = createDesk();
    mine.house.edit(building({ policy: { ...mine.site.policy, recovered } }), TEN);
    for (const day of [0, 6, 12]) {
      mine.take("active", onDay(day));
      mine.take("normal", onDay(day));
      mine.house.take({ type: "tick" }, onDay(day, 1));
    }
    expect(mine.newest()).toMatchObject({ round: 3, severity: "S3" });
    expect(rectifications(mine)).toEqual([]);
  });
});
