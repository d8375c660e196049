/** The whole house as it is shipped: real process, real sockets, simulated building. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { TicketBody, TicketDetailBody } from "../../gateway/api/ticket-shapes.ts";
import { DEMO_SITE, demoPorts, type HouseProcess, startBuilding, startHouseProcess } from "../support/house-process.ts";
import { needs } from "../support/needs.ts";

const folders: string[] = [];
const dataFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-"));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
const canMoveTime = needs("faketime", "apt-get install faketime", existsSync(FAKETIME));

interface TruthRecord {
  readonly kind: string;
  readonly device: string;
  readonly mustFollow?: readonly {
    readonly rule: string;
    readonly alarm: string;
    readonly severity: string;
    readonly by: string;
  }[];
}

let serial = 0;
const commandId = () => {
  serial += 1;
  return `journey-command-${String(serial).padStart(6, "0")}`;
};
const isEntrapment = (ticket: TicketBody) => ticket.class === "elevator_entrapment" && ticket.device === "lift-1";
const clock = (ticket: TicketBody, kind: string) => ticket.clocks.find((one) => one.kind === kind);
const step = (house: HouseProcess, ticket: TicketBody, name: string, more: object = {}) =>
  house.call<{ code?: string }>("POST", `/api/tickets/${ticket.no}/${name}`, { commandId: commandId(), ...more });

describe("a passenger is trapped in lift 1", () => {
  test("alarm, ticket, acknowledge, send someone, close", { timeout: 240_000 }, async () => {
    await using house = await startHouseProcess({ data: dataFolder() });
    await house.until(
      "all twenty-two devices answer, and the gateway itself",
      ({ devices }) => devices.size === 23 && [...devices.values()].every((device) => device.state === "online"),
    );

    const played = await house.simulator<{ id?: string }>("POST", "/play", {
      scenario: "elevator-entrapment",
      device: "lift-1",
    });
    expect(played.status).toBeLessThan(300);

    const ticket = await house.until("an entrapment ticket", ({ tickets }) => [...tickets.values()].find(isEntrapment));
    const alarm = [...house.seen.alarms.values()].find(
      (one) => ticket.alarms.includes(one.id) && one.severity === "S1",
    );
    expect(alarm).toMatchObject({ device: "lift-1", state: "unacknowledged", simulated: true });
    expect(Date.parse(ticket.openedAt) - Date.parse(alarm?.activeSince ?? "")).toBeLessThan(1_000);
    expect(ticket).toMatchObject({ severity: "S1", simulated: true });
    expect(clock(ticket, "acknowledge")).toMatchObject({ target: "PT30S", state: "running" });
    expect(clock(ticket, "staff-onsite")).toMatchObject({ target: "PT15M", state: "running" });
    expect(clock(ticket, "mitigate")).toMatchObject({ target: "PT2H", state: "running" });

    const detail = async () => (await house.call<TicketDetailBody>("GET", `/api/tickets/${ticket.no}`)).body;
    expect((await detail()).told.map((one) => one.role)).toEqual(
      expect.arrayContaining([
        "control-room-operator",
        "technician-on-duty",
        "security-lead",
        "department-supervisor",
        "property-manager",
      ]),
    );

    // The log beside the wire says what must follow and by when: the rule's time, one poll and a second.
    const truth = await house.simulator<TruthRecord[]>("GET", "/truth?since=0");
    const must = truth.body.find((record) => record.kind === "start" && record.device === "lift-1")?.mustFollow ?? [];
    expect(must.map((one) => one.rule)).toContain("elevator.entrapment_off_landing");
    for (const one of must) {
      const came = await house.until(one.alarm, ({ alarms }) => alarms.get(one.alarm));
      expect([one.alarm, came.severity, came.activeSince <= one.by]).toEqual([one.alarm, one.severity, true]);
    }

    const alarmId = encodeURIComponent(alarm?.id ?? "");
    const bare = await house.call<{ code: string }>("POST", `/api/alarms/${alarmId}/acknowledge`, {
      occurrence: 1,
      commandId: commandId(),
    });
    expect(bare).toMatchObject({ status: 422, body: { code: "reason-needed" } });
    const id = commandId();
    for (const _ of [1, 2]) {
      const done = await house.call("POST", `/api/alarms/${alarmId}/acknowledge`, {
        occurrence: 1,
        reason: "real",
        comment: "对讲已接通",
        commandId: id,
      });
      expect(done.status).toBe(200);
    }
    await house.until("acknowledged", ({ alarms }) => alarms.get(alarm?.id ?? "")?.state === "acknowledged");

    expect((await step(house, ticket, "close")).status).toBe(409);
    expect((await step(house, ticket, "dispatch", { assignee: "维保张工" })).status).toBe(200);
    expect((await step(house, ticket, "accept")).status).toBe(200);
    expect((await step(house, ticket, "arrive", { who: "staff" })).status).toBe(200);
    expect((await step(house, ticket, "arrive", { who: "rescue" })).status).toBe(200);
    expect((await step(house, ticket, "feedback", { note: "两人,情绪稳定" })).status).toBe(200);
    expect((await step(house, ticket, "mitigate")).status).toBe(200);
    expect((await step(house, ticket, "repair")).status).toBe(200);
    for (const row of (await detail()).sop) {
      expect((await step(house, ticket, "sop", { sop: row.step })).status).toBe(200);
    }
    expect(await step(house, ticket, "close")).toMatchObject({ status: 409, body: { code: "source-active" } });

    await house.simulator("POST", "/stop", {});
    await house.until("the lift runs again", ({ tickets }) => tickets.get(ticket.no)?.recovered, 120_000);
    expect(house.seen.tickets.get(ticket.no)?.state).not.toBe("closed");
    expect((await step(house, ticket, "close", { note: "乘客已安全离开" })).status).toBe(200);
    const closed = await detail();
    expect(closed.state).toBe("closed");
    expect(closed.clocks.filter((one) => one.state === "running")).toEqual([]);
    expect((await house.call<{ ok: boolean }>("GET", "/api/journal/verify")).body).toMatchObject({ ok: true });
  });

  test.runIf(canMoveTime)(
    "the gateway is killed in the middle: the same ticket, clocks right, overdue steps once and marked late",
    {
      timeout: 240_000,
    },
    async () => {
      const data = dataFolder();
      const ports = await demoPorts();
      const first = await startHouseProcess({ data, ports });
      await first.until("lift 1 answers", ({ devices }) => devices.get("lift-1")?.state === "online");
      await first.simulator("POST", "/play", { scenario: "elevator-entrapment", device: "lift-1" });
      const before = await first.until("an entrapment ticket", ({ tickets }) =>
        [...tickets.values()].find(isEntrapment),
      );
      await first.kill();

      // Down for 17 minutes: the machine's clock stands that much later when the gateway comes up again.
      await using second = await startHouseProcess({
        data,
        ports,
        environment: { LD_PRELOAD: FAKETIME, FAKETIME: "+17m" },
      });
      const after = await second.until("the same ticket", ({ tickets }) => tickets.get(before.no));
      expect(after.openedAt).toBe(before.openedAt);
      expect(clock(after, "staff-onsite")?.dueAt).toBe(clock(before, "staff-onsite")?.dueAt);
      expect(clock(after, "acknowledge")).toMatchObject({
        state: "breached",
        breachedAt: clock(before, "acknowledge")?.dueAt,
      });
      const { body } = await second.call<TicketDetailBody>("GET", `/api/tickets/${before.no}`);
      const runs = body.events.filter((event) => event.event === "step-run").map((event) => event.line.zh);
      expect(new Set(runs).size).toBe(runs.length);
      const late = body.told.filter((one) => one.lateBy !== undefined && one.channel === "console");
      expect(late.flatMap((one) => one.step.split("+"))).toEqual(
        expect.arrayContaining(["s1-not-acknowledged", "s1-no-plan", "s1-not-on-site"]),
      );
      // One message per person, however many steps were missed.
      expect(new Set(late.map((one) => one.to)).size).toBe(late.length);
      expect(late.every((one) => one.text.zh.includes("迟发"))).toBe(true);
      expect(body.events.filter((event) => event.event === "ticket-opened")).toHaveLength(1);
      expect([...second.seen.tickets.values()].filter(isEntrapment)).toHaveLength(1);
      expect((await second.call<{ ok: boolean }>("GET", "/api/journal/verify")).body).toMatchObject({ ok: true });
    },
  );
});

describe("only the gateway dies, the building goes on", () => {
  test("the alarm is the same occurrence, held as not known until the first sample and known again after it", {
    timeout: 240_000,
  }, async () => {
    const data = dataFolder();
    const ports = await demoPorts();
    await using building = await startBuilding(ports);
    const first = await startHouseProcess({ data, ports, args: [DEMO_SITE] });
    await first.until("lift 1 answers", ({ devices }) => devices.get("lift-1")?.state === "online");
    await building.play("elevator-entrapment", "lift-1");
    const id = "elevator.entrapment_off_landing@lift-1";
    const before = await first.until(id, ({ alarms }) => alarms.get(id));
    await first.kill();

    await using second = await startHouseProcess({ data, ports, args: [DEMO_SITE] });
    const after = await second.until(
      "known again",
      ({ alarms }) => alarms.get(id)?.quality === "good" && alarms.get(id),
    );
    expect(after).toMatchObject({
      occurrence: before.occurrence,
      count: 1,
      activeSince: before.activeSince,
      state: "unacknowledged",
    });
    const rows = await second.call<{ event: string }[]>(
      "GET",
      `/api/journal?about=${encodeURIComponent(`alarm:${id}`)}`,
    );
    const events = rows.body.map((row) => row.event);
    expect(events.filter((event) => event === "activated")).toHaveLength(1);
    expect(events.slice(-2)).toEqual(["input-bad", "input-good"]);
  });
});

describe("water", () => {
  test("a burst raises its alarm; all pumps failed raises no burst", { timeout: 180_000 }, async () => {
    await using house = await startHouseProcess({ data: dataFolder() });
    await house.until("the boosters answer", ({ devices }) =>
      ["booster-1", "booster-2"].every((id) => devices.get(id)?.state === "online"),
    );
    await house.simulator("POST", "/play", { scenario: "pumps-all-failed", device: "booster-2" });
    await house.simulator("POST", "/play", { scenario: "pipe-burst-large", device: "booster-1" });
    const burst = await house.until("a burst on booster-1", ({ alarms }) =>
      [...alarms.values()].find((alarm) => alarm.device === "booster-1" && alarm.rule.startsWith("water.pipe_burst")),
    );
    expect(burst.severity).toBe("S1");
    await house.until("a burst ticket", ({ tickets }) =>
      [...tickets.values()].find((ticket) => ticket.class === "pipe_burst" && ticket.device === "booster-1"),
    );
    await house.until(
      "all pumps failed on booster-2",
      ({ alarms }) => alarms.get("water.all_pumps_failed@booster-2")?.severity === "S1",
    );
    const wrong = [...house.seen.alarms.values()].filter(
      (alarm) => alarm.device === "booster-2" && alarm.rule.startsWith("water.pipe_burst"),
    );
    expect(wrong).toEqual([]);
  });
});
