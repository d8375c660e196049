/** One connection to a broker, from CONNECT to its end: no retries of its own, limits before the parser, every end with a sentence. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type IClientOptions, MqttClient } from "mqtt";
import type { Reason } from "#model/quality";
import type { Text } from "#model/text";
import { LinkBroken } from "../driver.ts";
import { createPacketGuard } from "./packet-guard.ts";
import { keepaliveMissed, lost, notMqtt, notReachable, refused, takenOver, tooLong } from "./sentences.ts";
import { brokerAddress, type MqttSettings } from "./settings.ts";

export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Kept by the broker and sent at the subscription: nobody knows how old it is. */
  readonly retained: boolean;
}

/** What a connection needs; a will may be bytes, and a session that is not kept begins anew each time. */
export interface ConnectionSettings extends Omit<MqttSettings, "will"> {
  readonly will?:
    | { readonly topic: string; readonly payload: string | Uint8Array; readonly retain: boolean }
    | undefined;
  readonly session?: "kept" | "new";
}

export interface Connection {
  readonly where: string;
  /** Never resolves; rejects with a `LinkBroken` when the connection is gone. */
  readonly lost: Promise<never>;
  /** Subscribes with QoS 1; the topics that the broker refused. */
  subscribe(topics: readonly string[]): Promise<readonly string[]>;
  /** Resolves when the broker has taken the message. Rejects when the connection ends before. */
  publish(topic: string, payload: Uint8Array, qos: 0 | 1, retain?: boolean): Promise<void>;
  /** QoS 1 messages that the broker takes without having acknowledged those before (MQTT 5 section 3.2.2.3.3). */
  readonly receiveMaximum: number;
  connected(): boolean;
  close(): Promise<void>;
}

const CONNACK = 2;
/** One SUBSCRIBE packet of this many topics stays far below what brokers take. */
const BATCH = 50;
/** Messages in flight towards us, MQTT 5 section 3.1.2.11.3. */
const RECEIVE_MAXIMUM = 100;

/**
 * Connects, or rejects with a `LinkBroken` that says what to do. `onMessage` is called from the first message on, which
 * may be before the promise resolves: a broker that kept the session sends what had waited at once.
 */
export async function openConnection(
  settings: ConnectionSettings,
  clientId: string,
  onMessage: (message: Message) => void,
  signal: AbortSignal,
): Promise<Connection> {
  const { host, port, secure } = brokerAddress(settings.url);
  const where = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  /** The first cause counts: what follows are its consequences. */
  let cause: Text | undefined;
  let connected = false;
  const breakWith = (reason: Reason, because: Text, error?: unknown) =>
    broken.reject(new LinkBroken(reason, because, { cause: error }));

  const open = (): Socket => {
    const { ca, cert, key } = settings;
    const socket = secure
      ? connectTls({
          host,
          port,
          minVersion: "TLSv1.2",
          ...(isIP(host) === 0 && { servername: host }),
          ...(ca !== undefined && { ca }),
          ...(cert !== undefined && { cert }),
          ...(key !== undefined && { key }),
        })
      : connectTcp({ host, port });
    socket.setNoDelay(true);
    const guard = createPacketGuard({ firstBytes: 4_096, packetBytes: settings.packetBytes, firstType: CONNACK });
    socket.on("data", (bytes: Buffer) => {
      const wrong = guard.refuse(bytes);
      if (wrong === undefined) return;
      cause ??= wrong === "too-long" ? tooLong(settings.packetBytes) : notMqtt;
      socket.destroy();
    });
    socket.on("error", (error: Error & { code?: string }) => {
      if (!connected) breakWith("no-link", notReachable(where, error.code ?? error.message, settings.timeout), error);
    });
    return socket;
  };

  const client = new MqttClient(open, optionsOf(settings, clientId));
  client.on("message", (topic, payload, packet) => onMessage({ topic, payload, retained: packet.retain }));
  client.on("error", (error: Error & { code?: unknown }) => {
    if (connected) {
      if (/keepalive/i.test(error.message)) cause ??= keepaliveMissed;
    } else if (typeof error.code === "number") breakWith("refused", refused(where, error.code), error);
    else if (/timeout/i.test(error.message))
      breakWith("no-link", notReachable(where, "ETIMEDOUT", settings.timeout), error);
  });
  client.on("disconnect", (packet) => {
    if (packet.reasonCode === 0x8e) cause ??= takenOver;
  });
  client.on("close", () => breakWith("no-link", lost(where, cause)));
  const stop = () => client.end(true);
  signal.addEventListener("abort", stop, { once: true });

  async function close(): Promise<void> {
    signal.removeEventListener("abort", stop);
    // A goodbye where it can still be said, so that the will is not; a dead line must not hold the stop back.
    const goodbye = client.connected ? Promise.race([client.endAsync(), elapsed(500)]) : Promise.resolve();
    await goodbye.catch(() => undefined);
    client.end(true);
    client.stream?.destroy();
  }

  const ready = Promise.withResolvers<void>();
  let receiveMaximum = 65_535;
  client.once("connect", (packet) => {
    connected = true;
    receiveMaximum = packet.properties?.receiveMaximum ?? receiveMaximum;
    ready.resolve();
  });
  try {
    await Promise.race([ready.promise, broken.promise]);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    where,
    lost: broken.promise,
    connected: () => client.connected,
    receiveMaximum,
    close,
    async subscribe(topics) {
      const notGranted: string[] = [];
      for (let from = 0; from < topics.length; from += BATCH) {
        const batch = topics.slice(from, from + BATCH);
        const granted = await Promise.race([subscribeTo(client, batch), broken.promise, elapsed(settings.timeout)]);
        if (granted === "late") throw new LinkBroken("timeout", notReachable(where, "ETIMEDOUT", settings.timeout));
        for (const [place, topic] of batch.entries()) if ((granted[place] ?? 0x80) >= 0x80) notGranted.push(topic);
      }
      return notGranted;
    },
    async publish(topic, payload, qos, retain = false) {
      await Promise.race([client.publishAsync(topic, Buffer.from(payload), { qos, retain }), broken.promise]);
    },
  };
}

function optionsOf(settings: ConnectionSettings, clientId: string): IClientOptions {
  const { user, password, will } = settings;
  const five = settings.version !== "3.1.1";
  return {
    protocolVersion: five ? 5 : 4,
    clientId,
    // The session outlives the connection: what came with QoS 1 while we were away is sent afterwards.
    clean: settings.session === "new",
    keepalive: Math.round(settings.keepalive / 1_000),
    connectTimeout: settings.timeout,
    // The gateway starts the link again, with growing pauses.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    timerVariant: "native",
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(will && { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: will.retain } }),
    ...(five && {
      properties: {
        sessionExpiryInterval: settings.session === "new" ? 0 : Math.round(settings.sessionExpiry / 1_000),
        receiveMaximum: RECEIVE_MAXIMUM,
        maximumPacketSize: settings.packetBytes,
      },
    }),
  };
}

/** The codes of SUBACK in the order of the topics: below 0x80 is granted. */
function subscribeTo(client: MqttClient, topics: readonly string[]): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    client.subscribe([...topics], { qos: 1 }, (error, _granted, packet) => {
      // A refusal of one topic comes as an error although the others were granted.
      const codes = packet?.granted as readonly number[] | undefined;
      if (codes) resolve(codes);
      else if (error) reject(error);
      else resolve(topics.map(() => 0));
    });
  });
}

/** Limits of sockets run on the machine's own timers. */
function elapsed(ms: number): Promise<"late"> {
  return new Promise((resolve) => {
    AbortSignal.timeout(ms).addEventListener("abort", () => resolve("late"), { once: true });
  });
}
