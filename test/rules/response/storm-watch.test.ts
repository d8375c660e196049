/** 台风暴雨值守: what a ticket of the storm profile waits for, when the storm comes as told, later, earlier, or not at all. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { Command, Plan, TicketStep } from "#model/plan";
import type { Policy } from "#model/policy";
import type { Ticket } from "#model/ticket";
import { between, days, hours, type Instant, later, minutes, type Span } from "#model/time";
import { building, operator, supervisor, TEN } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";
import { storyPeople } from "../../support/story-house.ts";
import { policyUnder, shippedPolicy } from "./shipped-policy.ts";

let policy: Policy;
let shipped: Policy;
beforeAll(async () => {
  [policy, shipped] = [await policyUnder("storm"), await shippedPolicy()];
});
const since = (span: Span): Instant => later(TEN, span);
const LANDS = since(days(5));

function watch(under: Policy = policy) {
  const house = createPureHouse(building({ policy: under, people: storyPeople(under) }));
  let n = 0;
  const send = (command: Command, now: Instant, actor: Actor = operator): Plan =>
    house.take({ type: "command", id: `c${++n}`, actor, command }, now);
  const open = (more: Partial<Extract<Command, { do: "open-ticket" }>> = {}, now = TEN): Plan =>
    send(
      {
        do: "open-ticket",
        class: "non_urgent",
        description: "台风「海燕」预计登陆",
        plan: "storm",
        expected: LANDS,
        ...more,
      },
      now,
    );
  const ticket = (): Ticket => {
    const [one] = house.tickets.values();
    if (!one) throw new Error("no ticket");
    return one;
  };
  const step = (name: TicketStep, now: Instant, more: object = {}, actor: Actor = operator): Plan =>
    send({ do: "ticket-step", ticket: ticket().no, step: name, ...more }, now, actor);
  const clock = (kind: string) => ticket().clocks.find((one) => one.kind === kind);
  const tick = (now: Instant) => house.take({ type: "tick" }, now);
  /** The heartbeat once a minute. */
  const walk = (from: Instant, to: Instant) => {
    for (let now = later(from, minutes(1)); now <= to; now = later(now, minutes(1))) tick(now);
  };
  const toldOf = (part: string) => house.said.filter(({ step: id }) => id.includes(part)).map(({ to }) => to);
  const breaches = () =>
    house.journal
      .filter(({ event }) => event === "clock-breached")
      .map(({ data, occurredAt }) => [data.clock, between(TEN, occurredAt)]);
  return { house, send, open, ticket, step, clock, tick, walk, toldOf, breaches };
}
const code = (plan: Plan) => plan.refusal?.code;

describe("a storm that is forecast five days ahead", () => {
  test("asks for the warning three days before, a round each hour from its coming on, and keeps the class of planned work", () => {
    const { open, ticket, clock } = watch();
    expect(code(open())).toBeUndefined();
    expect(ticket()).toMatchObject({
      class: "non_urgent",
      severity: "S2",
      plan: "storm",
      expected: LANDS,
      state: "new",
    });
    expect(clock("plan")).toMatchObject({ startedAt: TEN, dueAt: later(LANDS, days(-3)), state: "running" });
    expect(clock("feedback")).toMatchObject({ startedAt: LANDS, dueAt: later(LANDS, hours(1)), state: "running" });
    expect(clock("resolve")).toBeUndefined();
    expect(clock("followup")).toBeUndefined();
    expect(
      ticket()
        .sop.filter(({ mandatory }) => mandatory)
        .map((row) => row.step),
    ).toEqual(expect.arrayContaining(["notice", "roster", "pumps", "drains", "sandbags", "roof", "rounds", "repairs"]));
    // Frozen: nothing of it hangs on the site's files any more.
    expect(ticket().policy.name.zh).toBe("台风暴雨值守");
    expect(ticket().policy.plans).toBeUndefined();
  });

  test("tells the crew at its coming, misses no round before it, and tells each missed one to the desk and the shift leader", () => {
    const { open, step, tick, walk, toldOf, breaches, clock } = watch();
    open();
    step("accept", since(hours(1)), {}, { ...operator, id: "p-technician-on-duty" });
    step("plan", since(days(1)));
    for (let hour = 2; hour <= 5 * 24; hour += 1) tick(since(hours(hour)));
    expect(toldOf("storm-here")).toEqual(
      expect.arrayContaining(["p-control-room-operator", "p-shift-leader", "p-technician-on-duty", "p-security-lead"]),
    );
    expect(breaches()).toEqual([]);
    step("feedback", later(LANDS, minutes(50)), { note: "B2 集水坑正常，天台排水通畅" });
    expect(clock("feedback")).toMatchObject({ dueAt: later(LANDS, minutes(110)) });
    walk(later(LANDS, minutes(50)), later(LANDS, minutes(171)));
    expect(breaches()).toEqual([
      ["feedback", days(5) + minutes(110)],
      ["feedback", days(5) + minutes(170)],
    ]);
    const missed = toldOf("feedback-missed");
    expect(new Set(missed)).toEqual(new Set(["p-control-room-operator", "p-shift-leader"]));
    expect(missed.filter((to) => to === "p-shift-leader")).toHaveLength(2);
  });

  test("a warning that is not given by then is told to the supervisor and the manager, once", () => {
    const { open, walk, tick, toldOf, breaches } = watch();
    open();
    tick(since(hours(47)));
    walk(since(hours(47.9)), since(hours(48.2)));
    expect(breaches()).toContainEqual(["plan", hours(48)]);
    expect(toldOf("overdue-plan").toSorted()).toEqual(["p-department-supervisor", "p-property-manager"]);
  });

  test("repairs and cleaning count 24 h from its end, and nobody can say repaired while it rages", () => {
    const { open, step, clock, ticket, walk, tick, toldOf } = watch();
    open();
    step("accept", since(hours(1)));
    expect(code(step("mitigate", since(hours(2))))).toBe("not-here-yet");
    const rages = later(LANDS, hours(6));
    expect(code(step("repair", rages))).toBe("not-over");
    expect(step("mitigate", rages).refusal).toBeUndefined();
    expect(clock("feedback")).toMatchObject({ state: "cancelled" });
    expect(clock("resolve")).toMatchObject({ startedAt: rages, dueAt: later(rages, hours(24)) });
    expect(ticket().ladder.filter(({ state }) => state === "waiting")).toEqual([]);
    tick(later(rages, hours(23)));
    walk(later(rages, hours(23.9)), later(rages, hours(24.1)));
    expect(toldOf("overdue-resolve").toSorted()).toEqual(["p-department-supervisor", "p-project-manager"]);
    expect(step("repair", later(rages, hours(25))).refusal).toBeUndefined();
    expect(clock("resolve")).toMatchObject({ state: "breached", metAt: later(rages, hours(25)) });
  });
});

test.each([
  ["a day", days(1)],
  ["two hours", hours(2)],
  ["a minute", minutes(1)],
  ["no time at all", minutes(0)],
  ["half an hour ago", minutes(-30)],
])(
  "told with %s to go nothing is over when it opens: half an hour for the warning, an hour for the first round",
  (_, ahead) => {
    const { open, clock, breaches, walk } = watch();
    expect(code(open({ expected: since(ahead) }))).toBeUndefined();
    expect(clock("plan")?.dueAt).toBe(since(minutes(30)));
    expect(clock("feedback")?.startedAt).toBe(since(Math.max(0, ahead) as Span));
    walk(TEN, since(minutes(14)));
    expect(breaches()).toEqual([]);
  },
);

describe("what nobody can mean is refused, and says what to do", () => {
  test.each([
    ["no time", { expected: undefined as never }, "expected-needed"],
    ["no number", { expected: Number.NaN as Instant }, "expected-needed"],
    ["an hour ago", { expected: since(hours(-1)) }, "expected-in-past"],
    ["last year", { expected: since(days(-365)) }, "expected-in-past"],
    ["in a year", { expected: since(days(365)) }, "expected-too-far"],
    ["the end of time", { expected: 8_640_000_000_000_000 as Instant }, "expected-too-far"],
    ["another plan", { plan: "flood" }, "no-such-plan"],
    ["a name of the language", { plan: "constructor" }, "no-such-plan"],
    ["another class", { class: "general_fault" as const }, "no-such-plan"],
    ["one device", { device: "lift-1" }, "plan-of-site"],
  ])("%s", (_, more, why) => {
    const { open, house } = watch();
    const plan = open(more);
    expect(code(plan)).toBe(why);
    expect(plan.refusal?.message.zh).toMatch(/[一-鿿]/);
    expect(house.tickets.size).toBe(0);
  });

  test("a second watch beside the open one; a drill of it goes beside", () => {
    const { open, ticket, send } = watch();
    open();
    expect(open({ expected: since(days(6)) }).refusal).toMatchObject({
      code: "already-open",
      detail: { ticket: ticket().no },
    });
    const drill = {
      do: "open-ticket",
      class: "non_urgent",
      description: "防汛演练",
      plan: "storm",
      expected: LANDS,
    } as const;
    expect(code(send({ ...drill, drill: { overReal: true } }, TEN, supervisor))).toBeUndefined();
  });

  test("moved into the past, a year away, without a reason, or without a time", () => {
    const { open, step, clock } = watch();
    open();
    const before = clock("feedback");
    const move = (until: number | undefined, note = "气象台更新") =>
      code(step("reschedule", since(hours(3)), { note, ...(until === undefined ? {} : { until }) }));
    expect(move(since(hours(1)))).toBe("expected-in-past");
    expect(move(since(days(300)))).toBe("expected-too-far");
    expect(move(undefined)).toBe("expected-needed");
    expect(move(Number.NaN)).toBe("expected-needed");
    expect(move(since(days(2)), " ")).toBe("note-needed");
    expect(clock("feedback")).toEqual(before);
  });

  test("without the profile there is no plan, and planned work is what it was", () => {
    const { open, house } = watch(shipped);
    expect(code(open())).toBe("no-such-plan");
    expect(code(open({ plan: undefined as never }))).toBeUndefined();
    const [plain] = house.tickets.values();
    const own = policy.classes.non_urgent;
    const { plans: _, ...usual } = own ?? {};
    expect(plain?.policy).toEqual(shipped.classes.non_urgent);
    expect(usual).toEqual(shipped.classes.non_urgent);
    expect(plain?.clocks.map(({ kind }) => kind)).not.toContain("plan");
  });

  test("under the profile planned work that is no storm is what it was, and has no step of a storm", () => {
    const { open, step, ticket } = watch();
    open({ plan: undefined as never });
    expect(ticket().policy).toEqual(shipped.classes.non_urgent);
    expect(code(step("reschedule", since(hours(1)), { note: "x", until: LANDS }))).toBe("wrong-state");
    expect(code(step("call-off", since(hours(1)), { note: "x" }, supervisor))).toBe("wrong-state");
  });
});

describe("a storm that moves", () => {
  test("later: what hangs on it moves, the rest stays, whoever was told hears of it, and the journal has why", () => {
    const { open, step, clock, ticket, house, toldOf } = watch();
    open();
    const before = { dispatch: clock("dispatch"), accept: clock("accept") };
    const lands = later(LANDS, hours(20));
    step("reschedule", since(hours(6)), { note: "气象台：移速减慢", until: lands });
    expect(ticket().expected).toBe(lands);
    expect(clock("plan")).toMatchObject({ startedAt: TEN, dueAt: later(lands, days(-3)), state: "running" });
    expect(clock("feedback")).toMatchObject({ startedAt: lands, dueAt: later(lands, hours(1)) });
    expect({ dispatch: clock("dispatch"), accept: clock("accept") }).toMatchObject({
      dispatch: { dueAt: before.dispatch?.dueAt },
      accept: { dueAt: before.accept?.dueAt },
    });
    expect(ticket().ladder.find(({ step: { id } }) => id === "storm-here")?.dueAt).toBe(lands);
    expect(house.journal.find(({ event }) => event === "ticket-reschedule")?.data).toEqual({
      was: LANDS,
      expected: lands,
      time: { zh: "11月27日 06:00", en: "2026-11-27 06:00" },
      note: "气象台：移速减慢",
      clocks: [
        { clock: "plan", dueAt: later(lands, days(-3)) },
        { clock: "feedback", dueAt: later(lands, hours(1)) },
      ],
    });
    expect(toldOf("rescheduled")).toEqual(expect.arrayContaining(["p-shift-leader", "p-property-manager"]));
    const said = house.said.find(({ step: id }) => id.startsWith("rescheduled"))?.text;
    expect(said?.zh).toContain("预计到达时间改为 11月27日 06:00：气象台：移速减慢");
    expect(said?.en).toContain("now expected at 2026-11-27 06:00");
  });

  test("earlier than the warning: half an hour is left, moving it to and fro gains nothing, and nothing is over at once", () => {
    const { open, step, clock, tick, breaches } = watch();
    open();
    step("reschedule", since(hours(6)), { note: "提前", until: since(days(1)) });
    expect(clock("plan")?.dueAt).toBe(since(hours(6.5)));
    step("reschedule", since(hours(6.25)), { note: "再提前", until: since(hours(20)) });
    expect(clock("plan")?.dueAt).toBe(since(hours(6.5)));
    tick(since(hours(6.4)));
    expect(breaches().filter(([kind]) => kind === "plan")).toEqual([]);
    tick(since(hours(7)));
    expect(breaches()).toContainEqual(["plan", hours(6.5)]);
    // What ran out stays so, whenever the storm comes.
    step("reschedule", since(hours(8)), { note: "推迟", until: LANDS });
    expect(clock("plan")).toMatchObject({ state: "breached", breachedAt: since(hours(6.5)) });
  });

  test("late although the rounds had begun: they wait again, the missed one stays missed, and its coming is told once more", () => {
    const { open, step, clock, tick, walk, toldOf, breaches } = watch();
    open({ expected: since(hours(4)) });
    step("plan", since(minutes(10)));
    tick(since(hours(4)));
    walk(since(hours(4)), since(hours(5.5)));
    expect(breaches().filter(([kind]) => kind === "feedback")).toEqual([["feedback", hours(5)]]);
    expect(toldOf("storm-here").filter((to) => to === "p-shift-leader")).toHaveLength(1);
    step("reschedule", since(hours(5.5)), { note: "推迟登陆", until: since(hours(12)) });
    expect(clock("feedback")).toMatchObject({
      startedAt: since(hours(12)),
      dueAt: since(hours(13)),
      breachedAt: since(hours(5)),
    });
    for (let hour = 6; hour <= 12; hour += 1) tick(since(hours(hour)));
    expect(breaches().filter(([kind]) => kind === "feedback")).toHaveLength(1);
    expect(toldOf("storm-here").filter((to) => to === "p-shift-leader")).toHaveLength(2);
  });

  test("here already although it was told for tomorrow: the rounds begin now", () => {
    const { open, step, clock } = watch();
    open();
    step("reschedule", since(hours(6)), { note: "已提前登陆", until: since(hours(5.5)) });
    expect(clock("feedback")).toMatchObject({ startedAt: since(hours(6)), dueAt: since(hours(7)) });
  });
});

describe("a storm that is called off", () => {
  test("is a supervisor's word, with a reason; then nothing is due, nothing is missed, and whoever was told hears it", () => {
    const { open, step, ticket, tick, house, toldOf, breaches } = watch();
    open();
    step("plan", since(hours(1)));
    step("accept", since(hours(1)));
    const late = breaches().length;
    const off = (more: object, actor: Actor) => code(step("call-off", since(days(2)), more, actor));
    expect(off({ note: "已转向" }, operator)).toBe("approval-needed");
    expect(off({}, supervisor)).toBe("note-needed");
    expect(off({ note: "台风转向，不影响本市" }, supervisor)).toBeUndefined();
    expect(ticket()).toMatchObject({ state: "closed", calledOff: true, closedAt: since(days(2)), falseAlarm: false });
    expect(ticket().clocks.filter(({ state }) => state === "running" || state === "paused")).toEqual([]);
    for (let hour = 49; hour <= 24 * 8; hour += 1) tick(since(hours(hour)));
    expect(breaches()).toHaveLength(late);
    expect(toldOf("storm-here")).toEqual([]);
    expect(toldOf("called-off")).toEqual(expect.arrayContaining(["p-shift-leader", "p-property-manager"]));
    const said = house.said.filter(({ step: id }) => id.includes("called-off"));
    expect(said.at(-1)?.text.zh).toContain("已取消，不再值守：台风转向，不影响本市");
    // A storm that comes back is a new one.
    expect(code(step("reopen", since(days(3)), { note: "又来了" }, supervisor))).toBe("wrong-state");
    expect(code(open({ expected: since(days(10)) }, since(days(4))))).toBeUndefined();
  });

  test("not once it is over, and it is no false alarm and no part of another ticket", () => {
    const { open, step, send, house } = watch();
    open({ expected: since(hours(1)) });
    send({ do: "open-ticket", class: "non_urgent", description: "刷漆" }, TEN);
    const [, other = ""] = house.tickets.keys();
    expect(code(step("false-alarm", since(hours(2)), { note: "x" }, supervisor))).toBe("wrong-state");
    expect(code(step("merge", since(hours(2)), { into: other }, supervisor))).toBe("planned");
    step("accept", since(hours(2)));
    step("mitigate", since(hours(2)));
    expect(code(step("call-off", since(hours(3)), { note: "x" }, supervisor))).toBe("wrong-state");
    expect(code(step("reschedule", since(hours(3)), { note: "x", until: since(days(1)) }, supervisor))).toBe(
      "wrong-state",
    );
  });
});

describe("a wall clock that is set", () => {
  test.each([
    ["forward by a day", days(1)],
    ["back by a day", days(-1)],
  ])("%s before it comes: it comes when the calendar says, and the warning is due when it was", (_, by) => {
    const { open, house, clock, ticket, breaches } = watch();
    open();
    house.take({ type: "clock-step", by }, since(by));
    house.take({ type: "tick" }, since(by));
    expect(clock("feedback")).toMatchObject({ startedAt: LANDS, dueAt: later(LANDS, hours(1)) });
    expect(clock("plan")).toMatchObject({ startedAt: since(by), dueAt: later(LANDS, days(-3)) });
    expect(ticket().ladder.find(({ step }) => step.id === "storm-here")?.dueAt).toBe(LANDS);
    expect(breaches()).toEqual([]);
  });

  test("over its coming: the rounds begin now, and none was missed", () => {
    const { open, house, clock, breaches } = watch();
    open();
    house.take({ type: "clock-step", by: days(6) }, since(days(6)));
    house.take({ type: "tick" }, since(days(6)));
    expect(clock("feedback")).toMatchObject({ startedAt: since(days(6)), dueAt: later(since(days(6)), hours(1)) });
    expect(clock("plan")?.dueAt).toBe(later(since(days(6)), minutes(30)));
    expect(breaches()).toEqual([]);
  });

  test("during the rounds: the hour goes on with the monotonic clock", () => {
    const { open, house, clock, tick } = watch();
    open({ expected: TEN });
    tick(since(minutes(20)));
    const jumped = since((hours(-3) + minutes(20)) as Span);
    house.take({ type: "clock-step", by: hours(-3) }, jumped);
    expect(clock("feedback")?.dueAt).toBe(later(jumped, minutes(40)));
  });
});

describe("the auditor", () => {
  const lose = (one: ReturnType<typeof watch>, change: (ticket: Ticket) => Partial<Ticket>) =>
    one.house.tickets.set(one.ticket().no, { ...one.ticket(), ...change(one.ticket()) });
  const start = (one: ReturnType<typeof watch>, now: Instant) =>
    one.house.take({ type: "started", lastSeen: now }, now);

  test("arms what hangs on the storm as it hung", () => {
    const one = watch();
    one.open();
    const whole = one.ticket();
    lose(one, ({ clocks }) => ({
      clocks: clocks.filter(({ kind }) => kind !== "feedback" && kind !== "plan"),
      ladder: one.ticket().ladder.filter(({ step }) => step.id !== "storm-here"),
    }));
    start(one, since(hours(1)));
    for (const kind of ["plan", "feedback"]) {
      const was = whole.clocks.find((clock) => clock.kind === kind);
      expect(one.clock(kind)).toMatchObject({ startedAt: was?.startedAt, dueAt: was?.dueAt });
    }
    expect(one.ticket().ladder.find(({ step }) => step.id === "storm-here")?.dueAt).toBe(LANDS);
    expect(one.house.journal.find(({ event }) => event === "re-armed")?.data).toEqual({
      clocks: ["plan", "feedback"],
      steps: ["storm-here"],
    });
  });

  test("arms the 24 hours for the repairs from the end of the storm", () => {
    const one = watch();
    one.open({ expected: TEN });
    one.step("accept", TEN);
    one.step("mitigate", since(hours(5)));
    lose(one, ({ clocks }) => ({ clocks: clocks.filter(({ kind }) => kind !== "resolve") }));
    start(one, since(hours(9)));
    expect(one.clock("resolve")).toMatchObject({ startedAt: since(hours(5)), dueAt: since(hours(29)) });
  });

  test("finds nothing to do on a whole one, before it, during it, after it", () => {
    const one = watch();
    one.open({ expected: since(hours(2)) });
    one.step("accept", TEN);
    start(one, since(minutes(5)));
    start(one, since(hours(3)));
    one.step("mitigate", since(hours(3)));
    start(one, since(hours(4)));
    expect(one.house.journal.filter(({ event }) => event === "re-armed")).toEqual([]);
  });
});

describe("a site that gives the profile up while a watch is open, and starts again", () => {
  test("keeps the watch as it was opened: its rounds, whom they tell, its times that move", () => {
    const { open, step, house, walk, clock, toldOf, breaches } = watch();
    open({ expected: since(hours(4)) });
    house.edit(building({ policy: shipped, people: storyPeople(shipped) }), since(hours(1)), since(hours(1)));
    step("reschedule", since(hours(2)), { note: "提前", until: since(hours(3)) });
    expect(clock("feedback")).toMatchObject({ startedAt: since(hours(3)), dueAt: since(hours(4)) });
    walk(since(hours(3.9)), since(hours(4.1)));
    expect(breaches()).toContainEqual(["feedback", hours(4)]);
    expect(new Set(toldOf("feedback-missed"))).toEqual(new Set(["p-control-room-operator", "p-shift-leader"]));
    expect(house.journal.filter(({ event }) => event === "re-armed")).toEqual([]);
    expect(code(open({ expected: since(days(2)) }, since(hours(5))))).toBe("no-such-plan");
  });
});
