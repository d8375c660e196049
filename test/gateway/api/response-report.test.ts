import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { days, instant, later, minutes } from "#model/time";
import {
  DrillListShape,
  DrillReportShape,
  ResponseReportShape,
  WrittenReportShape,
} from "../../../gateway/api/response-shapes.ts";
import { readCsv } from "../../../gateway/commands/csv.ts";
import { START, type Stand, startStand, testSite, ticket } from "./stand.ts";

let stand: Stand;
const accepted = (no: string, minute: number, more: Parameters<typeof ticket>[1] = {}) => {
  const opened = more.openedAt ?? START;
  const dueAt = later(opened, minutes(5));
  const metAt = later(opened, minutes(minute));
  const late = metAt > dueAt;
  stand.stored.set(
    no,
    ticket(no, {
      assignee: "赵六",
      title: { zh: "张三家漏水", en: "leak at Zhang San's" },
      clocks: [
        {
          kind: "accept",
          target: minutes(5),
          state: late ? "breached" : "met",
          startedAt: opened,
          dueAt,
          metAt,
          segments: [{ kind: "run", from: opened, to: metAt }],
          warnAt: dueAt,
          ...(late ? { breachedAt: dueAt } : {}),
        },
      ],
      ...more,
    }),
  );
};

beforeAll(async () => {
  stand = await startStand({ site: testSite() });
  await stand.clock.advance(days(2));
  accepted("GD20261121-000001", 2);
  accepted("GD20261121-000002", 9, { device: "lift-2", place: { building: "B" } });
  accepted("GD20261121-000003", 1, { simulated: true });
  accepted("GD20261121-000004", 60, { openedAt: instant(START - days(40)) });
});
afterAll(() => stand[Symbol.asyncDispose]());

const kpi = (body: ReturnType<typeof ResponseReportShape.parse>, id: string) => body.kpis.find((one) => one.id === id);

describe("the report about tickets", () => {
  test("tells times, shares and slices with targets, the period before beside them", async () => {
    const { status, body } = await stand.ask("GET", "/api/reports/response", { as: "viewer" });
    expect(status).toBe(200);
    const report = ResponseReportShape.strict().parse(body);
    expect(kpi(report, "accept-p50")).toMatchObject({ value: minutes(2), before: minutes(60) });
    expect(kpi(report, "accept-in-time")).toMatchObject({ value: 0.5, target: "≥ 95 %", verdict: "over" });
    expect(report.slices.building.map(({ id, count }) => [id, count])).toEqual([
      ["A", 1],
      ["B", 1],
    ]);
    expect(report.others).toMatchObject({ real: 2, simulated: 1 });
    expect(report.late).toMatchObject([{ no: "GD20261121-000002", took: minutes(9), assignee: "赵*" }]);
    // What somebody wrote by hand may name a resident: it is not in the report.
    expect(JSON.stringify(body)).not.toContain("张三");
  });

  test("names are masked until a supervisor asks for them", async () => {
    const path = "/api/reports/response?persons=full";
    expect((await stand.ask("GET", path, { as: "operator" })).body.code).toBe("names-are-masked");
    const { body } = await stand.ask("GET", path, { as: "supervisor" });
    expect(body.late[0].assignee).toBe("赵六");
  });

  test("goes out as a file for a supervisor only, masked, logged, and no cell is a formula", async () => {
    const path = "/api/reports/response?format=csv";
    for (const role of ["viewer", "operator", "engineer", "admin"] as const)
      expect((await stand.ask("GET", path, { as: role })).status, role).toBe(403);
    const { status, text, headers } = await stand.ask("GET", path, { as: "supervisor" });
    expect([status, headers["content-disposition"]]).toEqual([200, 'attachment; filename="response-kpi.csv"']);
    const read = readCsv(new TextEncoder().encode(text));
    if (!("rows" in read)) throw new Error(read.flaw.what.en);
    const cells = read.rows.map((one) => one.cells.map((cell) => cell.text));
    expect(cells.find(([name]) => name === "接单达标率")?.slice(0, 5)).toEqual([
      "接单达标率",
      "50",
      "%",
      "≥ 95 %",
      "未达标",
    ]);
    expect(cells.some(([name]) => name === "楼栋 B 接单 中位数")).toBe(true);
    expect(text).not.toContain("赵六");
    expect(stand.logged.some((line) => line.includes('"what":"response"'))).toBe(true);
    const english = await stand.ask("GET", `${path}&lang=en`, { as: "supervisor" });
    expect(english.text).not.toMatch(/达标|中位/);
  });

  test("a month by the calendar; garbage is refused in words", async () => {
    const { body } = await stand.ask("GET", "/api/reports/response?month=2026-11", { as: "viewer" });
    expect([body.month, body.from, body.before.from]).toEqual([
      "2026-11",
      "2026-10-31T16:00:00.000Z",
      "2026-09-30T16:00:00.000Z",
    ]);
    for (const bad of [
      "month=2026-13",
      "month=x",
      "month=2026-11&window=7d",
      "data=all",
      "persons=x",
      "from=1&to=2",
      "q=1",
    ]) {
      const answer = await stand.ask("GET", `/api/reports/response?${bad}`, { as: "viewer" });
      expect([answer.status, typeof answer.body.message?.zh], bad).toEqual([400, "string"]);
    }
  });
});

describe("the reports that the house wrote by itself", () => {
  test("stand in a list and open as they were counted; a wrong id is a 404 or a 400 in words", async () => {
    const response = (await stand.ask("GET", "/api/reports/response", { as: "viewer" })).body;
    const id = "BB20261122-daily";
    const summary = { zh: "工单 2 件", en: "2 tickets" };
    stand.door.house.papers.set(id, {
      kind: "report",
      id,
      state: "closed",
      period: "daily",
      at: START,
      from: instant(START - days(1)),
      to: START,
      lateBy: minutes(90),
      summary,
      body: { response, alarms: { told: 3, top: [{ alarm: "elevator.entrapment@lift-1", count: 3 }] } },
    });
    const list = await stand.ask("GET", "/api/reports/written", { as: "viewer" });
    expect(list.body).toMatchObject([{ id, period: "daily", lateBy: "PT1H30M", summary }]);
    const one = await stand.ask("GET", `/api/reports/written/${id}`, { as: "operator" });
    WrittenReportShape.strict().parse(one.body);
    expect(one.body.response).toEqual(response);
    expect(one.body.alarms.top[0].name.zh).toContain("lift-1");
    expect((await stand.ask("GET", "/api/reports/written/BB20990101-daily", { as: "viewer" })).status).toBe(404);
    expect((await stand.ask("GET", "/api/reports/written/..%2Fx", { as: "viewer" })).status).toBe(400);
    expect((await stand.ask("GET", "/api/reports/written", { as: "maintainer" })).status).toBe(403);
  });
});

describe("the report about a drill", () => {
  test("who did what after how long, each clock against the policy; a real ticket has none", async () => {
    const no = "GD20261121-000050";
    accepted(no, 9, { drill: true, title: { zh: "【演练】困人", en: "[DRILL] trapped" } });
    const row = (after: number, event: string, actor: string, data = {}) =>
      stand.journal.push({
        at: later(START, minutes(after)),
        occurredAt: later(START, minutes(after)),
        about: `ticket:${no}`,
        event,
        actor,
        data,
        seq: stand.journal.length + 1,
        hash: "0".repeat(64),
      });
    row(0, "ticket-opened", "gatehouse");
    row(9, "ticket-accept", "赵六");
    row(14, "ticket-arrive", "赵六", { who: "staff" });
    const list = await stand.ask("GET", "/api/reports/drills", { as: "operator" });
    expect(DrillListShape.parse(list.body)).toMatchObject([{ no, overdue: 1 }]);
    const { body } = await stand.ask("GET", `/api/reports/drills/${no}`, { as: "supervisor" });
    const report = DrillReportShape.strict().parse(body);
    expect(report.clocks).toMatchObject([{ kind: "accept", took: minutes(9), target: minutes(5), verdict: "overdue" }]);
    expect(report.done.map(({ after, by }) => [after, by])).toEqual([
      [minutes(9), "赵六"],
      [minutes(14), "赵六"],
    ]);
    expect((await stand.ask("GET", "/api/reports/drills/GD20261121-000001", { as: "operator" })).status).toBe(404);
    expect((await stand.ask("GET", "/api/reports/drills/x", { as: "operator" })).status).toBe(400);
    const figures = await stand.ask("GET", "/api/reports/response", { as: "viewer" });
    expect(figures.body.others).toMatchObject({ real: 2, drill: 1 });
  });

  test("starting one over the API says so to the rules, and garbage is refused", async () => {
    const body = { class: "fire_alarm", description: "火警演练", commandId: "d1" };
    const open = (drill: unknown) => stand.ask("POST", "/api/tickets", { as: "supervisor", body: { ...body, drill } });
    for (const bad of [true, { overReal: "yes" }, { over: 1 }]) expect((await open(bad)).status).toBe(400);
    stand.door.answer = () => ({ ok: true, ticket: "GD20261121-000050" });
    expect((await open({ overReal: true })).status).toBe(201);
    expect(stand.door.taken.at(-1)).toMatchObject({ command: { do: "open-ticket", drill: { overReal: true } } });
  });
});
