/** Links that flood or hang stand beside two good ones, and the alarms of the good ones come as fast as ever. */
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aedes } from "aedes";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { frame, honest, startSpecDevice } from "../drivers/modbus/spec-device.ts";
import { DEMO_SITE, demoPorts, freePorts, startHouseProcess } from "../support/house-process.ts";

const HIGH = 9;
const LOW = 1;
/**
 * What an alarm beside floods may take more than one in the same house while they pause: both are measured in turn, so that a
 * busy machine slows both alike. Less than a poll that waits for a time-out of another link (3 s) would cost.
 */
const MORE = 1_000;
const ROUNDS = 10;

/** Raised while the floods run. */
let flooding = true;

/** Writes for as long as the reader takes it, so that only the reader's own pace limits the flood. */
function flood(socket: Socket, bytes: Buffer): void {
  socket.on("error", () => undefined);
  const more = () => {
    for (let lots = 0; lots < 4 && flooding && !socket.destroyed && socket.write(bytes); lots += 1);
    if (socket.destroyed) return;
    if (flooding) setImmediate(more);
    else setTimeout(more, 20);
  };
  more();
}

async function listen(onSocket: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as { port: number }).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A broker that sends as much of one topic as its client takes, garbage and far too much. */
async function startChattyBroker() {
  const broker = await Aedes.createBroker();
  let sent = 0;
  const garbage = Buffer.alloc(8 * 1_024, '{"level":');
  const speak = setInterval(() => {
    for (let n = 0; n < 50 && flooding; n += 1) {
      sent += 1;
      const packet = { cmd: "publish", topic: "chatty/state", payload: garbage, qos: 0, dup: false, retain: false };
      broker.publish(packet as never, () => undefined);
    }
  }, 10);
  const server = await listen((socket) => broker.handle(socket));
  return {
    port: server.port,
    sent: () => sent,
    async [Symbol.asyncDispose]() {
      clearInterval(speak);
      await server[Symbol.asyncDispose]();
      await new Promise<void>((resolve) => broker.close(resolve));
    },
  };
}

const median = (found: readonly number[]): number =>
  found.toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? Number.POSITIVE_INFINITY;

function writeSite(links: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-floods-site-"));
  cpSync(join(DEMO_SITE, "people.yaml"), join(folder, "people.yaml"));
  for (const part of ["devices", "rules"]) mkdirSync(join(folder, part));
  writeFileSync(
    join(folder, "site.yaml"),
    `id: floods
name: { zh: 洪泛, en: Floods }
simulated: true
broker:
  users:
    - { name: meter, password: "\${METER_PASSWORD}", publish: ["park/meter/#"] }
`,
  );
  writeFileSync(
    join(folder, "devices/tanks.yaml"),
    Object.entries(links)
      .map(([id, link]) => {
        const at = link.includes("mqtt") ? `${id === "meter" ? "park/meter" : id}/state#/level` : "holding:0";
        return `- id: ${id}
  name: { zh: 水箱, en: Tank }
  kind: water
  link: ${link}
  points:
    - { id: level, name: { zh: 液位, en: Level }, type: number, unit: m, at: "${at}", every: 200ms, staleAfter: 60s, range: [0, 20] }
`;
      })
      .join(""),
  );
  writeFileSync(
    join(folder, "rules/own.yaml"),
    `- id: own.full
  kind: water
  severity: S2
  class: life_safety # its comings and goings are not held back as chatter
  title: { zh: 水箱满, en: Tank full }
  when: level > 5 m
  because: { zh: "液位 {level}", en: "Level {level}" }
  advice: { zh: 关阀, en: Shut the valve }
  source: "a test"
`,
  );
  return folder;
}

test("alarms over Modbus and MQTT are in time beside links that flood and links that hang", async () => {
  await using stack = new AsyncDisposableStack();
  let level = LOW;
  const tank = stack.use(await startSpecDevice((request) => honest(() => level)(request)));
  const garbage = Buffer.alloc(64 * 1_024, "\x00\xff\x01\x03garbage");
  const unasked = Buffer.concat(Array.from({ length: 4_096 }, (_, id) => frame(id, 1, Buffer.of(3, 2, 0, 1))));
  const noise = stack.use(await listen((socket) => flood(socket, garbage)));
  const frames = stack.use(await listen((socket) => flood(socket, unasked)));
  const silent = stack.use(await listen(() => undefined));
  const chatty = stack.use(await startChattyBroker());
  const brokerPort = await freePorts(1);
  const house = stack.use(
    await startHouseProcess({
      args: [
        writeSite({
          tank: `{ modbus-tcp: { host: 127.0.0.1, port: ${tank.port} } }`,
          meter: "{ mqtt: { url: embedded } }",
          noise: `{ modbus-tcp: { host: 127.0.0.1, port: ${noise.port} } }`,
          frames: `{ modbus-tcp: { host: 127.0.0.1, port: ${frames.port} } }`,
          line: `{ modbus-rtu-over-tcp: { host: 127.0.0.1, port: ${noise.port} } }`,
          silent: `{ modbus-tcp: { host: 127.0.0.1, port: ${silent.port} } }`,
          hanging: `{ mqtt: { url: "mqtt://127.0.0.1:${silent.port}" } }`,
          chatty: `{ mqtt: { url: "mqtt://127.0.0.1:${chatty.port}" } }`,
        }),
      ],
      ports: await demoPorts(),
      environment: { METER_PASSWORD: "meter-secret", GATEHOUSE_BROKER_PORT: String(brokerPort) },
    }),
  );
  const meter = await connectAsync(`mqtt://127.0.0.1:${brokerPort}`, {
    username: "meter",
    password: "meter-secret",
    clientId: "meter",
  });
  stack.defer(() => meter.endAsync(true));
  let said = LOW;
  const say = (value: number) => {
    said = value;
    return meter.publishAsync("park/meter/state", JSON.stringify({ level: value }));
  };
  // As meters do; and what it says before the gateway listens is lost.
  const speaking = setInterval(() => void say(said).catch(() => undefined), 1_000);
  stack.defer(() => clearInterval(speaking));
  await house.until("both good devices are online", ({ devices }) =>
    ["tank", "meter"].every((id) => devices.get(id)?.state === "online"),
  );

  const delays: Record<string, { beside: number[]; without: number[] }> = {
    tank: { beside: [], without: [] },
    meter: { beside: [], without: [] },
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    flooding = round % 2 === 0;
    for (const [device, set] of [
      [
        "tank",
        async (value: number) => {
          level = value;
        },
      ],
      ["meter", say],
    ] as const) {
      const isActive = () => {
        const alarm = house.seen.alarms.get(`own.full@${device}`);
        return alarm !== undefined && ["unacknowledged", "acknowledged"].includes(alarm.state);
      };
      const began = performance.now();
      await set(HIGH);
      await house.until(`the alarm of ${device}`, isActive, 30_000);
      delays[device]?.[flooding ? "beside" : "without"].push(performance.now() - began);
      await set(LOW);
      await house.until(`the end of the alarm of ${device}`, () => !isActive(), 30_000);
    }
  }
  // The bad links were bad all the while.
  expect(chatty.sent()).toBeGreaterThan(1_000);
  const states = [...house.seen.devices.values()].filter(({ id }) => !(id in delays)).map(({ state }) => state);
  // Six links that misbehave, and the gateway, which never is silent to itself.
  expect(states).toHaveLength(7);
  expect(states.filter((state) => state === "online")).toHaveLength(1);
  for (const { beside, without } of Object.values(delays)) {
    expect(beside).toHaveLength(ROUNDS / 2);
    expect(median(beside)).toBeLessThan(2 * median(without) + MORE);
  }
}, 180_000);
