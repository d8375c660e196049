/** MQTT to a broker in the north: one connection, QoS 1, alarms and tickets as JSON, points as plain topics or as Sparkplug B. */
import type { MqttTarget } from "#model/north";
import { LinkBroken } from "../../../drivers/driver.ts";
import { type Connection, type Message, openConnection } from "../../../drivers/mqtt/connection.ts";
import type { MqttSettings } from "../../../drivers/mqtt/settings.ts";
import type { Sender, SenderHouse, Sent } from "../sender.ts";
import type { Waiting } from "../waiting.ts";
import { createPlain } from "./plain.ts";
import * as say from "./sentences.ts";
import { createSparkplug } from "./sparkplug.ts";
import { type Publication, toldPublications } from "./told.ts";

/** QoS 1 messages in flight, where the broker allows so many. */
const IN_FLIGHT = 256;
/** Beats between two tries while nothing waits. */
const QUIET_BEATS = 10;
/** Orders that are being carried out; more are refused. */
const ORDERS_AT_ONCE = 16;

/** How points go out: what to say at the beginning and the end of a connection, and what samples become. */
export interface Speech {
  readonly will: () => { readonly topic: string; readonly payload: string | Uint8Array; readonly retain: boolean };
  /** Topics beside those of orders. */
  readonly listens: readonly string[];
  /** Said first, in this order. */
  hello(): readonly Publication[];
  goodbye(): readonly Publication[];
  samples(waiting: Extract<Waiting, { kind: "samples" }>): Iterable<Publication>;
  /** A message on one of `listens`; what is to be said at once. */
  hear(message: Message): readonly Publication[];
  /** What is to be said of devices that were lost or came back since it was asked last; said at once. */
  turns(): readonly Publication[];
  /** QoS of points: where it is 0 the end of a batch is awaited by asking the broker something. */
  readonly qos: 0 | 1;
}

export function createMqttSender(target: MqttTarget, clientId: string, house: SenderHouse): Sender {
  const settings = target.broker as MqttSettings;
  const speech = target.sparkplug ? createSparkplug(target.sparkplug, house) : createPlain(house.site, house);
  const orders = new Map(
    house.points
      .filter(({ id }) => target.commands.includes(id))
      .map(({ id, device, key }) => [`gatehouse/${house.site}/${device}/${key}/set`, id]),
  );
  const ending = new AbortController();
  let connection: Connection | undefined;
  let connecting: Promise<Connection> | undefined;
  let quietBeats = 0;
  let busyOrders = 0;

  async function connect(): Promise<Connection> {
    const opened = await openConnection(
      { ...settings, will: speech.will(), session: "new" },
      clientId,
      hear,
      ending.signal,
    );
    opened.lost.catch(() => {
      if (connection === opened) connection = undefined;
    });
    try {
      const topics = [...speech.listens, ...orders.keys()];
      const refused = topics.length > 0 ? await opened.subscribe(topics) : [];
      if (refused.length > 0) throw new LinkBroken("refused", say.notHeard(opened.where, refused));
      await publish(opened, speech.hello());
    } catch (error) {
      await opened.close();
      throw error;
    }
    connection = opened;
    return opened;
  }

  /** One try at a time, whoever asks. */
  function ready(): Promise<Connection> {
    if (connection?.connected()) return Promise.resolve(connection);
    connecting ??= connect().finally(() => {
      connecting = undefined;
    });
    return connecting;
  }

  /** In order, a window of them at once. Rejects with the connection's end. */
  async function publish(to: Connection, publications: Iterable<Publication>): Promise<void> {
    const window = Math.min(IN_FLIGHT, to.receiveMaximum);
    const going: Promise<void>[] = [];
    let failed: unknown;
    for (const { topic, payload, qos, retain } of publications) {
      if (qos === 0 && going.length === 0) {
        await to.publish(topic, payload, 0, retain);
        continue;
      }
      going.push(
        to.publish(topic, payload, qos, retain).catch((error: unknown) => {
          failed ??= error;
        }),
      );
      if (going.length >= window) {
        await Promise.all(going.splice(0));
        if (failed !== undefined) throw failed;
      }
    }
    await Promise.all(going);
    if (failed !== undefined) throw failed;
  }

  function hear(message: Message): void {
    const point = orders.get(message.topic);
    if (point !== undefined) {
      takeOrder(point, message);
      return;
    }
    const to = connection;
    if (to) sayAtOnce(to, speech.hear(message));
  }

  /** All in one turn: what a batch under way says next has the numbers behind these. */
  function sayAtOnce(to: Connection, publications: readonly Publication[]): void {
    for (const { topic, payload, qos, retain } of publications) {
      void to.publish(topic, payload, qos, retain).catch(() => {});
    }
  }

  function takeOrder(point: string, { topic, payload, retained }: Message): void {
    // What the broker kept is an order of nobody knows when.
    if (retained) return;
    const answer = (text: string): void => {
      const to = connection;
      if (to)
        void publish(to, [{ topic: `${topic}/answer`, payload: Buffer.from(text), qos: 1, retain: false }]).catch(
          () => {},
        );
    };
    if (busyOrders >= ORDERS_AT_ONCE) {
      answer(JSON.stringify({ code: "busy", message: say.tooManyOrders }));
      return;
    }
    busyOrders += 1;
    house.order({
      point,
      payload: Buffer.from(payload).toString("utf8"),
      answer(text) {
        busyOrders -= 1;
        answer(text);
      },
    });
  }

  const laterBecause = (error: unknown): Sent => {
    if (error instanceof LinkBroken) return { outcome: "try-later", because: error.because };
    const detail = error instanceof Error ? error.message : String(error);
    return { outcome: "try-later", because: say.failed(settings.url, detail) };
  };

  return {
    async send(waiting) {
      try {
        const to = await ready();
        if (waiting.kind === "urgent") await publish(to, toldPublications(waiting.rows, house.site));
        else {
          await publish(to, speech.samples(waiting));
          // A message of QoS 0 has no answer of its own; one that comes behind it on the same line says that it arrived.
          const [first] = speech.listens;
          if (speech.qos === 0 && first !== undefined) await to.subscribe([first]);
        }
        return { outcome: "taken" };
      } catch (error) {
        return laterBecause(error);
      }
    },
    beat() {
      if (connection?.connected()) {
        sayAtOnce(connection, speech.turns());
        return;
      }
      if (connecting) return;
      quietBeats += 1;
      if (quietBeats < QUIET_BEATS) return;
      quietBeats = 0;
      // Whoever watches the broker sees that the gateway is there, and orders can come, also while nothing is to be sent.
      ready().catch(() => {});
    },
    async close() {
      const to = connection;
      if (to?.connected()) await publish(to, speech.goodbye()).catch(() => {});
      await to?.close();
      ending.abort();
    },
  };
}
