/** The broker of the house: who gets in, what each may say and hear, and what one client cannot do to the others. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { minutes, seconds } from "#model/time";
import { CannotListen } from "../../../gateway/net/listen.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { closed, connectPacket, ears, ended, publishPacket, settings, startStand, subscribePacket } from "./stand.ts";

const code = (error: unknown): unknown => (error as { code?: unknown }).code;

describe("nobody comes in", () => {
  test.each([
    ["without a user", {}, { username: "", password: "" }, 4],
    ["with a wrong password", {}, { password: "nearly" }, 4],
    ["with a name that nobody has", {}, { username: "constructor" }, 4],
    ["with the client id of another user", {}, { clientId: "lift" }, 2],
    ["with a client id of their own making", {}, { clientId: "anything" }, 2],
    ["with a keep-alive of hours", {}, { keepalive: 7_200 }, 6],
    [
      "with a will on a foreign topic",
      {},
      { will: { topic: "park/lift/state", payload: Buffer.from("x"), qos: 0 as const, retain: true } },
      5,
    ],
    [
      "with a will on the house's own topics",
      {},
      { will: { topic: "gatehouse/demo/state", payload: Buffer.from("offline"), qos: 0 as const, retain: true } },
      5,
    ],
  ])("%s", async (_how, _more, options, expected) => {
    await using stand = await startStand();
    const error = await stand.client("pump", options).catch((refused: unknown) => refused);
    expect(code(error)).toBe(expected);
    await expect.poll(() => stand.broker.clients()).toBe(0);
    expect(JSON.stringify(stand.log)).not.toContain("secret");
  });

  test("with MQTT 5: the answer says so, and the socket is closed", async () => {
    await using stand = await startStand();
    const socket = await stand.socket();
    socket.write(connectPacket("pump", { level: 5 }));
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect([...answer.subarray(0, 4)]).toEqual([0x20, 2, 0, 1]);
    await ended(socket);
  });

  test("after ten wrong passwords in a minute, not even with the right one", async () => {
    const clock = createManualClock();
    await using stand = await startStand({ clock });
    for (let i = 0; i < 10; i += 1) await stand.client("pump", { password: "x" }).catch(() => undefined);
    await ended(await stand.socket());
    await clock.advance(minutes(1));
    await stand.client("pump");
  });
});

test("a user without lines may neither say nor hear anything", async () => {
  const mute = { name: "mute", password: "mute-secret", clients: ["mute"], publish: [], subscribe: [] };
  await using stand = await startStand({ settings: { users: [...settings.users, mute] } });
  const client = await stand.client("mute");
  for (const filter of ["mute", "mute/#", "park/pump/state", "#"]) {
    await expect(client.subscribeAsync(filter)).rejects.toThrow();
  }
  client.publish("mute", "x");
  await closed(client);
});

describe("a client", () => {
  test("says and hears what its lines allow", async () => {
    await using stand = await startStand();
    const reader = await stand.client("reader");
    const hears = ears(reader);
    await reader.subscribeAsync("park/+/state");
    const pump = await stand.client("pump");
    await pump.publishAsync("park/pump/state", "on", { qos: 1 });
    await hears.until(() => hears.heard.length === 1);
    expect(hears.heard).toEqual([{ topic: "park/pump/state", text: "on", retained: false }]);
  });

  test.each(["park/lift/state", "gatehouse/demo/alarm", "$SYS/x", "other"])(
    "is cut off when it publishes to %s",
    async (topic) => {
      await using stand = await startStand();
      const pump = await stand.client("pump");
      const reader = await stand.client("reader");
      const hears = ears(reader);
      await reader.subscribeAsync("park/#");
      pump.publish(topic, "x", { retain: true });
      await closed(pump);
      const lift = await stand.client("lift");
      await lift.publishAsync("park/lift/state", "real", { qos: 1 });
      await hears.until(() => hears.heard.length > 0);
      expect(hears.heard).toEqual([{ topic: "park/lift/state", text: "real", retained: false }]);
    },
  );

  test.each(["#", "+/#", "$SYS/#", "park/#", "park/pump/+", "park/lift/cmd", "gatehouse/#"])(
    "may not listen to %s",
    async (filter) => {
      await using stand = await startStand();
      const pump = await stand.client("pump");
      await expect(pump.subscribeAsync(filter)).rejects.toThrow();
      const granted = await pump.subscribeAsync("park/pump/cmd/#");
      expect(granted[0]?.qos).toBe(0);
    },
  );

  test("subscribes to twenty filters and no more", async () => {
    await using stand = await startStand();
    const reader = await stand.client("reader");
    for (let i = 0; i < 20; i += 1) await reader.subscribeAsync(`park/${i}`);
    await expect(reader.subscribeAsync("park/20")).rejects.toThrow();
  });

  test("is cut off when it floods, and the others hear what it may say until then", async () => {
    const clock = createManualClock();
    await using stand = await startStand({ clock });
    const pump = await stand.client("pump");
    for (let i = 0; i < 600; i += 1) pump.publish("park/pump/state", String(i));
    await closed(pump);
    expect(stand.log.some(({ facts }) => JSON.stringify(facts).includes("more messages than allowed"))).toBe(true);
  });

  test("cannot keep more than its share: a retained message of 20 KB cuts it off", async () => {
    await using stand = await startStand();
    const pump = await stand.client("pump");
    pump.publish("park/pump/state", Buffer.alloc(20_000), { retain: true });
    await closed(pump);
  });

  test("finds no room for a new retained message beyond the cap; what is kept can still change and be taken away", async () => {
    await using stand = await startStand({ settings: { limits: { ...settings.limits, retained: 2 } } });
    const pump = await stand.client("pump");
    const keep = (name: string, text: string) => pump.publishAsync(`park/pump/${name}`, text, { qos: 1, retain: true });
    for (const name of ["a", "b", "c"]) await keep(name, name);
    await keep("a", "new");
    await keep("b", "");
    await keep("d", "d");
    const reader = await stand.client("reader");
    const hears = ears(reader);
    await reader.subscribeAsync("park/#");
    await hears.until(() => hears.heard.length === 2);
    expect(hears.heard.map(({ text }) => text).toSorted()).toEqual(["d", "new"]);
    expect(stand.dropped.get("broker-retained")).toBe(1);
  });

  test("with the same client id takes the place of the one before, of the same user only", async () => {
    await using stand = await startStand();
    const first = await stand.client("pump");
    const gone = closed(first);
    await stand.client("pump");
    await gone;
  });

  test("whose line breaks leaves its will", async () => {
    await using stand = await startStand();
    const reader = await stand.client("reader");
    const hears = ears(reader);
    await reader.subscribeAsync("park/#");
    const pump = await stand.client("pump", {
      will: { topic: "park/pump/status", payload: Buffer.from("offline"), qos: 1, retain: true },
    });
    pump.stream.destroy();
    await hears.until(() => hears.heard.length === 1);
    expect(hears.heard[0]).toMatchObject({ topic: "park/pump/status", text: "offline" });
  });

  test("that is away finds what came with QoS 1, as far as there was room", async () => {
    await using stand = await startStand({ settings: { limits: { ...settings.limits, queued: 5 } } });
    const late = await stand.client("reader", { clientId: "late", clean: false });
    await late.subscribeAsync("park/#", { qos: 1 });
    await late.endAsync();
    const pump = await stand.client("pump");
    for (let i = 0; i < 8; i += 1) await pump.publishAsync("park/pump/state", String(i), { qos: 1 });
    const again = await stand.client("reader", { clientId: "late", clean: false });
    const hears = ears(again);
    await pump.publishAsync("park/pump/state", "last", { qos: 1 });
    await hears.until(() => hears.heard.some(({ text }) => text === "last"));
    expect(hears.heard.filter(({ text }) => text === "7")).toEqual([]);
    expect(stand.dropped.get("broker-queue")).toBe(3);
  });
});

describe("a stranger's socket", () => {
  test("that never says CONNECT is cut after five seconds", async () => {
    await using stand = await startStand();
    const socket = await stand.socket();
    const began = process.hrtime.bigint();
    await ended(socket);
    const took = Number(process.hrtime.bigint() - began) / 1e6;
    expect(took).toBeGreaterThan(3_000);
    expect(took).toBeLessThan(8_000);
  });

  test.each([
    ["begins with anything but CONNECT", publishPacket("park/pump/state", Buffer.from("x"))],
    ["speaks HTTP", Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n")],
    ["announces a CONNECT of megabytes", Buffer.of(0x10, 0xff, 0xff, 0xff, 0x7f)],
    ["announces a length that never ends", Buffer.of(0x10, 0xff, 0xff, 0xff, 0xff, 0x01)],
  ])("that %s is cut at once", async (_what, bytes) => {
    await using stand = await startStand();
    const socket = await stand.socket();
    socket.write(bytes);
    await ended(socket);
    await stand.client("pump");
  });

  test("signed in, that announces a packet beyond the limit is cut before it is sent", async () => {
    await using stand = await startStand();
    const socket = await stand.socket();
    socket.write(connectPacket("pump"));
    await once(socket, "data");
    socket.write(Buffer.of(0x30, 0x80, 0x80, 0x80, 0x01));
    await ended(socket);
  });

  test("that throws garbage never ends the broker", async () => {
    await using stand = await startStand();
    for (let i = 0; i < 100; i += 1) {
      const socket = await stand.socket();
      if (i % 2 === 0) socket.write(connectPacket("pump"));
      socket.end(Buffer.from(Array.from({ length: 1 + ((i * 37) % 400) }, (_, at) => (i * 131 + at * 29) & 255)));
      await ended(socket);
    }
    for (const topic of ["constructor", "__proto__", "1/".repeat(101)]) {
      const socket = await stand.socket();
      socket.write(
        Buffer.concat([connectPacket("pump"), publishPacket(topic, Buffer.from("x")), subscribePacket(topic)]),
      );
      await ended(socket);
    }
    const pump = await stand.client("pump");
    await pump.publishAsync("park/pump/state", "still here", { qos: 1 });
  });
});

test("a subscriber that stops reading does not silence the others", async () => {
  await using stand = await startStand({ settings: { limits: { ...settings.limits, messagesPerSecond: 10_000 } } });
  const frozen = await stand.socket();
  frozen.write(connectPacket("reader", { clientId: "frozen" }));
  await once(frozen, "data");
  frozen.write(subscribePacket("park/#"));
  await once(frozen, "data");
  frozen.pause();
  const reader = await stand.client("reader");
  const hears = ears(reader);
  await reader.subscribeAsync("park/#");
  const pump = await stand.client("pump");
  const many = 300;
  // 30 MB: beyond every buffer between the broker and the one who does not read.
  for (let i = 0; i < many; i += 1) await pump.publishAsync("park/pump/state", Buffer.alloc(100_000, 65), { qos: 1 });
  await hears.until(() => hears.heard.length === many);
  expect(stand.dropped.get("broker-slow-client") ?? 0).toBeGreaterThan(0);
});

describe("over a restart", () => {
  test("retained messages are still there, and a will is said when its client does not come back", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-broker-"));
    const will = { topic: "park/pump/status", payload: Buffer.from("offline"), qos: 1 as const, retain: true };
    {
      await using stand = await startStand({ folder });
      const pump = await stand.client("pump", { will });
      await pump.publishAsync("park/pump/state", "kept", { qos: 1, retain: true });
      await pump.publishAsync("park/pump/status", "online", { qos: 1, retain: true });
      await stand.client("lift", { will: { ...will, topic: "park/lift/status" } });
    }
    const clock = createManualClock();
    await using stand = await startStand({ folder, clock });
    const reader = await stand.client("reader");
    const hears = ears(reader);
    await reader.subscribeAsync("park/#");
    await hears.until(() => hears.heard.length === 2);
    expect(hears.heard.map(({ text }) => text).toSorted()).toEqual(["kept", "online"]);
    await stand.client("lift");
    await clock.advance(seconds(61));
    await hears.until(() => hears.heard.length === 3);
    expect(hears.heard[2]).toMatchObject({ topic: "park/pump/status", text: "offline" });
  });

  test("what was retained a moment before a kill is written within a second", async () => {
    const clock = createManualClock();
    await using stand = await startStand({ clock });
    const pump = await stand.client("pump");
    await pump.publishAsync("park/pump/state", "kept", { qos: 1, retain: true });
    await clock.advance(seconds(1));
    await expect.poll(() => readFileSync(join(stand.folder, "kept.jsonl"), "utf8")).toContain("park/pump/state");
    await using second = await startStand({ folder: stand.folder });
    const reader = await second.client("reader");
    const hears = ears(reader);
    await reader.subscribeAsync("park/#");
    await hears.until(() => hears.heard.length === 1);
  });

  test("a torn file costs what is torn, with a warning, and never the start", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-broker-"));
    {
      await using stand = await startStand({ folder });
      const pump = await stand.client("pump");
      for (const name of ["a", "b", "c"]) await pump.publishAsync(`park/pump/${name}`, name, { qos: 1, retain: true });
    }
    const file = join(folder, "kept.jsonl");
    const whole = readFileSync(file, "utf8");
    for (const torn of [
      whole.slice(0, -30),
      whole.replace("park/pump/b", "park/pump/x"),
      "",
      "{}",
      "\u0000".repeat(50),
    ]) {
      writeFileSync(file, torn);
      await using stand = await startStand({ folder });
      expect(stand.log.some(({ text }) => text.includes("damaged"))).toBe(true);
      const reader = await stand.client("reader");
      const hears = ears(reader);
      await reader.subscribeAsync("park/pump/a");
      await reader.subscribeAsync("park/pump/x");
      if (torn.includes("park/pump/a")) await hears.until(() => hears.heard.length === 1);
      expect(hears.heard.map(({ topic }) => topic)).not.toContain("park/pump/x");
    }
  });
});

test("a taken port is told with what chooses it", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  const error = await startStand({ settings: { listen: { host: "127.0.0.1", port } } }).catch(
    (failed: unknown) => failed,
  );
  expect(error).toBeInstanceOf(CannotListen);
  expect((error as CannotListen).text.zh).toContain("GATEHOUSE_BROKER_PORT");
  other.close();
});

test("the house comes in by its own way, and nobody else by it", async () => {
  await using stand = await startStand();
  const { url, user, password } = stand.broker.own;
  const house = await stand.client("x", {
    clientId: "gatehouse1",
    username: user,
    password,
    port: Number(new URL(url).port),
  });
  await house.subscribeAsync("#");
  await expect(house.subscribeAsync("$SYS/#")).rejects.toThrow();
  await house.publishAsync("gatehouse/demo/state", "online", { qos: 1 });
  await expect(stand.client("pump", { port: Number(new URL(url).port) })).rejects.toThrow();
  await expect(stand.client("x", { clientId: "gatehouse1", username: user, password })).rejects.toThrow();
});

test("with a certificate of its own it speaks TLS and no plain MQTT, and a greeting that never ends is cut", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-broker-"));
  const name = "subjectAltName=IP:127.0.0.1";
  const make = [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    "k",
    "-out",
    "c",
    "-subj",
    "/CN=x",
    "-addext",
    name,
  ];
  expect(spawnSync("openssl", make, { cwd: folder }).status).toBe(0);
  const [cert, key] = [readFileSync(join(folder, "c"), "utf8"), readFileSync(join(folder, "k"), "utf8")];
  await using stand = await startStand({ settings: { tls: { cert, key } } });
  const pump = await stand.client("pump", { protocol: "mqtts", ca: cert });
  await pump.publishAsync("park/pump/state", "x", { qos: 1 });
  await expect(stand.client("pump", { protocol: "mqtts" })).rejects.toThrow(/self-signed/);
  const plain = await stand.socket();
  plain.write(connectPacket("pump"));
  await ended(plain);
  const silent = await stand.socket();
  await ended(silent);
});
