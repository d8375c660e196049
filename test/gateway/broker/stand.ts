/** The broker with a small site's users, clients of the mqtt package, and raw sockets that do as they like. */
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import type { BrokerSettings } from "#model/broker";
import type { Clock } from "#model/time";
import { startBroker } from "../../../gateway/broker/broker.ts";
import { createClock } from "../../../gateway/clock.ts";

export const settings: BrokerSettings = {
  listen: { host: "127.0.0.1", port: 0 },
  users: [
    {
      name: "pump",
      password: "pump-secret",
      clients: ["pump", "pump-2"],
      publish: ["park/pump/#"],
      subscribe: ["park/pump/cmd/#"],
    },
    {
      name: "lift",
      password: "lift-secret",
      clients: ["lift"],
      publish: ["park/lift/#"],
      subscribe: ["park/lift/cmd"],
    },
    {
      name: "reader",
      password: "reader-secret",
      clients: ["reader", "frozen", "late"],
      publish: [],
      subscribe: ["park/#"],
    },
  ],
  limits: { clients: 1_000, messagesPerSecond: 100, packetBytes: 262_144, retained: 20_000, queued: 1_000 },
};

export async function startStand(
  more: { readonly settings?: Partial<BrokerSettings>; readonly folder?: string; readonly clock?: Clock } = {},
) {
  const folder = more.folder ?? mkdtempSync(join(tmpdir(), "gatehouse-broker-"));
  const log: { facts: object; text: string }[] = [];
  const dropped = new Map<string, number>();
  const note = (facts: object, text: string) => void log.push({ facts, text });
  const broker = await startBroker({
    settings: { ...settings, ...more.settings },
    folder,
    clock: more.clock ?? createClock(),
    log: { info: note, warn: note, error: note },
    dropped: (what) => dropped.set(what, (dropped.get(what) ?? 0) + 1),
    portFrom: "GATEHOUSE_BROKER_PORT",
  });
  const clients: MqttClient[] = [];
  const sockets: Socket[] = [];
  return {
    broker,
    folder,
    log,
    dropped,
    async client(user: string, options: IClientOptions = {}): Promise<MqttClient> {
      const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
        protocolVersion: 4,
        clientId: user,
        username: user,
        password: `${user}-secret`,
        reconnectPeriod: 0,
        ...options,
      });
      client.on("error", () => undefined);
      clients.push(client);
      return client;
    },
    async socket(): Promise<Socket> {
      const socket = connect(broker.port, "127.0.0.1");
      socket.on("error", () => undefined);
      sockets.push(socket);
      await once(socket, "connect");
      return socket;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.end(true);
      for (const socket of sockets) socket.destroy();
      await broker[Symbol.asyncDispose]();
    },
  };
}

/** Collects what a client hears, and waits for it. */
export function ears(client: MqttClient) {
  const heard: { topic: string; text: string; retained: boolean }[] = [];
  const waiting = new Set<() => void>();
  client.on("message", (topic, payload, packet) => {
    heard.push({ topic, text: payload.toString(), retained: packet.retain });
    for (const look of [...waiting]) look();
  });
  return {
    heard,
    until(condition: () => boolean): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => condition() && resolve();
      waiting.add(look);
      look();
      return promise.finally(() => waiting.delete(look));
    },
  };
}

export const closed = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => {
    if (!client.connected) resolve();
    client.once("close", () => resolve());
  });
export const ended = async (socket: Socket): Promise<void> => {
  socket.resume();
  if (!socket.closed) await once(socket, "close");
};

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]);
};
export const packet = (first: number, body: Buffer): Buffer => {
  const head = [first];
  let left = body.length;
  do {
    head.push((left % 128) | (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.concat([Buffer.from(head), body]);
};
/** CONNECT by MQTT 3.1.1 section 3.1, by hand. */
export const connectPacket = (user: string, { level = 4, keepalive = 60, clientId = user } = {}): Buffer =>
  packet(
    0x10,
    Buffer.concat([
      text("MQTT"),
      Buffer.of(level, 0xc2, keepalive >> 8, keepalive & 255),
      ...(level === 5 ? [Buffer.of(0)] : []),
      text(clientId),
      text(user),
      text(`${user}-secret`),
    ]),
  );
export const publishPacket = (topic: string, payload: Buffer): Buffer =>
  packet(0x30, Buffer.concat([text(topic), payload]));
export const subscribePacket = (topic: string): Buffer =>
  packet(0x82, Buffer.concat([Buffer.of(0, 1), text(topic), Buffer.of(0)]));
