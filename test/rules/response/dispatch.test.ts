/** Dispatch: who is asked, in which order, for how long, and what happens when the answer is no, nothing, or somebody else's. */
import { describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { TicketStep } from "#model/plan";
import type { ClassPolicy } from "#model/policy";
import type { Person, Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import { instant, minutes } from "#model/time";
import { at, building, operator, people, policy, supervisor, verdict } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

const { elevator_entrapment, general_fault } = policy.classes as { [id: string]: ClassPolicy };
const crew: Person[] = [
  { id: "far", name: "赵远", skills: [{ skill: "elevator" }] },
  { id: "near", name: "钱近", skills: [{ skill: "elevator", until: "2026-11-21" }] },
  { id: "expired", name: "孙期", skills: [{ skill: "elevator", until: "2026-11-20" }] },
  { id: "plain", name: "李普" },
  { id: "firm", name: "维保公司", contractor: true },
];
const team = (id: string, members: string[], more = {}) => ({
  id,
  name: { zh: id, en: id },
  roles: ["technician-on-duty"],
  people: members,
  ...more,
});
const dispatch = { roles: ["technician-on-duty"], skill: "elevator" };
function site(changes: Partial<Site["people"]> = {}): Site {
  return building({
    people: {
      ...people,
      people: [...people.people, ...crew],
      teams: [
        ...people.teams.filter((one) => !one.roles.includes("technician-on-duty")),
        team("east", ["far", "expired", "plain", "firm"]),
        team("west", ["near"], { building: "A" }),
      ],
      ...changes,
    },
    policy: {
      ...policy,
      classes: {
        elevator_entrapment: { ...elevator_entrapment!, dispatch },
        // The house sends somebody by itself, and there are 15 min to accept: an offer lasts 5.
        general_fault: {
          ...general_fault!,
          dispatch,
          clocks: general_fault!.clocks.map((one) => (one.kind === "dispatch" ? { ...one, target: 0 as never } : one)),
        },
      },
    },
  });
}
const actor = (id: string): Actor => ({
  kind: "person",
  id,
  name: crew.find((one) => one.id === id)?.name ?? id,
  role: "maintainer",
});

function open(changes: Partial<Site["people"]> = {}) {
  const house = createPureHouse(site(changes));
  let commands = 0;
  const raise = (minute: number, kind: "general_fault" | "elevator_entrapment" = "general_fault", on = "lift-1") => {
    const severity = kind === "general_fault" ? "S3" : "S1";
    house.take(
      { type: "conditions", transitions: [verdict(`rule.${kind}`, on, "active", { severity, ticket: kind })] },
      at(minute),
    );
    return [...house.tickets.values()].at(-1)!.no;
  };
  return {
    house,
    raise,
    ticket: (no: string): Ticket => house.tickets.get(no)!,
    offers: (no: string) => (house.tickets.get(no)?.offers ?? []).map((one) => `${one.person} ${one.state}`),
    take(no: string, step: TicketStep, minute: number, who: Actor, more: object = {}) {
      commands += 1;
      return house.take(
        { type: "command", id: `c${commands}`, actor: who, command: { do: "ticket-step", ticket: no, step, ...more } },
        at(minute),
      );
    },
  };
}

test("the nearest of those who are licensed is asked, and told; the offer ends after a third of the time to accept", () => {
  const { house, raise, ticket, offers } = open();
  const no = raise(0);
  expect(offers(no)).toEqual(["near open"]);
  expect(ticket(no).offers?.[0]?.until).toBe(at(5));
  expect(house.said.filter((one) => one.role === "assignee").map((one) => one.to)).toEqual(["near"]);
  house.beat(at(0), at(5));
  expect(offers(no)).toEqual(["near expired", "far open"]);
  house.beat(at(5), at(10));
  expect(offers(no)).toEqual(["near expired", "far expired", "firm open"]);
  expect(house.events(`ticket:${no}`).filter((event) => event === "offer-expired")).toHaveLength(2);
});

test("a certificate that ran out yesterday, or none, is nobody's turn; when all were asked the desk is told once", () => {
  const { house, raise, offers } = open();
  const no = raise(0);
  house.beat(at(0), at(40));
  expect(offers(no)).toEqual(["near expired", "far expired", "firm expired"]);
  expect(house.events(`ticket:${no}`).filter((event) => event === "nobody-to-send")).toHaveLength(1);
  expect(house.said.filter((one) => one.step.startsWith("nobody-to-send-")).map((one) => one.to)).toEqual([
    "p-control-room-operator",
  ]);
});

test("whoever declines says why, and the next one is asked in the same instant", () => {
  const { raise, take, offers } = open();
  const no = raise(0);
  expect(take(no, "decline", 1, actor("near")).refusal).toMatchObject({ code: "note-needed" });
  expect(take(no, "decline", 1, actor("near"), { note: "在高处作业" }).refusal).toBeUndefined();
  expect(offers(no)).toEqual(["near declined", "far open"]);
});

test("two accept: the first holds it, the second is told who does, and there is one entry", () => {
  const { house, raise, take, offers, ticket } = open();
  const no = raise(0);
  house.beat(at(0), at(5));
  take(no, "accept", 6, actor("far"));
  expect(take(no, "accept", 6, actor("near")).refusal).toMatchObject({
    status: 409,
    code: "already-accepted",
    detail: { assignee: "赵远" },
  });
  expect(ticket(no).assignee).toBe("赵远");
  expect(offers(no)).toEqual(["near expired", "far accepted"]);
  expect(house.events(`ticket:${no}`).filter((event) => event === "ticket-accept")).toHaveLength(1);
  house.beat(at(6), at(30));
  expect(offers(no)).toEqual(["near expired", "far accepted"]);
});

test("trapped people: all who are able are asked at once, and one acceptance ends the others' offers", () => {
  const { house, raise, take, offers } = open();
  const no = raise(0, "elevator_entrapment");
  expect(offers(no)).toEqual(["near open", "far open", "firm open"]);
  take(no, "decline", 0, actor("firm"), { note: "车辆故障" });
  expect(house.tickets.get(no)?.state).toBe("dispatched");
  take(no, "accept", 1, actor("far"));
  expect(offers(no)).toEqual(["near withdrawn", "far accepted", "firm declined"]);
});

test("it becomes an emergency: everybody is asked at once, also whoever had not answered or said no", () => {
  const { house, raise, take, offers, ticket } = open();
  const no = raise(0);
  take(no, "decline", 1, actor("near"), { note: "在高处作业" });
  expect(offers(no)).toEqual(["near declined", "far open"]);
  const graver = verdict("rule.other", "lift-1", "active", { severity: "S1", ticket: "general_fault" });
  house.take({ type: "conditions", transitions: [graver] }, at(2));
  expect(ticket(no)).toMatchObject({ severity: "S1", state: "dispatched" });
  expect(offers(no)).toEqual(["near declined", "far open", "near open", "firm open"]);
  take(no, "accept", 3, actor("firm"));
  expect(offers(no)).toEqual(["near declined", "far withdrawn", "near withdrawn", "firm accepted"]);
});

test("it becomes an emergency when all were asked in vain, or when somebody has it: all again, or nobody else", () => {
  const graver = verdict("rule.other", "lift-1", "active", { severity: "S1", ticket: "general_fault" });
  const first = open();
  const no = first.raise(0);
  first.house.beat(at(0), at(40));
  first.house.take({ type: "conditions", transitions: [graver] }, at(41));
  expect(first.offers(no).slice(3)).toEqual(["near open", "far open", "firm open"]);
  const second = open();
  const taken = second.raise(0);
  second.take(taken, "accept", 1, actor("near"));
  second.house.take({ type: "conditions", transitions: [graver] }, at(2));
  expect(second.offers(taken)).toEqual(["near accepted"]);
});

test("somebody at an emergency is not asked for anything else; a busy one comes after a free one", () => {
  const { raise, take, offers } = open();
  const trapped = raise(0, "elevator_entrapment");
  take(trapped, "accept", 1, actor("near"));
  const first = raise(2, "general_fault", "lift-2");
  expect(offers(first)).toEqual(["far open"]);
  take(first, "accept", 3, actor("far"));
  const second = raise(4, "general_fault", "booster-1");
  expect(offers(second)).toEqual(["firm open"]);
});

describe("an emergency takes somebody from lesser work", () => {
  function preempted() {
    const desk = open();
    const lesser = desk.raise(0, "general_fault", "lift-2");
    desk.take(lesser, "accept", 1, actor("near"));
    const before = desk.ticket(lesser);
    const trapped = desk.raise(10, "elevator_entrapment");
    desk.take(trapped, "accept", 11, actor("near"));
    return { ...desk, lesser, trapped, before };
  }

  test("case 22: that stands on hold as pre-empted, its clocks run on, the next one is asked, the desk hears of it", () => {
    const { house, offers, ticket, lesser, trapped, before } = preempted();
    expect(ticket(lesser)).toMatchObject({
      state: "on-hold",
      hold: { reason: "preempted", by: "钱近", since: at(11), emergency: trapped },
    });
    expect(ticket(lesser).assignee).toBeUndefined();
    expect(offers(lesser)).toEqual(["near withdrawn", "far open"]);
    expect(ticket(lesser).clocks).toEqual(before.clocks);
    expect(house.events(`ticket:${lesser}`)).toContain("ticket-preempted");
    const told = house.said.filter((one) => one.step.startsWith("preempted"));
    expect(told.map(({ to }) => to)).toEqual(["p-control-room-operator"]);
    expect(told[0]?.text.zh).toContain("挂起（被抢占）");
    expect(told[0]?.text.zh).toContain("告知报修人新的时间");
    expect(ticket(trapped).assignee).toBe("钱近");
  });

  test("it stays so while offers run out and are declined; whoever accepts ends it, and no clock has stood still", () => {
    const { house, offers, ticket, take, lesser, before } = preempted();
    house.beat(at(11), at(16));
    expect(ticket(lesser).state).toBe("on-hold");
    expect(offers(lesser)).toEqual(["near withdrawn", "far expired", "firm open"]);
    take(lesser, "decline", 17, actor("firm"), { note: "车辆故障" });
    expect(ticket(lesser)).toMatchObject({ state: "on-hold", hold: { reason: "preempted" } });
    expect(house.events(`ticket:${lesser}`)).toContain("nobody-to-send");
    expect(take(lesser, "accept", 18, actor("far")).refusal).toBeUndefined();
    expect(ticket(lesser)).toMatchObject({ state: "accepted", assignee: "赵远" });
    expect(ticket(lesser).hold).toBeUndefined();
    const resolve = (of: Ticket) => of.clocks.find(({ kind }) => kind === "resolve");
    expect(resolve(ticket(lesser))).toMatchObject({ state: "running", dueAt: resolve(before)?.dueAt });
    expect(resolve(ticket(lesser))?.segments).toHaveLength(1);
  });

  test("the desk hears a second time that nobody is left, once whoever came back from the emergency declined as well", () => {
    const { house, take, lesser, trapped } = preempted();
    const toldOfNobody = () => house.said.filter(({ step, ticket }) => ticket === lesser && step.startsWith("nobody"));
    house.beat(at(11), at(16));
    take(lesser, "decline", 17, actor("firm"), { note: "车辆故障" });
    expect(toldOfNobody()).toHaveLength(1);
    take(trapped, "decline", 18, actor("near"), { note: "维保已到" });
    take(lesser, "decline", 19, actor("near"), { note: "手受伤" });
    expect(toldOfNobody()).toHaveLength(2);
  });

  test("steps that wait for the repair run meanwhile, as they do not while somebody granted a wait", () => {
    const { house, ticket, lesser } = preempted();
    const late = { ...policy.ladders.S3[0]!, id: "not-resolved", after: minutes(20), unless: ["resolve" as const] };
    house.tickets.set(lesser, {
      ...ticket(lesser),
      ladder: [...ticket(lesser).ladder, { step: late, dueAt: at(20), state: "waiting", loop: 0 }],
      wakeAt: at(12),
    });
    house.beat(at(11), at(21));
    expect(ticket(lesser).ladder.at(-1)).toMatchObject({ state: "done", doneAt: at(20) });
  });

  test.each(["repair", "false-alarm", "decline", "dispatch"] as const)(
    "it goes on by itself when the emergency no longer keeps them: %s",
    (how) => {
      const { house, offers, ticket, take, lesser, trapped } = preempted();
      house.beat(at(11), at(40));
      expect(offers(lesser)).toEqual(["near withdrawn", "far expired", "firm expired"]);
      take(trapped, "note", 40, operator, { note: "已到场" });
      expect(ticket(lesser).state).toBe("on-hold");
      take(trapped, how, 41, actor("near"), { note: "说明", assignee: "赵远" });
      expect(ticket(lesser)).toMatchObject({ state: "dispatched" });
      expect(ticket(lesser).hold).toBeUndefined();
      // Who left knows the work, and is asked again.
      expect(offers(lesser)).toEqual(["far expired", "firm expired", "near open"]);
      expect(house.events(`ticket:${lesser}`)).toContain("hold-over");
      expect(house.said.some(({ step, ticket: no }) => step.startsWith("preemption-over") && no === lesser)).toBe(true);
    },
  );

  test("the desk may take it up or send somebody by name; it cannot be put on hold a second time", () => {
    const { ticket, take, lesser } = preempted();
    expect(take(lesser, "hold", 12, supervisor, { reason: "parts" }).refusal?.code).toBe("wrong-state");
    expect(take(lesser, "repair", 12, operator).refusal?.code).toBe("wrong-state");
    take(lesser, "dispatch", 12, operator, { assignee: "李普" });
    expect(ticket(lesser)).toMatchObject({ state: "dispatched", assignee: "李普" });
    expect(ticket(lesser).hold).toBeUndefined();
    const other = preempted();
    other.take(other.lesser, "resume", 12, operator);
    expect(other.ticket(other.lesser)).toMatchObject({ state: "dispatched" });
  });

  test("what is grave is left alone: S1 takes from S3 and S4", () => {
    const desk = open();
    const grave = desk.raise(0, "general_fault", "lift-2");
    desk.take(grave, "accept", 1, actor("near"));
    desk.house.tickets.set(grave, { ...desk.ticket(grave), severity: "S2" });
    const trapped = desk.raise(10, "elevator_entrapment");
    desk.take(trapped, "accept", 11, actor("near"));
    expect(desk.ticket(grave)).toMatchObject({ state: "accepted", assignee: "钱近" });
  });
});

test("sent by hand, whoever does not answer in time is followed by the next one", () => {
  const { house, raise, take, offers, ticket } = open();
  const no = raise(0);
  take(no, "dispatch", 1, operator, { assignee: "李普" });
  expect(offers(no)).toEqual(["near withdrawn", "plain open"]);
  expect(ticket(no).assignee).toBe("李普");
  house.beat(at(1), at(6));
  expect(offers(no)).toEqual(["near withdrawn", "plain expired", "far open"]);
  expect(ticket(no).assignee).toBeUndefined();
});

test("a name from outside is sent without an offer, and nobody else is asked meanwhile", () => {
  const { house, raise, take, offers } = open();
  const no = raise(0);
  take(no, "dispatch", 1, operator, { assignee: "厂家工程师" });
  house.beat(at(1), at(20));
  expect(offers(no)).toEqual(["near withdrawn"]);
});

describe("who is there", () => {
  test("somebody on leave is not asked, and a stand-in is asked instead", () => {
    const leave = [{ person: "near", from: "2026-11-20", to: "2026-11-21" }];
    const first = open({ leave });
    expect(first.offers(first.raise(0))).toEqual(["far open"]);
    const standIns = [{ for: "near", by: "firm", from: at(-60), to: at(60) }];
    const second = open({ standIns });
    expect(second.offers(second.raise(0))).toEqual(["far open"]);
    expect(second.offers(second.raise(70, "general_fault", "lift-2"))).toEqual(["near open"]);
  });

  test("a step of the clock moves the end of an offer with everything else", () => {
    const { house, raise, ticket } = open();
    const no = raise(0);
    house.take({ type: "clock-step", by: 3_600_000 as never }, instant(at(61)));
    expect(ticket(no).offers?.[0]).toMatchObject({ state: "open", until: at(65) });
  });
});

describe("the asking ends, and goes on", () => {
  test("somebody is there already, or it was a false alarm, or it went into another ticket: nobody is asked any more", () => {
    const { house, raise, offers, take } = open();
    const there = raise(0);
    take(there, "arrive", 1, operator);
    const false_ = raise(1, "general_fault", "lift-2");
    take(false_, "false-alarm", 2, operator, { note: "误动" });
    const gone = raise(2, "general_fault", "booster-1");
    take(gone, "merge", 3, operator, { into: there, note: "同一件事" });
    for (const no of [there, false_, gone]) expect(offers(no), no).toEqual([expect.stringMatching(/withdrawn$/)]);
    house.beat(at(3), at(20));
    expect(house.journal.filter(({ event }) => event === "offer-expired")).toEqual([]);
  });

  test("the guard who comes to calm people is not who frees them: the rescuers are asked on, and may still accept", () => {
    const { house, raise, offers, take, ticket } = open();
    const no = raise(0, "elevator_entrapment");
    const asked = offers(no);
    expect(asked.length).toBeGreaterThan(1);
    take(no, "arrive", 2, operator, { who: "staff" });
    expect(offers(no)).toEqual(asked);
    expect(ticket(no)).toMatchObject({ state: "dispatched" });
    const of = (kind: string) => ticket(no).clocks.find((clock) => clock.kind === kind)?.state;
    expect([of("staff-onsite"), of("accept"), of("rescue-onsite")]).toEqual(["met", "running", "running"]);
    expect(take(no, "accept", 3, actor("firm")).refusal).toBeUndefined();
    expect(ticket(no)).toMatchObject({ state: "accepted", assignee: "维保公司" });
    take(no, "arrive", 10, actor("firm"), { who: "rescue" });
    expect(ticket(no).state).toBe("on-site");
    expect([of("accept"), of("rescue-onsite")]).toEqual(["met", "met"]);
    expect(house.events(`ticket:${no}`).filter((event) => event === "ticket-arrive")).toHaveLength(2);
  });

  test("whoever stood there before anybody had accepted may still accept; the state stays, and it is done once", () => {
    const { raise, take, ticket } = open();
    const no = raise(0);
    take(no, "arrive", 1, operator);
    expect(ticket(no).assignee).toBeUndefined();
    take(no, "accept", 2, actor("near"));
    expect(ticket(no)).toMatchObject({ state: "on-site", assignee: "钱近" });
    expect(ticket(no).clocks.find(({ kind }) => kind === "accept")).toMatchObject({ state: "met", metAt: at(2) });
    expect(take(no, "accept", 3, actor("far")).refusal).toMatchObject({ code: "already-accepted" });
  });

  test("a van that breaks down on the way gives the work back, and the next one is asked", () => {
    const { raise, take, ticket, offers } = open();
    const no = raise(0);
    take(no, "accept", 1, actor("near"));
    take(no, "depart", 2, actor("near"));
    expect(take(no, "decline", 4, actor("near"), { note: "车坏在路上" }).refusal).toBeUndefined();
    expect(ticket(no).assignee).toBeUndefined();
    expect(offers(no)).toEqual(["near declined", "far open"]);
  });

  test("an offer that ran out while the work waited: when it goes on, the next one is asked at once", () => {
    for (const how of ["by hand", "by itself"]) {
      const { house, raise, offers, take } = open();
      const no = raise(0);
      take(no, "hold", 1, supervisor, { reason: "parts", for: 3_600_000 });
      house.beat(at(1), at(30));
      expect(offers(no)).toEqual(["near expired"]);
      if (how === "by hand") take(no, "resume", 31, operator);
      else house.take({ type: "tick" }, at(61));
      expect(offers(no), how).toEqual(["near expired", "far open"]);
    }
  });
});
