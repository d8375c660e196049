/** A line of devices that publish to a broker: the payloads of their makers, or a Sparkplug B edge node. */
import { connect, type MqttClient } from "mqtt";
import type { Chance } from "../chance.ts";
import type { SimulatorClock } from "../clock.ts";
import { faultKind } from "./faults.ts";
import { type Gate, openGate } from "./gate.ts";
import type { Line } from "./line.ts";
import { createPublisher } from "./mqtt-payload.ts";
import { refusedOnMqtt, refusedOnSparkplug, refusedWithoutSocket } from "./refused-faults.ts";
import { createShown, lag, looking, type ShownDevice } from "./shown.ts";
import { createSparkplugNode } from "./sparkplug-node.ts";

export interface MqttLineOptions {
  /** `mqtt://host:port` */
  readonly broker: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly clientId: string | undefined;
  /** Share of the messages about values that never arrive, 0 to 1, as on a poor radio link. */
  readonly lost: number | undefined;
  /** Seconds after which a maker's message is sent again although nothing has changed. */
  readonly every: number | undefined;
  /** Seconds of silence after which it asks whether the broker is there; the broker gives it up after half as much again. */
  readonly keepAlive: number | undefined;
  /** What stands before the topics; of Sparkplug the group. */
  readonly prefix: string | undefined;
  readonly sparkplug: boolean;
  /** Of the line; the edge node of Sparkplug. */
  readonly name: string;
  readonly devices: readonly ShownDevice[];
  readonly clock: SimulatorClock;
  readonly chance: Chance;
}

/** A broker's address without what may be secret in it. */
const shownAddress = (broker: string): string => broker.replace(/\/\/[^@/]*@/, "//");

/** What one speaker says when; the client carries it. */
interface Speaker {
  will(): { readonly topic: string; readonly payload: Buffer; readonly retain: boolean };
  connected(): void;
  readonly listens: readonly string[];
  heard(payload: Buffer): void;
  look(): void;
  farewell(): void;
}

/** Resolves at once: a broker that is not there yet is tried again every second, as devices do. */
export async function openMqttLine(options: MqttLineOptions): Promise<Line> {
  const { broker, clock, devices } = options;
  let client: MqttClient | undefined;
  const publish = (topic: string, payload: Buffer | string, retain = false) => {
    // What cannot be sent is not kept: a device tells what is, not what was.
    if (client?.connected) client.publish(topic, payload, { qos: 0, retain });
  };
  const { lost = 0, chance } = options;
  const tell = (topic: string, payload: Buffer | string, retain = false) => {
    if (lost === 0 || chance.between(0, 1) >= lost) publish(topic, payload, retain);
  };
  const speaker = options.sparkplug ? sparkplugSpeaker(options, publish, tell) : plainSpeaker(options, publish, tell);
  const will = () => ({ ...speaker.will(), qos: 1 as const });
  const gate = await gateTo(broker, clock);
  client = connect(gate?.url ?? broker, {
    ...gate?.options,
    clientId: options.clientId ?? `gatehouse-sim-${options.name}-${process.pid}`,
    protocolVersion: 4,
    clean: true,
    keepalive: options.keepAlive ?? 30,
    reconnectPeriod: 1_000,
    connectTimeout: 5_000,
    resubscribe: false,
    ...(options.user !== undefined && { username: options.user }),
    ...(options.password !== undefined && { password: options.password }),
    will: will(),
  });
  const open = client;
  open.on("error", () => undefined);
  open.on("close", () => {
    // The next connection has a will of its own.
    open.options.will = will();
  });
  open.on("connect", () => {
    if (speaker.listens.length > 0) open.subscribe([...speaker.listens]);
    speaker.connected();
  });
  open.on("message", (_topic, payload) => speaker.heard(payload));
  const stopLooking = looking(clock, () => {
    if (open.connected) speaker.look();
  });
  const refused = {
    ...(options.sparkplug ? refusedOnSparkplug : refusedOnMqtt),
    ...(gate ? {} : refusedWithoutSocket),
  };
  return {
    port: undefined,
    where: `${options.sparkplug ? "sparkplug" : "mqtt"} ${shownAddress(broker)}`,
    get clients() {
      return open.connected ? 1 : 0;
    },
    faults: gate?.faults ?? new Map(),
    refuses: (fault) => refused[fault],
    setFault(fault, on, seconds) {
      if (faultKind(fault).scope === "line") gate?.setFault(fault, on, seconds);
      else for (const device of devices) device.faults.setFault(fault, on, seconds);
    },
    async close() {
      stopLooking();
      speaker.farewell();
      await open.endAsync(!open.connected || gate?.faults.has("half-open"));
      await gate?.close();
    },
  };
}

/** A gate on this machine that leads to the broker; none for brokers behind a web socket, which go by their name. */
async function gateTo(
  broker: string,
  clock: SimulatorClock,
): Promise<(Gate & { url: string; options: object }) | undefined> {
  const usualPort = { "mqtt:": 1883, "tcp:": 1883, "mqtts:": 8883, "ssl:": 8883, "tls:": 8883 };
  const url = URL.parse(broker);
  if (!url || !Object.hasOwn(usualPort, url.protocol)) return undefined;
  const behind = {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || usualPort[url.protocol as keyof typeof usualPort],
  };
  const gate = await openGate({ host: "127.0.0.1", port: 0, behind: () => behind, clock });
  const account = /\/\/([^@/]*@)/.exec(broker)?.[1] ?? "";
  // The certificate is that of the broker, not of the gate.
  return Object.assign(gate, {
    url: `${url.protocol}//${account}127.0.0.1:${gate.port}`,
    options: { servername: behind.host },
  });
}

type Publish = (topic: string, payload: Buffer | string, retain?: boolean) => void;

/** `tell` is for values: on a poor link it may lose them. */
function sparkplugSpeaker(options: MqttLineOptions, publish: Publish, tell: Publish): Speaker {
  const { devices, clock, chance, name } = options;
  const node = createSparkplugNode({
    group: options.prefix ?? "gatehouse",
    node: name,
    devices,
    clock,
    chance,
    publish,
    tell,
  });
  return {
    will: () => ({ ...node.will(), retain: false }),
    connected: node.birth,
    listens: [node.commands],
    heard: node.command,
    look: node.look,
    farewell: node.death,
  };
}

/** How often everything is said when nobody told, s: a maker's box one message a second, retained points seldom (engineering judgement). */
const usualEvery = { maker: 1, own: 30 } as const;

function plainSpeaker(options: MqttLineOptions, publish: Publish, tell: Publish): Speaker {
  const { clock, chance } = options;
  const prefix = options.prefix ?? `fm/${options.name}`;
  const status = `${prefix}/$status`;
  const boxes = options.devices.map((device) => ({
    device,
    publisher: createPublisher(device, createShown(device), prefix),
    allAt: 0,
  }));
  return {
    will: () => ({ topic: status, payload: Buffer.from("offline"), retain: true }),
    connected() {
      publish(status, "online", true);
      for (const box of boxes) box.allAt = 0;
    },
    listens: [],
    heard: () => undefined,
    look() {
      const now = clock.monotonic();
      for (const box of boxes) {
        const { faults } = box.device;
        if (faults.dead) continue;
        const all = now >= box.allAt;
        const usual = box.device.profile.protocol === "mqtt" ? usualEvery.maker : usualEvery.own;
        if (all) box.allAt = now + (options.every ?? usual) * 1000;
        const messages = box.publisher.messages(clock.wall() + faults.clockAhead, all);
        const send = () => {
          for (const { topic, payload, retain } of messages) tell(topic, payload, retain);
        };
        const late = lag(faults, chance) * 1000;
        if (late > 0) clock.after(late, send);
        else send();
      }
    },
    farewell: () => publish(status, "offline", true),
  };
}
