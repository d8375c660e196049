/** A running API over a real port with a hand-held clock, a plain door, and a credential for every role. */
import { request as send } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Role, roles, type Token } from "#model/account";
import type { Alarm } from "#model/alarm";
import type { JournalRow } from "#model/journal";
import type { Message } from "#model/message";
import type { PointDefinition } from "#model/points";
import { GOOD } from "#model/quality";
import type { Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import { instant, later, milliseconds, minutes, seconds } from "#model/time";
import type { ApiInput } from "../../../gateway/api/api-house.ts";
import { type Api, startApi } from "../../../gateway/api/start-api.ts";
import { createFeed, type Feed } from "../../../gateway/feed.ts";
import { createMetrics, type Metrics } from "../../../gateway/metrics.ts";
import type { NorthStanding } from "../../../gateway/northbound/open-north.ts";
import type { Keyring } from "../../../gateway/people/keyring.ts";
import { newToken } from "../../../gateway/people/tokens.ts";
import type { Vault } from "../../../gateway/people/vault.ts";
import { createPointTable, type PointTable } from "../../../gateway/points/table.ts";
import { checkRuleText } from "../../../gateway/site/check-rule-text.ts";
import { alarmEvent } from "../../../gateway/store/alarm-events.ts";
import type { Store } from "../../../gateway/store/store.ts";
import { building, policy } from "../../support/building.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";
import { createPlainDoor, type PlainDoor } from "../../support/plain-door.ts";
import { sealedRoom } from "../../support/sealed-room.ts";
import { unaskedBacktests, unaskedHistorian } from "./unasked.ts";

/** A target that is away and has lost something. */
const NORTH: NorthStanding = {
  target: "influx",
  standing: {
    bytes: 1_000,
    urgent: 2,
    samples: 30,
    oldest: 1_795_248_000_000.4,
    fill: 0.5,
    sent: 7,
    because: { zh: "连不上", en: "away" },
  },
  onTheWay: 3,
  dropped: [{ what: "samples", count: 9, from: 1_795_247_000_000, to: 1_795_247_999_999.6 }],
  lately: 4,
  refused: 5,
  damaged: 1,
};

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the test says it is
  readonly body: any;
}

export interface Ask {
  readonly as?: Role;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a text as it is. */
  readonly body?: unknown;
}

export interface Stand extends AsyncDisposable {
  readonly api: Api;
  readonly url: string;
  readonly port: number;
  readonly site: Site;
  readonly clock: ManualClock;
  readonly door: PlainDoor;
  readonly feed: Feed;
  readonly table: PointTable;
  readonly metrics: Metrics;
  readonly journal: JournalRow[];
  readonly messages: Message[];
  /** Keys of messages whose next way was asked for. */
  readonly nextWays: string[];
  readonly stored: Map<string, Ticket>;
  readonly logged: string[];
  readonly tokens: ReadonlyMap<Role, string>;
  readonly keys: Keyring;
  readonly vault: Vault;
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
}

const point = (device: string, key: string, more: Partial<PointDefinition> = {}): PointDefinition => ({
  id: `${device}.${key}`,
  device,
  key,
  name: { zh: `点 ${key}`, en: key },
  type: "number",
  at: {},
  atText: "holding:0",
  scale: 1,
  offset: 0,
  notAvailable: [],
  every: seconds(1),
  staleAfter: seconds(5),
  deadband: 0,
  tags: [],
  ...more,
});

export const points: readonly PointDefinition[] = [
  point("lift-1", "speed", { unit: "m/s", range: [-5, 5] }),
  point("lift-1", "door_zone", { type: "bool" }),
  point("lift-1", "mode", {
    type: "enum",
    values: { 0: { zh: "自动", en: "automatic" }, 1: { zh: "检修", en: "inspection" } },
  }),
  point("booster-1", "outlet_pressure", { unit: "MPa" }),
  point("booster-1", "serial", { type: "text" }),
];

export function testSite(more: Partial<Site> = {}): Site {
  const plain = building();
  return {
    ...plain,
    points,
    devices: plain.devices.map((device) => ({
      ...device,
      points: points.flatMap((one, handle) => (one.device === device.id ? [handle] : [])),
    })),
    ...more,
  };
}

export const START = instant(1_795_248_000_000);

export const alarm = (id: string, more: Partial<Alarm> = {}): Alarm => ({
  id,
  rule: id.split("@")[0] ?? "",
  device: id.split("@")[1] ?? "",
  title: { zh: "电梯困人", en: "Entrapment" },
  advice: { zh: "呼叫轿厢", en: "Call the car" },
  lifeSafety: true,
  occurrence: 1,
  severity: "S1",
  process: "active",
  quality: { state: "good" },
  acknowledge: "unacknowledged",
  latch: "none",
  shelf: { state: "none" },
  suppressedBy: [],
  service: "in",
  because: { zh: "速度 0", en: "speed 0" },
  inputs: [{ point: "speed", value: 0, unit: "m/s", quality: "good", at: START }],
  activeSince: START,
  count: 1,
  simulated: false,
  ...more,
});

const entrapment = policy.classes.elevator_entrapment;
if (!entrapment) throw new Error("the test policy has an entrapment");

export const ticket = (no: string, more: Partial<Ticket> = {}): Ticket => ({
  no,
  class: "elevator_entrapment",
  severity: "S1",
  state: "dispatched",
  title: { zh: "1 号梯困人", en: "lift 1: entrapment" },
  device: "lift-1",
  place: { building: "A" },
  alarms: ["elevator.entrapment@lift-1"],
  openedAt: START,
  round: 1,
  rescueTier: 0,
  policyVersion: "test.1",
  policy: entrapment,
  clocks: [
    {
      kind: "acknowledge",
      target: seconds(30),
      state: "running",
      startedAt: START,
      dueAt: later(START, seconds(30)),
      segments: [{ kind: "run", from: START }],
      warnAt: later(START, seconds(15)),
    },
    {
      kind: "staff-onsite",
      target: minutes(15),
      state: "running",
      startedAt: START,
      dueAt: later(START, minutes(15)),
      segments: [
        { kind: "run", from: START, to: later(START, minutes(1)) },
        { kind: "pause", from: later(START, minutes(1)), to: later(START, minutes(3)) },
        { kind: "run", from: later(START, minutes(3)) },
      ],
      warnAt: later(START, milliseconds(450_000)),
    },
  ],
  ladder: [],
  sop: [{ step: "talk", text: { zh: "安抚", en: "Talk to them" }, mandatory: true }],
  recovered: false,
  falseAlarm: false,
  simulated: false,
  wakeAt: later(START, seconds(15)),
  ...more,
});

export async function startStand(more: Partial<ApiInput> & { accounts?: boolean } = {}): Promise<Stand> {
  const clock = createManualClock(START);
  const site = more.site ?? testSite();
  const table = createPointTable(site.points);
  const door = createPlainDoor();
  const feed = createFeed();
  const metrics = createMetrics();
  const journal: JournalRow[] = [];
  const messages: Message[] = [];
  const nextWays: string[] = [];
  const stored = new Map<string, Ticket>();
  const logged: string[] = [];
  const tokens = new Map<Role, string>();
  for (const role of roles) {
    const { token, secret } = newToken({ name: `${role} script`, role }, START);
    door.house.tokens.set(token.id, token satisfies Token);
    tokens.set(role, secret);
  }
  const store: Store = {
    load: () => Promise.reject(new Error("not asked for here")),
    commit: () => Promise.reject(new Error("not asked for here")),
    note: async () => {},
    journal: async ({ about, limit }) =>
      journal.filter((row) => about === undefined || row.about === about).slice(0, limit),
    since: async (seq) => journal.filter((row) => row.seq > seq),
    journalPage: async ({ from, to, about }) => ({
      rows: journal.filter((row) => row.at >= from && row.at < to && (about === undefined || row.about === about)),
    }),
    alarmEvents: async ({ from, to }) => ({
      rows: journal.filter((row) => row.at >= from && row.at < to).flatMap((row) => alarmEvent(row) ?? []),
    }),
    journalBegins: async () => journal[0]?.at,
    ticketPage: async ({ from, to }) => ({
      rows: [...stored.values()].filter((one) => one.openedAt >= from && one.openedAt < to),
    }),
    verify: async () => ({ ok: true, rows: journal.length }),
    ticket: async (no) => stored.get(no),
    tickets: async (state, limit) =>
      [...stored.values()]
        .filter((one) => state === "all" || (state === "closed") === (one.closedAt !== undefined))
        .slice(0, limit),
    paper: async (id) => door.house.papers.get(id),
    papers: async (kind, limit) => [...door.house.papers.values()].filter((one) => one.kind === kind).slice(0, limit),
    messages: async (no) => messages.filter((one) => one.ticket === no),
    backup: async () => {},
    async [Symbol.asyncDispose]() {},
  };
  const sealed = sealedRoom();
  const write = (level: string) => (facts: object, text: string) => {
    logged.push(JSON.stringify({ level, text, ...facts }));
  };
  const api = await startApi({
    site,
    door,
    feed,
    store,
    table,
    historian: unaskedHistorian,
    backtests: unaskedBacktests(site),
    devices: () => [],
    links: () => [],
    frames: () => undefined,
    writeDesk: {
      offer: () => {
        throw new Error("not asked for here");
      },
      order: () => Promise.reject(new Error("not asked for here")),
    },
    ...sealed,
    north: () => [NORTH],
    channels: () => [{ id: "robot", kind: "wecom", health: "fails", since: clock.now(), because: "93000" }],
    tryChannel: async (channel, person) =>
      channel === "robot" && site.people.people.some(({ id }) => id === person) ? { outcome: "accepted" } : undefined,
    nextWay: (message) => nextWays.push(message.key),
    rules: [],
    checkRules: (text) => checkRuleText(text, site),
    metrics,
    clock,
    clockTrusted: () => true,
    log: { info: write("info"), warn: write("warn"), error: write("error") },
    console: join(tmpdir(), "gatehouse-no-such-console"),
    version: "0.1.0-test",
    listen: { host: "127.0.0.1", port: 0 },
    // The limits have tests of their own; here they would stand in the way of thousands of requests.
    limits: {
      requests: { count: 1_000_000, within: seconds(1) },
      signIns: { count: 1_000_000, within: seconds(1) },
      ...more.limits,
    },
    ...withoutUndefined(more),
  });
  const port = Number(new URL(api.url).port);
  const ask: Stand["ask"] = (method, path, { as, headers, body } = {}) => {
    const token = as && tokens.get(as);
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    return exchange(
      port,
      method,
      path,
      {
        ...(text === undefined ? {} : { "content-type": "application/json" }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      text as string | undefined,
    );
  };
  return {
    api,
    url: api.url,
    port,
    site,
    clock,
    door,
    feed,
    table,
    metrics,
    journal,
    messages,
    nextWays,
    stored,
    logged,
    tokens,
    ...sealed,
    ask,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

function withoutUndefined({ accounts: _, limits: __, ...more }: Partial<ApiInput> & { accounts?: boolean }) {
  return more;
}

/** One HTTP request with exactly these headers. */
export const exchange = (
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<Answer> => exchangeBytes(port, method, path, headers, body);

export function exchangeBytes(
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = send({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: readOr(text) });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

function readOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes a good value into the table, as settling would. */
export function put(table: PointTable, id: string, value: number, at: number = START): number {
  const handle = table.definitions.findIndex((one) => one.id === id);
  table.value[handle] = value;
  table.quality[handle] = GOOD;
  table.reason[handle] = 0;
  table.sourceAt[handle] = at;
  table.receivedAt[handle] = at;
  return handle;
}
