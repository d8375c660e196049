/** 专项整改: opened by what comes again, complaints among it; closed with an owner, a limit, a test and its acceptance, by nobody without. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { Command, Plan, TicketStep } from "#model/plan";
import type { Policy, TicketClass } from "#model/policy";
import type { Place } from "#model/site";
import type { Ticket } from "#model/ticket";
import { days, hours, type Instant, later } from "#model/time";
import { building, operator, supervisor, TEN } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

let policy: Policy;
beforeAll(async () => {
  policy = await shippedPolicy();
});
const ROOM = { building: "3 栋", floor: "8", room: "802" };

function createShop() {
  const house = createPureHouse(building({ policy }));
  let commands = 0;
  const act = (command: Command, now: Instant, actor: Actor = supervisor): Plan => {
    commands += 1;
    return house.take({ type: "command", id: `c${commands}`, actor, command }, now);
  };
  const step = (no: string, name: TicketStep, now: Instant, more: object = {}, actor: Actor = supervisor) =>
    act({ do: "ticket-step", ticket: no, step: name, ...more }, now, actor);
  const open = (kind: TicketClass, now: Instant, more: object = {}): string => {
    const { answer, refusal } = act(
      { do: "open-ticket", class: kind, description: "噪声扰民", ...more },
      now,
      supervisor,
    );
    if (answer?.ticket === undefined) throw new Error(refusal?.code);
    return answer.ticket;
  };
  return {
    house,
    act,
    step,
    open,
    complain: (now: Instant, place: Place = ROOM, more: object = {}) => open("complaint", now, { place, ...more }),
    rectifications: (): Ticket[] => [...house.tickets.values()].filter(({ rectifies }) => rectifies !== undefined),
    ticket: (no: string) => house.tickets.get(no) as Ticket,
  };
}

describe("a complaint that comes again (E9)", () => {
  test("from one room within a week opens one rectification, with the talk in its list and the supervisor told", () => {
    const { house, complain, rectifications } = createShop();
    const first = complain(TEN);
    expect(rectifications()).toEqual([]);
    const second = complain(later(TEN, days(6)));
    const [made, ...more] = rectifications();
    expect(more).toEqual([]);
    expect(made).toMatchObject({
      rectifies: [first, second],
      place: ROOM,
      title: { zh: "专项整改：3 栋 8 802 投诉 7 天内 2 次", en: expect.stringContaining("Rectification: 3 栋 8 802") },
    });
    expect(made?.sop.filter(({ words }) => words).map((row) => [row.step, row.mandatory])).toEqual([
      ["owner", true],
      ["limit", true],
      ["test", true],
      ["accepted", true],
      ["talk", true],
    ]);
    // F5: what takes weeks is reported once a week.
    expect(made?.project).toBe(true);
    expect(made?.clocks.find(({ kind }) => kind === "feedback")?.target).toBe(days(7));
    const told = house.said.filter((one) => one.step === "repeated-fault" && one.channel === "console");
    expect(told.map(({ to }) => to)).toEqual(["p-department-supervisor"]);
    expect(told[0]?.text.zh).toContain("约谈责任人");
    complain(later(TEN, days(6.1)));
    expect(rectifications()).toHaveLength(1);
  });

  test("and one that is opened again because the owner is not satisfied", () => {
    const { complain, step, house, rectifications, ticket } = createShop();
    const no = complain(TEN);
    step(no, "review", TEN);
    step(no, "accept", TEN, {}, operator);
    step(no, "repair", TEN, {}, operator);
    step(no, "close", later(TEN, hours(1)), { note: "已答复" });
    expect(step(no, "rate", later(TEN, hours(2)), { score: 1, how: "phone" }, operator).refusal).toBeUndefined();
    expect(ticket(no).round).toBe(2);
    expect(rectifications()).toMatchObject([{ rectifies: [no] }]);
    expect(house.events(`ticket:${rectifications()[0]?.no}`)).toContain("ticket-opened");
  });

  test.each([
    ["another room", { ...ROOM, room: "803" }, {}, 1],
    ["another building", { ...ROOM, building: "4 栋" }, {}, 1],
    ["no room at all", { building: "3 栋" }, {}, 1],
    ["the same room after eight days", ROOM, {}, 8],
    ["a drill", ROOM, { drill: { overReal: true } }, 1],
  ])("is none of it: %s", (_, wanted, more, after) => {
    const place: Place = wanted;
    const { complain, rectifications } = createShop();
    complain(TEN, place.room === undefined ? place : ROOM);
    complain(later(TEN, days(after)), place, more);
    expect(rectifications()).toEqual([]);
  });

  test("a question from the same room is no complaint, and faults by phone count from the third on", () => {
    const { open, complain, rectifications, step } = createShop();
    complain(TEN);
    open("consult", TEN, { place: ROOM });
    expect(rectifications()).toEqual([]);
    for (const n of [1, 2, 3]) {
      expect(rectifications()).toEqual([]);
      const no = open("general_fault", later(TEN, hours(n)), { device: "lift-1" });
      step(no, "accept", later(TEN, hours(n)), {}, operator);
      step(no, "repair", later(TEN, hours(n)), {}, operator);
      step(no, "close", later(TEN, hours(n)), { note: "已修" });
    }
    expect(rectifications()).toMatchObject([
      { device: "lift-1", title: { zh: expect.stringContaining("7 天内 3 次") } },
    ]);
    expect(rectifications()[0]?.sop.map((row) => row.step)).not.toContain("talk");
  });
});

describe("a rectification (W14)", () => {
  function withOne() {
    const shop = createShop();
    shop.complain(TEN);
    shop.complain(later(TEN, hours(1)));
    const no = shop.rectifications()[0]?.no ?? "none";
    const now = later(TEN, hours(2));
    for (const name of ["accept", "repair"] as const)
      expect(shop.step(no, name, now, {}, operator).refusal).toBeUndefined();
    return { ...shop, no, now };
  }
  const rows = ["owner", "limit", "test", "accepted", "talk"] as const;

  test("is closed once every row of its plan is written, and acceptance with them", () => {
    const { step, ticket, no, now } = withOne();
    for (const [n, sop] of [...rows, "acceptance"].entries()) {
      expect(step(no, "close", now, {}, operator).refusal?.code).toBe("steps-open");
      const note = sop === "acceptance" ? undefined : `内容 ${n}`;
      expect(step(no, "sop", now, { sop, ...(note ? { note } : {}) }, operator).refusal).toBeUndefined();
    }
    expect(ticket(no).sop.find((row) => row.step === "owner")).toMatchObject({ said: "内容 0", doneBy: "王工" });
    expect(step(no, "close", now, {}, operator).refusal).toBeUndefined();
    expect(ticket(no).state).toBe("closed");
  });

  test("is closed without by nobody: not by a supervisor's word, not as a false alarm, not by leaving a row out", () => {
    const { step, ticket, no, now } = withOne();
    const close = () => step(no, "close", now, { note: "领导同意" }).refusal;
    expect(close()?.code).toBe("steps-open");
    expect(close()?.message.zh).toContain("按验收标准验收");
    for (const sop of rows) {
      expect(step(no, "sop", now, { sop }, operator).refusal?.code).toBe("note-needed");
      expect(step(no, "sop", now, { sop, note: "  " }, operator).refusal?.code).toBe("note-needed");
      expect(step(no, "sop", now, { sop, skip: true, note: "不需要" }).refusal?.code).toBe("mandatory-step");
    }
    step(no, "false-alarm", now, { note: "误报" });
    expect(close()?.code).toBe("steps-open");
    expect(ticket(no).closedAt).toBeUndefined();
  });

  test("a ticket of another kind is still closed in spite of its list by a supervisor who says why", () => {
    const { open, step, ticket } = createShop();
    const no = open("non_urgent", TEN);
    for (const name of ["accept", "repair"] as const) step(no, name, TEN, {}, operator);
    expect(step(no, "close", TEN, {}, operator).refusal?.code).toBe("steps-open");
    expect(step(no, "close", TEN, { note: "业主电话验收" }).refusal).toBeUndefined();
    expect(ticket(no).state).toBe("closed");
  });

  test("opened again asks for all of it once more", () => {
    const { step, ticket, no, now } = withOne();
    for (const sop of [...rows, "acceptance"]) step(no, "sop", now, { sop, note: "已定" }, operator);
    step(no, "close", now, {}, operator);
    expect(step(no, "reopen", later(now, days(1)), { note: "又投诉" }).refusal).toBeUndefined();
    expect(
      ticket(no)
        .sop.slice(0, 5)
        .map((row) => [row.step, row.at, row.said]),
    ).toEqual(rows.map((row) => [row, undefined, undefined]));
    expect(ticket(no).clocks.find(({ kind }) => kind === "feedback")?.target).toBe(days(7));
  });
});
