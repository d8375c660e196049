import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { roles } from "#model/account";
import type { JournalRow } from "#model/journal";
import { hours, instant, later, minutes, seconds } from "#model/time";
import { AlarmReportShape, SuppressedShape } from "../../../gateway/api/report-shapes.ts";
import { readCsv } from "../../../gateway/commands/csv.ts";
import { alarm, put, START, type Stand, startStand, testSite, ticket } from "./stand.ts";

let stand: Stand;
let seq = 0;
const row = (about: string, event: string, after: number, data: JournalRow["data"] = {}, actor = "gatehouse"): void => {
  seq += 1;
  const at = instant(START + after);
  stand.journal.push({ at, occurredAt: at, about, event, actor, data, seq, hash: "0".repeat(64) });
};

beforeAll(async () => {
  stand = await startStand({ site: testSite() });
  await stand.clock.advance(hours(2));
  const lift = "alarm:elevator.entrapment@lift-1";
  row(lift, "activated", 0, { occurrence: 1, severity: "S1" });
  row(
    lift,
    "alarm-acknowledged",
    seconds(40),
    { occurrence: 1, delay: seconds(40), reason: "real", comment: "=HYPERLINK(1)" },
    "张工",
  );
  row(lift, "returned", minutes(30), { occurrence: 1, activeFor: minutes(30) });
  row("alarm:water.burst@booster-1", "activated", minutes(5), { occurrence: 3, severity: "S2" });
  row(
    "alarm:water.burst@booster-1",
    "alarm-acknowledged",
    minutes(6),
    { occurrence: 3, delay: minutes(1), reason: "test", comment: null },
    "李四",
  );
  row("account:wangwu", "signed-in", minutes(10), {}, "wangwu");
  row("data-quality", "points-bad", minutes(15), {
    for: minutes(15),
    devices: { "lift-1": [minutes(9), minutes(3)], gone: [minutes(1), 0] },
  });
  row("alarm-delays", "pending-cancelled", minutes(15), { alarms: { "elevator.entrapment@lift-1": 7 } });
  row("alarm-delays", "pending-cancelled", minutes(30), {
    alarms: { "elevator.entrapment@lift-1": 2, "water.burst@booster-1": 1 },
  });
  stand.stored.set(
    "GD20261121-000001",
    ticket("GD20261121-000001", { assignee: "赵六", title: { zh: "=困人", en: "=trapped" } }),
  );
  const called = { zh: "王女士 13900007788 报修，“漏水”, 3 楼", en: "Ms Wang 13900007788: a leak" };
  stand.stored.set("GD20261121-000002", ticket("GD20261121-000002", { title: called }));
  put(stand.table, "booster-1.outlet_pressure", -0.5);
  const shelf = {
    state: "timed",
    until: later(START, hours(8)),
    since: START,
    renewals: 0,
    occurrence: 1,
    by: "王工",
    reason: "换传感器",
  } as const;
  const outage = { since: START, by: "李工", reason: "大修", reviewAt: later(START, hours(1)), occurrence: 1 };
  const quiet = { lifeSafety: false, severity: "S3" } as const;
  for (const one of [
    alarm("a.one@lift-1", { ...quiet, shelf }),
    alarm("b.two@lift-1", { ...quiet, suppressedBy: ["comms_loss@lift-1"], suppressedSince: START }),
    alarm("c.three@lift-1", { ...quiet, service: "out", outage }),
    alarm("d.four@lift-1", {
      outageRequest: { at: START, account: "li", by: "李工", reason: "检修", reviewAt: later(START, hours(9)) },
    }),
    alarm("e.five@lift-1"),
  ])
    stand.door.house.alarms.set(one.id, one);
});
afterAll(async () => stand[Symbol.asyncDispose]());

const table = (text: string): string[][] => {
  expect(text.startsWith("\uFEFF")).toBe(true);
  const read = readCsv(new TextEncoder().encode(text));
  if (!("rows" in read)) throw new Error(read.flaw.what.en);
  return read.rows.map((one) => one.cells.map((cell) => cell.text));
};

describe("the report about alarms", () => {
  test("tells each figure with formula, target and verdict, and what it left out", async () => {
    const { status, body } = await stand.ask("GET", "/api/reports/alarms?window=24h", { as: "viewer" });
    expect(status).toBe(200);
    AlarmReportShape.strict().parse(body);
    const kpi = (id: string) => body.kpis.find((one: { id: string }) => one.id === id);
    expect(kpi("annunciated")).toMatchObject({ value: 1, verdict: "none", target: "" });
    expect(kpi("acknowledge-p50")).toMatchObject({ value: 40_000, verdict: "good", target: "≤ 3 min" });
    expect(kpi("priority-s1")).toMatchObject({ value: 1, verdict: "over", target: "≤ 1 %" });
    expect(kpi("overdue-now")).toMatchObject({ value: 1, verdict: "over" });
    expect([kpi("shelved-now").value, kpi("suppressed-now").value, kpi("out-of-service-now").value]).toEqual([1, 1, 1]);
    expect(body.others).toEqual({ real: 1, simulated: 0, test: 1, maintenance: 0 });
    expect(body.top).toMatchObject([{ alarm: "elevator.entrapment@lift-1", count: 1, share: 1 }]);
    expect(kpi("bad-quality-time")).toMatchObject({ value: minutes(9), unit: "span", group: "quality" });
    expect(body.badQuality).toEqual([
      { device: "lift-1", name: { zh: "lift-1 号", en: "lift-1" }, bad: minutes(9), silent: minutes(3) },
    ]);
    expect(body.cancelledDelays).toMatchObject([
      { alarm: "elevator.entrapment@lift-1", count: 9 },
      { alarm: "water.burst@booster-1", count: 1 },
    ]);
    const tests = await stand.ask("GET", "/api/reports/alarms?data=test", { as: "operator" });
    expect(tests.body.top).toMatchObject([{ alarm: "water.burst@booster-1" }]);
    // Readings are those of the real building: tests and drills have none of their own.
    expect(tests.body.badQuality).toEqual([]);
    expect(tests.body.cancelledDelays).toEqual([]);
  });

  test("as CSV: the same figures with their formulas, for a spreadsheet", async () => {
    for (const lang of ["zh", "en"]) {
      const { headers, text } = await stand.ask("GET", `/api/reports/alarms?format=csv&lang=${lang}`, {
        as: "engineer",
      });
      expect(headers["content-type"]).toBe("text/csv; charset=utf-8");
      expect(headers["content-disposition"]).toBe('attachment; filename="alarm-kpi.csv"');
      const rows = table(text);
      const found = rows.find(
        ([name]) => name === (lang === "zh" ? "确认用时（中位数）" : "Time to acknowledge, median"),
      );
      expect(found?.slice(1, 5)).toEqual([
        "40",
        lang === "zh" ? "秒" : "s",
        "≤ 3 min",
        lang === "zh" ? "达标" : "on target",
      ]);
      const [what, whole] = lang === "zh" ? ["坏数据", "其中全部测点失效"] : ["bad data", "of it all points bad"];
      const bad = rows.filter(([name]) => name?.startsWith(`${what} `) || name?.startsWith(`${whole} `));
      expect(bad.map((cells) => cells.slice(1, 3))).toEqual([
        ["540", lang === "zh" ? "秒" : "s"],
        ["180", lang === "zh" ? "秒" : "s"],
      ]);
    }
  });

  test.each([
    ["window=1h", 400],
    ["window=24h&from=2026-11-21T00:00:00Z", 400],
    ["from=yesterday", 400],
    ["from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z", 400],
    ["from=1971-01-01T00:00:00Z&to=2026-11-20T00:00:00Z", 400],
    ["position=building:nowhere", 404],
    ["position=../../etc", 400],
    ["position=building:%00", 400],
    ["data=all", 400],
    ["format=pdf", 400],
    ["lang=fr", 400],
    ["window=24h&window=7d", 400],
    ["colour=red", 400],
    [`position=building:${"x".repeat(300)}`, 400],
  ])("refuses ?%s cleanly", async (query, status) => {
    const answer = await stand.ask("GET", `/api/reports/alarms?${query}`, { as: "engineer" });
    expect(answer.status).toBe(status);
    expect(answer.body.message.zh).toMatch(/[\u4e00-\u9fff]/);
  });
});

describe("the three lists", () => {
  test("say who, why, until when, and what waits for a second person", async () => {
    const { body } = await stand.ask("GET", "/api/alarms/suppressed", { as: "viewer" });
    for (const one of body) SuppressedShape.strict().parse(one);
    expect(body.map((one: SuppressedOf) => [one.list, one.alarm.id, one.by, one.requested, one.overdue])).toEqual([
      ["shelved", "a.one@lift-1", "王工", false, false],
      ["suppressed", "b.two@lift-1", undefined, false, false],
      ["out-of-service", "c.three@lift-1", "李工", false, true],
      ["out-of-service", "d.four@lift-1", "李工", true, false],
    ]);
    const { text } = await stand.ask("GET", "/api/alarms/suppressed?format=csv", { as: "operator" });
    expect(table(text).map((cells) => cells[0])).toEqual(["清单", "搁置", "抑制", "停用", "停用"]);
  });
});
type SuppressedOf = { list: string; alarm: { id: string }; by?: string; requested: boolean; overdue: boolean };

describe("exports", () => {
  const get = (path: string, as: "operator" | "supervisor" | "admin" = "operator") =>
    stand.ask("GET", `/api/exports/${path}`, { as });

  test("alarms: one row for each occurrence", async () => {
    const rows = table((await get("alarms.csv?lang=en")).text);
    expect(rows).toHaveLength(3);
    expect(rows[1]?.slice(3, 9)).toEqual(["elevator.entrapment@lift-1", "1", "1", expect.any(String), "40", "real"]);
    expect(rows[2]?.at(-1)).toBe("test");
  });

  test("tickets: no name of a person, no number in free words, and no formula", async () => {
    const { text } = await get("tickets.csv", "supervisor");
    expect(text).not.toContain("赵六");
    expect(text).not.toContain("13900007788");
    const [, first, second] = table(text);
    expect(first?.[0]).toBe("GD20261121-000001");
    expect(first).toContain("'=困人");
    expect(first).toContain("赵*");
    expect(second).toContain("王女士 139****7788 报修，“漏水”, 3 楼");
    const full = (await get("tickets.csv?persons=full", "supervisor")).text;
    expect(full).toContain("赵六");
    expect(full).toContain("13900007788");
  });

  const personal = ["exports/tickets.csv", "exports/journal.csv", "reports/response?month=2026-11&format=csv"];
  const plain = ["exports/alarms.csv", "exports/points.csv", "reports/alarms?format=csv"];
  test.each(personal.flatMap((path) => roles.map((role) => [path, role] as const)))(
    "GET /api/%s is a file for a supervisor and for nobody else: %s",
    async (path, role) => {
      const { status, text, headers } = await stand.ask("GET", `/api/${path}`, { as: role });
      expect(status).toBe(role === "supervisor" ? 200 : 403);
      if (role !== "supervisor") return expect(headers["content-type"]).toContain("application/json");
      expect(text.startsWith("\uFEFF")).toBe(true);
      for (const name of ["赵六", "张工", "李四", "13900007788"]) expect(text).not.toContain(name);
    },
  );

  test.each(plain.flatMap((path) => roles.map((role) => [path, role] as const)))(
    "GET /api/%s names nobody, whoever takes it: %s",
    async (path, role) => {
      const { status, text } = await stand.ask("GET", `/api/${path}`, { as: role });
      expect([200, 403]).toContain(status);
      for (const name of ["赵六", "张工", "李四", "13900007788"]) expect(text).not.toContain(name);
    },
  );

  test("the journal: masked for everyone, with names for a supervisor who asks, and never for others", async () => {
    const plain = (await get("journal.csv", "supervisor")).text;
    for (const name of ["张工", "李四", "wangwu"]) expect(plain).not.toContain(name);
    const full = (await get("journal.csv?persons=full", "supervisor")).text;
    expect(full).toContain("张工");
    expect(full).toContain("account:wangwu");
    expect((await get("journal.csv")).status).toBe(403);
    const about = table((await get("journal.csv?about=alarm:water.burst@booster-1", "supervisor")).text);
    expect(about).toHaveLength(3);
  });

  test("points: values as they stand, negative numbers as numbers", async () => {
    const rows = table((await get("points.csv?device=booster-1&lang=en")).text);
    expect(rows.map((cells) => cells[0])).toEqual(["point", "booster-1.outlet_pressure", "booster-1.serial"]);
    expect(rows[1]?.[3]).toBe("-0.5");
  });

  test("who exported what is in the log, without anybody's name in clear", async () => {
    const before = stand.logged.length;
    await get("tickets.csv", "supervisor");
    expect(stand.logged.slice(before).map((line) => JSON.parse(line))).toMatchObject([
      { text: "data were exported", what: "tickets", role: "supervisor", persons: "masked" },
    ]);
  });

  test.each([
    ["alarms.csv?from=x", 400],
    ["alarms.csv?from=2026-11-21T00:00:00Z&to=2026-11-21T00:00:00Z", 400],
    ["alarms.csv?persons=everyone", 400],
    ["tickets.csv?to=9999-99-99", 400],
    ["tickets.csv?state=open", 400],
    ["journal.csv?about=../../x", 400],
    ["journal.csv?from=2026-11-21", 400],
    ["points.csv?device=no-such", 404],
    ["points.csv?device=%2e%2e", 400],
    ["points/history.csv", 400],
    ["points/history.csv?points=lift-1.speed", 400],
    ["points/history.csv?points=&from=2026-11-21T00:00:00Z&to=2026-11-21T01:00:00Z", 400],
    ["points/history.csv?points=nope&from=2026-11-21T00:00:00Z&to=2026-11-21T01:00:00Z", 404],
    ["points/history.csv?points=booster-1.serial&from=2026-11-21T00:00:00Z&to=2026-11-21T01:00:00Z", 422],
    ["points/history.csv?points=lift-1.speed&every=0s&from=2026-11-21T00:00:00Z&to=2026-11-21T01:00:00Z", 400],
    ["points/history.csv?points=lift-1.speed&every=fast&from=2026-11-21T00:00:00Z&to=2026-11-21T01:00:00Z", 400],
    ["points/history.csv?points=lift-1.speed&every=1s&from=2026-09-01T00:00:00Z&to=2026-11-21T01:00:00Z", 422],
    [
      `points/history.csv?points=${Array.from({ length: 60 }, (_, i) => `p${i}`).join(",")}&from=2026-11-21T00:00:00Z&to=2026-11-21T01:00:00Z`,
      400,
    ],
  ])("%s is refused cleanly", async (path, status) => {
    const answer = await get(path, "supervisor");
    expect(answer.status, answer.text).toBe(status);
    expect(answer.body.message.en).toMatch(/\w/);
  });
});

test("the past of points comes in rows of equal length, as many questions to the history as it takes", async () => {
  const asked: number[] = [];
  const column = (count: number, value: (i: number) => number) =>
    Float64Array.from({ length: count }, (_, i) => value(i));
  await using other = await startStand({
    historian: {
      append: () => {},
      beat: () => {},
      copy: () => Promise.reject(new Error("nobody asked for a copy")),
      standing: () => ({ queue: 0, damaged: 0 }),
      async read(_handle, from, to, count) {
        asked.push(count);
        const values = column(count, (i) => i);
        const at = column(count, (i) => from + (i * (to - from)) / count);
        return {
          count,
          at,
          low: values,
          high: values,
          mean: values,
          last: values,
          samples: values,
          quality: new Uint8Array(count),
        };
      },
      async [Symbol.asyncDispose]() {},
    },
  });
  const query =
    "points=lift-1.speed,booster-1.outlet_pressure&every=1m&from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z";
  const { text } = await other.ask("GET", `/api/exports/points/history.csv?${query}`, { as: "engineer" });
  const rows = table(text);
  expect(rows).toHaveLength(1 + 2 * 1_440);
  expect(asked).toEqual([1_000, 440, 1_000, 440]);
  expect(rows[1]?.[0]).toBe("2026-11-20T00:00:00.000Z");
  expect(rows[1_440]?.[0]).toBe("2026-11-20T23:59:00.000Z");
});
