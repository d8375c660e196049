/**
 * One night in the control room: a passenger is trapped in the simulated building at ten in the evening, and everything that
 * follows until the report of the next morning, a power cut of the gateway among it. The building and the house are processes of
 * their own, their sockets are real; only the hours in which nothing happens are pushed over.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import {
  formatInstant,
  hours,
  type Instant,
  instant,
  later,
  milliseconds,
  minutes,
  type Span,
  seconds,
} from "#model/time";
import type { ResponseReportBody, WrittenRowBody } from "../../gateway/api/response-shapes.ts";
import type { TicketBody, TicketDetailBody } from "../../gateway/api/ticket-shapes.ts";
import { builtConsole, hasBrowser, launch } from "../console/browser.ts";
import { ADMIN_TOKEN, call, demoPorts, follow, type Seen, startBuilding } from "../support/house-process.ts";
import { type PushedHouse, startPushedHouse } from "../support/pushed-house.ts";
import { startVendor, type VendorServer } from "../support/vendor-server.ts";
import { type Call, type Receiver, startReceiver } from "../support/webhook-receiver.ts";

/** Saturday 2026-11-21, 22:00 in Shanghai. */
const TEN_IN_THE_EVENING = instant(Date.UTC(2026, 10, 21, 14));
/** The next morning, half past eight. */
const IN_THE_MORNING = instant(Date.UTC(2026, 10, 22, 0, 30));
const SECRET = "night-desk-secret-0123456789";
/** Who calls from the landing, and on which number. */
const CALLER = { name: "欧阳静女士", phone: "13900007788" };
const FIRM = { name: "示范电梯维保公司值班台", phone: "00010000008" };

interface Night extends AsyncDisposable {
  readonly desk: Receiver;
  readonly texts: VendorServer;
  readonly data: string;
  /** What the house printed, over both of its lives. */
  log(): string;
  until<T>(what: string, find: (seen: Seen) => T | undefined | false, within?: number): Promise<T>;
  ask<T>(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: T }>;
  simulator(path: string, body: object): Promise<void>;
  now(): Promise<Instant>;
  push(span: Span): Promise<Instant>;
  /** The power is cut; it comes back at this instant. */
  cutPower(): Promise<(back: Instant) => Promise<void>>;
}

async function startNight(): Promise<Night> {
  await using opened = new AsyncDisposableStack();
  const data = mkdtempSync(join(tmpdir(), "gatehouse-night-"));
  opened.defer(() => rmSync(data, { recursive: true, force: true }));
  const ports = await demoPorts();
  const desk = opened.use(await startReceiver(SECRET));
  const texts = opened.use(await startVendor("plain"));
  opened.use(await startBuilding(ports));
  const plan = {
    data,
    ports,
    console: await builtConsole(),
    channels: [
      { id: "duty-desk", kind: "webhook", settings: { url: desk.url, secret: SECRET, allow: ["loopback"] } },
      {
        id: "sms",
        kind: "sms",
        settings: {
          url: texts.base,
          body: '{"to":"{phone}","text":"{text}"}',
          success: { pointer: "/Code", equals: ["OK"] },
          allow: ["loopback"],
        },
      },
    ],
  };
  let log = "";
  let house: PushedHouse = await startPushedHouse({ ...plan, now: TEN_IN_THE_EVENING });
  opened.defer(() => house[Symbol.asyncDispose]());
  let stream = await follow(house.url);
  opened.defer(() => stream.close());
  const closing = opened.move();
  return {
    desk,
    texts,
    data,
    log: () => log + house.output(),
    until: (what, find, within) => stream.until(what, find, within),
    ask: (method, path, body) => call(`${house.url}${path}`, method, body, { authorization: `Bearer ${ADMIN_TOKEN}` }),
    async simulator(path, body) {
      const answer = await call<{ code?: string }>(`http://127.0.0.1:${ports.control}${path}`, "POST", body, {});
      if (answer.status >= 300) throw new Error(`the simulators answered ${answer.status} ${answer.body.code}`);
    },
    now: () => house.push(0),
    push: (span) => house.push(span),
    async cutPower() {
      stream.close();
      await house.kill();
      log += house.output();
      return async (back) => {
        house = await startPushedHouse({ ...plan, now: back });
        stream = await follow(house.url);
      };
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** Everything that stands in the files of a folder, as bytes read as text. */
const filesOf = (folder: string): readonly { readonly file: string; readonly text: string }[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, text: readFileSync(file, "utf8") }));

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
    const { desk, texts, until, ask } = night;
    await until("lift 1 answers", ({ devices }) => devices.get("lift-1")?.state === "online");
    await night.simulator("/play", {
      scenario: "elevator-entrapment",
      device: "lift-1",
      // Of this seed's passengers the first presses the button soon: five seconds and not twenty-five after the stop.
      seed: 209,
      params: { rescueAfter: 7200 },
    });
    await until("the car stands", ({ alarms }) => alarms.get("elevator.safety_circuit_open@lift-1"));
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
    const pushTo = async (after: Span) =>
      night.push(milliseconds(Math.max(0, later(opened, after) - (await night.now()))));
    const due = (after: Span) => formatInstant(later(opened, after));

    // Told: everybody who must know, and the lift firm with a link that opens this one ticket.
    await toldBy("s1-opened");
    await toldBy("s1-managers");
    const [toFirm] = await toldBy("class-opening");
    expect(toFirm?.body.data).toMatchObject({ to: { id: "weibao-desk" }, link: expect.stringContaining("/t#") });

    // Ignored, and escalated: the shift leader after half a minute, project and company after five.
    await pushTo(seconds(31));
    await toldBy("s1-not-acknowledged");
    await pushTo(seconds(301));
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
    await pushTo(minutes(6));
    await step("acknowledge", { note: "值班长接手，已电话联系维保" });
    await step("plan", { note: "启动电梯困人预案" });
    await step("dispatch", { assignee: "示范电梯维保公司值班台" });
    const again = (call: Call) =>
      call.body.data.ticket === no && call.body.data.link !== undefined && call.id !== toFirm?.id;
    const link = String((await sent(again))[0]?.body.data.link);

    // The passenger's wife calls from the landing: her name and number are sealed at once, and masked for whoever reads on.
    const called = await ask<TicketBody>("POST", "/api/tickets", {
      commandId: "night-caller-0001",
      class: "general_fault",
      description: "家属来电：1 号梯内还有老人，请尽快",
      reporter: CALLER,
    });
    expect([called.status, called.status === 201 ? {} : called.body]).toEqual([201, {}]);
    const shown = (await ask<TicketDetailBody>("GET", `/api/tickets/${called.body.no}`)).body;
    expect(shown.contact).toMatchObject({ name: "欧*", phone: "139****7788" });

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
    await pushTo(seconds(901));
    await toldBy("s1-not-on-site");
    await pushTo(minutes(16));
    await step("arrive", { who: "staff" });
    await pushTo(minutes(26));
    await press("arrive", "on-site");
    const there = await ticket();
    expect(clockOf(there, "staff-onsite")).toMatchObject({ state: "breached", breachedAt: due(minutes(15)) });
    expect(clockOf(there, "rescue-onsite")).toMatchObject({ state: "met" });

    // The power is cut ten seconds before half an hour is over, and is back three minutes later.
    await pushTo(seconds(1_790));
    const powerBack = await night.cutPower();
    await powerBack(later(opened, minutes(33)));
    const late = await toldBy("s1-not-under-control");
    for (const { body } of late) expect(body.data.lateBy).toMatch(/^PT[23]M/);
    expect((await ticket()).told.map((one) => one.step)).not.toContain("entrapment-rescue-late");

    // Freed in the building, and only then on the page; repaired.
    await night.simulator("/stop", { device: "lift-1" });
    await press("mitigate", "mitigated");
    await until("the lift runs again", ({ tickets }) => tickets.get(no)?.recovered, 90_000);
    await pushTo(minutes(55));
    await press("repair", "repaired");

    // The night goes by. In the morning the report stands there; the passenger is called; the ticket is closed.
    await night.push(milliseconds(IN_THE_MORNING - (await night.now())));
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
    await night.push(hours(9));
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
    const window = `from=${formatInstant(later(opened, minutes(-30)))}&to=${formatInstant(await night.now())}`;
    const report = (await ask<ResponseReportBody>("GET", `/api/reports/response?${window}`)).body;
    // Two rounds: each is a time that somebody had to come.
    expect(report.slices.class.find((one) => one.id === "elevator_entrapment")?.count).toBe(2);
    expect(report.late.filter((one) => one.no === no)).toEqual(
      expect.arrayContaining([expect.objectContaining({ round: 1, measure: "accept" })]),
    );
    // The house writes it in its own time after eight.
    const written = async () => (await ask<WrittenRowBody[]>("GET", "/api/reports/written")).body.map((one) => one.id);
    await expect.poll(written).toContain("BB20261122-daily");
    expect((await ask<{ ok: boolean }>("GET", "/api/journal/verify")).body).toMatchObject({ ok: true });

    // Of all that was said that night to phones and of people, no number stands in a file of the house or in its log.
    expect(texts.calls.map(({ body }) => body.to)).toContain(FIRM.phone);
    const secret = [CALLER.name, CALLER.phone, FIRM.phone, ...texts.calls.map(({ body }) => body.to as string)];
    const kept = [...filesOf(night.data), { file: "the log", text: night.log() }];
    expect(kept.length).toBeGreaterThan(5);
    const leaks = kept.flatMap(({ file, text }) =>
      secret.filter((one) => text.includes(one)).map((one) => `${file}: ${one}`),
    );
    expect([...new Set(leaks)]).toEqual([]);
  });
});
