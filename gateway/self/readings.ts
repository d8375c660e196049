/** What the house knows about itself, as numbers for the points of its own device. */
import type { Message } from "#model/message";
import { between, type Instant, type Moment } from "#model/time";

export interface SelfState {
  readonly at: Moment;
  /** The beat before, for steps of the wall clock; absent at the first. */
  readonly before: Moment | undefined;
  /** Bytes; absent while the disk does not tell. */
  readonly disk: { readonly free: number; readonly size: number } | undefined;
  readonly outbox: Iterable<Pick<Message, "createdAt">>;
  readonly clockTrusted: boolean;
  readonly stored: boolean;
  readonly history: { readonly queue: number; readonly ok: boolean };
  readonly screens: number;
  readonly links: readonly { readonly state: string }[];
  /** When the certificate ends; NaN when it cannot be read, absent when there is none. */
  readonly certificateEnds: number | undefined;
}

const SECOND = 1_000;
const DAY = 86_400_000;

const asTruth = (truth: boolean): number => (truth ? 1 : 0);

function oldest(messages: SelfState["outbox"]): { readonly depth: number; readonly since: Instant | undefined } {
  let depth = 0;
  let since: Instant | undefined;
  for (const { createdAt } of messages) {
    depth += 1;
    if (since === undefined || createdAt < since) since = createdAt;
  }
  return { depth, since };
}

/** By key of the point. NaN: not known, and the point turns bad. */
export function selfReadings(state: SelfState): Readonly<Record<string, number>> {
  const { at, before, disk, history, links, certificateEnds } = state;
  const { depth, since } = oldest(state.outbox);
  const step = before === undefined ? 0 : between(before.now, at.now) - (at.mono - before.mono);
  return {
    disk_free: disk && disk.size > 0 ? (100 * disk.free) / disk.size : Number.NaN,
    outbox_depth: depth,
    outbox_age: since === undefined ? 0 : Math.max(0, between(since, at.now)) / SECOND,
    clock_trusted: asTruth(state.clockTrusted),
    clock_step: step / SECOND,
    store_ok: asTruth(state.stored),
    history_queue: history.queue,
    history_ok: asTruth(history.ok),
    screens: state.screens,
    links: links.length,
    links_down: links.filter((link) => link.state === "down").length,
    ...(certificateEnds === undefined ? {} : { cert_days: (certificateEnds - at.now) / DAY }),
  };
}
