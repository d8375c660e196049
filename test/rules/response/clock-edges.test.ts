/** Clocks and steps at their very edges: the last second, the same instant, the second time. */
import { beforeEach, describe, expect, test } from "vitest";
import type { LadderStep, Policy } from "#model/policy";
import { hours, type Instant, later, minutes, seconds } from "#model/time";
import { at, building, policy, supervisor, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";
import { createDesk } from "./desk.ts";

const trapped = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment", lifeSafety: true });
let house: PureHouse;
let commands = 0;
const begin = (changed: Policy = policy) => {
  house = createPureHouse(building({ policy: changed }));
  house.take({ type: "conditions", transitions: [trapped] }, TEN);
};
beforeEach(() => begin());
const only = () => [...house.tickets.values()][0]!;
const clock = (kind: string) => only().clocks.find((one) => one.kind === kind);
const step = (wish: "acknowledge" | "accept" | "feedback" | "arrive" | "close", now: Instant, more: object = {}) => {
  commands += 1;
  const command = { do: "ticket-step" as const, ticket: only().no, step: wish, ...more };
  return house.take({ type: "command", id: `e${commands}`, actor: supervisor, command }, now);
};
const told = (id: string) => house.said.filter((one) => one.step === id && one.state === "pending");
const withLadder = (more: Partial<LadderStep>): Policy => {
  const [first] = policy.ladders.S1;
  const extra = { ...first!, id: "extra", after: minutes(4), tell: ["project-manager"], ...more };
  return { ...policy, ladders: { ...policy.ladders, S1: [first!, extra] } };
};

describe("clocks", () => {
  test("the visit after the work has no clock before the work is done", () => {
    expect(only().clocks.map(({ kind }) => kind)).not.toContain("followup");
  });

  test("a clock of fifteen minutes is a short one and warns at half; a longer one at three quarters", () => {
    expect(clock("staff-onsite")?.warnAt).toBe(at(7, 30));
    expect(clock("rescue-onsite")?.warnAt).toBe(at(22, 30));
  });

  test("a report that was missed stays on record when the next one is entered", () => {
    house.beat(TEN, at(11));
    expect(clock("feedback")).toMatchObject({ breachedAt: at(10), dueAt: at(20) });
    step("feedback", at(12), { note: "维保在路上" });
    expect(clock("feedback")).toMatchObject({ state: "running", startedAt: at(12), dueAt: at(22), breachedAt: at(10) });
  });

  test("closing calls off what runs, and leaves what was met or missed as it was", () => {
    step("accept", at(1));
    step("arrive", at(16));
    house.beat(at(16), at(17));
    step("close", at(20), { note: "误触" });
    const desk = createDesk();
    const done = desk.workThrough(TEN, at(30));
    expect(desk.clock(done, "accept")).toMatchObject({ state: "met", metAt: TEN });
    expect(desk.clock(done, "resolve")).toMatchObject({ state: "met", metAt: TEN });
    expect(desk.clock(done, "followup")).toMatchObject({ state: "cancelled" });
  });

  test("whoever begins to wait at the very instant at which it was due was late", () => {
    const desk = createDesk();
    desk.take("active", TEN);
    desk.step(desk.newest(), "accept", TEN);
    const due = later(TEN, hours(24));
    desk.house.take({ type: "tick" }, later(due, minutes(5)));
    desk.step(desk.newest(), "hold", later(due, minutes(6)), { reason: "parts", occurredAt: due });
    expect(desk.clock(desk.newest(), "resolve")).toMatchObject({ state: "breached", breachedAt: due });
  });

  test("waiting and going on in one instant leaves no segment of no length", () => {
    const desk = createDesk();
    desk.take("active", TEN);
    desk.step(desk.newest(), "accept", TEN);
    desk.step(desk.newest(), "hold", at(10), { reason: "parts" });
    desk.step(desk.newest(), "resume", at(10));
    const segments = desk.clock(desk.newest(), "resolve")?.segments ?? [];
    expect(segments.every(({ from, to }) => to === undefined || to > from)).toBe(true);
  });
});

describe("people", () => {
  test("bringing it under control ends the ten-minute report", () => {
    const desk = createDesk();
    desk.take("active", TEN);
    for (const one of ["accept", "arrive"] as const) desk.step(desk.newest(), one, TEN);
    expect(desk.clock(desk.newest(), "feedback")?.state).toBe("running");
    desk.step(desk.newest(), "mitigate", at(5));
    expect(desk.clock(desk.newest(), "feedback")?.state).toBe("cancelled");
  });

  test("escalating by hand takes the step that is due next, and no other", () => {
    step("accept", TEN);
    house.take(
      {
        type: "command",
        id: "esc",
        actor: supervisor,
        command: { do: "ticket-step", ticket: only().no, step: "escalate" },
      },
      at(0, 10),
    );
    const done = only().ladder.filter(({ doneAt }) => doneAt === at(0, 10));
    expect(done.map(({ step: one }) => one.id)).toEqual(["no-acknowledge"]);
  });

  test("whom somebody sent by phone at the time is not sent again when it is entered; closing is of now", () => {
    const desk = createDesk();
    desk.take("active", TEN);
    const sent = () => desk.house.said.filter(({ step: one }) => one.startsWith("sent-"));
    const words = { assignee: "technician-on-duty" };
    desk.step(desk.newest(), "dispatch", at(10), { ...words, occurredAt: at(2) });
    expect(sent()).toEqual([]);
    expect(desk.clock(desk.newest(), "dispatch")).toMatchObject({ metAt: at(2) });
    desk.step(desk.newest(), "dispatch", at(11), words);
    expect(sent().map(({ to }) => to)).toEqual(["p-technician-on-duty"]);
    for (const one of ["accept", "arrive", "repair"] as const) desk.step(desk.newest(), one, at(12));
    desk.take("normal", at(13));
    desk.step(desk.newest(), "close", at(40), { occurredAt: at(20) });
    expect(desk.newest()).toMatchObject({ state: "closed", closedAt: at(40) });
  });

  test("one of two alarms is normal: the source is not; when both are, it is", () => {
    const desk = createDesk();
    desk.take("active", TEN);
    desk.take("active", at(1), "S3", "elevator.noise");
    desk.take("normal", at(2));
    expect(desk.newest().recovered).toBe(false);
    desk.take("normal", at(3), "S3", "elevator.noise");
    expect(desk.newest().recovered).toBe(true);
  });

  test("a drill on a lift stays beside what really happens there", () => {
    const command = {
      do: "open-ticket",
      class: "general_fault",
      device: "lift-2",
      description: "演练",
      drill: { overReal: true },
    } as const;
    house.take({ type: "command", id: "drill", actor: supervisor, command }, at(1));
    const real = verdict("elevator.entrapment", "lift-2", "active", {
      ticket: "elevator_entrapment",
      lifeSafety: true,
    });
    house.take({ type: "conditions", transitions: [real] }, at(2));
    const drill = [...house.tickets.values()].find((one) => one.drill);
    expect(drill?.closedAt).toBeUndefined();
    expect([...house.tickets.values()].filter((one) => one.device === "lift-2")).toHaveLength(2);
  });
});

describe("steps", () => {
  test("five seconds behind is a slow beat, six are late and say so", () => {
    house.take({ type: "tick" }, at(0, 35));
    expect(only().ladder.find(({ step: one }) => one.id === "no-acknowledge")?.lateBy).toBeUndefined();
    begin();
    house.take({ type: "tick" }, at(0, 36));
    expect(only().ladder.find(({ step: one }) => one.id === "no-acknowledge")?.lateBy).toBe(seconds(6));
    expect(told("no-acknowledge")[0]?.text.zh).toContain("迟发");
  });

  test("one that waits for two clocks runs until both are met, and is done for good once it ran", () => {
    begin(withLadder({ unless: ["acknowledge", "accept"] as const }));
    step("accept", at(1));
    house.beat(at(1), at(4));
    expect(told("extra")).toHaveLength(1);
    step("acknowledge", at(5));
    expect(only().ladder.find(({ step: one }) => one.id === "extra")).toMatchObject({ state: "done", doneAt: at(4) });
  });

  test("both met in time, it never runs; and an acknowledgement that ran out brings no step back that acceptance answered", () => {
    begin(withLadder({ unless: ["acknowledge", "accept"] as const }));
    step("accept", at(1));
    step("acknowledge", at(2));
    house.beat(at(2), at(14));
    expect(house.events(`ticket:${only().no}`)).toContain("acknowledgement-expired");
    expect(told("extra")).toEqual([]);
  });

  test("one that ran before the acknowledgement runs again when that ran out, once each time, and says why", () => {
    house.beat(TEN, at(1));
    expect(told("no-acknowledge")).toHaveLength(1);
    step("acknowledge", at(1));
    house.beat(at(1), at(11));
    expect(told("no-acknowledge")).toHaveLength(2);
    expect(told("no-acknowledge")[1]?.text.zh).toContain("确认后 10 分钟没有新的记录");
    step("acknowledge", at(12));
    house.beat(at(12), at(23));
    const keys = told("no-acknowledge").map(({ key }) => key);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(3);
  });

  test("whom each step calls by phone stays on the list beside those of the steps before", () => {
    house.beat(TEN, at(16));
    expect(only().calls?.map(({ step: one, person }) => `${one} ${person}`)).toEqual([
      "opened-phone p-department-supervisor",
      "opened-phone p-property-manager",
      "no-onsite p-project-manager",
    ]);
  });
});
