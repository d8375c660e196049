/** The driver `mqtt`: takes what devices publish to a broker, over MQTT 5 or 3.1.1, as plain topics or Sparkplug B. */
import { type Span, seconds } from "#model/time";
import {
  type Driver,
  type DriverLink,
  type DriverPoint,
  type DriverTools,
  LinkBroken,
  type Write,
  WriteFailed,
} from "../driver.ts";
import { MqttAddress, type SparkplugAddress, type TopicAddress } from "./address.ts";
import { clientIdOf } from "./client-id.ts";
import { type Connection, type Message, openConnection } from "./connection.ts";
import { createReadback, orderPayload } from "./orders.ts";
import { noEmbedded, notSubscribed, orderNeedsCommand, orderNotSent, orderUnknown } from "./sentences.ts";
import { EMBEDDED, MqttSettings } from "./settings.ts";
import { createNode, type Node, type SparkplugPoint } from "./sparkplug/node.ts";
import { createTopics } from "./topics.ts";
import { createUnit } from "./unit.ts";

type Link = DriverLink<MqttSettings, MqttAddress>;
type Tools = DriverTools<MqttAddress>;

export const mqtt: Driver<MqttSettings, MqttAddress> = {
  kind: "mqtt",
  settings: MqttSettings,
  address: MqttAddress,
  writable: (address) => address.kind === "sparkplug" || address.command !== undefined || orderNeedsCommand,
  run,
};

const TICK = seconds(2);
/** A frame that is about no device alone. */
const NOBODY = 0;
/** Of a message that is shown to those who look for a fault. */
const FRAME_BYTES = 1_024;

async function run(link: Link, tools: Tools, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { settings } = link;
  if (settings.url === EMBEDDED) throw new LinkBroken("no-link", noEmbedded);
  let connection: Connection | undefined;
  const south = createSouth(link, tools, () => connection);
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  try {
    const clientId = settings.clientId ?? (await clientIdOf(tools.folder, link.id));
    connection = await openConnection(settings, clientId, south.take, signal);
    tools.trace.frame("sent", NOBODY, frameOf("SUBSCRIBE", Buffer.from(south.filters.join(" "))));
    south.refuse(await connection.subscribe(south.filters));
    south.begin();
    tools.takesOrders(south.write);
    await Promise.race([connection.lost, south.watch(ending)]);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stop.abort(new Error("The link has ended"));
    await connection?.close();
  }
}

function createSouth(link: Link, tools: Tools, connection: () => Connection | undefined) {
  const { settings } = link;
  const { clock, trace } = tools;
  const readback = createReadback();
  const units = link.units.map((unit) => ({ unit: createUnit(unit, settings, tools, readback.noticed), from: unit }));
  const points = new Map(link.units.flatMap((unit) => unit.points.map((point) => [point.handle, point] as const)));
  const topics = createTopics(
    units.map(({ unit, from }) => ({
      unit,
      points: from.points.filter(isTopicPoint),
      all: from.points.map((point) => point.handle),
    })),
    settings,
    tools,
  );
  const nodes = createNodes();
  const unitIds = new Map<string, number>();
  for (const { unit, points } of link.units)
    for (const { address } of points) if (address.kind === "topic") unitIds.set(address.topic, unit);

  function createNodes(): Map<string, Node> {
    const found = new Map<string, SparkplugPoint[]>();
    for (const { unit, from } of units) {
      for (const point of from.points.filter(isSparkplugPoint)) {
        const key = `${point.address.group}/${point.address.node}`;
        found.set(key, [...(found.get(key) ?? []), { unit, point }]);
      }
    }
    return new Map(
      [...found].map(([key, of]) => {
        const [group = "", node = ""] = key.split("/");
        return [key, createNode(group, node, of, settings, tools, (topic, bytes) => send(topic, bytes))];
      }),
    );
  }

  /** Asking for a birth is best effort: it is asked again. */
  function send(topic: string, bytes: Uint8Array): void {
    connection()
      ?.publish(topic, bytes, 0)
      .catch(() => undefined);
  }

  function take({ topic, payload, retained }: Message): void {
    trace.frame("received", unitIds.get(topic) ?? 1, frameOf(topic, payload));
    const [family, group, type = "", node, device] = topic.split("/");
    if (family === "spBv1.0") nodes.get(`${group}/${node}`)?.take(type, device, payload);
    else topics.take(topic, payload, retained);
  }

  const write: Write<MqttAddress> = async (order, signal) => {
    const open = connection();
    const point = points.get(order.handle);
    if (!open?.connected() || signal.aborted || !point)
      throw new WriteFailed("unreachable", orderNotSent(open?.where ?? settings.url));
    const { topic, bytes } = messageOf(point, order);
    const sent = open.publish(topic, bytes, 1);
    trace.frame("sent", order.unit, frameOf(topic, bytes));
    const answer = readback.expect(order.handle, order.value, topic, settings.writeTimeout, signal);
    // Once it went out, a broken line means that nobody knows.
    const gone = sent.then(() => open.lost);
    try {
      return await Promise.race([answer, gone]);
    } catch (error) {
      answer.catch(() => undefined);
      if (error instanceof WriteFailed) throw error;
      throw new WriteFailed("unknown", orderUnknown(topic, settings.writeTimeout), { cause: error });
    }
  };

  function messageOf(point: DriverPoint<MqttAddress>, order: Parameters<Write<MqttAddress>>[0]) {
    if (isTopicPoint(point)) {
      const { command } = point.address;
      if (!command) throw new WriteFailed("refused", orderNeedsCommand);
      return { topic: command.topic, bytes: orderPayload(point, order) };
    }
    const { address } = point as DriverPoint<SparkplugAddress>;
    const command = nodes.get(`${address.group}/${address.node}`)?.command(address, order.value);
    if (command && "topic" in command) return command;
    throw new WriteFailed("refused", command ?? orderNeedsCommand);
  }

  return {
    filters: [...topics.filters, ...[...nodes.values()].flatMap((node) => node.filters)],
    take,
    write,
    /** Points whose topic the broker does not let us have. */
    refuse(refusedTopics: readonly string[]): void {
      for (const topic of refusedTopics) {
        const because = notSubscribed(topic);
        for (const { unit, handle } of topics.fedBy(topic))
          unit.deliver([{ handle, reading: { kind: "bad", reason: "refused", because } }]);
      }
    },
    begin(): void {
      for (const node of nodes.values()) node.ask();
    },
    async watch(ending: AbortSignal): Promise<void> {
      const distance = Math.min(TICK, Math.max(20, settings.quietAfter / 2)) as Span;
      for (;;) {
        await clock.sleep(distance, ending);
        for (const { unit } of units) unit.tick();
        for (const node of nodes.values()) node.tick();
      }
    },
  };
}

const isTopicPoint = (point: DriverPoint<MqttAddress>): point is DriverPoint<TopicAddress> =>
  point.address.kind === "topic";
const isSparkplugPoint = (point: DriverPoint<MqttAddress>): point is DriverPoint<SparkplugAddress> =>
  point.address.kind === "sparkplug";

/** Topic, a blank, and the beginning of the payload: what `mosquitto_sub -v` shows. */
function frameOf(topic: string, payload: Uint8Array): Uint8Array {
  const head = Buffer.from(`${topic} `);
  return Buffer.concat([head, payload.subarray(0, FRAME_BYTES)]);
}
