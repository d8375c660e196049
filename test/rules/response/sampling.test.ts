/** 每日抽查, as a supervisor lives with it: drawn each morning, looked through by somebody who had no hand in it, put right in time. */
import { describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { Command, Plan, TicketStep } from "#model/plan";
import type { TicketClass } from "#model/policy";
import type { DaySample } from "#model/sampling";
import type { Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import { days, hours, type Instant, instant, later, milliseconds, minutes, seconds } from "#model/time";
import { drawSample } from "../../../rules/response/draw-sample.ts";
import { building, operator, people, policy, supervisor } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

const at = (text: string): Instant => instant(Temporal.Instant.from(`${text}+08:00`).epochMilliseconds);
const SATURDAY = at("2026-11-21T10:00:00");
const SUNDAY = at("2026-11-22T08:00:00");
const other = { ...supervisor, id: "zhou", name: "周主管" } satisfies Actor;
const sampling = { at: 8 * 60, correctWithin: hours(24), tell: ["department-supervisor", "team-lead"] };
const fault = policy.classes.general_fault!;
const classes = {
  ...policy.classes,
  complaint: { ...fault, class: "complaint" as const, name: { zh: "投诉", en: "Complaint" }, lead: "team-lead" },
  consult: { ...fault, class: "consult" as const, name: { zh: "咨询", en: "Question" } },
};
const kpi = {
  inTime: 0.9,
  firstFix: 0.9,
  followUp: 1,
  rectify: 1,
  sampleDaily: 0.2,
  repeatDrop: 0.2,
  complaints: 0.02,
};
const whole = { ...policy, classes, sampling, kpi: { ...kpi, satisfaction: { alarm: 0.9, target: 0.95 } } };

function createShop(site: Partial<Site> = {}) {
  const built = building({ policy: whole, ...site });
  const house = createPureHouse(built);
  let commands = 0;
  const command = (wish: Command, now: Instant, actor: Actor): Plan => {
    commands += 1;
    return house.take({ type: "command", id: `c${commands}`, actor, command: wish }, now);
  };
  const step = (no: string, name: TicketStep, now: Instant, more: object = {}, actor: Actor = supervisor): Plan =>
    command({ do: "ticket-step", ticket: no, step: name, ...more }, now, actor);
  function serve(now: Instant, kind: TicketClass = "general_fault", more: object = {}, by: Actor = operator): string {
    const wish = { do: "open-ticket" as const, class: kind, description: "服务", ...more };
    const no = command(wish, now, "drill" in more ? supervisor : by).answer?.ticket;
    if (!no) throw new Error("no ticket");
    for (const one of ["accept", "repair", "close"] as const) step(no, one, now, {}, by);
    return no;
  }
  const papers = (): DaySample[] => [...house.papers.values()].filter((one) => one.kind === "sample");
  return {
    site: built,
    house,
    step,
    serve,
    papers,
    serveMany: (count: number, now = SATURDAY) => Array.from({ length: count }, () => serve(now)),
    beat: (now: Instant) => house.take({ type: "tick" }, now),
    ticket: (no: string) => house.tickets.get(no) as Ticket,
    told: (of: string) => house.said.filter((one) => one.step === of && one.channel === "console"),
    first: (): string => papers().at(-1)?.rows[0]?.ticket ?? "none",
  };
}

describe("the drawing", () => {
  test.each([
    [0, 0],
    [1, 1],
    [4, 1],
    [5, 1],
    [6, 2],
    [10, 2],
    [11, 3],
    [50, 10],
  ])("of %i records takes %i", (records, drawn) => {
    const { serveMany, beat, papers } = createShop();
    serveMany(records);
    beat(SUNDAY);
    expect(papers()).toMatchObject([
      {
        id: "CC20261122",
        at: SUNDAY,
        from: at("2026-11-21T00:00:00"),
        to: at("2026-11-22T00:00:00"),
        of: "real",
        records,
        state: drawn === 0 ? "closed" : "open",
      },
    ]);
    expect(new Set(papers()[0]?.rows.map(({ ticket }) => ticket)).size).toBe(drawn);
  });

  test("comes at its hour, once, and is told once to the supervisor and the team lead, on the screen", () => {
    const { serveMany, house, papers, told } = createShop();
    serveMany(7);
    house.beat(later(SUNDAY, seconds(-3)), later(SUNDAY, seconds(-1)));
    expect(house.journal.filter(({ event }) => event === "sample-drawn").map(({ about }) => about)).toEqual([
      "paper:CC20261121",
    ]);
    house.beat(later(SUNDAY, seconds(-1)), later(SUNDAY, seconds(30)));
    expect(house.events("paper:CC20261122")).toEqual(["sample-drawn"]);
    expect(told("sample-drawn").map(({ to }) => to)).toEqual(["p-department-supervisor", "p-team-lead"]);
    expect(told("sample-drawn")[0]?.text.zh).toMatch(/^今日抽查 2 份（昨日服务记录 7 份）：GD20261121-\d{6}、GD/);
    for (const { ticket } of papers()[0]?.rows ?? [])
      expect(house.events(`ticket:${ticket}`).at(-1)).toBe("ticket-drawn");
  });

  test("keeps to the site's day: what was closed a millisecond before midnight, and not at it", () => {
    const { serve, beat, papers } = createShop();
    serve(instant(at("2026-11-21T00:00:00") - 1));
    const first = serve(at("2026-11-21T00:00:00"));
    const last = serve(instant(at("2026-11-22T00:00:00") - 1));
    serve(at("2026-11-22T00:00:00"));
    beat(SUNDAY);
    expect(papers()[0]?.records).toBe(2);
    expect([first, last]).toContain(papers()[0]?.rows[0]?.ticket);
  });

  test("takes no drill, test, maintenance, merged or simulated ticket, and none that closed itself with nobody's work", () => {
    const { serve, house, step, beat, papers } = createShop();
    const real = serve(SATURDAY);
    serve(SATURDAY, "general_fault", { drill: { overReal: true } });
    for (const more of [{ judged: "test" }, { judged: "maintenance" }, { simulated: true }, { autoRecovered: true }]) {
      const no = serve(SATURDAY);
      house.tickets.set(no, { ...(house.tickets.get(no) as Ticket), ...more } as Ticket);
    }
    const kept = house.take(
      {
        type: "command",
        id: "m",
        actor: operator,
        command: { do: "open-ticket", class: "general_fault", description: "并入" },
      },
      SATURDAY,
    ).answer?.ticket as string;
    const goes = house.take(
      {
        type: "command",
        id: "m2",
        actor: operator,
        command: { do: "open-ticket", class: "general_fault", description: "重复" },
      },
      SATURDAY,
    ).answer?.ticket as string;
    expect(step(goes, "merge", SATURDAY, { into: kept }).refusal).toBeUndefined();
    beat(SUNDAY);
    expect(papers()[0]).toMatchObject({ records: 1, rows: [{ ticket: real }] });
  });

  test("takes what is simulated, and nothing else, on a simulated site", () => {
    const { serve, house, beat, papers } = createShop({ simulated: true });
    const no = serve(SATURDAY);
    const second = serve(SATURDAY);
    house.tickets.set(no, { ...(house.tickets.get(no) as Ticket), simulated: true });
    house.tickets.set(second, { ...(house.tickets.get(second) as Ticket), simulated: false });
    beat(SUNDAY);
    expect(papers()[0]).toMatchObject({ of: "simulated", records: 1, rows: [{ ticket: no }] });
  });

  test("takes a follow-up of that day although the ticket is still open, and a round that was opened again since", () => {
    const follow = { ...fault, clocks: [...fault.clocks, { kind: "followup" as const, target: hours(24) }] };
    const { serve, step, house, beat, papers } = createShop({
      policy: { ...whole, classes: { ...classes, general_fault: follow } },
    });
    const visited = serve(SATURDAY);
    const { closedAt: _, ...open } = house.tickets.get(visited) as Ticket;
    house.tickets.set(visited, {
      ...open,
      state: "repaired",
      clocks: open.clocks.map((one) => (one.kind === "followup" ? { ...one, state: "running" as const } : one)),
    });
    expect(
      step(visited, "follow-up", later(SATURDAY, hours(1)), { note: "业主满意" }, operator).refusal,
    ).toBeUndefined();
    const again = serve(SATURDAY);
    expect(step(again, "reopen", later(SATURDAY, hours(15)), { note: "又坏了" }, operator).refusal).toBeUndefined();
    beat(SUNDAY);
    expect(papers()[0]?.records).toBe(2);
  });

  test("is the same in another house with the same records, and another on another day", () => {
    const draw = (day: number) => {
      const { serveMany, beat, papers } = createShop();
      serveMany(60, later(SATURDAY, days(day)));
      beat(later(SUNDAY, days(day)));
      return papers()[0]?.rows.map(({ ticket }) => ticket.slice(-6));
    };
    expect(draw(0)).toEqual(draw(0));
    expect(draw(0)).not.toEqual(draw(1));
  });

  test("is spread: every class and team has its part, and over a year of days each place in the list about its share", () => {
    const { serve, beat, papers, house } = createShop();
    for (const kind of ["general_fault", "complaint", "consult"] as const)
      for (let n = 0; n < 10; n += 1) serve(SATURDAY, kind);
    beat(SUNDAY);
    const kinds = Map.groupBy(papers()[0]?.rows ?? [], ({ ticket }) => Math.floor((Number(ticket.slice(-6)) - 1) / 10));
    expect([...kinds.values()].map((rows) => rows.length)).toEqual([2, 2, 2]);
    const ticket = (no: string) => ({ ...([...house.tickets.values()][0] as Ticket), no });
    const hits = new Array<number>(20).fill(0);
    for (let day = 0; day < 365; day += 1) {
      const records = hits.map((_, n) => ({ ...ticket(`T${n}`), no: `GD-${day * 20 + n}` }));
      for (const no of drawSample(records, 0.2, `day ${day}`)) {
        const place = Number(no.slice(3)) % 20;
        hits[place] = (hits[place] ?? 0) + 1;
      }
    }
    // 73 expected of each; four standard deviations are 31.
    for (const hit of hits) expect(Math.abs(hit - 73)).toBeLessThan(31);
  });
});

describe("after the house was down, or its clock was wrong", () => {
  test("each day that was missed is drawn once, a week of them at most", () => {
    const { serve, beat, papers, house } = createShop();
    serve(SATURDAY);
    beat(SUNDAY);
    for (const back of [9, 3, 1]) serve(later(SATURDAY, days(10 - back)));
    beat(later(SUNDAY, days(10)));
    beat(later(later(SUNDAY, days(10)), seconds(1)));
    expect(papers().map(({ id, records }) => [id, records])).toEqual([
      ["CC20261122", 1],
      ["CC20261126", 0],
      ["CC20261127", 0],
      ["CC20261128", 0],
      ["CC20261129", 1],
      ["CC20261130", 0],
      ["CC20261201", 1],
      ["CC20261202", 0],
    ]);
    expect(house.journal.filter(({ event }) => event === "sample-drawn")).toHaveLength(8);
  });

  test("a house that never drew begins with the last day, and never with the weeks before", () => {
    const { serve, beat, papers } = createShop();
    for (let back = 0; back < 9; back += 1) serve(later(SATURDAY, days(-back)));
    beat(later(SUNDAY, minutes(30)));
    expect(papers().map(({ id }) => id)).toEqual(["CC20261122"]);
  });

  test("a clock that ran ahead takes no day away: it is drawn again when it comes, and what was drawn stays drawn", () => {
    const { serve, serveMany, step, beat, papers, house, first } = createShop();
    serveMany(6);
    beat(SUNDAY);
    const looked = first();
    expect(step(looked, "sample", later(SUNDAY, hours(1)), { verdict: "in-order" }, other).refusal).toBeUndefined();
    // Ahead by two days, and back.
    beat(later(SUNDAY, days(2)));
    expect(papers().map(({ id, records }) => [id, records])).toEqual([
      ["CC20261122", 6],
      ["CC20261123", 0],
      ["CC20261124", 0],
    ]);
    serve(later(SUNDAY, hours(2)));
    beat(later(SUNDAY, hours(2)));
    expect(papers().map(({ ahead }) => ahead)).toEqual([undefined, true, true]);
    beat(later(SUNDAY, days(1)));
    expect(papers().map(({ id, records, ahead }) => [id, records, ahead])).toEqual([
      ["CC20261122", 6, undefined],
      ["CC20261123", 1, undefined],
      ["CC20261124", 0, true],
    ]);
    // Before its own hour again: drawn anew, nothing is lost and nobody is told twice.
    beat(later(SUNDAY, minutes(-5)));
    beat(later(SUNDAY, minutes(1)));
    expect(papers()[0]?.rows.find(({ ticket }) => ticket === looked)?.verdict).toBe("in-order");
    expect(papers()[0]?.rows).toHaveLength(2);
    expect(house.events(`ticket:${looked}`).filter((event) => event === "ticket-drawn")).toHaveLength(1);
  });

  test("a clock that stood a year ahead for an hour closes no sample for good", () => {
    const { serveMany, step, beat, papers } = createShop();
    serveMany(6);
    beat(SUNDAY);
    const no = papers()[0]?.rows[0]?.ticket ?? "";
    beat(later(SUNDAY, days(365)));
    expect(papers()[0]?.state).toBe("closed");
    beat(later(SUNDAY, hours(1)));
    expect(papers()[0]?.state).toBe("open");
    expect(step(no, "sample", later(SUNDAY, hours(1)), { verdict: "in-order" }, other).refusal).toBeUndefined();
  });
});

describe("looking through", () => {
  test("is noted on the ticket with who and when, changes no state, and is over once all is done", () => {
    const { serveMany, step, beat, papers, ticket, first } = createShop();
    serveMany(3);
    beat(SUNDAY);
    const no = first();
    const before = ticket(no);
    const now = later(SUNDAY, hours(1));
    expect(step(no, "sample", now, { verdict: "in-order", note: "记录完整" }).refusal).toBeUndefined();
    const { samples, ...rest } = ticket(no);
    expect(samples).toEqual([
      { paper: "CC20261122", drawnAt: SUNDAY, verdict: "in-order", by: "李主管", at: now, note: "记录完整" },
    ]);
    const { samples: _, ...was } = before;
    expect(rest).toEqual(was);
    expect(papers()[0]).toMatchObject({ state: "closed", rows: [{ ticket: no, verdict: "in-order" }] });
    expect(step(no, "sample", now, { verdict: "finding", note: "x" }, other).refusal).toMatchObject({
      code: "already-sampled",
      detail: { by: "李主管" },
    });
  });

  test("is refused for what was not drawn, without a verdict, and for a finding without words", () => {
    const { serveMany, step, beat, first } = createShop();
    const all = serveMany(3);
    beat(SUNDAY);
    const no = first();
    const missed = all.find((one) => one !== no) as string;
    const code = (which: string, more: object) => step(which, "sample", later(SUNDAY, hours(1)), more).refusal?.code;
    expect(code(missed, { verdict: "in-order" })).toBe("not-drawn");
    expect(code(no, {})).toBe("verdict-needed");
    expect(code(no, { verdict: "finding" })).toBe("note-needed");
    expect(code(no, { verdict: "finding", note: "   " })).toBe("note-needed");
    expect(code(no, { verdict: "in-order", occurredAt: later(SUNDAY, hours(2)) })).toBe("wrong-time");
    expect(code(no, { verdict: "in-order", occurredAt: later(SUNDAY, hours(-1)) })).toBe("wrong-time");
    expect(code(no, { verdict: "in-order", occurredAt: later(SUNDAY, minutes(30)) })).toBeUndefined();
  });

  test("is for a supervisor in person", () => {
    const { serveMany, step, beat, first } = createShop();
    serveMany(1);
    beat(SUNDAY);
    const code = (actor: Actor) =>
      step(first(), "sample", later(SUNDAY, hours(1)), { verdict: "in-order" }, actor).refusal?.code;
    expect(code({ ...other, kind: "token" })).toBe("person-needed");
    for (const role of ["operator", "maintainer", "engineer", "viewer"] as const)
      expect(code({ ...other, role })).toBe("approval-needed");
    expect(code(other)).toBeUndefined();
  });

  test.each([
    ["repair", {}],
    ["close", {}],
    ["dispatch", { assignee: "张师傅" }],
    ["promise", { what: "finish", until: later(SATURDAY, hours(9)) }],
  ] as const)("is refused to a supervisor who took the step %s", (own, more) => {
    const { house, step, beat, first } = createShop();
    const open = { do: "open-ticket" as const, class: "general_fault" as const, description: "x" };
    const no = house.take({ type: "command", id: "o", actor: operator, command: open }, SATURDAY).answer
      ?.ticket as string;
    for (const one of ["dispatch", "accept", "promise", "repair", "close"] as const) {
      const words = { ...(one === own ? more : {}), ...(one === "dispatch" ? { assignee: "张师傅" } : {}) };
      if (one === "promise" && own !== "promise") continue;
      expect(step(no, one, SATURDAY, words, one === own ? supervisor : operator).refusal).toBeUndefined();
    }
    beat(SUNDAY);
    expect(first()).toBe(no);
    expect(step(no, "sample", SUNDAY, { verdict: "in-order" }).refusal?.code).toBe("own-work");
    expect(step(no, "sample", SUNDAY, { verdict: "in-order" }, other).refusal).toBeUndefined();
  });

  test.each([
    ["acknowledge", {}],
    ["note", { note: "已知悉" }],
    ["hold", { reason: "parts" }],
  ] as const)("stays with a supervisor who only took the step %s", (seen, more) => {
    const { house, step, beat } = createShop();
    const open = { do: "open-ticket" as const, class: "general_fault" as const, description: "x" };
    const no = house.take({ type: "command", id: "o", actor: operator, command: open }, SATURDAY).answer
      ?.ticket as string;
    step(no, "accept", SATURDAY, {}, operator);
    expect(step(no, seen, SATURDAY, more).refusal).toBeUndefined();
    if (seen === "hold") step(no, "resume", SATURDAY, {}, operator);
    for (const one of ["repair", "close"] as const) step(no, one, SATURDAY, {}, operator);
    beat(SUNDAY);
    expect(step(no, "sample", SUNDAY, { verdict: "in-order" }).refusal).toBeUndefined();
  });

  test("is refused to whoever worked on an earlier round, and to the one it was given to by name", () => {
    const { serve, step, beat, house, ticket } = createShop();
    const no = serve(later(SATURDAY, days(-1)), "general_fault", {}, other);
    expect(ticket(no).workedBy).toEqual(["zhou"]);
    step(no, "reopen", SATURDAY, { note: "又坏了" }, operator);
    for (const one of ["accept", "repair", "close"] as const) step(no, one, SATURDAY, {}, operator);
    house.tickets.set(no, { ...ticket(no), assignee: "李主管" });
    beat(SUNDAY);
    expect(step(no, "sample", SUNDAY, { verdict: "in-order" }, other).refusal?.code).toBe("own-work");
    expect(step(no, "sample", SUNDAY, { verdict: "in-order" }).refusal?.code).toBe("own-work");
    expect(
      step(no, "sample", SUNDAY, { verdict: "in-order" }, { ...other, id: "sun", name: "孙主管" }).refusal,
    ).toBeUndefined();
  });

  test("is over after a week, and what nobody looked through stays so", () => {
    const { serveMany, step, house, beat, papers, first } = createShop();
    serveMany(1);
    beat(SUNDAY);
    const no = first();
    house.beat(later(SUNDAY, milliseconds(days(7) - 2_000)), later(SUNDAY, milliseconds(days(7) + 3_000)));
    expect(papers()[0]).toMatchObject({ state: "closed", rows: [{ ticket: no }] });
    expect(house.events("paper:CC20261122")).toEqual(["sample-drawn", "sample-closed"]);
    expect(step(no, "sample", later(SUNDAY, days(8)), { verdict: "in-order" }).refusal?.code).toBe("sample-over");
  });
});

describe("what was found", () => {
  const found = { verdict: "finding", note: "回访未记录满意度" };
  function withFinding() {
    const shop = createShop();
    shop.serveMany(1);
    shop.beat(SUNDAY);
    const no = shop.first();
    expect(shop.step(no, "sample", later(SUNDAY, hours(1)), found).refusal).toBeUndefined();
    return { ...shop, no, due: later(SUNDAY, hours(25)) };
  }

  test("is due to be put right within the policy's time, and the word of what was done ends it", () => {
    const { step, papers, ticket, house, no, due } = withFinding();
    expect(ticket(no).samples?.[0]).toMatchObject({ verdict: "finding", correctBy: due, note: "回访未记录满意度" });
    expect(papers()[0]).toMatchObject({ state: "open", rows: [{ ticket: no, verdict: "finding", correctBy: due }] });
    const now = later(SUNDAY, hours(20));
    expect(step(no, "correct", now, {}, operator).refusal?.code).toBe("note-needed");
    expect(step(no, "correct", now, { note: "已补记" }, operator).refusal).toBeUndefined();
    expect(ticket(no).samples?.[0]?.corrected).toEqual({ by: "王工", at: now, note: "已补记" });
    expect(papers()[0]).toMatchObject({ state: "closed", rows: [{ correctedAt: now }] });
    house.beat(later(due, seconds(-2)), later(due, seconds(5)));
    expect(house.said.filter((one) => one.step === "sample-overdue")).toEqual([]);
    expect(step(no, "correct", now, { note: "再来一次" }, operator).refusal?.code).toBe("nothing-to-correct");
  });

  test("is told once when it is overdue, with its number, and can still be put right", () => {
    const { step, told, papers, house, no, due } = withFinding();
    house.beat(later(due, seconds(-3)), later(due, seconds(-1)));
    expect(told("sample-overdue")).toEqual([]);
    house.beat(later(due, seconds(-1)), later(due, seconds(60)));
    expect(told("sample-overdue").map(({ to }) => to)).toEqual(["p-department-supervisor", "p-team-lead"]);
    expect(told("sample-overdue")[0]?.text).toEqual({
      zh: `抽查发现的问题逾期未整改：${no}。请督促整改，并在工单中登记整改情况。`,
      en: expect.stringContaining(no),
    });
    expect(step(no, "correct", later(due, hours(1)), { note: "已整改" }, operator).refusal).toBeUndefined();
    expect(papers()[0]).toMatchObject({ state: "closed", rows: [{ told: true, correctedAt: later(due, hours(1)) }] });
    expect(house.journal.findLast(({ event }) => event === "ticket-correct")?.data).toMatchObject({ late: true });
  });

  test("that ran out while the house was down is told once, several together in one message", () => {
    const { serveMany, step, beat, papers, told, house } = createShop();
    serveMany(6);
    beat(SUNDAY);
    for (const { ticket } of papers()[0]?.rows ?? []) step(ticket, "sample", later(SUNDAY, hours(1)), found);
    house.take({ type: "started", lastSeen: later(SUNDAY, hours(2)) }, later(SUNDAY, days(3)));
    house.beat(later(SUNDAY, days(3)), later(SUNDAY, milliseconds(days(3) + 5_000)));
    const [first, ...rest] = told("sample-overdue").filter(({ to }) => to === "p-team-lead");
    expect(rest).toEqual([]);
    for (const { ticket } of papers()[0]?.rows ?? []) expect(first?.text.zh).toContain(ticket);
  });

  test("keeps the time that is left when the clock is moved, whichever way", () => {
    for (const by of [hours(3), hours(-3), days(200)]) {
      const { house, told, ticket, no, due } = withFinding();
      house.take({ type: "clock-step", by: milliseconds(by) }, later(SUNDAY, milliseconds(hours(2) + by)));
      expect(ticket(no).samples?.[0]?.correctBy).toBe(due + by);
      const moved = later(due, milliseconds(by));
      house.beat(later(moved, seconds(-3)), later(moved, seconds(-1)));
      expect(told("sample-overdue")).toEqual([]);
      if (by === days(200)) continue; // Nothing that old is chased any more.
      house.beat(later(moved, seconds(-1)), later(moved, seconds(2)));
      expect(told("sample-overdue")).toHaveLength(2);
    }
  });

  test("outlives a ticket that is opened again", () => {
    const { step, ticket, no } = withFinding();
    step(no, "reopen", later(SUNDAY, hours(2)), { note: "返工" }, operator);
    expect(ticket(no).closedAt).toBeUndefined();
    expect(step(no, "correct", later(SUNDAY, hours(3)), { note: "已补记" }, operator).refusal).toBeUndefined();
    expect(ticket(no)).toMatchObject({ round: 2, samples: [{ corrected: { note: "已补记" } }] });
  });
});

test("a site without the rule draws nothing", () => {
  const { sampling: _, ...plain } = whole;
  const { serveMany, house, beat } = createShop({ policy: plain, people });
  serveMany(5);
  beat(SUNDAY);
  expect(house.papers.size).toBe(0);
});
