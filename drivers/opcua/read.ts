/** Reading in bulk: once for everything, or again and again where a server has no subscriptions. */
import { type ClientSession, DataValue, type ReadValueIdOptions, StatusCodes } from "node-opcua";
import { type Clock, milliseconds, type Span } from "#model/time";
import type { Item } from "./items.ts";
import type { Limits } from "./resolve.ts";
import type { Sink } from "./sink.ts";

export interface Reader {
  readonly session: ClientSession;
  readonly limits: Limits;
  readonly sink: Sink;
  readonly clock: Clock;
  readonly where: string;
}

const TOO_LARGE = /TooLarge|BadEncodingLimitsExceeded/;

/** Reads in halves what is too large for one message; a single value that is too large is bad, and the others are read. */
export async function readInParts(session: ClientSession, nodes: readonly ReadValueIdOptions[]): Promise<DataValue[]> {
  try {
    return await session.read([...nodes]);
  } catch (error) {
    if (!(error instanceof Error && TOO_LARGE.test(error.message))) throw error;
    if (nodes.length <= 1) return nodes.map(() => new DataValue({ statusCode: StatusCodes.BadResponseTooLarge }));
    const half = Math.ceil(nodes.length / 2);
    return [...(await readInParts(session, nodes.slice(0, half))), ...(await readInParts(session, nodes.slice(half)))];
  }
}

/** Reads all items once and reports them. Rejects as the library does. */
export async function readAll(reader: Reader, items: readonly Item[]): Promise<void> {
  const { session, limits, sink, clock } = reader;
  for (let start = 0; start < items.length; start += limits.read) {
    const chunk = items.slice(start, start + limits.read);
    const began = clock.monotonic();
    const values = await readInParts(
      session,
      chunk.map(({ nodeId, attributeId }) => ({ nodeId, attributeId })),
    );
    for (const [i, item] of chunk.entries()) {
      const value = values[i];
      if (value) sink.take(item, value);
    }
    sink.flush(milliseconds(clock.monotonic() - began));
  }
}

/** The session must not run out where points are read rarely. */
const AT_LEAST_EVERY = 20_000;

/** Reads every item at its own pace until the signal is raised; a read never overlaps with the one before. One without an answer ends it. */
export async function poll(reader: Reader, items: readonly Item[], signal: AbortSignal): Promise<void> {
  const { clock } = reader;
  const classes = [...Map.groupBy(items, (item) => Math.min(item.every, AT_LEAST_EVERY))].map(([every, members]) => ({
    every,
    members,
    due: clock.monotonic() as number,
  }));
  while (classes.length > 0) {
    signal.throwIfAborted();
    const next = classes.reduce((first, one) => (one.due < first.due ? one : first));
    const wait = next.due - clock.monotonic();
    if (wait > 0) await clock.sleep(milliseconds(wait) as Span, signal);
    await readAll(reader, next.members);
    // A read that took longer than its pace is not caught up on.
    next.due = Math.max(next.due + next.every, clock.monotonic());
  }
}
