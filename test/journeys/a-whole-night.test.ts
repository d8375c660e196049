/**
 * One night in the control room: a passenger is trapped in the simulated building at ten in the evening, and everything that
 * follows until the report of the next morning. The building is a process of its own, the house and its sockets are real; only the
 * hours in which nothing happens are pushed over.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { formatInstant, hours, instant, later, milliseconds, minutes, type Span, seconds } from "#model/time";
import { drivers } from "../../drivers/catalog.ts";
import type { ResponseReportBody, WrittenRowBody } from "../../gateway/api/response-shapes.ts";
import type { TicketBody, TicketDetailBody } from "../../gateway/api/ticket-shapes.ts";
import { openHouse, type RunningHouse } from "../../gateway/house.ts";
import { createLog } from "../../gateway/log.ts";
import { loadSite } from "../../gateway/site/load-site.ts";
import { builtConsole, hasBrowser, launch } from "../console/browser.ts";
import { ADMIN_TOKEN, call, DEMO_SITE, demoPorts, follow, startBuilding } from "../support/house-process.ts";
import { createPushedClock, type PushedClock } from "../support/pushed-clock.ts";
import { type Call, type Receiver, startReceiver } from "../support/webhook-receiver.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** Saturday 2026-11-21, 22:00 in Shanghai. */
const TEN_IN_THE_EVENING = instant(Date.UTC(2026, 10, 21, 14));
/** The next morning, half past eight. */
const IN_THE_MORNING = instant(Date.UTC(2026, 10, 22, 0, 30));
const SECRET = "night-desk-secret-0123456789";

interface Night extends AsyncDisposable {
  readonly house: RunningHouse;
  readonly clock: PushedClock;
  readonly desk: Receiver;
  readonly until: Awaited<ReturnType<typeof follow>>["until"];
  ask<T>(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: T }>;
  simulator(path: string, body: object): Promise<void>;
}

async function startNight(): Promise<Night> {
  await using opened = new AsyncDisposableStack();
  const data = mkdtempSync(join(tmpdir(), "gatehouse-night-"));
  opened.defer(() => rmSync(data, { recursive: true, force: true }));
  const [ports, desk] = [await demoPorts(), opened.use(await startReceiver(SECRET))];
  opened.use(await startBuilding(ports));
  const read = await loadSite({
    folder: DEMO_SITE,
    drivers,
    environment: { GATEHOUSE_MODBUS_PORT: String(ports.modbus), GATEHOUSE_SIM_PORT: String(ports.control) },
    profiles: at("drivers/profiles"),
    library: at("rules/library"),
    policy: at("rules/response/policy.yaml"),
    today: TEN_IN_THE_EVENING,
  });
  if ("problems" in read) throw new Error("the demo site does not load");
  const { broker: _, ...site } = read.site;
  const clock = createPushedClock(TEN_IN_THE_EVENING);
  const url = `http://127.0.0.1:${ports.console}`;
  const house = opened.use(
    await openHouse({
      site: {
        ...site,
        listen: { host: "127.0.0.1", port: ports.console },
        publicUrl: url,
        channels: [
          { id: "duty-desk", kind: "webhook", settings: { url: desk.url, secret: SECRET, allow: ["loopback"] } },
        ],
      },
      drivers,
      data,
      clock: () => clock,
      log: createLog("silent"),
      version: "night",
      console: await builtConsole(),
      demoToken: ADMIN_TOKEN,
    }),
  );
  const stream = await follow(house.url);
  opened.defer(() => stream.close());
  const closing = opened.move();
  return {
    house,
    clock,
    desk,
    until: stream.until,
    ask: (method, path, body) => call(`${house.url}${path}`, method, body, { authorization: `Bearer ${ADMIN_TOKEN}` }),
    async simulator(path, body) {
      const answer = await call<{ code?: string }>(`http://127.0.0.1:${ports.control}${path}`, "POST", body, {});
      if (answer.status >= 300) throw new Error(`the simulators answered ${answer.status} ${answer.body.code}`);
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

const clockOf = (ticket: TicketBody, kind: string) => ticket.clocks.find((one) => one.kind === kind);

describe.runIf(hasBrowser())("a passenger is trapped at ten in the evening", () => {
  let night: Night;
  let browser: Browser;
  afterEach(async () => {
    await browser?.close();
    await night?.[Symbol.asyncDispose]();
  });

  test("told, ignored, escalated, accepted on a phone, freed, repaired, visited, closed, reopened and reported", {
    timeout: 180_000,
  }, async () => {
    [night, browser] = await Promise.all([startNight(), launch()]);
    const { clock, desk, until, ask } = night;
    await until("lift 1 answers", ({ devices }) => devices.get("lift-1")?.state === "online");
    await night.simulator("/play", {
      scenario: "elevator-entrapment",
      device: "lift-1",
      params: { rescueAfter: 7200 },
    });
    await until("the car stands", ({ alarms }) => alarms.get("elevator.safety_circuit_open@lift-1"));
    // A little less than a value may be old: the building goes on by its own clock.
    clock.push(seconds(7));
    const { no, openedAt } = await until("the ticket", ({ tickets }) =>
      [...tickets.values()].find((one) => one.class === "elevator_entrapment" && one.device === "lift-1"),
    );
    const opened = instant(Date.parse(openedAt));
    let serial = 0;
    const ticket = async () => (await ask<TicketDetailBody>("GET", `/api/tickets/${no}`)).body;
    const step = async (name: string, more: object = {}) => {
      serial += 1;
      const commandId = `night-command-${String(serial).padStart(4, "0")}`;
      const { status, body } = await ask("POST", `/api/tickets/${no}/${name}`, { commandId, ...more });
      expect([name, status, status === 200 ? {} : body]).toEqual([name, 200, {}]);
    };
    /** What a step sent to the desk's address, each signed; waits for the first. */
    const sent = async (found: (call: Call) => boolean): Promise<readonly Call[]> => {
      while (!desk.calls.some(found)) await desk.next();
      const calls = desk.calls.filter(found);
      expect(calls.every(({ signed }) => signed)).toBe(true);
      return calls;
    };
    const toldBy = (name: string) =>
      sent(({ body: { data } }) => data.ticket === no && String(data.step).split("+").includes(name));
    const pushTo = (after: Span) => clock.push(milliseconds(Math.max(0, later(opened, after) - clock.now())));
    const due = (after: Span) => formatInstant(later(opened, after));

    // Told: everybody who must know, and the lift firm with a link that opens this one ticket.
    await toldBy("s1-opened");
    await toldBy("s1-managers");
    const [toFirm] = await toldBy("class-opening");
    expect(toFirm?.body.data).toMatchObject({ to: { id: "weibao-desk" }, link: expect.stringContaining("/t#") });

    // Ignored, and escalated: the shift leader after half a minute, project and company after five.
    pushTo(seconds(31));
    await toldBy("s1-not-acknowledged");
    pushTo(seconds(301));
    await toldBy("s1-no-plan");
    await toldBy("entrapment-not-accepted");
    const ignored = await ticket();
    expect(ignored.rescueTier).toBe(2);
    for (const [kind, after] of [
      ["acknowledge", seconds(30)],
      ["plan", minutes(5)],
      ["accept", minutes(5)],
    ] as const)
      expect(clockOf(ignored, kind)).toMatchObject({ state: "breached", breachedAt: due(after) });

    // The leader takes it up, calls the firm, and sends it once more.
    pushTo(minutes(6));
    await step("acknowledge", { note: "值班长接手，已电话联系维保" });
    await step("plan", { note: "启动电梯困人预案" });
    await step("dispatch", { assignee: "示范电梯维保公司值班台" });
    const again = (call: Call) =>
      call.body.data.ticket === no && call.body.data.link !== undefined && call.id !== toFirm?.id;
    const link = String((await sent(again))[0]?.body.data.link);

    // Accepted on a phone, by the page behind the link.
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: "zh-CN" });
    const page = await context.newPage();
    const press = async (name: string, state: string) => {
      await page.locator(`.foot [data-step="${name}"]`).click();
      await page.locator(`[data-state="${state}"]`).waitFor();
    };
    await page.goto(link);
    await page.getByRole("button", { name: "打开工单" }).click();
    await press("accept", "accepted");
    expect(await ticket()).toMatchObject({ state: "accepted", assignee: "示范电梯维保公司值班台" });

    // Security comes after sixteen minutes, one too late; the firm after twenty-six, in time; then it takes too long.
    pushTo(seconds(901));
    await toldBy("s1-not-on-site");
    pushTo(minutes(16));
    await step("arrive", { who: "staff" });
    pushTo(minutes(26));
    await press("arrive", "on-site");
    const there = await ticket();
    expect(clockOf(there, "staff-onsite")).toMatchObject({ state: "breached", breachedAt: due(minutes(15)) });
    expect(clockOf(there, "rescue-onsite")).toMatchObject({ state: "met" });
    pushTo(seconds(1801));
    await toldBy("s1-not-under-control");
    expect((await ticket()).told.map((one) => one.step)).not.toContain("entrapment-rescue-late");

    // Freed in the building, and only then on the page; repaired.
    await night.simulator("/stop", { device: "lift-1" });
    await press("mitigate", "mitigated");
    await until("the lift runs again", ({ tickets }) => tickets.get(no)?.recovered, 90_000);
    pushTo(minutes(55));
    await press("repair", "repaired");

    // The night goes by. In the morning the report stands there; the passenger is called; the ticket is closed.
    clock.push(milliseconds(IN_THE_MORNING - clock.now()));
    for (const row of (await ticket()).sop) await step("sop", { sop: row.step });
    await step("follow-up", { note: "乘客已平安到家，情绪稳定" });
    await step("rate", { score: 4, how: "phone" });
    await step("close", { note: "安全回路触点已更换，试运行正常" });
    const closed = await ticket();
    expect(closed).toMatchObject({ state: "closed", severity: "S1", round: 1 });
    expect(clockOf(closed, "followup")).toMatchObject({ state: "met" });
    expect(clockOf(closed, "mitigate")).toMatchObject({ state: "met" });
    expect(closed.clocks.filter((one) => one.state === "running")).toEqual([]);

    // Next evening the passenger calls again: the same number, its second round with clocks of its own.
    clock.push(hours(9));
    await step("reopen", { note: "乘客反映轿厢再次停层不准" });
    const second = await ticket();
    expect(second).toMatchObject({ no, round: 2, severity: "S1" });
    expect(second.state).not.toBe("closed");
    expect(clockOf(second, "acknowledge")?.state).toBe("running");

    // Each step told each person once by each way; only an acknowledgement that ran out asks for another.
    const keys = closed.told
      .filter((one) => /^(s1-|entrapment-|class-)/.test(one.step) && one.step !== "s1-not-acknowledged")
      .map((one) => `${one.step} ${one.to} ${one.channel}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    // On the way out it is at least once, always under the same key: whoever was told stands there once.
    const arrived = [...desk.messages.values()].map(({ body: { data } }) => `${data.ticket} ${data.key}`);
    expect(new Set(arrived).size).toBe(arrived.length);

    // Reported: by itself at eight, and by the figures of the response.
    const window = `from=${formatInstant(later(opened, minutes(-30)))}&to=${formatInstant(clock.now())}`;
    const report = (await ask<ResponseReportBody>("GET", `/api/reports/response?${window}`)).body;
    // Two rounds: each is a time that somebody had to come.
    expect(report.slices.class.find((one) => one.id === "elevator_entrapment")?.count).toBe(2);
    expect(report.late.filter((one) => one.no === no)).toEqual(
      expect.arrayContaining([expect.objectContaining({ round: 1, measure: "accept" })]),
    );
    const written = (await ask<WrittenRowBody[]>("GET", "/api/reports/written")).body;
    expect(written.map((one) => one.id)).toContain("BB20261122-daily");
    expect((await ask<{ ok: boolean }>("GET", "/api/journal/verify")).body).toMatchObject({ ok: true });
  });
});
