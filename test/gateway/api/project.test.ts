import { describe, expect, test } from "vitest";
import { BAD, GOOD, reasonCode, UNCERTAIN } from "#model/quality";
import type { RuleDefinition } from "#model/rule";
import type { Ticket } from "#model/ticket";
import { later, minutes, seconds } from "#model/time";
import { AlarmShape } from "../../../gateway/api/alarm-shapes.ts";
import { deviceBody, pointBody, ruleBody } from "../../../gateway/api/project.ts";
import { alarmBody } from "../../../gateway/api/project-alarm.ts";
import { ticketBody } from "../../../gateway/api/project-ticket.ts";
import { RuleShape } from "../../../gateway/api/rule-shapes.ts";
import { DeviceShape, PointShape } from "../../../gateway/api/shapes.ts";
import { TicketShape } from "../../../gateway/api/ticket-shapes.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { alarm, points, put, START, testSite, ticket } from "./stand.ts";

const site = testSite();
const devices = new Map(site.devices.map((device) => [device.id, device]));
const view = { site, papers: new Map(), devices };

describe("a point", () => {
  const table = createPointTable(points);
  const body = (id: string) =>
    PointShape.strict().parse(
      pointBody(
        table,
        points.findIndex((one) => one.id === id),
      ),
    );

  test("that was never read has no value, no time, and its reason in words", () => {
    expect(body("lift-1.speed")).toMatchObject({
      value: null,
      quality: "bad",
      reason: "restart",
      reasonText: { zh: "启动后尚未收到数据" },
      at: null,
      receivedAt: null,
      range: [-5, 5],
    });
  });

  test("shows numbers, true and false, names of codes, and texts", () => {
    put(table, "lift-1.speed", 1.25);
    put(table, "lift-1.door_zone", 1);
    put(table, "lift-1.mode", 1);
    const serial = put(table, "booster-1.serial", Number.NaN);
    table.text.set(serial, "SN-7");
    expect(body("lift-1.speed")).toMatchObject({ value: 1.25, unit: "m/s", at: "2026-11-21T08:00:00.000Z" });
    expect(body("lift-1.speed").reason).toBeUndefined();
    expect(body("lift-1.door_zone").value).toBe(true);
    expect(body("lift-1.mode")).toMatchObject({ value: 1, label: { zh: "检修", en: "inspection" } });
    expect(body("booster-1.serial").value).toBe("SN-7");
  });

  test("never shows a bad value as a value, and shows an uncertain one as such", () => {
    const handle = put(table, "lift-1.speed", 3);
    table.quality[handle] = BAD;
    table.reason[handle] = reasonCode("no-link");
    expect(body("lift-1.speed")).toMatchObject({ value: null, quality: "bad", reason: "no-link" });
    table.quality[handle] = UNCERTAIN;
    table.reason[handle] = reasonCode("stale");
    expect(body("lift-1.speed")).toMatchObject({ value: 3, quality: "uncertain", reason: "stale" });
    table.quality[handle] = GOOD;
    table.value[handle] = Number.NaN;
    expect(body("lift-1.speed").value).toBeNull();
  });
});

test("a device that the acquisition has not spoken of is unknown since the start", () => {
  const lift = devices.get("lift-1");
  if (!lift) throw new Error("lift-1 is in the site");
  expect(DeviceShape.strict().parse(deviceBody(lift, undefined, site, START))).toMatchObject({
    state: "unknown",
    since: "2026-11-21T08:00:00.000Z",
    points: 3,
    pollWanted: 0,
  });
});

describe("an alarm", () => {
  test("keeps its state when its inputs are bad, and says so", () => {
    const body = alarmBody(alarm("r@lift-1", { quality: { state: "bad", since: START, reason: "no-link" } }), devices);
    expect(AlarmShape.strict().parse(body)).toMatchObject({
      state: "unacknowledged",
      quality: "bad",
      qualityReason: "no-link",
    });
  });

  test("of a device that left the site keeps the device's id as its name", () => {
    expect(alarmBody(alarm("r@gone"), devices)).toMatchObject({
      device: "gone",
      deviceName: { zh: "gone", en: "gone" },
      place: {},
    });
  });
});

describe("what happens next on a ticket by itself", () => {
  const next = (more: Partial<Ticket>) =>
    TicketShape.strict().parse(ticketBody(ticket("GD20261121-000001", more), view, START)).next;

  test("is the earliest of ladder, warning, breach and the end of the acknowledgement", () => {
    expect(next({})).toMatchObject({
      at: "2026-11-21T08:00:15.000Z",
      step: "warn-acknowledge",
      say: { zh: "值班确认时限预警" },
    });
    const step = {
      id: "no-acknowledge",
      after: seconds(10),
      unless: ["acknowledge" as const],
      tell: ["shift-leader"],
      phone: false,
      raiseRescueTier: false,
      say: { zh: "请确认", en: "please acknowledge" },
    };
    const ladder = [{ step, dueAt: later(START, seconds(10)), state: "waiting" as const, loop: 0 }];
    expect(next({ ladder })).toEqual({
      at: "2026-11-21T08:00:10.000Z",
      step: "no-acknowledge",
      tell: [{ zh: "shift-leader", en: "shift-leader" }],
      say: { zh: "请确认", en: "please acknowledge" },
    });
    expect(next({ ladder: ladder.map((row) => ({ ...row, state: "done" as const })) })).toMatchObject({
      step: "warn-acknowledge",
    });
    expect(next({ acknowledgeExpiresAt: later(START, seconds(5)) })).toMatchObject({ step: "acknowledgement-expires" });
  });

  test("is the breach once the warning is out, and nothing on a closed ticket", () => {
    const [clock] = ticket("x").clocks;
    if (!clock) throw new Error("the ticket has clocks");
    expect(next({ clocks: [{ ...clock, warnedAt: START }] })).toMatchObject({
      at: "2026-11-21T08:00:30.000Z",
      step: "breach-acknowledge",
    });
    expect(next({ clocks: [{ ...clock, state: "breached", breachedAt: START }] })).toBeUndefined();
    expect(next({ closedAt: START, state: "closed" })).toBeUndefined();
  });
});

test("a ticket's clock tells how long it stood still, also while it stands", () => {
  const body = ticketBody(ticket("GD20261121-000001"), view, later(START, minutes(5)));
  expect(body.clocks[1]).toMatchObject({ kind: "staff-onsite", target: "PT15M", pausedFor: "PT2M" });
  const [, clock] = ticket("x").clocks;
  if (!clock) throw new Error("the ticket has two clocks");
  const standing = { ...clock, state: "paused" as const, segments: [{ kind: "pause" as const, from: START }] };
  const paused = ticketBody(ticket("GD20261121-000001", { clocks: [standing] }), view, later(START, minutes(7)));
  expect(paused.clocks[0]).toMatchObject({ state: "paused", pausedFor: "PT7M" });
});

test("a ticket says which steps are possible and why it cannot be closed", () => {
  const body = ticketBody(ticket("GD20261121-000001"), view, START);
  expect(body.can).toContain("acknowledge");
  expect(body.can).not.toContain("close");
  expect(body.cannotClose?.zh).toContain("安抚");
});

test("a rule shows its expression, its parameters with their source, and where it runs", () => {
  const at = { file: "x.yaml", line: 1, column: 1 };
  const rule: RuleDefinition = {
    id: "elevator.stuck",
    kind: "elevator",
    title: { zh: "困", en: "stuck" },
    severity: "S1",
    lifeSafety: true,
    latch: false,
    let: {},
    when: { text: "abs(speed) < still", ...at },
    onDelay: { text: "hold", ...at },
    levels: [],
    optional: [],
    params: {
      hold: { type: "span", default: 30_000, source: "GB" },
      still: { type: "number", default: 0.05, unit: "m/s", source: "J" },
    },
    ticket: "elevator_entrapment",
    because: { zh: "b", en: "b" },
    advice: { zh: "a", en: "a" },
    source: "GB",
    file: "x.yaml",
  };
  expect(RuleShape.strict().parse(ruleBody(rule, ["lift-1"], { zh: "句", en: "s" }))).toMatchObject({
    when: "abs(speed) < still",
    onDelay: "hold",
    params: [
      { name: "hold", default: 30_000, unit: "ms" },
      { name: "still", unit: "m/s" },
    ],
    devices: ["lift-1"],
  });
});
