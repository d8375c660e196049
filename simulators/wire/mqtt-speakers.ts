/** Who speaks on an MQTT line, and when: plain messages in several manners, or a Sparkplug B edge node. */
import { homieManner } from "./homie.ts";
import type { MqttLineOptions } from "./mqtt-device.ts";
import { createPublisher, type Message, type PayloadStyle } from "./mqtt-payload.ts";
import { createShown, lag } from "./shown.ts";
import { createSparkplugNode } from "./sparkplug-node.ts";

/** What one speaker says when; the client carries it. */
export interface Speaker {
  will(): { readonly topic: string; readonly payload: Buffer; readonly retain: boolean };
  connected(): void;
  readonly listens: readonly string[];
  heard(payload: Buffer): void;
  look(): void;
  farewell(): void;
}

export type Publish = (topic: string, payload: Buffer | string, retain?: boolean) => void;

/** `tell` is for values: on a poor link it may lose them. */
export function sparkplugSpeaker(options: MqttLineOptions, publish: Publish, tell: Publish): Speaker {
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

const usualPrefix = (payload: PayloadStyle | undefined, line: string): string =>
  payload === "homie" ? "homie" : payload === "leaf" ? "building" : `fm/${line}`;

/** What a line says of itself, beside the values of its devices. */
interface Manner {
  readonly will: Message;
  /** Said when the line has a broker again, before and after the values. */
  readonly born: (at: number) => readonly Message[];
  readonly ready: readonly Message[];
  readonly farewell: readonly Message[];
}

/** `<prefix>/$status`: online, or offline by the will. */
function ownManner(prefix: string): Manner {
  const status = (payload: string) => ({ topic: `${prefix}/$status`, payload, retain: true });
  return { will: status("offline"), born: () => [status("online")], ready: [], farewell: [status("offline")] };
}

export function plainSpeaker(options: MqttLineOptions, publish: Publish, tell: Publish): Speaker {
  const { clock, chance, payload, devices, name } = options;
  const prefix = options.prefix ?? usualPrefix(payload, name);
  const manner = payload === "homie" ? homieManner(prefix, name, devices) : ownManner(prefix);
  const boxes = devices.map((device) => ({
    device,
    publisher: createPublisher(device, createShown(device), prefix, payload),
    allAt: 0,
  }));
  let ready = false;
  const sayAll = (messages: readonly Message[]) => {
    for (const message of messages) publish(message.topic, message.payload, message.retain);
  };
  return {
    will: () => ({ ...manner.will, payload: Buffer.from(manner.will.payload) }),
    connected() {
      ready = false;
      sayAll(manner.born(clock.wall()));
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
        const maker = payload === undefined && box.device.profile.protocol === "mqtt";
        if (all) box.allAt = now + (options.every ?? (maker ? usualEvery.maker : usualEvery.own)) * 1000;
        const messages = box.publisher.messages(clock.wall() + faults.clockAhead, all);
        const send = () => {
          for (const message of messages) tell(message.topic, message.payload, message.retain);
        };
        const late = lag(faults, chance) * 1000;
        if (late > 0) clock.after(late, send);
        else send();
      }
      if (!ready) sayAll(manner.ready);
      ready = true;
    },
    farewell: () => sayAll(manner.farewell),
  };
}
