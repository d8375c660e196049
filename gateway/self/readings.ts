/** What the house knows about itself, as numbers for the points of its own device. */
import type { Message } from "#model/message";
import { between, type Instant, type Moment } from "#model/time";

export interface NorthState {
  /** Samples and changes that were let go within the last hour. */
  readonly dropped: number;
  readonly fill: number;
  readonly oldest?: number;
  readonly ok: boolean;
}

export interface SelfState {
  readonly at: Moment;
  /** The beat before, for steps of the wall clock; absent at the first. */
  readonly before: Moment | undefined;
  /** Bytes; absent while the disk does not tell. */
  readonly disk: { readonly free: number; readonly size: number } | undefined;
  readonly outbox: Iterable<Pick<Message, "createdAt" | "nextTryAt" | "attempts">>;
  readonly clockTrusted: boolean;
  readonly stored: boolean;
  readonly history: { readonly queue: number; readonly ok: boolean };
  /** Targets in the north; `fill`: share of the cap, `oldest`: since when the oldest waits. */
  readonly north: readonly NorthState[];
  readonly screens: number;
  readonly links: readonly { readonly state: string }[];
  readonly channels: readonly { readonly health: string }[];
  /** When the certificate ends; NaN when it cannot be read, absent when there is none. */
  readonly certificateEnds: number | undefined;
}

const SECOND = 1_000;
const DAY = 86_400_000;

const asTruth = (truth: boolean): number => (truth ? 1 : 0);

/** What is overdue: a text that joins in after a quarter of an hour does not wait before then. */
function oldest(
  messages: SelfState["outbox"],
  now: Instant,
): { readonly depth: number; readonly since: Instant | undefined } {
  let depth = 0;
  let since: Instant | undefined;
  for (const { createdAt, nextTryAt, attempts } of messages) {
    if (attempts === 0 && nextTryAt > now) continue;
    depth += 1;
    const from = attempts === 0 ? nextTryAt : createdAt;
    if (since === undefined || from < since) since = from;
  }
  return { depth, since };
}

/** The worst of all targets: which one it is, the log and the metrics say. */
function northReadings(north: readonly NorthState[], now: Instant): Readonly<Record<string, number>> {
  const age = Math.max(0, ...north.map(({ oldest }) => (oldest === undefined ? 0 : (now - oldest) / SECOND)));
  return {
    north_age: age,
    north_fill: 100 * Math.max(...north.map(({ fill }) => fill)),
    north_dropped: north.reduce((sum, { dropped }) => sum + dropped, 0),
    north_down: north.filter(({ ok }) => !ok).length,
  };
}

/** By key of the point. NaN: not known, and the point turns bad. */
export function selfReadings(state: SelfState): Readonly<Record<string, number>> {
  const { at, before, disk, history, links, channels, certificateEnds } = state;
  const { depth, since } = oldest(state.outbox, at.now);
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
    ...(state.north.length === 0 ? {} : northReadings(state.north, at.now)),
    screens: state.screens,
    links: links.length,
    links_down: links.filter((link) => link.state === "down").length,
    channels_failing: channels.filter((channel) => channel.health === "fails").length,
    ...(certificateEnds === undefined ? {} : { cert_days: (certificateEnds - at.now) / DAY }),
  };
}
