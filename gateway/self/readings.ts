/** What the house knows about itself, as numbers for the points of its own device. */
import type { Message } from "#model/message";
import { between, type Instant, type Moment } from "#model/time";
import { codeOfChannels, codeOfTargets } from "./self-device.ts";

export interface NorthState {
  readonly target: string;
  /** Samples and changes that were let go within the last hour. */
  readonly dropped: number;
  /** What the target refused for good within the last hour. */
  readonly refused: number;
  /** Damaged files and batches of the queue within the last day. */
  readonly damaged: number;
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
  /** `damaged`: rows and files that could not be read within the last day. */
  readonly history: { readonly queue: number; readonly ok: boolean; readonly damaged: number };
  /** Targets in the north; `fill`: share of the cap, `oldest`: since when the oldest waits. */
  readonly north: readonly NorthState[];
  readonly screens: number;
  readonly links: readonly { readonly state: string }[];
  readonly channels: readonly { readonly health: string }[];
  /** When the certificate ends; NaN when it cannot be read, absent when there is none. */
  readonly certificateEnds: number | undefined;
}

const SECOND = 1_000;
/** A target whose oldest has waited so long (s), or whose queue is so full, is named as one that waits; engineering judgement. */
const WAITS_LONG = 60;
const FILLED = 0.1;
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

/** The worst of all targets, and which ones they are. */
function northReadings(north: readonly NorthState[], now: Instant): Readonly<Record<string, number>> {
  const waits = ({ oldest }: NorthState): number => (oldest === undefined ? 0 : Math.max(0, (now - oldest) / SECOND));
  const sum = (of: (one: NorthState) => number): number => north.reduce((all, one) => all + of(one), 0);
  const which = (has: (one: NorthState) => boolean): number =>
    codeOfTargets(north.filter(has).map(({ target }) => target));
  return {
    north_age: Math.max(...north.map(waits)),
    north_fill: 100 * Math.max(...north.map(({ fill }) => fill)),
    north_waiting: which((one) => waits(one) >= WAITS_LONG || one.fill >= FILLED),
    north_dropped: sum(({ dropped }) => dropped),
    north_dropping: which(({ dropped }) => dropped > 0),
    north_refused: sum(({ refused }) => refused),
    north_refusing: which(({ refused }) => refused > 0),
    north_damaged: sum(({ damaged }) => damaged),
    north_down: north.filter(({ ok }) => !ok).length,
    north_away: which(({ ok }) => !ok),
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
    history_damaged: history.damaged,
    ...(state.north.length === 0 ? {} : northReadings(state.north, at.now)),
    screens: state.screens,
    links: links.length,
    links_down: links.filter((link) => link.state === "down").length,
    channels_failing: channels.filter((channel) => channel.health === "fails").length,
    channels_away: codeOfChannels(channels),
    ...(certificateEnds === undefined ? {} : { cert_days: (certificateEnds - at.now) / DAY }),
  };
}
