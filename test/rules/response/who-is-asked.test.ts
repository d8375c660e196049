/** Who is asked a second time, who is taken from what, and what a drill and a refusal mean for it. */
import { describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { TicketStep } from "#model/plan";
import type { ClassPolicy } from "#model/policy";
import type { Severity } from "#model/severity";
import type { Ticket } from "#model/ticket";
import { at, building, operator, people, policy, supervisor, verdict } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

const { elevator_entrapment, general_fault } = policy.classes as { [id: string]: ClassPolicy };
const dispatch = { roles: ["technician-on-duty"] };
const itself = general_fault!.clocks.map((one) => (one.kind === "dispatch" ? { ...one, target: 0 as never } : one));
const pair = [
  { id: "qian", name: "钱近" },
  { id: "zhao", name: "赵远" },
];
/** Two technicians; a fault is sent by the house, and each of them has five minutes to answer. */
function open() {
  const site = building({
    people: {
      ...people,
      people: [...pair, ...people.people],
      teams: people.teams.map((team) =>
        team.id === "technician-on-duty" ? { ...team, people: pair.map(({ id }) => id) } : team,
      ),
    },
    policy: {
      ...policy,
      classes: {
        elevator_entrapment: { ...elevator_entrapment!, dispatch },
        general_fault: { ...general_fault!, dispatch, clocks: itself },
      },
    },
  });
  const house = createPureHouse(site);
  let n = 0;
  const newest = (): Ticket => [...house.tickets.values()].at(-1)!;
  return {
    house,
    ticket: (no: string): Ticket => house.tickets.get(no)!,
    fault(minute: number, severity: Severity = "S3", on = "lift-1", to: "active" | "normal" = "active"): string {
      const alarm = verdict("elevator.door", on, to, { severity, ticket: "general_fault" });
      house.take({ type: "conditions", transitions: [alarm] }, at(minute));
      return newest().no;
    },
    trapped(minute: number, on = "lift-2"): string {
      const alarm = verdict("elevator.entrapment", on, "active", { ticket: "elevator_entrapment", lifeSafety: true });
      house.take({ type: "conditions", transitions: [alarm] }, at(minute));
      return newest().no;
    },
    drill(minute: number): string {
      n += 1;
      const words = {
        class: "elevator_entrapment",
        device: "lift-2",
        description: "演练",
        drill: { overReal: true },
      } as const;
      const command = { do: "open-ticket", ...words } as const;
      house.take({ type: "command", id: `d${n}`, actor: supervisor, command }, at(minute));
      return newest().no;
    },
    offers: (no: string) => (house.tickets.get(no)?.offers ?? []).map((one) => `${one.person} ${one.state}`),
    told: (step: string) => house.said.filter((one) => one.step.startsWith(step)).length,
    take(no: string, step: TicketStep, minute: number, who: Actor, more: object = {}) {
      n += 1;
      const command = { do: "ticket-step" as const, ticket: no, step, ...more };
      return house.take({ type: "command", id: `w${n}`, actor: who, command }, at(minute));
    },
  };
}
const actor = (id: string): Actor => ({
  kind: "person",
  id,
  name: pair.find((one) => one.id === id)?.name ?? id,
  role: "maintainer",
});
const [qian, zhao] = [actor("qian"), actor("zhao")];
const no = { note: "车坏了" };

describe("who is taken from their work", () => {
  test("nobody by a drill, and nobody by less than an S1; also who stands at the place already, by an S1", () => {
    const { fault, drill, trapped, take, ticket } = open();
    const work = fault(0);
    take(work, "accept", 1, qian);
    take(work, "arrive", 2, qian);
    take(drill(3), "accept", 3, qian);
    expect(ticket(work)).toMatchObject({ state: "on-site", assignee: "钱近" });
    const grave = fault(4, "S2", "booster-1");
    take(grave, "accept", 4, qian);
    expect(ticket(work)).toMatchObject({ state: "on-site", assignee: "钱近" });
    take(trapped(5, "lift-1"), "accept", 5, qian);
    expect(ticket(grave)).toMatchObject({ severity: "S2", state: "accepted", assignee: "钱近" });
    // On the same lift the fault went into the emergency; on another one it waits for somebody else.
    expect(ticket(work).state).toBe("merged");
  });

  test("work of which all were asked in vain is offered again when whoever took it at last is called away", () => {
    const { house, fault, trapped, take, ticket, offers, told } = open();
    const work = fault(0);
    take(work, "decline", 1, qian, no);
    take(work, "decline", 2, zhao, no);
    expect(ticket(work).exhausted).toBe(1);
    expect(told("nobody-to-send")).toBe(1);
    take(work, "note", 3, operator, { note: "已联系" });
    expect(told("nobody-to-send")).toBe(1);
    take(work, "accept", 4, qian, {});
    expect(ticket(work)).toMatchObject({ state: "accepted", assignee: "钱近" });
    take(work, "arrive", 5, qian);
    const emergency = trapped(6);
    take(emergency, "accept", 6, qian);
    expect(ticket(work)).toMatchObject({ state: "on-hold", hold: { reason: "preempted", emergency } });
    // Both had said no to it: nobody is left once more, and the desk hears that it was left.
    expect(house.events(`ticket:${work}`).filter((event) => event === "nobody-to-send")).toHaveLength(2);
    expect(told("preempted-")).toBe(1);
    // Whoever left may be asked again when they are free: they know the work.
    take(emergency, "repair", 20, qian);
    expect(ticket(work).hold).toBeUndefined();
    expect(offers(work)).toEqual(["zhao declined", "qian open"]);
  });
});

describe("who is asked", () => {
  test("in a next round those are asked again who were asked before", () => {
    const { fault, take, offers } = open();
    const work = fault(0);
    take(work, "decline", 1, qian, no);
    take(work, "accept", 2, zhao);
    take(work, "arrive", 3, zhao);
    take(work, "repair", 4, zhao);
    fault(5, "S3", "lift-1", "normal");
    take(work, "close", 6, supervisor);
    fault(60);
    expect(offers(work)).toEqual(["qian declined", "zhao accepted", "qian open"]);
  });

  test("somebody at a drill is there for what is real, and not for another drill", () => {
    const { fault, drill, take, offers } = open();
    take(drill(0), "accept", 1, qian);
    const real = fault(2);
    // Busy with the drill, so after the one who is free.
    expect(offers(real)).toEqual(["zhao open"]);
    take(real, "decline", 3, zhao, no);
    expect(offers(real)).toEqual(["zhao declined", "qian open"]);
  });

  test("an S1 whom the desk calls off for everybody is open to nobody, and one who says no says it for themselves", () => {
    const one = open();
    const first = one.trapped(0);
    expect(one.offers(first)).toEqual(["qian open", "zhao open"]);
    one.take(first, "decline", 1, qian, no);
    expect(one.offers(first)).toEqual(["qian declined", "zhao open"]);
    expect(one.ticket(first).state).toBe("dispatched");

    const two = open();
    const second = two.trapped(0);
    two.take(second, "decline", 1, operator, no);
    expect(two.offers(second)).toEqual(["qian declined", "zhao declined"]);
    expect(two.told("nobody-to-send")).toBe(1);
  });
});
