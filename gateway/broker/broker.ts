/** The house's own MQTT broker (3.1.1): deny by default, limits before the parser, and no client that can silence another. */
import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { Aedes, type AedesOptions, type Client, type ConnectPacket } from "aedes";
import { type BrokerSettings, type BrokerUser, OWN_NAME } from "#model/broker";
import { type Clock, milliseconds, minutes, type Span, seconds } from "#model/time";
import { isFilter, isTopic } from "#model/topic";
import type { Log } from "../log.ts";
import { listenForStreams } from "../net/listen-streams.ts";
import { createAccess, mayPublish, maySubscribe } from "./access.ts";
import { boundStore, type Persistence, RETAINED_PAYLOAD } from "./bounded-store.ts";
import { createBucket } from "./bucket.ts";
import { guardStream } from "./guarded-stream.ts";
import { readKept, writeKept } from "./kept.ts";
import { createFailures, createTeller } from "./refusals.ts";

export interface BrokerInput {
  readonly settings: BrokerSettings;
  /** Where retained messages and wills are kept. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  /** `broker-…`: what found no room or came too fast. */
  readonly dropped?: (what: string) => void;
  /** What chooses the port, named when it is taken. */
  readonly portFrom: string;
}

export interface Broker extends AsyncDisposable {
  readonly port: number;
  /** The house's own way in: loopback only, with a password that lives as long as the process. */
  readonly own: { readonly url: string; readonly user: string; readonly password: string };
  clients(): number;
}

// Numbers of the security research, sections 0c and 2: each has a test.
const FIRST_PACKET = 4_096;
const CONNECT_WITHIN = seconds(5);
const KEEPALIVE = 120;
const SUBSCRIPTIONS = 20;
const CONNECTS = { perSecond: 300, burst: 100 };
const PER_ADDRESS = 200;
const DRAIN_WITHIN = seconds(5);
const INFLIGHT = 50;
/** How long clients have to come back after a start before their wills are said. */
export const WILLS_AFTER = minutes(1);
const KEEP_EVERY = seconds(1);
/** A large file is written the more rarely: a second's pause for each of these bytes. */
const BYTES_A_SECOND = 1_048_576;

/** Codes of CONNACK, MQTT 3.1.1 table 3.1. */
const WRONG_ID = 2;
const WRONG_PASSWORD = 4;
const NOT_ALLOWED = 5;

interface Guest {
  readonly user: BrokerUser;
  readonly own: boolean;
  readonly mayAct: () => boolean;
}

/** Rejects with a `CannotListen` when the port is taken. */
export async function startBroker(input: BrokerInput): Promise<Broker> {
  const { settings, clock, log } = input;
  const { limits } = settings;
  await using opened = new AsyncDisposableStack();
  const kept = await readKept(input.folder);
  if (kept.damaged > 0) {
    log.warn(
      { folder: input.folder, kept: kept.retained.size, lost: kept.damaged },
      "the broker's kept messages were damaged; what is whole goes on",
    );
  }
  const own: BrokerUser = {
    name: OWN_NAME,
    password: randomBytes(32).toString("base64url"),
    clients: [],
    publish: ["#"],
    subscribe: ["#"],
  };
  const access = createAccess(settings.users);
  const ownAccess = createAccess([own]);
  const origins = new WeakMap<object, { readonly own: boolean; readonly address: string }>();
  const asked = new WeakMap<Client, ConnectPacket>();
  const guests = new WeakMap<Client, Guest>();
  const failures = createFailures(clock);
  const tell = createTeller(clock, log, input.dropped);
  let closing = false;

  const options: AedesOptions = {
    concurrency: 1_000,
    drainTimeout: DRAIN_WITHIN,
    connectTimeout: CONNECT_WITHIN,
    keepaliveLimit: KEEPALIVE,
    maxInflightInbound: INFLIGHT,
    maxClientsIdLength: 128,
    maxTopicLevels: 16,
    preConnect(client, packet, done) {
      asked.set(client, packet);
      done(null, true);
    },
    authenticate(client, name, password, done) {
      const origin = origins.get(client.conn);
      const refuse = (code: number, why: string) => {
        if (origin && code === WRONG_PASSWORD) failures.note(origin.address);
        tell.refused(why, { client: client.id.slice(0, 64), address: origin?.address });
        done(Object.assign(new Error(why), { returnCode: code }), false);
      };
      const user = (origin?.own ? ownAccess : access).signIn(name, password);
      if (!user) return refuse(WRONG_PASSWORD, "user or password is wrong");
      if (!origin?.own && !user.clients.includes(client.id))
        return refuse(WRONG_ID, "the client id is not this user's");
      const will = asked.get(client)?.will;
      if (will && !origin?.own && !(mayPublish(user, will.topic) && will.payload.length <= RETAINED_PAYLOAD))
        return refuse(NOT_ALLOWED, "the will is not allowed");
      const { messagesPerSecond } = limits;
      const mayAct = createBucket(clock, messagesPerSecond, 5 * messagesPerSecond);
      guests.set(client, { user, own: origin?.own === true, mayAct });
      done(null, true);
    },
    authorizePublish(client, packet, done) {
      if (client === null) return done(null);
      const guest = guests.get(client);
      const refuse = (why: string) => {
        tell.refused(why, { client: client.id, topic: packet.topic.slice(0, 128) });
        done(new Error(why));
      };
      const isWill = (client as { will?: unknown }).will === packet;
      // A stop of the house is no loss of its clients: their wills are kept for the next life.
      if (isWill && closing) return done(new Error("the broker stops"));
      if (!guest) return refuse("not signed in");
      if (guest.own)
        return isTopic(packet.topic) && !packet.topic.startsWith("$") ? done(null) : refuse("no such topic");
      if (!mayPublish(guest.user, packet.topic)) return refuse("publishing to the topic is not allowed");
      if (packet.retain && packet.payload.length > RETAINED_PAYLOAD) return refuse("the retained message is too long");
      if (!isWill && !guest.mayAct()) return refuse("more messages than allowed");
      done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const guest = guests.get(client);
      const count = Object.keys((client as { subscriptions?: object }).subscriptions ?? {}).length;
      const allowed = guest?.own
        ? isFilter(subscription.topic) && !subscription.topic.startsWith("$")
        : guest !== undefined &&
          count < SUBSCRIPTIONS &&
          guest.mayAct() &&
          maySubscribe(guest.user, subscription.topic);
      if (!allowed)
        tell.refused("subscribing is not allowed", { client: client.id, topic: subscription.topic.slice(0, 128) });
      done(null, allowed ? subscription : null);
    },
    authorizeForward(client, packet) {
      if (!client.conn.writableNeedDrain) return packet;
      tell.dropped("broker-slow-client");
      return null;
    },
  };

  const broker = await Aedes.createBroker(options);
  opened.defer(() => new Promise<void>((resolve) => broker.close(resolve)));
  broker.on("error" as never, ((error: Error) => log.error({ error: error.message }, "the broker")) as never);
  // The library answers a refused client and leaves its socket open.
  broker.on("connackSent", (packet, client) => {
    if ((packet as { returnCode?: number }).returnCode !== 0) client.conn.end();
  });

  let dirty = false;
  const store = boundStore(
    (broker as unknown as { persistence: Persistence }).persistence,
    limits,
    kept.wills,
    (client) => (broker as unknown as { clients: Record<string, unknown> }).clients[client] !== undefined,
    () => {
      dirty = true;
    },
    tell.dropped,
  );
  for (const message of kept.retained.values())
    await (broker as unknown as { persistence: Persistence }).persistence.storeRetained(message);
  const orphans = new Map(kept.wills);
  broker.on("clientReady", ({ id }) => orphans.delete(id));

  const connects = createBucket(clock, CONNECTS.perSecond, CONNECTS.burst);
  const take = (isOwn: boolean) => (socket: Duplex, address: string) => {
    if (!isOwn && (failures.tooMany(address) || !connects())) {
      tell.dropped("broker-connect");
      socket.destroy();
      return;
    }
    const guard = { firstBytes: FIRST_PACKET, packetBytes: limits.packetBytes, firstType: 1 };
    const stream = guardStream(socket, guard, (why) =>
      tell.refused(why === "too-long" ? "a packet is too long" : "this is no MQTT", { address }),
    );
    origins.set(stream, { own: isOwn, address });
    broker.handle(stream);
  };
  const { host, port } = settings.listen;
  const many = { connections: limits.clients, connectionsPerAddress: PER_ADDRESS };
  const inner = { host: "127.0.0.1", port: 0 };
  const ownListener = opened.use(
    await listenForStreams(inner, { connections: 32, connectionsPerAddress: 32 }, "", take(true)),
  );
  const listener = opened.use(
    await listenForStreams(
      { host, port, ...(settings.tls && { tls: settings.tls }) },
      many,
      input.portFrom,
      take(false),
    ),
  );

  const stop = new AbortController();
  const until = (promise: Promise<void>) =>
    promise.catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
  const working = [until(keepWriting()), until(sayOrphans())];
  for (const work of working)
    work.catch((error: unknown) => log.error({ error: String(error) }, "the broker's kept messages cannot be written"));
  opened.defer(async () => {
    closing = true;
    stop.abort(new Error("The broker stops"));
    await Promise.allSettled(working);
    await save();
  });

  async function keepWriting(): Promise<void> {
    let pause: Span = KEEP_EVERY;
    for (;;) {
      await clock.sleep(pause, stop.signal);
      if (dirty) pause = milliseconds(Math.max(KEEP_EVERY, ((await save()) / BYTES_A_SECOND) * 1_000));
    }
  }

  /** A disk that refuses costs what is kept, never what flows. */
  async function save(): Promise<number> {
    dirty = false;
    try {
      return await writeKept(input.folder, store);
    } catch (error) {
      tell.refused("the kept messages cannot be written", { folder: input.folder, error: (error as Error).message });
      dirty = true;
      return 0;
    }
  }

  /** Clients that were there before the start and did not come back are lost: their wills are said now. */
  async function sayOrphans(): Promise<void> {
    await clock.sleep(WILLS_AFTER, stop.signal);
    for (const [id, will] of orphans) {
      const user = access.ownerOf(id);
      if (store.wills.get(id) !== will) continue;
      store.wills.delete(id);
      dirty = true;
      if (user && mayPublish(user, will.topic))
        broker.publish({ cmd: "publish", dup: false, ...will }, () => undefined);
    }
    orphans.clear();
  }

  const cleanup = opened.move();
  return {
    port: listener.port,
    own: { url: `mqtt://127.0.0.1:${ownListener.port}`, user: own.name, password: own.password },
    clients: () => broker.connectedClients,
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}
