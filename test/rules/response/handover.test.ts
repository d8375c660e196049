import { describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { Command, Plan } from "#model/plan";
import type { Site } from "#model/site";
import { type Instant, instant, later, minutes, seconds } from "#model/time";
import { shiftChanges } from "../../../rules/response/shift-change.ts";
import { building, operator, people, policy, supervisor, verdict } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

const at = (text: string): Instant => instant(Temporal.Instant.from(`${text}+08:00`).epochMilliseconds);
const EIGHT_PM = at("2026-11-21T20:00:00");
const TEAM = "control-room-operator";

const day = { ...operator, id: "li-na", name: "李娜" } satisfies Actor;
const night = { ...operator, id: "zhou", name: "周杰" } satisfies Actor;

const everyDay = [1, 2, 3, 4, 5, 6, 7];
function siteWithShifts(): Partial<Site> {
  return {
    policy: {
      ...policy,
      handover: {
        roles: [TEAM],
        grace: minutes(5),
        tell: ["shift-leader"],
        checks: [{ id: "panel", text: { zh: "消防主机正常", en: "Fire panel" } }],
      },
    },
    people: {
      ...people,
      teams: people.teams.map((team) => (team.id === TEAM ? { ...team, people: ["p-day", "p-night"] } : team)),
      people: [...people.people, { id: "p-day", name: "李娜" }, { id: "p-night", name: "周杰" }],
      shifts: [
        { team: TEAM, people: ["p-day"], days: everyDay, from: 480, to: 1200 },
        { team: TEAM, people: ["p-night"], days: everyDay, from: 1200, to: 480 },
      ],
    },
  };
}

function createShift() {
  const house = createPureHouse(building(siteWithShifts()));
  let commands = 0;
  const act = (command: Command, actor: Actor, now: Instant): Plan => {
    commands += 1;
    return house.take({ type: "command", id: `c${commands}`, actor, command }, now);
  };
  const paper = () => [...house.papers.values()].filter((one) => one.kind === "handover").at(-1);
  const only = () => {
    const found = paper();
    if (!found) throw new Error("no handover yet");
    return found;
  };
  return {
    house,
    act,
    paper,
    fill: (now: Instant, checks: Record<string, boolean> = { panel: true }, notes = "") =>
      act({ do: "fill-handover", handover: only().id, checks, notes }, day, now),
    sign: (side: "leaving" | "coming", actor: Actor, now: Instant) =>
      act({ do: "sign-handover", handover: only().id, side }, actor, now),
    to: (step: string) => house.said.filter((one) => one.step.includes(step)).map((one) => one.to),
  };
}

describe("a change of shift", () => {
  test("is found from the shifts, with who leaves and who comes, also over midnight", () => {
    const site = building(siteWithShifts());
    expect(shiftChanges(site.people, TEAM, at("2026-11-21T21:30:00"), "Asia/Shanghai")).toEqual({
      last: { at: EIGHT_PM, leaving: ["p-day"], coming: ["p-night"] },
      next: { at: at("2026-11-22T08:00:00"), leaving: ["p-night"], coming: ["p-day"] },
    });
    expect(shiftChanges(site.people, TEAM, at("2026-11-22T02:00:00"), "Asia/Shanghai").last?.at).toBe(EIGHT_PM);
  });

  test("opens a paper by itself, once, and a team that always answers has none", () => {
    const { house } = createShift();
    house.beat(later(EIGHT_PM, seconds(-5)), later(EIGHT_PM, seconds(30)));
    expect([...house.papers.keys()]).toEqual([`JJ20261121-2000-${TEAM}`]);
    expect(house.events(`paper:JJ20261121-2000-${TEAM}`)).toEqual(["handover-opened"]);
  });

  test("that was over before the house ever ran asks nobody for anything", () => {
    const { house } = createShift();
    house.beat(later(EIGHT_PM, minutes(30)), later(EIGHT_PM, minutes(32)));
    expect(house.papers.size).toBe(0);
  });
});

test("case 30: unsigned at 20:05 the old shift stays responsible and is still called, the new one too, and the leader is told once", () => {
  const { house, act, fill, sign, paper, to } = createShift();
  const fault = (device: string, now: Instant) =>
    house.take(
      {
        type: "conditions",
        transitions: [verdict("elevator.door", device, "active", { severity: "S2", ticket: "general_fault" })],
      },
      now,
    );
  fault("lift-1", at("2026-11-21T19:40:00"));
  fault("booster-1", at("2026-11-21T19:50:00"));
  house.beat(later(EIGHT_PM, seconds(-2)), later(EIGHT_PM, minutes(6)));
  expect(to("handover-unsigned")).toEqual(["p-shift-leader"]);
  house.said.length = 0;
  // A ladder step that the control room hears goes to both shifts.
  act(
    { do: "open-ticket", class: "elevator_entrapment", device: "lift-2", description: "困人" },
    day,
    later(EIGHT_PM, minutes(8)),
  );
  expect(new Set(to("opened"))).toEqual(
    new Set([
      "p-night",
      "p-day",
      "p-technician-on-duty",
      "p-security-lead",
      "p-department-supervisor",
      "p-property-manager",
    ]),
  );
  expect(fill(later(EIGHT_PM, minutes(9))).refusal).toBeUndefined();
  sign("leaving", day, later(EIGHT_PM, minutes(10)));
  const handed = paper()?.snapshot?.tickets ?? [];
  expect(handed.filter((one) => one.severity === "S2").length).toBeGreaterThanOrEqual(2);
  for (const ticket of handed) expect(ticket.clocks.length).toBeGreaterThan(0);
  expect(sign("coming", night, later(EIGHT_PM, minutes(11))).refusal).toBeUndefined();
  expect(paper()).toMatchObject({ state: "closed", handedBy: { name: "李娜" }, takenBy: { name: "周杰" } });

  house.said.length = 0;
  act(
    { do: "open-ticket", class: "elevator_entrapment", device: "lift-1", description: "困人" },
    night,
    later(EIGHT_PM, minutes(12)),
  );
  expect(to("opened")).toContain("p-night");
  expect(to("opened")).not.toContain("p-day");
});

describe("signing", () => {
  test("takes two people, each with an account of their own, the leaving one first", () => {
    const { house, fill, sign } = createShift();
    house.beat(later(EIGHT_PM, seconds(-1)), EIGHT_PM);
    expect(sign("coming", night, later(EIGHT_PM, seconds(1))).refusal?.code).toBe("hand-over-first");
    fill(later(EIGHT_PM, seconds(2)));
    sign("leaving", day, later(EIGHT_PM, seconds(3)));
    expect(sign("coming", day, later(EIGHT_PM, seconds(4))).refusal?.code).toBe("second-person-needed");
    expect(sign("coming", supervisor, later(EIGHT_PM, seconds(5))).refusal).toBeUndefined();
    expect(sign("coming", night, later(EIGHT_PM, seconds(6))).refusal?.code).toBe("handover-closed");
  });

  test("asks for every check, and for words where something is not in order", () => {
    const { house, fill, sign } = createShift();
    house.beat(later(EIGHT_PM, seconds(-1)), EIGHT_PM);
    expect(sign("leaving", day, EIGHT_PM).refusal?.code).toBe("checks-open");
    expect(fill(EIGHT_PM, { nothing: true }).refusal?.code).toBe("no-such-check");
    fill(EIGHT_PM, { panel: false });
    expect(sign("leaving", day, EIGHT_PM).refusal?.code).toBe("note-needed");
    fill(EIGHT_PM, { panel: false }, "3 号回路屏蔽，已报维保");
    expect(sign("leaving", day, EIGHT_PM).refusal).toBeUndefined();
    expect(fill(EIGHT_PM).refusal?.code).toBe("handover-signed");
  });

  test("late says so, and calls back what was told about it", () => {
    const { house, fill, sign } = createShift();
    house.beat(later(EIGHT_PM, seconds(-1)), later(EIGHT_PM, minutes(6)));
    const waiting = () => [...house.outbox.values()].filter(({ step }) => step === "handover-unsigned");
    expect(waiting()).toHaveLength(1);
    fill(later(EIGHT_PM, minutes(7)));
    sign("leaving", day, later(EIGHT_PM, minutes(8)));
    sign("coming", night, later(EIGHT_PM, minutes(9)));
    expect(waiting()).toEqual([]);
    const taken = house.journal.find(({ event }) => event === "handover-taken");
    expect(taken?.data).toMatchObject({ late: true, from: "李娜" });
  });

  test("of a change that came while the house was off is asked for after the start, where the one before was seen", () => {
    const { house } = createShift();
    const morning = at("2026-11-21T08:00:00");
    house.beat(later(morning, seconds(-1)), morning);
    house.take({ type: "started", lastSeen: at("2026-11-21T19:50:00") }, at("2026-11-21T20:30:00"));
    house.take({ type: "tick" }, at("2026-11-21T20:30:01"));
    const papers = [...house.papers.values()].filter(({ kind }) => kind === "handover");
    expect(papers.map(({ id, state }) => `${id} ${state}`)).toEqual([
      `JJ20261121-0800-${TEAM} closed`,
      `JJ20261121-2000-${TEAM} open`,
    ]);
    // What was told about the one that nobody signed is nobody's any more.
    expect([...house.outbox.values()].filter(({ ticket }) => ticket.includes("-0800-"))).toEqual([]);
  });

  test("in time tells no leader", () => {
    const { house, fill, sign, to } = createShift();
    house.beat(later(EIGHT_PM, seconds(-1)), EIGHT_PM);
    fill(EIGHT_PM);
    sign("leaving", day, EIGHT_PM);
    sign("coming", night, EIGHT_PM);
    house.beat(EIGHT_PM, later(EIGHT_PM, minutes(6)));
    expect(to("handover-unsigned")).toEqual([]);
  });

  test("may be prepared within the hour before the change, not in the middle of a shift", () => {
    const { house, act, paper, fill } = createShift();
    const open = (now: Instant) => act({ do: "open-handover", team: TEAM }, day, now);
    expect(open(at("2026-11-21T15:00:00")).refusal?.code).toBe("too-early");
    expect(open(at("2026-11-21T19:40:00")).answer?.paper).toBe(`JJ20261121-2000-${TEAM}`);
    fill(at("2026-11-21T19:41:00"), { panel: true }, "地下室水泵观察");
    house.beat(later(EIGHT_PM, seconds(-2)), later(EIGHT_PM, seconds(2)));
    expect(house.papers.size).toBe(1);
    expect(paper()?.notes).toBe("地下室水泵观察");
    expect(act({ do: "open-handover", team: "nobody" }, day, EIGHT_PM).refusal?.code).toBe("no-handover-team");
  });
});

describe("an emergency in the middle of the change", () => {
  const entrapment = (lift: string) => ({
    do: "open-ticket" as const,
    class: "elevator_entrapment" as const,
    device: lift,
    description: "困人",
  });

  test("is told to both shifts, stands beside what was signed and not in it, and whoever takes over has it on paper", () => {
    const { house, act, fill, sign, paper, to } = createShift();
    house.beat(later(EIGHT_PM, seconds(-1)), EIGHT_PM);
    act(entrapment("lift-1"), day, EIGHT_PM);
    fill(EIGHT_PM);
    sign("leaving", day, later(EIGHT_PM, seconds(10)));
    const signed = paper()?.snapshot;
    house.said.length = 0;
    act(entrapment("lift-2"), day, later(EIGHT_PM, seconds(20)));
    expect(to("opened")).toEqual(expect.arrayContaining(["p-day", "p-night"]));
    expect(paper()?.snapshot).toEqual(signed);
    // A power cut between the two signatures.
    house.edit(building(siteWithShifts()), later(EIGHT_PM, minutes(2)), later(EIGHT_PM, minutes(1)));
    expect(paper()).toMatchObject({ state: "open", handedBy: { name: "李娜" } });
    expect(sign("coming", day, later(EIGHT_PM, minutes(2))).refusal?.code).toBe("second-person-needed");
    expect(sign("coming", night, later(EIGHT_PM, minutes(3))).refusal).toBeUndefined();
    expect(paper()?.snapshot).toEqual(signed);
    expect(signed?.tickets.map(({ title }) => title.zh)).toEqual(["困人"]);
    expect(paper()?.since?.map(({ no, severity }) => [no.slice(-6), severity])).toEqual([["000002", "S1"]]);
    // What happens later changes neither.
    const taken = paper();
    act(entrapment("booster-1"), night, later(EIGHT_PM, minutes(4)));
    house.beat(later(EIGHT_PM, minutes(4)), later(EIGHT_PM, minutes(5)));
    expect(paper()).toEqual(taken);
  });

  test("off over the grace with one signature: the lead is told once after the start, and the old shift stays responsible", () => {
    const { house, act, fill, sign, to } = createShift();
    house.beat(later(EIGHT_PM, seconds(-1)), EIGHT_PM);
    fill(EIGHT_PM);
    sign("leaving", day, EIGHT_PM);
    const up = later(EIGHT_PM, minutes(40));
    for (let start = 0; start < 3; start += 1) {
      house.edit(building(siteWithShifts()), later(up, minutes(start)), EIGHT_PM);
      house.beat(later(up, minutes(start)), later(up, seconds(start * 60 + 5)));
    }
    expect(to("handover-unsigned")).toEqual(["p-shift-leader"]);
    expect(house.said.find(({ step }) => step === "handover-unsigned")?.text.zh).toMatch(/接班人未签字.*李娜/);
    act(entrapment("lift-1"), night, later(up, minutes(4)));
    expect(to("opened")).toEqual(expect.arrayContaining(["p-day", "p-night"]));
  });
});

test("a handover that nobody ever signed is closed as missed when the next one comes", () => {
  const { house } = createShift();
  house.beat(later(EIGHT_PM, seconds(-1)), later(EIGHT_PM, minutes(6)));
  const morning = at("2026-11-22T08:00:00");
  house.beat(later(morning, seconds(-1)), later(morning, seconds(1)));
  expect([...house.papers.values()].map((one) => one.state)).toEqual(["closed", "open"]);
  expect(house.events(`paper:JJ20261121-2000-${TEAM}`)).toEqual([
    "handover-opened",
    "handover-unsigned",
    "handover-missed",
  ]);
});
