/** A storm watch over the API: the plans of the site, what opens one, how it reads, and what no client may send. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import { days, formatInstant, hours, later } from "#model/time";
import { policyUnder, shippedPolicy } from "../../rules/response/shipped-policy.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { START, type Stand, startStand, testSite } from "./stand.ts";

let stand: Stand;
async function standUnder(policy: Policy): Promise<void> {
  const site = testSite({ policy });
  stand = await startStand({ site });
  letDecide(stand.door, site, () => stand.clock.now());
}
beforeEach(async () => standUnder(await policyUnder("storm")));
afterEach(async () => stand[Symbol.asyncDispose]());

const LANDS = later(START, days(4));
const wish = {
  class: "non_urgent",
  plan: "storm",
  description: "台风预计周四登陆",
  expected: formatInstant(LANDS),
  commandId: "storm-1",
};
const open = (more: object = {}) => stand.ask("POST", "/api/tickets", { as: "operator", body: { ...wish, ...more } });
let n = 0;
const step = (
  no: string,
  name: string,
  body: object = {},
  as: "operator" | "supervisor" | "maintainer" | "viewer" = "operator",
) => stand.ask("POST", `/api/tickets/${no}/${name}`, { as, body: { commandId: `s-${++n}`, ...body } });

/** How the time line of the ticket tells an event. */
async function lineOf(no: string, event: string) {
  stand.journal.push(...stand.door.journal.map((entry, seq) => ({ ...entry, seq, hash: "0" })));
  const { body } = await stand.ask("GET", `/api/tickets/${no}`, { as: "viewer" });
  return body.events.find((one: { event: string }) => one.event === event).line;
}

describe("a storm watch", () => {
  test("is among the plans of the site, opens with its time, and calls clocks and steps by its own names", async () => {
    const site = await stand.ask("GET", "/api/site", { as: "viewer" });
    expect(site.body.plans).toEqual([
      { id: "storm", class: "non_urgent", name: { zh: "台风暴雨值守", en: "Storm watch" } },
    ]);
    const { status, body } = await open();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      class: "non_urgent",
      className: { zh: "台风暴雨值守", en: "Storm watch" },
      severity: "S2",
      plan: "storm",
      expected: formatInstant(LANDS),
      stepNames: { mitigate: { zh: "风雨解除" } },
    });
    const clock = (kind: string) => body.clocks.find((one: { kind: string }) => one.kind === kind);
    expect(clock("plan")).toMatchObject({
      name: { zh: "发布预警" },
      dueAt: formatInstant(later(LANDS, days(-3))),
    });
    expect(clock("feedback")).toMatchObject({
      name: { en: "Hourly round" },
      startedAt: formatInstant(LANDS),
      dueAt: formatInstant(later(LANDS, hours(1))),
      target: "PT1H",
    });
    expect(clock("dispatch").name).toBeUndefined();
    expect(body.can).toEqual(expect.arrayContaining(["reschedule", "call-off", "accept"]));
    expect(body.can).not.toContain("false-alarm");
    // Asked twice with the same id it is the same one.
    expect((await open()).body.no).toBe(body.no);
  });

  test("its time is moved by the desk with a reason, and the time line says so in both languages", async () => {
    const { no } = (await open()).body;
    const until = formatInstant(later(LANDS, hours(9)));
    expect((await step(no, "reschedule", { until, note: "移速减慢" }, "viewer")).status).toBe(403);
    expect((await step(no, "reschedule", { until, note: "移速减慢" }, "maintainer")).status).toBe(403);
    expect((await step(no, "reschedule", { until: "Thursday", note: "x" })).status).toBe(400);
    expect((await step(no, "reschedule", { until })).body.code).toBe("note-needed");
    expect((await step(no, "reschedule", { note: "x" })).body.code).toBe("expected-needed");
    expect((await step(no, "reschedule", { until: "2027-11-25T10:00:00+08:00", note: "x" })).body.code).toBe(
      "expected-too-far",
    );
    const moved = await step(no, "reschedule", { until, note: "移速减慢" });
    expect([moved.status, moved.body.expected]).toEqual([200, until]);
    const line = await lineOf(no, "ticket-reschedule");
    expect(line.zh).toMatch(/将预计到达时间改为 11月26日 01:00：移速减慢$/);
    expect(line.en).toMatch(/now expects it at 2026-11-26 01:00: 移速减慢$/);
  });

  test("is called off by a supervisor alone, and is closed then, in both languages", async () => {
    const { no } = (await open()).body;
    const refused = await step(no, "call-off", { note: "已转向" });
    expect([refused.status, refused.body.code]).toEqual([403, "approval-needed"]);
    const off = await step(no, "call-off", { note: "已转向" }, "supervisor");
    expect(off.body).toMatchObject({ state: "closed", calledOff: true, can: [], publicState: { zh: "已完成" } });
    const line = await lineOf(no, "ticket-call-off");
    expect([line.zh, line.en]).toEqual([
      expect.stringContaining("取消值守，关闭工单：已转向"),
      expect.stringContaining("called it off and closed the ticket: 已转向"),
    ]);
  });

  test.each([
    [{ plan: 7 }, 400],
    [{ plan: "" }, 400],
    [{ plan: "../../policy" }, 400],
    [{ plan: "x".repeat(200) }, 400],
    [{ plan: "__proto__" }, 400],
    [{ plan: "toString" }, 422],
    [{ expected: undefined }, 422],
    [{ expected: "0000-01-01T00:00:00Z" }, 422],
    [{ expected: "9999-12-31T23:59:59Z" }, 422],
    [{ expected: "soon" }, 400],
    [{ device: "lift-1" }, 422],
    [{ class: "complaint" }, 422],
  ])("%j opens nothing", async (more, status) => {
    const answer = await open(more);
    expect(answer.status).toBe(status);
    expect(answer.body.message.zh).toMatch(/[一-鿿]/);
    expect(stand.door.house.tickets.size).toBe(0);
  });
});

test("a site without the profile names no plan and opens none", async () => {
  await stand[Symbol.asyncDispose]();
  await standUnder(await shippedPolicy());
  expect((await stand.ask("GET", "/api/site", { as: "viewer" })).body).not.toHaveProperty("plans");
  const answer = await open();
  expect([answer.status, answer.body.code]).toEqual([422, "no-such-plan"]);
  expect(answer.body.message.en).toContain("Name its profile in response.yaml");
});
