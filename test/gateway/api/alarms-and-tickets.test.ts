import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Alarm } from "#model/alarm";
import type { Message } from "#model/message";
import { ticketSteps } from "#model/plan";
import { later, minutes, seconds } from "#model/time";
import { AlarmShape } from "../../../gateway/api/alarm-shapes.ts";
import { TicketDetailShape, TicketShape } from "../../../gateway/api/ticket-shapes.ts";
import { alarm, START, type Stand, startStand, ticket } from "./stand.ts";

let stand: Stand;
beforeEach(async () => {
  stand = await startStand();
});
afterEach(async () => stand[Symbol.asyncDispose]());

const operator = (method: string, path: string, body?: object) =>
  stand.ask(method, path, { as: "operator", ...(body ? { body } : {}) });

const commandId = "0f8fad5b-d9cb-469f-a165-70867728950e";

const onShelf: Alarm["shelf"] = {
  state: "timed",
  until: later(START, seconds(60)),
  since: START,
  renewals: 0,
  occurrence: 1,
  by: "王工",
  reason: "换门机",
};

describe("alarms", () => {
  beforeEach(() => {
    const rows = [
      alarm("a.old@lift-1", { severity: "S2", activeSince: later(START, seconds(-60)) }),
      alarm("a.new@lift-1", { severity: "S2" }),
      alarm("a.grave@lift-1"),
      alarm("a.seen@lift-1", {
        severity: "S3",
        acknowledge: "acknowledged",
        acknowledgedBy: "王工",
        acknowledgedAt: START,
      }),
      alarm("a.gone@lift-1", { severity: "S4", process: "normal", returnedAt: START }),
      alarm("a.quiet@lift-1", { process: "normal", acknowledge: "acknowledged" }),
      alarm("a.shelved@lift-1", { shelf: onShelf }),
      alarm("a.suppressed@lift-1", { suppressedBy: ["parent"] }),
      alarm("a.out@lift-1", { service: "out" }),
    ];
    for (const row of rows) stand.door.house.alarms.set(row.id, row);
  });

  test.each([
    [undefined, ["grave", "shelved", "suppressed", "out", "new", "old", "seen", "gone"]],
    ["active", ["grave", "new", "old", "seen"]],
    ["unacknowledged", ["grave", "new", "old", "gone"]],
    ["shelved", ["shelved"]],
    ["suppressed", ["suppressed"]],
    ["out-of-service", ["out"]],
  ])("listed by state %s, gravest and newest first", async (state, wanted) => {
    const answer = await operator("GET", `/api/alarms${state ? `?state=${state}` : ""}`);
    expect(answer.body.map((one: { id: string }) => one.id)).toEqual(wanted.map((id) => `a.${id}@lift-1`));
    for (const one of answer.body) AlarmShape.strict().parse(one);
  });

  test("a thousand of them come whole, gravest first, and leave the loop its turns", async () => {
    for (let n = 0; n < 1_000; n += 1) {
      stand.door.house.alarms.set(`r${n}@lift-2`, alarm(`r${n}@lift-2`, { severity: "S4" }));
    }
    let turns = 0;
    let over = false;
    const counting = () => {
      turns += 1;
      if (!over) setImmediate(counting);
    };
    const answering = operator("GET", "/api/alarms");
    setImmediate(counting);
    const answer = await answering;
    over = true;
    expect(answer.status).toBe(200);
    expect(answer.body).toHaveLength(1_008);
    expect(answer.body[0].id).toBe("a.grave@lift-1");
    expect(new Set(answer.body.map((one: { id: string }) => one.id)).size).toBe(1_008);
    for (const one of answer.body.slice(0, 20)) AlarmShape.strict().parse(one);
    expect(turns).toBeGreaterThan(5);
  });

  test("all of them, also those that are normal", async () => {
    expect((await operator("GET", "/api/alarms?state=all")).body).toHaveLength(9);
  });

  test("one by its id, with @ and dots, written plainly or encoded", async () => {
    expect((await operator("GET", "/api/alarms/a.grave@lift-1")).body).toMatchObject({
      id: "a.grave@lift-1",
      state: "unacknowledged",
    });
    expect((await operator("GET", "/api/alarms/a.grave%40lift-1")).status).toBe(200);
    expect(await operator("GET", "/api/alarms/a.none@lift-1")).toMatchObject({
      status: 404,
      body: { code: "no-such-alarm" },
    });
  });

  test("an acknowledgement goes through the door as a command and answers with the alarm as it stands then", async () => {
    stand.door.answer = ({ command }) => {
      if (command.do === "acknowledge-alarm") {
        stand.door.house.alarms.set(
          command.alarm,
          alarm(command.alarm, { acknowledge: "acknowledged", acknowledgedBy: "operator script" }),
        );
      }
      return { ok: true, alarm: "a.grave@lift-1" };
    };
    const answer = await operator("POST", "/api/alarms/a.grave@lift-1/acknowledge", {
      occurrence: 1,
      reason: "real",
      comment: " 已派人 ",
      commandId,
    });
    expect(answer).toMatchObject({ status: 200, body: { state: "acknowledged", acknowledgedBy: "operator script" } });
    expect(stand.door.taken).toEqual([
      {
        type: "command",
        id: commandId,
        actor: { kind: "token", id: expect.any(String), name: "operator script", role: "operator" },
        command: { do: "acknowledge-alarm", alarm: "a.grave@lift-1", occurrence: 1, reason: "real", comment: "已派人" },
      },
    ]);
  });

  test("one that was done before says by whom", async () => {
    stand.door.answer = () => ({ ok: true, already: "李主管" });
    const answer = await operator("POST", "/api/alarms/a.seen@lift-1/acknowledge", { occurrence: 1, commandId });
    expect(answer.body).toMatchObject({ already: "李主管", id: "a.seen@lift-1" });
  });

  test("the refusal of the rules is passed on, and a 409 brings the present state", async () => {
    stand.door.answer = () => ({
      ok: false,
      refusal: {
        status: 409,
        code: "old-occurrence",
        message: { zh: "已是第 2 次", en: "at occurrence 2" },
        detail: { activeSince: 5 },
      },
    });
    const answer = await operator("POST", "/api/alarms/a.grave@lift-1/acknowledge", { occurrence: 7, commandId });
    expect(answer).toMatchObject({
      status: 409,
      body: {
        code: "old-occurrence",
        message: { zh: "已是第 2 次", en: "at occurrence 2" },
        detail: {
          state: "unacknowledged",
          occurrence: 1,
          activeSince: "2026-11-21T08:00:00.000Z",
          alarm: { id: "a.grave@lift-1" },
        },
      },
    });
  });

  test("a comment is one, and neither goes without a command id", async () => {
    expect(
      (await operator("POST", "/api/alarms/a.grave@lift-1/comment", { occurrence: 1, comment: "see log", commandId }))
        .status,
    ).toBe(200);
    expect(stand.door.taken.at(-1)).toMatchObject({ command: { do: "comment-alarm", comment: "see log" } });
    for (const id of [undefined, "", "x".repeat(129), "not allowed!"]) {
      const answer = await operator("POST", "/api/alarms/a.grave@lift-1/comment", {
        occurrence: 1,
        comment: "x",
        commandId: id,
      });
      expect(answer).toMatchObject({ status: 400, body: { detail: [{ path: "body.commandId" }] } });
    }
  });
});

describe("tickets", () => {
  const first = "GD20261121-000001";

  beforeEach(() => {
    stand.door.house.tickets.set(first, ticket(first));
    stand.door.house.tickets.set("GD20261121-000002", ticket("GD20261121-000002", { severity: "S3" }));
    const closed = ticket("GD20261120-000009", {
      state: "closed",
      closedAt: START,
      openedAt: later(START, minutes(-60)),
    });
    stand.stored.set(closed.no, closed);
    stand.stored.set(first, ticket(first));
  });

  test.each([
    ["", [first, "GD20261121-000002"]],
    ["?state=closed", ["GD20261120-000009"]],
    ["?state=all", [first, "GD20261121-000002", "GD20261120-000009"]],
    ["?limit=1", [first]],
  ])("listed%s", async (query, wanted) => {
    const answer = await operator("GET", `/api/tickets${query}`);
    expect(answer.body.map((one: { no: string }) => one.no)).toEqual(wanted);
    for (const one of answer.body) TicketShape.strict().parse(one);
  });

  test("one with its story and who was told, by name and never by phone", async () => {
    const entry = (seq: number, event: string, data: object, actor = "gatehouse") => ({
      seq,
      at: START,
      occurredAt: START,
      about: `ticket:${first}`,
      event,
      actor,
      data: data as never,
      hash: "0",
    });
    stand.door.house.accounts.set("wang", {
      id: "wang",
      name: "王工",
      role: "operator",
      password: "x",
      state: "active",
      createdAt: START,
    });
    stand.journal.push(
      entry(3, "watched", {}),
      entry(2, "ticket-dispatch", { assignee: "李师傅", note: "带钥匙" }, "wang"),
      entry(1, "ticket-opened", { severity: "S1" }),
    );
    const message: Message = {
      key: "k",
      ticket: first,
      step: "opened",
      severity: "S1",
      role: "shift-leader",
      to: "p-shift-leader",
      channel: "console",
      text: { zh: "请确认", en: "please acknowledge" },
      phone: true,
      state: "delivered",
      attempts: 1,
      nextTryAt: START,
      createdAt: START,
      deliveredAt: later(START, seconds(1)),
      lateBy: 90_000,
    };
    stand.messages.push(message);
    const { status, body } = await operator("GET", `/api/tickets/${first}`);
    expect(status).toBe(200);
    TicketDetailShape.strict().parse(body);
    expect(body.events).toMatchObject([
      { seq: 1, line: { zh: "系统开单，级别紧急", en: "Opened by the house, Emergency" } },
      { seq: 2, actor: "王工", line: { zh: "王工 派单给 李师傅：带钥匙", en: "王工 sent 李师傅: 带钥匙" } },
    ]);
    expect(body.told).toMatchObject([
      { to: "shift-leader", lateBy: "PT1M30S", deliveredAt: "2026-11-21T08:00:01.000Z" },
    ]);
    expect((await operator("GET", "/api/tickets/GD20261121-999999")).status).toBe(404);
  });

  test("opened by hand, with a time for what was written on paper", async () => {
    stand.door.answer = () => ({ ok: true, ticket: first });
    const answer = await operator("POST", "/api/tickets", {
      class: "elevator_entrapment",
      device: "lift-1",
      description: "业主来电",
      occurredAt: "2026-11-21T15:55:00+08:00",
      commandId,
    });
    expect(answer).toMatchObject({ status: 201, body: { no: first } });
    expect(stand.door.taken.at(-1)).toMatchObject({
      command: {
        do: "open-ticket",
        class: "elevator_entrapment",
        device: "lift-1",
        description: "业主来电",
        occurredAt: START - 300_000,
      },
    });
  });

  test.each(ticketSteps)("the step %s reaches the rules as it was sent", async (step) => {
    const answer = await operator("POST", `/api/tickets/${first}/${step}`, {
      commandId,
      note: "好",
      who: "rescue",
      sop: "talk",
      assignee: "李",
    });
    expect(answer).toMatchObject({ status: 200, body: { no: first } });
    expect(stand.door.taken).toMatchObject([
      { command: { do: "ticket-step", ticket: first, step, note: "好", who: "rescue", sop: "talk", assignee: "李" } },
    ]);
  });

  test("a step that does not fit is refused in the words of the rules", async () => {
    const refusal = {
      status: 409 as const,
      code: "wrong-state",
      message: { zh: "不能", en: "does not fit" },
      detail: { can: ["note"] },
    };
    stand.door.answer = () => ({ ok: false, refusal });
    const { status: _, ...body } = refusal;
    expect(await operator("POST", `/api/tickets/${first}/close`, { commandId })).toMatchObject({ status: 409, body });
  });

  test("a ticket that the step closed is answered from the store", async () => {
    stand.door.answer = () => {
      stand.door.house.tickets.delete(first);
      stand.stored.set(first, ticket(first, { state: "closed", closedAt: START }));
      return { ok: true, ticket: first };
    };
    expect((await operator("POST", `/api/tickets/${first}/close`, { commandId })).body).toMatchObject({
      no: first,
      state: "closed",
    });
  });

  test("there is no step that the rules do not know", async () => {
    expect((await operator("POST", `/api/tickets/${first}/explode`, { commandId })).status).toBe(404);
  });
});
