import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Account } from "#model/account";
import { instant, type Moment, milliseconds, seconds } from "#model/time";
import { LiveFrame } from "../../../gateway/api/live-shapes.ts";
import { newSession } from "../../../gateway/people/sessions.ts";
import { alarm, put, START, type Stand, startStand, ticket } from "./stand.ts";

let stand: Stand;
beforeEach(async () => {
  stand = await startStand({ limits: { socketsPerPerson: 5 } });
});
afterEach(async () => stand[Symbol.asyncDispose]());

const account: Account = {
  id: "wang",
  name: "王工",
  role: "operator",
  password: "x",
  state: "active",
  createdAt: START,
};

/** A session of its own for each caller, so that the limit per person is reached on purpose only. */
function signedIn(id = "wang"): { cookie: string; session: string } {
  stand.door.house.accounts.set(id, { ...account, id });
  const { session, secret } = newSession({ ...account, id }, stand.clock.now());
  stand.door.house.sessions.set(session.id, session);
  return { cookie: `gh=${secret}`, session: session.id };
}

interface Client {
  readonly socket: WebSocket;
  readonly frames: LiveFrame[];
  /** The next frame of this kind that comes from now on, or already waits. */
  next<K extends LiveFrame["kind"]>(kind: K): Promise<Extract<LiveFrame, { kind: K }>>;
  /** The first frame, past or to come, for which this holds. */
  find(wanted: (frame: LiveFrame) => boolean): Promise<LiveFrame>;
  readonly closed: Promise<number>;
}

async function look(query = "", headers: Record<string, string> = { cookie: signedIn().cookie }): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${stand.port}/api/live${query}`, { headers });
  const frames: LiveFrame[] = [];
  const waiting: { kind: string; resolve(frame: LiveFrame): void }[] = [];
  const looking: { wanted(frame: LiveFrame): boolean; resolve(frame: LiveFrame): void }[] = [];
  let read = 0;
  socket.on("message", (data) => {
    const frame = LiveFrame.parse(JSON.parse(String(data)));
    frames.push(frame);
    for (const one of looking) if (one.wanted(frame)) one.resolve(frame);
    const index = waiting.findIndex((one) => one.kind === frame.kind);
    if (index >= 0) {
      read = frames.length;
      waiting.splice(index, 1)[0]?.resolve(frame);
    }
  });
  const closed = new Promise<number>((resolve) => socket.on("close", (code) => resolve(code)));
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  return {
    socket,
    frames,
    closed,
    find(wanted) {
      const there = frames.find(wanted);
      return there ? Promise.resolve(there) : new Promise((resolve) => looking.push({ wanted, resolve }));
    },
    next(kind) {
      const there = frames.findIndex((frame, index) => index >= read && frame.kind === kind);
      if (there >= 0) {
        read = there + 1;
        return Promise.resolve(frames[there] as never);
      }
      return new Promise((resolve) => waiting.push({ kind, resolve: resolve as never }));
    },
  };
}

/** The status with which the handshake was refused. */
const refused = (headers: Record<string, string>, path = "/api/live"): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${stand.port}${path}`, { headers });
    socket.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on("open", () => reject(new Error("the handshake went through")));
    socket.on("error", () => {});
  });

const now = (): Moment => ({ now: stand.clock.now(), mono: stand.clock.monotonic() });
const raise = (id: string, more = {}) => {
  const row = alarm(id, more);
  stand.door.house.alarms.set(id, row);
  stand.feed.publish({ kind: "alarms", alarms: [row], at: now() });
};
const sample = (...handles: number[]) =>
  stand.feed.publish({ kind: "values", changed: Int32Array.from(handles), count: handles.length, at: now() });

describe("the handshake", () => {
  test("is refused without a credential, from a foreign page, and for a foreign Host", async () => {
    const { cookie } = signedIn();
    expect(await refused({})).toBe(401);
    expect(await refused({ cookie: "gh=nonsense" })).toBe(401);
    expect(await refused({ cookie, origin: "http://evil.example" })).toBe(403);
    expect(await refused({ cookie, origin: "null" })).toBe(403);
    expect(await refused({ cookie, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await refused({ cookie, host: "evil.example" })).toBe(421);
    expect(await refused({ cookie }, "/api/live?view=everything")).toBe(400);
    const client = await look("", { cookie, origin: stand.url });
    expect((await client.next("snapshot")).view).toBe("watch");
    client.socket.terminate();
  });

  test("offers no compression", async () => {
    const client = await look();
    expect(client.socket.extensions).toBe("");
    client.socket.terminate();
  });

  test("that is refused gives its socket back, whatever refused it", async () => {
    const { cookie } = signedIn();
    for (const path of ["/api/live", "/api/nothing", "/%", "/api/session", `/api/live?x=${"y".repeat(15_000)}`]) {
      for (const headers of [{ cookie }, {}, { host: "evil.example" }]) {
        if (path === "/api/live" && "cookie" in headers) continue;
        await new Promise<void>((resolve) => {
          const socket = connect(stand.port, "127.0.0.1");
          socket.on("error", () => {});
          socket.on("data", () => {});
          socket.on("close", () => resolve());
          const head = Object.entries({
            host: `127.0.0.1:${stand.port}`,
            connection: "upgrade",
            upgrade: "websocket",
            "sec-websocket-version": "13",
            "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
            ...headers,
          }).map(([name, value]) => `${name}: ${value}\r\n`);
          socket.write(`GET ${path} HTTP/1.1\r\n${head.join("")}\r\n`);
        });
      }
    }
  });

  test("is refused to the sixth stream of one person, and only to that person", async () => {
    const { cookie } = signedIn();
    const five = await Promise.all([1, 2, 3, 4, 5].map(() => look("", { cookie })));
    expect(await refused({ cookie })).toBe(429);
    const other = await look("", { cookie: signedIn("li").cookie });
    five[0]?.socket.close();
    await five[0]?.closed;
    await other.next("snapshot");
    const again = await look("", { cookie });
    for (const client of [...five, other, again]) client.socket.terminate();
  });

  test("takes the place of a stream of the same person that no longer answers", async () => {
    const { cookie } = signedIn();
    const five = await Promise.all([1, 2, 3, 4, 5].map(() => look("", { cookie })));
    const [ghost] = five;
    if (ghost) (ghost.socket as unknown as { _autoPong: boolean })._autoPong = false;
    await stand.clock.advance(seconds(15));
    // The living have answered once they have seen the heartbeat that came with the ping, and a pong of their own.
    for (const client of five.slice(1)) {
      await client.next("heartbeat");
      client.socket.ping();
      await new Promise((resolve) => client.socket.once("pong", resolve));
    }
    const sixth = await look("", { cookie });
    expect(await ghost?.closed).toBe(1001);
    for (const client of [...five.slice(1), sixth]) {
      expect(client.socket.readyState).toBe(WebSocket.OPEN);
      client.socket.terminate();
    }
  });

  test("is a WebSocket's: a plain request is told so", async () => {
    expect(await stand.ask("GET", "/api/live", { as: "viewer" })).toMatchObject({
      status: 426,
      body: { code: "websocket-needed" },
    });
  });
});

describe("frames", () => {
  test("begin with a snapshot of what is listed and open", async () => {
    stand.door.house.alarms.set("a.b@lift-1", alarm("a.b@lift-1"));
    stand.door.house.alarms.set("a.c@lift-1", alarm("a.c@lift-1", { process: "normal", acknowledge: "acknowledged" }));
    stand.door.house.tickets.set("GD20261121-000001", ticket("GD20261121-000001"));
    put(stand.table, "lift-1.speed", 1.5);
    const client = await look("?view=device&ids=lift-1,unknown");
    const snapshot = await client.next("snapshot");
    expect(snapshot).toMatchObject({
      view: "device",
      site: { id: "test" },
      alarms: [{ id: "a.b@lift-1" }],
      tickets: [{ no: "GD20261121-000001" }],
    });
    expect(snapshot.devices).toHaveLength(3);
    expect(snapshot.points).toMatchObject([{ id: "lift-1.speed", value: 1.5 }, { value: null }, { value: null }]);
    client.socket.terminate();
  });

  /** Many alarms, the gravest noted last. */
  const storm = (count: number) => {
    for (let n = 0; n < count; n += 1) {
      const severity = n === count - 1 ? ("S1" as const) : ("S3" as const);
      stand.door.house.alarms.set(`r${n}@lift-1`, alarm(`r${n}@lift-1`, { severity }));
    }
  };

  test("of a thousand alarms begin with the gravest; the rest follows, and what happens meanwhile comes after it", async () => {
    storm(1_000);
    const client = await look();
    const snapshot = await client.next("snapshot");
    expect(snapshot.alarms).toHaveLength(200);
    expect(snapshot.alarms[0]).toMatchObject({ id: "r999@lift-1", severity: "S1" });
    // Not whole yet: who comes again with this number begins anew.
    expect(snapshot.seq).toBe(0);
    raise("r3@lift-1", { count: 7 });
    const last = await client.find(
      (frame) => frame.kind === "alarm" && frame.alarms.some((one) => one.count === 7) && frame.alarms.length === 1,
    );
    const before = client.frames.slice(1, client.frames.indexOf(last)).filter((frame) => frame.kind === "alarm");
    expect(before.map((frame) => frame.seq === 0)).toEqual([true, true, true, false]);
    expect(last.seq).toBe((before.at(-1)?.seq ?? 0) + 1);
    const ids = [snapshot, ...before].flatMap((frame) => ("alarms" in frame ? frame.alarms.map(({ id }) => id) : []));
    expect(new Set(ids).size).toBe(1_000);
    expect(ids).toHaveLength(1_000);
    client.socket.terminate();
  });

  test("that were cut off before the picture was whole begin anew", async () => {
    storm(1_000);
    const client = await look();
    const { seq } = await client.next("snapshot");
    client.socket.terminate();
    const again = await look(`?since=${seq}`);
    expect((await again.next("snapshot")).alarms).toHaveLength(200);
    again.socket.terminate();
  });

  test("an alarm and its ticket leave at once, in one go each; what follows within 50 ms leaves together with its last state", async () => {
    const client = await look();
    await client.next("snapshot");
    raise("a.b@lift-1");
    stand.feed.publish({ kind: "tickets", tickets: [ticket("GD20261121-000001")], at: now() });
    const first = await client.next("alarm");
    const second = await client.next("ticket");
    expect(second.seq).toBe(first.seq + 1);

    for (let count = 2; count <= 40; count += 1) raise("a.b@lift-1", { count });
    raise("a.z@lift-1");
    await stand.clock.advance(milliseconds(50));
    const together = await client.next("alarm");
    expect(together.alarms).toMatchObject([{ id: "a.b@lift-1", count: 40 }, { id: "a.z@lift-1" }]);
    expect(client.frames.filter((frame) => frame.kind === "alarm")).toHaveLength(2);
    client.socket.terminate();
  });

  test("what cannot be told ends the streams and stands in the log; the house and whoever comes again go on", async () => {
    const client = await look();
    await client.next("snapshot");
    stand.feed.publish({ kind: "alarms", alarms: [alarm("a.b@lift-1", { activeSince: instant(0.5) })], at: now() });
    expect(await client.closed).toBe(1011);
    expect(stand.logged.join()).toContain("the screens could not be told");
    const again = await look();
    await again.next("snapshot");
    await stand.clock.advance(milliseconds(50));
    raise("a.c@lift-1");
    expect((await again.next("alarm")).alarms).toMatchObject([{ id: "a.c@lift-1" }]);
    again.socket.terminate();
  });

  test("a device that falls silent is told with its sentence", async () => {
    const client = await look();
    await client.next("snapshot");
    stand.feed.publish({ kind: "devices", devices: [{ device: "lift-1", state: "offline", since: START }], at: now() });
    expect((await client.next("link")).devices).toMatchObject([{ id: "lift-1" }]);
    client.socket.terminate();
  });

  test("values come for the devices that were asked for, 250 ms apart, each point once with its last value", async () => {
    const client = await look();
    await client.next("snapshot");
    const speed = put(stand.table, "lift-1.speed", 1);
    const pressure = put(stand.table, "booster-1.outlet_pressure", 0.5);
    client.socket.send(JSON.stringify({ sub: { view: "device", ids: ["lift-1"] } }));
    // The answer to a subscription: all present values.
    expect((await client.next("value")).points.map((one) => one.id)).toEqual([
      "lift-1.speed",
      "lift-1.door_zone",
      "lift-1.mode",
    ]);

    sample(speed, pressure);
    expect((await client.next("value")).points).toMatchObject([{ id: "lift-1.speed", value: 1 }]);
    for (let value = 2; value <= 9; value += 1) {
      put(stand.table, "lift-1.speed", value);
      sample(speed, speed, pressure);
    }
    await stand.clock.advance(milliseconds(249));
    expect(client.frames.filter((frame) => frame.kind === "value")).toHaveLength(2);
    await stand.clock.advance(milliseconds(1));
    expect((await client.next("value")).points).toMatchObject([{ id: "lift-1.speed", value: 9 }]);

    client.socket.send(JSON.stringify({ sub: { view: "watch" } }));
    client.socket.send(JSON.stringify({ alive: { visible: true, audioRunning: false, lastSeq: 5 } }));
    // A heartbeat proves that the subscription was heard: it was sent before.
    await client.socket.ping();
    await new Promise((resolve) => client.socket.once("pong", resolve));
    await stand.clock.advance(seconds(1));
    await client.next("heartbeat");
    const before = client.frames.length;
    sample(speed);
    await stand.clock.advance(seconds(1));
    await client.next("heartbeat");
    expect(client.frames.slice(before).map((frame) => frame.kind)).toEqual(["heartbeat"]);
    client.socket.terminate();
  });

  test("a heartbeat comes each second and says how old the newest value is and whether the store is there", async () => {
    await stand[Symbol.asyncDispose]();
    stand = await startStand({
      devices: () => [
        {
          device: "lift-1",
          state: "online",
          since: START,
          lastGood: instant(START - 400),
          pollWanted: 1,
          pollAchieved: 1,
        },
        { device: "lift-2", state: "offline", since: START, pollWanted: 1, pollAchieved: 0 },
      ],
    });
    stand.door.store = "away";
    const client = await look();
    await stand.clock.advance(seconds(1));
    expect(await client.next("heartbeat")).toMatchObject({
      age: 1.4,
      online: 1,
      devices: 2,
      stored: false,
      at: "2026-11-21T08:00:01.000Z",
    });
    client.socket.terminate();
  });
});

describe("coming back", () => {
  test("with the last number: what was missed comes, once, in order, and no snapshot", async () => {
    const client = await look();
    const { seq } = await client.next("snapshot");
    client.socket.terminate();
    await client.closed;
    for (let i = 0; i < 5; i += 1) {
      raise(`a.n${i}@lift-1`);
      await stand.clock.advance(milliseconds(50));
    }
    const again = await look(`?since=${seq}`);
    await stand.clock.advance(seconds(1));
    await again.next("heartbeat");
    expect(again.frames.map((frame) => frame.kind)).toEqual(["alarm", "alarm", "alarm", "alarm", "alarm", "heartbeat"]);
    expect(again.frames.map((frame) => frame.seq)).toEqual([1, 2, 3, 4, 5, 5].map((n) => seq + n));
    again.socket.terminate();

    const half = await look(`?since=${seq + 3}`);
    await half.next("alarm");
    await half.next("alarm");
    expect(half.frames.map((frame) => frame.seq)).toEqual([seq + 4, seq + 5]);
    half.socket.terminate();
  });

  test("with a number from another run, from the future, or too old: a snapshot", async () => {
    await stand[Symbol.asyncDispose]();
    stand = await startStand({ limits: { framesKept: 3 } });
    const { seq } = await (await look()).next("snapshot");
    for (let i = 0; i < 6; i += 1) {
      raise(`a.n${i}@lift-1`);
      await stand.clock.advance(milliseconds(50));
    }
    for (const since of [0, seq - 1, seq, seq + 2, seq + 7, Number.MAX_SAFE_INTEGER]) {
      const client = await look(`?since=${since}`, { cookie: signedIn(`p${since}`).cookie });
      const [first] = await Promise.all([client.next("snapshot")]);
      expect(first.alarms).toHaveLength(6);
      client.socket.terminate();
    }
    const client = await look(`?since=${seq + 3}`, { cookie: signedIn("last").cookie });
    expect((await client.next("alarm")).seq).toBe(seq + 4);
    client.socket.terminate();
  });
});

describe("who may stay", () => {
  test.each([
    [
      "signs out",
      (id: string) => {
        const session = stand.door.house.sessions.get(id);
        if (session) stand.door.house.sessions.set(id, { ...session, state: "ended" });
      },
    ],
    ["is disabled", () => stand.door.house.accounts.set("wang", { ...account, state: "disabled" })],
    ["gets another role", () => stand.door.house.accounts.set("wang", { ...account, role: "viewer" })],
    [
      "has a session that ran out",
      (id: string) => {
        const session = stand.door.house.sessions.get(id);
        if (session) stand.door.house.sessions.set(id, { ...session, expiresAt: stand.clock.now() });
      },
    ],
  ])("a person who %s is closed with 4401 at the next heartbeat, on every stream", async (_what, change) => {
    const { cookie, session } = signedIn();
    const socket = await look("", { cookie });
    const events = await listen("/api/live/events", { cookie });
    change(session);
    await stand.clock.advance(seconds(1));
    expect(await socket.closed).toBe(4401);
    await events.ended;
  });

  test("a client that does not answer pings is closed", async () => {
    const client = await look("", { cookie: signedIn().cookie });
    client.socket.pong = () => {};
    (client.socket as unknown as { _autoPong: boolean })._autoPong = false;
    await stand.clock.advance(seconds(46));
    expect(await client.closed).toBe(1001);
  });

  test.each([
    ["no JSON", "hello"],
    ["a wrong shape", '{"sub":{"view":"all"}}'],
    ["an unknown key", '{"sub":{"view":"watch"},"admin":true}'],
    ["a list", "[]"],
    ["a bomb", `{"sub":${"[".repeat(30_000)}`],
  ])("%s as a message ends the connection", async (_what, text) => {
    const client = await look();
    client.socket.send(text);
    expect(await client.closed).toBe(1008);
  });

  test("binary, oversized and too many messages end it too, and the others go on", async () => {
    const healthy = await look("", { cookie: signedIn("li").cookie });
    const binary = await look("", { cookie: signedIn("b").cookie });
    binary.socket.send(Buffer.from('{"alive":true}'));
    expect(await binary.closed).toBe(1008);
    const large = await look("", { cookie: signedIn("l").cookie });
    large.socket.on("error", () => {});
    large.socket.send("x".repeat(65_537));
    expect([1009, 1006]).toContain(await large.closed);
    const many = await look("", { cookie: signedIn("m").cookie });
    for (let i = 0; i < 25; i += 1) many.socket.send('{"alive":true}');
    expect(await many.closed).toBe(1008);
    raise("a.b@lift-1");
    expect((await healthy.next("alarm")).alarms).toHaveLength(1);
    healthy.socket.terminate();
  });
});

describe("a client that does not read", () => {
  test("loses values first, then its place with 1013, is counted, and delays nobody", async () => {
    await stand[Symbol.asyncDispose]();
    stand = await startStand({ limits: { dropValuesAbove: 64 * 1024, closeSocketAbove: 256 * 1024 } });
    const stalled = await look("?view=device&ids=lift-1", { cookie: signedIn("slow").cookie });
    const healthy = await look("", { cookie: signedIn("fast").cookie });
    await stalled.next("snapshot");
    (stalled.socket as unknown as { _socket: { pause(): void } })._socket.pause();

    const speed = put(stand.table, "lift-1.speed", 1);
    const long = "困".repeat(20_000);
    let rounds = 0;
    while (!(await metric("live-onlooker")) && rounds < 400) {
      raise(`a.n@lift-1`, { count: rounds + 1, comment: long });
      sample(speed);
      expect((await healthy.next("alarm")).alarms[0]?.count).toBe(rounds + 1);
      await stand.clock.advance(milliseconds(250));
      rounds += 1;
    }
    expect(await metric("live-values")).toBeGreaterThan(0);
    expect(await metric("live-onlooker")).toBe(1);
    (stalled.socket as unknown as { _socket: { resume(): void } })._socket.resume();
    expect(await stalled.closed).toBe(1013);
    healthy.socket.terminate();
  });

  test("gets all present values once there is room again", async () => {
    await stand[Symbol.asyncDispose]();
    stand = await startStand({ limits: { dropValuesAbove: 0 } });
    const client = await look("?view=device&ids=lift-1");
    await client.next("snapshot");
    const inner = (client.socket as unknown as { _socket: { pause(): void; resume(): void } })._socket;
    inner.pause();
    const speed = put(stand.table, "lift-1.speed", 1);
    let rounds = 0;
    while (!(await metric("live-values")) && rounds < 400) {
      raise("a.n@lift-1", { comment: "x".repeat(100_000), count: rounds + 1 });
      sample(speed);
      await stand.clock.advance(milliseconds(250));
      rounds += 1;
    }
    put(stand.table, "lift-1.speed", 4);
    inner.resume();
    // Everything that waited is read before the pong.
    client.socket.ping();
    await new Promise((resolve) => client.socket.once("pong", resolve));
    await stand.clock.advance(seconds(2));
    const whole = await client.find((frame) => frame.kind === "value" && frame.points.length === 3);
    expect(whole).toMatchObject({ points: [{ id: "lift-1.speed", value: 4 }, {}, {}] });
    client.socket.terminate();
  });
});

async function metric(what: string): Promise<number> {
  const text = await stand.metrics.render({
    points: 0,
    alarms: [],
    tickets: { S1: 0, S2: 0, S3: 0, S4: 0 },
    drills: 0,
    outbox: 0,
    history: 0,
  });
  return Number(new RegExp(`gatehouse_dropped_total\\{what="${what}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
}

interface Events {
  readonly lines: string[];
  until(pattern: RegExp): Promise<void>;
  readonly ended: Promise<void>;
  stop(): void;
}

async function listen(path: string, headers: Record<string, string>): Promise<Events> {
  const socket = connect(stand.port, "127.0.0.1");
  let text = "";
  let check = () => {};
  socket.on("data", (chunk) => {
    text += chunk.toString();
    check();
  });
  const ended = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  const head = Object.entries({ host: `127.0.0.1:${stand.port}`, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`GET ${path} HTTP/1.1\r\n${head.join("")}\r\n`);
  const events: Events = {
    get lines() {
      return text.split("\n");
    },
    until: (pattern) =>
      new Promise((resolve) => {
        check = () => pattern.test(text) && resolve();
        check();
      }),
    ended,
    stop: () => socket.destroy(),
  };
  await events.until(/event: (snapshot|alarm|heartbeat)/);
  return events;
}

describe("server-sent events", () => {
  test("carry the same frames with their numbers, and resume by Last-Event-ID", async () => {
    const { cookie } = signedIn();
    const events = await listen("/api/live/events", { cookie });
    expect(events.lines).toContain("content-type: text/event-stream; charset=utf-8\r");
    raise("a.b@lift-1");
    await events.until(/event: alarm/);
    const at = events.lines.indexOf("event: alarm");
    const seq = Number(events.lines[at - 1]?.replace("id: ", ""));
    const frame = LiveFrame.parse(JSON.parse(events.lines[at + 1]?.replace("data: ", "") ?? ""));
    expect(frame).toMatchObject({ seq, kind: "alarm", alarms: [{ id: "a.b@lift-1" }] });
    events.stop();

    const again = await listen("/api/live/events", { cookie, "last-event-id": String(seq - 1) });
    expect(again.lines.filter((line) => line.startsWith("event: "))).toEqual(["event: alarm"]);
    again.stop();
  });
});

test("when the gateway stops, every stream is closed and nothing holds the stop back", async () => {
  const client = await look();
  const events = await listen("/api/live/events", { cookie: signedIn("li").cookie });
  const stalled = await look("", { cookie: signedIn("slow").cookie });
  (stalled.socket as unknown as { _socket: { pause(): void } })._socket.pause();
  await stand[Symbol.asyncDispose]();
  expect([1001, 1006]).toContain(await client.closed);
  await events.ended;
  stalled.socket.terminate();
  stand = await startStand();
});
