/**
 * A gateway for the eyes only: it serves the built console and speaks `shapes.ts` over real HTTP and WebSocket. The test
 * decides what happens; every frame and body is checked against the contract before it leaves.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { extname, join, normalize } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";
import * as z from "zod";
import { type AlarmBody, AlarmShape, type FloodBody, SeenShape } from "../../gateway/api/alarm-shapes.ts";
import { type FrameBody, FrameShape, type LinkBody, LinkShape, WriteShape } from "../../gateway/api/link-shapes.ts";
import { LiveFrame } from "../../gateway/api/live-shapes.ts";
import { type UserBody, UserShape } from "../../gateway/api/people-shapes.ts";
import {
  type AlarmReportBody,
  AlarmReportShape,
  type SuppressedBody,
  SuppressedShape,
} from "../../gateway/api/report-shapes.ts";
import { type BacktestBody, BacktestShape, type RuleBody, RuleShape } from "../../gateway/api/rule-shapes.ts";
import {
  type BucketBody,
  BucketShape,
  type DeviceBody,
  DeviceShape,
  type ErrorBody,
  type MeBody,
  type PointBody,
  PointShape,
  type SiteBody,
} from "../../gateway/api/shapes.ts";
import { type TicketDetailBody, TicketDetailShape, TicketShape } from "../../gateway/api/ticket-shapes.ts";
import { acknowledged, brief, refusal, simulator, stepped, written } from "./fake-answers.ts";

/** What a test wants a command to answer: a refusal, nothing at all, or (undefined) the usual. */
export type Refusal = { readonly status: number; readonly error: ErrorBody } | "silence";

export interface Received {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface FakeGateway extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** What clients said about themselves on the stream. */
  readonly alive: readonly { visible: boolean; audioRunning: boolean; lastSeq: number }[];
  /** The gateway's clock, which the browser's need not agree with. */
  now(): number;
  putAlarms(...alarms: AlarmBody[]): void;
  /** The desks that are flooded from now on. */
  putFloods(...floods: FloodBody[]): void;
  putTickets(...tickets: TicketDetailBody[]): void;
  putDevices(...devices: DeviceBody[]): void;
  putPoints(...points: PointBody[]): void;
  putLinks(...links: LinkBody[]): void;
  putFrames(link: string, ...frames: FrameBody[]): void;
  /** What the second step of a write is answered. */
  writeOutcome: "done" | "refused" | "unreachable" | "unknown";
  alarm(id: string): AlarmBody | undefined;
  /** Sends any text on every open stream: also what no gateway would ever send. */
  sendRaw(text: string): void;
  /** Heartbeats and everything else stop, the sockets stay open: a hung process. */
  hang(): void;
  /** Sockets are torn down and no new one is taken: a cut cable. */
  cut(): void;
  /** Everything works again. */
  heal(): void;
  /** Sets what the next command is answered. */
  refuseNext(refusal: Refusal): void;
  signOutEverybody(): void;
  readonly sockets: number;
}

export interface FakeInput {
  readonly dist: string;
  readonly me?: MeBody;
  readonly site?: Partial<SiteBody>;
  /** Milliseconds that the gateway's clock is ahead of this machine's. */
  readonly skew?: number;
  /** Wait for sign-in first. */
  readonly signedOut?: boolean;
  /** Code of the first start. */
  readonly firstRun?: string;
  readonly password?: string;
  readonly port?: number;
  readonly rules?: readonly RuleBody[];
  /** Answers of routes that the fake knows nothing else about, by `GET /api/…`. */
  readonly pages?: (
    key: string,
    body: Readonly<Record<string, unknown>>,
  ) => { status: number; body: unknown } | undefined;
  readonly report?: AlarmReportBody;
  readonly suppressed?: readonly SuppressedBody[];
  readonly users?: readonly UserBody[];
  /** The past of any point, by the length of the range (ms). */
  readonly history?: (id: string, from: number, to: number) => readonly BucketBody[];
  /** What the page is told of a backtest, one after the other; the last one again and again. */
  readonly backtest?: readonly BacktestBody[];
}

/** The policy of the real gateway, so that a violation shows here. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const COOKIE = "gh=a-session-of-the-test";

export async function startFakeGateway(input: FakeInput): Promise<FakeGateway> {
  const skew = input.skew ?? 0;
  const now = () => Date.now() + skew;
  const iso = (at = now()) => new Date(at).toISOString();
  const me: MeBody = input.me ?? { id: "wang", name: "王工", role: "operator" };
  const site = (): SiteBody => ({
    id: "garden",
    name: { zh: "示范花园", en: "Model Garden" },
    version: "0.1.0",
    revision: "0123456789ab",
    zone: "Asia/Shanghai",
    simulated: true,
    clockTrusted: true,
    ...input.site,
    now: iso(),
  });

  const alarms = new Map<string, AlarmBody>();
  const tickets = new Map<string, TicketDetailBody>();
  const devices = new Map<string, DeviceBody>();
  const points = new Map<string, PointBody>();
  const links = new Map<string, LinkBody>();
  const frames = new Map<string, FrameBody[]>();
  const received: Received[] = [];
  const alive: { visible: boolean; audioRunning: boolean; lastSeq: number }[] = [];
  const playing = new Map<string, { scenario: string; since: number }>();
  const clients = new Map<WebSocket, { view: string; ids: readonly string[] }>();
  let seq = 0;
  let told = 0;
  let state: "up" | "hung" | "cut" = "up";
  let signedOut = input.signedOut ?? false;
  let next: Refusal | undefined;

  const send = (socket: WebSocket, frame: z.infer<typeof LiveFrame>) => {
    if (state === "up") socket.send(JSON.stringify(LiveFrame.parse(frame)));
  };
  const broadcast = (frame: z.infer<typeof LiveFrame>) => {
    for (const socket of clients.keys()) send(socket, frame);
  };
  /** News has a number and is kept, so that a client that was away gets what it missed. */
  const kept: z.infer<typeof LiveFrame>[] = [];
  let floods: readonly FloodBody[] = [];
  const news = (make: (seq: number) => z.infer<typeof LiveFrame>) => {
    seq += 1;
    const frame = make(seq);
    kept.push(frame);
    broadcast(frame);
  };
  const values = (socket: WebSocket, some: Iterable<PointBody>) => {
    const { view, ids } = clients.get(socket) ?? { view: "watch", ids: [] };
    const wanted = view === "device" ? [...some].filter((point) => ids.includes(point.device)) : [];
    if (wanted.length > 0) send(socket, { seq, at: iso(), kind: "value", points: wanted });
  };
  const snapshot = (socket: WebSocket) => {
    const { view, ids } = clients.get(socket) ?? { view: "watch", ids: [] };
    send(socket, {
      seq,
      at: iso(),
      kind: "snapshot",
      view,
      site: site(),
      devices: [...devices.values()],
      alarms: [...alarms.values()].filter((alarm) => alarm.state !== "normal"),
      tickets: [...tickets.values()].filter((ticket) => ticket.state !== "closed").map(brief),
      floods: [...floods],
      points: view === "device" ? [...points.values()].filter((point) => ids.includes(point.device)) : [],
    });
  };

  function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
    response.writeHead(status, { ...HEADERS, "content-type": "application/json; charset=utf-8", ...headers });
    response.end(body === undefined ? "" : JSON.stringify(body));
  }

  async function file(path: string, response: ServerResponse): Promise<void> {
    const wanted = extname(path) === "" ? "/index.html" : path;
    try {
      const body = await readFile(join(input.dist, normalize(wanted)));
      response.writeHead(200, { ...HEADERS, "content-type": TYPES[extname(wanted)] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  }

  async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  }

  async function api(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const key = `${request.method} ${url.pathname}`;
    const body = await bodyOf(request);
    if (key === "POST /api/session") {
      received.push({ path: url.pathname, body: { user: body.user } });
      if (body.password !== (input.password ?? "correct horse 1!")) {
        return answer(
          response,
          401,
          refusal("wrong-credentials", "账号或密码不正确。", "The user name or the password is not right."),
        );
      }
      signedOut = false;
      return answer(response, 200, me, { "set-cookie": `${COOKIE}; Path=/; HttpOnly; SameSite=Strict` });
    }
    if (key === "POST /api/first-run") {
      received.push({ path: url.pathname, body: { code: body.code, user: body.user, name: body.name } });
      if (body.code !== input.firstRun) {
        return answer(response, 410, refusal("link-used", "此链接已使用。", "This link was used."));
      }
      signedOut = false;
      return answer(response, 200, me, { "set-cookie": `${COOKIE}; Path=/; HttpOnly; SameSite=Strict` });
    }
    if (key === "DELETE /api/session") {
      signedOut = true;
      response.writeHead(204, HEADERS).end();
      return;
    }
    if (signedOut) return answer(response, 401, refusal("sign-in-needed", "请先登录。", "Sign in first."));
    const page = input.pages?.(`${request.method} ${decodeURIComponent(url.pathname)}`, body);
    if (page) {
      if (request.method === "POST") received.push({ path: decodeURIComponent(url.pathname), body });
      return answer(response, page.status, page.body);
    }
    if (url.pathname === "/api/rules/backtest" && input.backtest) {
      received.push({ path: `${request.method} ${url.pathname}`, body });
      if (request.method === "POST") told = 0;
      const next = input.backtest[Math.min(told, input.backtest.length - 1)];
      told += 1;
      return answer(
        response,
        200,
        BacktestShape.parse(request.method === "DELETE" ? { ...next, state: "cancelled" } : next),
      );
    }
    if (request.method === "POST") {
      received.push({ path: decodeURIComponent(url.pathname), body });
      const told = next;
      next = undefined;
      if (told === "silence") return void request.socket.destroy();
      if (told) return answer(response, told.status, told.error);
      const [, , noun = "", id = "", verb = ""] = url.pathname.split("/").map(decodeURIComponent);
      if (noun === "alarms" && id === "acknowledge") {
        const seen = body.seen as readonly { id: string; occurrence: number }[];
        const results = seen.map((one) => {
          const reply = acknowledged(alarms.get(one.id), { ...body, occurrence: one.occurrence }, me.name, iso());
          if (reply.alarm) fake.putAlarms(reply.alarm);
          if (reply.status === 200) return { ...one, outcome: "acknowledged", alarm: reply.alarm };
          const { code, message } = reply.body as { code: string; message: { zh: string; en: string } };
          return { ...one, outcome: "refused", status: reply.status, code, message, alarm: alarms.get(one.id) };
        });
        return answer(response, 200, SeenShape.parse({ results }));
      }
      if (noun === "alarms" && verb === "acknowledge") {
        const reply = acknowledged(alarms.get(id), body, me.name, iso());
        if (reply.alarm) fake.putAlarms(reply.alarm);
        return answer(response, reply.status, reply.body);
      }
      if (noun === "users") return answer(response, 200, input.users?.find((one) => one.id === id) ?? {});
      const quieted = noun === "alarms" ? alarms.get(id) : undefined;
      if (quieted && ["shelve", "unshelve", "out-of-service", "in-service"].includes(verb)) {
        return answer(response, 200, quieted);
      }
      if (noun === "tickets") {
        const reply = stepped(tickets.get(id), verb, body, me.name, iso());
        if (reply.ticket) fake.putTickets(reply.ticket);
        return answer(response, reply.status, reply.body);
      }
      const point = noun === "points" && verb === "write" ? points.get(id) : undefined;
      if (point) {
        const reply = written(point, body, fake.writeOutcome, now());
        if (reply.value !== undefined) fake.putPoints({ ...point, value: reply.value });
        return answer(response, 200, WriteShape.parse(reply.body));
      }
      if (url.pathname === "/api/simulator/play") {
        playing.set(String(body.device), { scenario: String(body.scenario), since: Date.now() });
        return answer(response, 200, {});
      }
      if (url.pathname === "/api/simulator/stop") {
        playing.clear();
        return answer(response, 200, {});
      }
    }
    if (key === "GET /api/me") return answer(response, 200, me);
    if (key === "GET /api/devices") return answer(response, 200, [...devices.values()]);
    const device = /^\/api\/devices\/([^/]+)$/.exec(url.pathname)?.[1];
    const known = device === undefined ? undefined : devices.get(decodeURIComponent(device));
    if (request.method === "GET" && known) return answer(response, 200, known);
    if (key === "GET /api/rules") return answer(response, 200, z.array(RuleShape.strict()).parse(input.rules ?? []));
    if (key === "GET /api/reports/alarms" && input.report)
      return answer(response, 200, AlarmReportShape.strict().parse(input.report));
    if (key === "GET /api/alarms/suppressed")
      return answer(response, 200, z.array(SuppressedShape.strict()).parse(input.suppressed ?? []));
    if (key === "GET /api/users") return answer(response, 200, z.array(UserShape.strict()).parse(input.users ?? []));
    if (key === "GET /api/site") return answer(response, 200, site());
    if (key === "GET /api/points") {
      const device = url.searchParams.get("device");
      return answer(
        response,
        200,
        z.array(PointShape).parse([...points.values()].filter((point) => point.device === device)),
      );
    }
    const past = /^\/api\/points\/([^/]+)\/history$/.exec(url.pathname)?.[1];
    if (request.method === "GET" && past) {
      const [from, to] = ["from", "to"].map((name) => Date.parse(url.searchParams.get(name) ?? ""));
      const rows = input.history?.(decodeURIComponent(past), from ?? 0, to ?? 0) ?? [];
      return answer(response, 200, z.array(BucketShape.strict()).parse(rows));
    }
    if (key === "GET /api/links") return answer(response, 200, z.array(LinkShape).parse([...links.values()]));
    const [, , noun, link = "", what] = url.pathname.split("/").map(decodeURIComponent);
    const found = noun === "links" ? links.get(link) : undefined;
    if (request.method === "GET" && found && what === undefined) return answer(response, 200, LinkShape.parse(found));
    if (request.method === "GET" && found && what === "frames") {
      const after = Number(url.searchParams.get("after"));
      const some = (frames.get(link) ?? []).filter((frame) => frame.seq > after);
      return answer(response, 200, z.array(FrameShape).parse(some));
    }
    if (key === "GET /api/simulator") return answer(response, 200, simulator(devices.values(), playing));
    if (/^GET \/api\/tickets\/[^/]+\/notice$/.test(key)) {
      const nothing = {
        possible: false,
        mayApprove: false,
        approve: [],
        households: 0,
        target: 1,
        ways: [],
        live: false,
      };
      return answer(response, 200, { ...nothing, editions: [] });
    }
    if (key === "GET /api/tickets") {
      const wanted = url.searchParams.get("state");
      const found = [...tickets.values()].filter(
        (one) => wanted === "all" || (one.closedAt === undefined) === (wanted === "open"),
      );
      return answer(response, 200, z.array(TicketShape).parse(found.map(brief)));
    }
    const ticket = /^\/api\/tickets\/([^/]+)$/.exec(url.pathname)?.[1];
    if (request.method === "GET" && ticket) {
      const known = tickets.get(decodeURIComponent(ticket));
      if (known) return answer(response, 200, TicketDetailShape.parse(known));
    }
    answer(response, 404, refusal("not-found", "没有此路径。", "There is no such path."));
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://fake");
    if (state === "hung") return;
    if (url.pathname.startsWith("/api")) {
      api(request, response, url).catch((error: unknown) => {
        console.error(error);
        response.destroy();
      });
    } else void file(url.pathname, response);
  });
  const streams = new WebSocketServer({ noServer: true });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    if (state === "cut") return void socket.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request, socket, head) => {
    if (state === "hung") return;
    if (signedOut) return void socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    streams.handleUpgrade(request, socket, head, (client) => {
      clients.set(client, { view: "watch", ids: [] });
      client.on("close", () => clients.delete(client));
      client.on("message", (data) => {
        const message = JSON.parse(String(data)) as {
          sub?: { view: string; ids?: string[] };
          alive?: (typeof alive)[number];
        };
        if (message.alive) alive.push(message.alive);
        if (!message.sub) return;
        clients.set(client, { view: message.sub.view, ids: message.sub.ids ?? [] });
        values(client, points.values());
      });
      const since = new URL(request.url ?? "/", "http://fake").searchParams.get("since");
      if (since === null) snapshot(client);
      else for (const frame of kept) if (frame.seq > Number(since)) send(client, frame);
    });
  });
  const beat = () =>
    broadcast({
      seq,
      at: iso(),
      kind: "heartbeat",
      age: devices.size > 0 ? 0.6 : null,
      online: [...devices.values()].filter((device) => device.state === "online").length,
      devices: devices.size,
      stored: true,
    });
  const heart = setInterval(beat, 1_000);
  await new Promise<void>((listening) => server.listen(input.port ?? 0, "127.0.0.1", listening));

  const fake: FakeGateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    alive,
    now,
    putFloods(...now) {
      floods = now;
      news((next) => ({ seq: next, at: iso(), kind: "flood", floods: now }));
    },
    putAlarms(...changed) {
      for (const alarm of changed) alarms.set(alarm.id, AlarmShape.parse(alarm));
      news((seq) => ({ seq, at: iso(), kind: "alarm", alarms: changed }));
    },
    putTickets(...changed) {
      for (const ticket of changed) tickets.set(ticket.no, TicketDetailShape.parse(ticket));
      news((seq) => ({ seq, at: iso(), kind: "ticket", tickets: changed.map(brief) }));
    },
    putDevices(...changed) {
      for (const device of changed) devices.set(device.id, DeviceShape.parse(device));
      news((seq) => ({ seq, at: iso(), kind: "link", devices: changed }));
    },
    putPoints(...changed) {
      for (const point of changed) points.set(point.id, PointShape.parse(point));
      for (const socket of clients.keys()) values(socket, changed);
    },
    putLinks(...changed) {
      for (const link of changed) links.set(link.id, LinkShape.parse(link));
    },
    putFrames(link, ...more) {
      frames.set(link, [...(frames.get(link) ?? []), ...more]);
    },
    writeOutcome: "done",
    alarm: (id) => alarms.get(id),
    sendRaw(text) {
      for (const socket of clients.keys()) socket.send(text);
    },
    hang() {
      state = "hung";
    },
    cut() {
      state = "cut";
      for (const socket of sockets) socket.destroy();
    },
    heal() {
      state = "up";
      beat();
    },
    refuseNext(told) {
      next = told;
    },
    signOutEverybody() {
      signedOut = true;
      for (const socket of clients.keys()) socket.close(4401);
    },
    get sockets() {
      return clients.size;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(heart);
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
  return fake;
}
