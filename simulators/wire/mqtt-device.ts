/** A line of devices that publish to a broker: the payloads of their makers, or a Sparkplug B edge node. */
import { connect, type MqttClient } from "mqtt";
import type { Chance } from "../chance.ts";
import type { SimulatorClock } from "../clock.ts";
import type { FaultName } from "./faults.ts";
import type { Line } from "./line.ts";
import { createPublisher } from "./mqtt-payload.ts";
import { createShown, lag, looking, pushedFaults, type ShownDevice } from "./shown.ts";
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
  client = connect(broker, {
    clientId: options.clientId ?? `gatehouse-sim-${options.name}-${process.pid}`,
    protocolVersion: 4,
    clean: true,
    keepalive: 30,
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
  const can = (fault: FaultName) => pushedFaults.has(fault) || (options.sparkplug && fault === "wrong-id");
  return {
    port: undefined,
    where: `${options.sparkplug ? "sparkplug" : "mqtt"} ${shownAddress(broker)}`,
    get clients() {
      return open.connected ? 1 : 0;
    },
    faults: new Map(),
    can,
    setFault(fault, on, seconds) {
      for (const device of devices) device.faults.setFault(fault, on, seconds);
    },
    async close() {
      stopLooking();
      speaker.farewell();
      await open.endAsync(!open.connected);
    },
  };
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
