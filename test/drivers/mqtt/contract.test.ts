/** The driver `mqtt` against the contract of all drivers. The peer is a bare broker and a device that publishes. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { Aedes } from "aedes";
import { drivers } from "../../../drivers/catalog.ts";
import type { Driver } from "../../../drivers/driver.ts";
import { driverContract, type Peer } from "../../contracts/driver-contract.ts";
import { freePort } from "./mosquitto.ts";

const secret = "valve-4711-secret";

async function startBroker(guarded: boolean): Promise<Peer> {
  const broker = await Aedes.createBroker({
    authenticate: (_client, user, password, done) =>
      done(null, !guarded || (user === "gate" && String(password) === secret)),
  });
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    broker.handle(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const say = (topic: string, payload: string) =>
    broker.publish({ cmd: "publish", topic, payload, qos: 0, dup: false, retain: false }, () => undefined);
  const speaking = setInterval(() => {
    say("pump/state", '{"speed":300}');
    say("pump/on", "true");
  }, 10);
  const close = async () => {
    clearInterval(speaking);
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  return {
    settings: {
      url: `mqtt://127.0.0.1:${port}`,
      version: "3.1.1",
      quietAfter: "50ms",
      ...(guarded && { user: "gate", password: secret }),
    },
    secrets: [secret],
    points: [
      { at: "pump/state#/speed", raw: 300 },
      { at: "pump/on", raw: 1 },
    ],
    silence: () => clearInterval(speaking),
    flood: (bytes) => {
      for (const socket of sockets) socket.write(bytes);
    },
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
    vanish: close,
    connections: () => sockets.size,
    accepted: () => accepted,
    async [Symbol.asyncDispose]() {
      await close();
      await new Promise<void>((resolve) => broker.close(resolve));
    },
  };
}

driverContract({
  driver: drivers.get("mqtt") as Driver<unknown, unknown>,
  startPeer: () => startBroker(false),
  startGuarded: () => startBroker(true),
  nobody: async () => ({ url: `mqtt://127.0.0.1:${await freePort()}` }),
  badSettings: [
    undefined,
    null,
    "mqtt://a",
    {},
    { url: "" },
    { url: "http://a" },
    { url: "mqtt://" },
    { url: "mqtt://user:secret@a" },
    { url: "mqtt://a/topic" },
    { url: "mqtt://a?clientId=x" },
    { url: "mqtt://a", version: 4 },
    { url: "mqtt://a", password: "x" },
    { url: "mqtt://a", clientId: "" },
    { url: "mqtt://a", clientId: "with blank" },
    { url: "mqtt://a", keepalive: 30 },
    { url: "mqtt://a", keepalive: "1s" },
    { url: "mqtt://a", keepalive: "10m" },
    { url: "mqtt://a", ca: "-----BEGIN CERTIFICATE-----" },
    { url: "mqtts://a", cert: "x", key: "y" },
    { url: "mqtt://a", will: { topic: "a/#" } },
    { url: "mqtt://a", retained: "yes" },
    { url: "mqtt://a", rejectUnauthorized: false },
    { url: "mqtt://a", packetBytes: 1e9 },
    { url: "mqtt://a", host: "a" },
  ],
  badAddresses: [
    undefined,
    12,
    "",
    "#/a",
    "a/#",
    "a/+/b#/c",
    "a#b",
    "a#/b#/c",
    "a#/~2",
    "a#/[name]",
    "a#/[name=x",
    "$SYS/broker/uptime",
    "a\u0000b",
    "a".repeat(300),
    "1/".repeat(20),
    "a#/b ; ",
    "a#/b ; bit=32",
    "a#/b ; time=ts",
    "a#/b ; time=/ts:minutes",
    "a#/b ; time=/ts ; time=/ts",
    "a#/b ; when=/type",
    "a#/b ; when=type:1",
    "a#/b ; constructor=1",
    "a#/b > ",
    "a#/b > cmd/#",
    "a#/b > cmd#/[name=x]",
    "a#/b > c > d",
    "spb:",
    "spb:g/n",
    "spb:g/n/d",
    "spb:g/n/d/",
    "spb:/n/d/m",
    "spb:g/+/d/m",
  ],
});
