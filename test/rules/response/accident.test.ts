/** 事故报告: drafted from the whole course of a ticket, completed by a supervisor, and kept as it was signed. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AccidentReport, accidentId } from "#model/accident";
import type { Actor } from "#model/account";
import type { Command, TicketStep } from "#model/plan";
import type { Policy } from "#model/policy";
import type { Ticket } from "#model/ticket";
import { days, type Instant, later } from "#model/time";
import { accidentFacts } from "../../../rules/response/accident.ts";
import { at, building, operator, supervisor, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

let policy: Policy;
let house: PureHouse;
let commands = 0;
beforeAll(async () => {
  policy = await shippedPolicy();
});
beforeEach(() => {
  house = createPureHouse(building({ policy }));
  const trapped = verdict("lift.trapped", "lift-1", "active", { ticket: "elevator_entrapment", lifeSafety: true });
  house.take({ type: "conditions", transitions: [trapped] }, TEN);
});
const only = (): Ticket => [...house.tickets.values()][0] as Ticket;
const act = (command: Command, now: Instant, actor: Actor = supervisor) => {
  commands += 1;
  return house.take({ type: "command", id: `a${commands}`, actor, command }, now);
};
const step = (step: TicketStep, now: Instant, more: Partial<Extract<Command, { do: "ticket-step" }>> = {}) =>
  act({ do: "ticket-step", ticket: only().no, step, ...more }, now);
const report = () => house.papers.get(accidentId(only().no)) as AccidentReport;
const written = { course: "10 时 0 分轿厢停于 3 层", casualties: "无", cause: "待查", measures: "解救 2 人" };
const fill = (fields: object, now: Instant, rev = report().rev, actor: Actor = supervisor) =>
  act({ do: "fill-accident", ticket: only().no, rev, fields }, now, actor);
const sign = (now: Instant, rev = report().rev, actor: Actor = supervisor) =>
  act({ do: "sign-accident", ticket: only().no, rev }, now, actor);

describe("the draft", () => {
  test("lies ready when people were not freed within two hours, once, and the ticket says so", () => {
    house.take({ type: "tick" }, at(119));
    expect(report()).toBeUndefined();
    house.take({ type: "tick" }, at(120));
    expect(report()).toMatchObject({
      id: "SG20261121-000001",
      state: "open",
      by: "gatehouse",
      ticket: only().no,
      rev: 1,
    });
    expect(only().accident).toBe(true);
    expect(house.events(`ticket:${only().no}`)).toContain("accident-drafted");
    house.beat(at(120), at(123));
    expect(
      house.journal.filter(({ event, about }) => event === "accident-drafted" && about.startsWith("paper:")),
    ).toHaveLength(1);
  });

  test("is begun by hand for any ticket: that somebody was hurt is no class; twice is one", () => {
    act({ do: "open-ticket", class: "pipe_burst", device: "booster-1", description: "爆管，保洁员滑倒" }, at(1));
    const burst = [...house.tickets.values()].at(-1)?.no ?? "";
    const first = act({ do: "draft-accident", ticket: burst }, at(2));
    expect(first.answer?.paper).toBe(accidentId(burst));
    expect(act({ do: "draft-accident", ticket: burst }, at(3)).answer).toEqual(first.answer);
    expect(house.papers.size).toBe(1);
    expect(act({ do: "draft-accident", ticket: "GD20261121-000099" }, at(3)).refusal?.code).toBe("no-such-ticket");
    expect(act({ do: "draft-accident", ticket: only().no }, at(3), operator).refusal?.code).toBe("approval-needed");
  });

  test("of a drill is marked as one", () => {
    const drill = { overReal: true };
    act({ do: "open-ticket", class: "fire_alarm", description: "地下室", drill }, at(1));
    const no = [...house.tickets.values()].at(-1)?.no ?? "";
    act({ do: "draft-accident", ticket: no }, at(2));
    expect(house.papers.get(accidentId(no))).toMatchObject({ drill: true });
    expect(report()).toBeUndefined();
  });
});

describe("the facts", () => {
  test("are the instants of the ticket, what was late and by how much, who was there, what was done", () => {
    step("acknowledge", at(0, 10));
    step("accept", at(6), { assignee: "维保张工" });
    step("arrive", at(12), { who: "staff" });
    step("arrive", at(29), { who: "rescue" });
    step("confirm-phone", at(13), { assignee: "department-supervisor" });
    step("sop", at(14), { sop: "intercom" });
    const facts = accidentFacts(only(), at(30));
    expect(facts.times).toEqual([
      { what: "reported", at: TEN },
      { what: "acknowledged", at: at(0, 10) },
      { what: "sent", at: TEN },
      { what: "accepted", at: at(6) },
      { what: "staff", at: at(12) },
      { what: "rescue", at: at(29) },
      { what: "controlled" },
      { what: "restored" },
    ]);
    expect(facts.late).toMatchObject([{ kind: "accept", dueAt: at(5), by: 60_000 }]);
    expect(facts.people).toMatchObject([
      { part: "acknowledged", name: "李主管" },
      { part: "assigned", name: "维保张工" },
      { part: "called", name: "department-supervisor", at: at(13) },
    ]);
    expect(facts.sop.find(({ at: done }) => done !== undefined)).toMatchObject({
      by: "李主管",
      at: at(14),
      mandatory: true,
    });
  });
});

describe("completing and signing", () => {
  beforeEach(() => {
    house.take({ type: "tick" }, at(120));
  });

  test("a change keeps what stood before on record, and a second one who read an older draft is told so", () => {
    fill({ casualties: "1 人手部擦伤" }, at(121));
    expect(report()).toMatchObject({ rev: 2, fields: { casualties: "1 人手部擦伤", cause: "" } });
    fill({ casualties: "无" }, at(122));
    expect(house.journal.at(-1)).toMatchObject({
      event: "accident-filled",
      actor: "li",
      data: { fields: ["casualties"], before: { casualties: "1 人手部擦伤" } },
    });
    expect(fill({ cause: "门锁" }, at(123), 1).refusal?.code).toBe("changed-meanwhile");
    expect(fill({ casualties: "无" }, at(124)).journal).toEqual([]);
    expect(fill({ cause: "x" }, at(124), report().rev, operator).refusal?.code).toBe("approval-needed");
  });

  test("is not signed before people are free, nor with words missing; what is signed stays, whatever comes after", () => {
    fill({ course: written.course }, at(121));
    expect(sign(at(121)).refusal?.code).toBe("not-over");
    step("accept", at(122));
    step("arrive", at(123));
    step("mitigate", at(124));
    expect(sign(at(125)).refusal).toMatchObject({
      status: 422,
      code: "fields-open",
      detail: { open: ["casualties", "cause", "measures"] },
    });
    fill(written, at(126));
    expect(sign(at(127), 1).refusal?.code).toBe("changed-meanwhile");
    expect(sign(at(127), report().rev, operator).refusal?.code).toBe("approval-needed");
    expect(sign(at(127)).refusal).toBeUndefined();
    const signed = report();
    expect(signed).toMatchObject({
      state: "closed",
      signedBy: { account: "li", at: at(127) },
      facts: {
        at: at(127),
        times: expect.arrayContaining([{ what: "controlled", at: at(124) }, { what: "restored" }]),
      },
    });
    step("repair", at(140));
    expect(fill({ cause: "另一个原因" }, at(141)).refusal?.code).toBe("report-signed");
    expect(sign(at(141)).refusal?.code).toBe("report-signed");
    expect(report()).toEqual(signed);
  });

  test("a second round begins no second report, and does not take the signed one away", () => {
    step("accept", at(122));
    step("arrive", at(122));
    step("repair", at(123));
    fill(written, at(124));
    sign(at(125));
    const signed = report();
    house.take({ type: "conditions", transitions: [verdict("lift.trapped", "lift-1", "normal")] }, at(125));
    expect(step("close", at(126), { note: "车内无人" }).refusal).toBeUndefined();
    step("reopen", later(TEN, days(2)), { note: "又困人" });
    house.take({ type: "tick" }, later(at(125), days(2)));
    expect(report()).toEqual(signed);
  });
});
