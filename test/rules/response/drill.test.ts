import { describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { Command, Plan } from "#model/plan";
import { days, type Instant, instant } from "#model/time";
import { roundsIn } from "../../../gateway/reports/response-rounds.ts";
import { at, building, operator, policy, supervisor, TEN, verdict } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

function createYard() {
  const house = createPureHouse(building());
  let commands = 0;
  const act = (command: Command, now: Instant, actor: Actor = supervisor): Plan => {
    commands += 1;
    return house.take({ type: "command", id: `c${commands}`, actor, command }, now);
  };
  const drill = (now: Instant = TEN, more: { overReal?: boolean; actor?: Actor } = {}) =>
    act(
      {
        do: "open-ticket",
        class: "elevator_entrapment",
        device: "lift-1",
        description: "1 号梯困人",
        drill: { overReal: more.overReal ?? false },
      },
      now,
      more.actor,
    );
  const real = (now: Instant, on = "lift-1") =>
    house.take(
      {
        type: "conditions",
        transitions: [verdict("elevator.entrapment", on, "active", { ticket: "elevator_entrapment" })],
      },
      now,
    );
  const open = () => [...house.tickets.values()].filter((ticket) => ticket.closedAt === undefined);
  return { house, act, drill, real, open };
}

describe("a drill", () => {
  test("runs the real ladder, and its title and every message say that it is one", () => {
    const { house, drill } = createYard();
    drill();
    house.beat(TEN, at(6));
    const [ticket] = house.tickets.values();
    expect(ticket).toMatchObject({ drill: true, severity: "S1", simulated: false });
    expect(ticket?.title.zh).toBe("【演练】1 号梯困人");
    expect(house.said.length).toBeGreaterThan(5);
    for (const message of house.said) {
      expect(message.text.zh, message.key).toContain("【演练】");
      expect(message.text.en, message.key).toContain("[DRILL]");
    }
    expect(ticket && roundsIn(ticket, policy).map(({ kind }) => kind)).toEqual(["drill"]);
  });

  test("a real alarm of the same kind on the same device opens a ticket of its own, told without the mark", () => {
    const { house, drill, real, open } = createYard();
    drill();
    const before = house.said.length;
    real(at(2));
    expect(open().map((ticket) => ticket.drill === true)).toEqual([true, false]);
    const said = house.said.slice(before).filter((message) => message.ticket === open()[1]?.no);
    expect(said.length).toBeGreaterThan(0);
    for (const message of said) expect(message.text.zh).not.toContain("演练");
  });

  test("does not start over a real emergency until somebody says that it is known", () => {
    const { drill, real, open } = createYard();
    real(TEN, "lift-2");
    const refused = drill(at(1));
    expect(refused.refusal).toMatchObject({
      status: 409,
      code: "drill-over-emergency",
      detail: { tickets: [open()[0]?.no] },
    });
    expect(drill(at(1), { overReal: true }).refusal).toBeUndefined();
    expect(open()).toHaveLength(2);
  });

  test("is a supervisor's to start, and there is one of a kind on a device", () => {
    const { drill, open } = createYard();
    expect(drill(TEN, { actor: operator }).refusal).toMatchObject({ status: 403 });
    expect(drill().refusal).toBeUndefined();
    expect(drill(at(1)).refusal?.code).toBe("already-open");
    expect(open()).toHaveLength(1);
  });

  test("stays apart from what is real: not merged with it, and no fault that is counted", () => {
    const { house, act, drill, real, open } = createYard();
    drill();
    real(at(1));
    const [exercise, emergency] = open();
    const merge: Command = { do: "ticket-step", ticket: exercise?.no ?? "", step: "merge", into: emergency?.no ?? "" };
    expect(act(merge, at(2)).refusal?.code).toBe("drills-apart");
    for (let day = 0; day < 4; day += 1) {
      const now = instant(at(3) + days(day));
      for (const one of open().filter((ticket) => ticket.drill)) {
        act({ do: "ticket-step", ticket: one.no, step: "false-alarm", note: "演练结束" }, now);
        act({ do: "ticket-step", ticket: one.no, step: "close", note: "演练结束" }, now);
      }
      drill(now, { overReal: true });
    }
    expect([...house.tickets.values()].filter((ticket) => ticket.drill)).toHaveLength(5);
    expect([...house.tickets.values()].some((ticket) => ticket.rectifies)).toBe(false);
  });
});
