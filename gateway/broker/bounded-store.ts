/** The library's memory with an end to it: caps on what is retained and what waits for the absent, and a mirror of what outlives a restart. */
import type { BrokerLimits } from "#model/broker";
import type { KeptMessage } from "./kept.ts";

interface StoredPacket {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/** Of the library's persistence what is changed here (aedes-persistence 10, which comes with aedes 1.2.0). */
export interface Persistence {
  storeRetained(packet: StoredPacket): Promise<void>;
  outgoingEnqueueCombi(subscriptions: readonly { clientId: string }[], packet: StoredPacket): Promise<void>;
  outgoingClearMessageId(client: { id: string }, packet: unknown): Promise<StoredPacket | undefined>;
  putWill(client: { id: string }, packet: StoredPacket): Promise<unknown>;
  delWill(client: { id: string }): Promise<unknown>;
}

/** Bytes that may wait for one absent client, and in all retained messages together (engineering judgement). */
const QUEUED_BYTES = 4_194_304;
const RETAINED_BYTES = 33_554_432;
/** Longest payload that is retained (security research 0c). */
export const RETAINED_PAYLOAD = 16_384;

export interface BoundedStore {
  readonly retained: Map<string, KeptMessage>;
  readonly wills: Map<string, KeptMessage>;
}

/**
 * Bounds `store` in place. `changed` is called when the mirror has changed, `dropped` for what found no room.
 * `wills` may hold those of the life before, which stay until their client comes back or they are said.
 */
export function boundStore(
  store: Persistence,
  limits: BrokerLimits,
  wills: Map<string, KeptMessage>,
  isHere: (client: string) => boolean,
  changed: () => void,
  dropped: (what: "broker-retained" | "broker-queue") => void,
): BoundedStore {
  const retained = new Map<string, KeptMessage>();
  let retainedBytes = 0;
  const queues = new Map<string, { count: number; bytes: number }>();
  const { storeRetained, outgoingEnqueueCombi, outgoingClearMessageId, putWill, delWill } = bindAll(store);

  store.storeRetained = async (packet) => {
    const before = retained.get(packet.topic);
    const payload = Buffer.from(packet.payload);
    const bytes = retainedBytes - (before?.payload.length ?? 0) + payload.length;
    if (payload.length > 0 && ((!before && retained.size >= limits.retained) || bytes > RETAINED_BYTES)) {
      dropped("broker-retained");
      return;
    }
    retainedBytes = bytes;
    if (payload.length === 0) retained.delete(packet.topic);
    else retained.set(packet.topic, { topic: packet.topic, qos: packet.qos, payload, retain: true });
    changed();
    await storeRetained(packet);
  };

  store.outgoingEnqueueCombi = (subscriptions, packet) => {
    const bytes = packet.payload.length;
    const room = subscriptions.filter(({ clientId }) => {
      const queue = queues.get(clientId) ?? { count: 0, bytes: 0 };
      // A client that is just catching up gets as much again: a message refused to it would cost it the connection.
      const share = isHere(clientId) ? 2 : 1;
      if (queue.count >= share * limits.queued || queue.bytes + bytes > share * QUEUED_BYTES) {
        dropped("broker-queue");
        return false;
      }
      queue.count += 1;
      queue.bytes += bytes;
      queues.set(clientId, queue);
      return true;
    });
    return outgoingEnqueueCombi(room, packet);
  };

  store.outgoingClearMessageId = async (client, packet) => {
    const gone = await outgoingClearMessageId(client, packet);
    const queue = gone && queues.get(client.id);
    if (queue) {
      queue.count = Math.max(0, queue.count - 1);
      queue.bytes = Math.max(0, queue.bytes - (gone.payload?.length ?? 0));
    }
    return gone;
  };

  store.putWill = (client, packet) => {
    const { topic, qos, payload, retain } = packet;
    wills.set(client.id, { topic, qos, retain, payload: Buffer.from(payload) });
    changed();
    return putWill(client, packet);
  };
  store.delWill = (client) => {
    if (wills.delete(client.id)) changed();
    return delWill(client);
  };
  return { retained, wills };
}

function bindAll(store: Persistence): Persistence {
  return {
    storeRetained: store.storeRetained.bind(store),
    outgoingEnqueueCombi: store.outgoingEnqueueCombi.bind(store),
    outgoingClearMessageId: store.outgoingClearMessageId.bind(store),
    putWill: store.putWill.bind(store),
    delWill: store.delWill.bind(store),
  };
}
