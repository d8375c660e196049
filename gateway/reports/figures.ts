/**
 * The figures of one window, of one position and one kind of data. A generator that stops every few thousand occurrences,
 * so that whoever drives it can let the loop turn. Pure.
 */
import { Severity } from "#model/severity";
import { days, hours, type Instant, minutes, type Span, seconds } from "#model/time";
import { type Flood, floodsOf, floodTime, type Told } from "./floods.ts";
import { largest, mean, percentile, sorted } from "./numbers.ts";
import { type DataKind, dataKinds, kindOf, type Occurrence } from "./occurrences.ts";

/** Occurrences that are looked at between two rests. */
export const SLICE = 2_000;
const severities = Severity.options;
const PERIOD = minutes(10);
/** An occurrence that was over sooner is fleeting (ISA-18.2: too short for anybody to act on). */
export const FLEETING = seconds(10);
/** So many activations of one alarm within a minute are chatter. */
export const CHATTER = { activations: 3, within: seconds(60) } as const;
/** A second alarm so soon after another, nearly always, says nothing new. */
const PAIR = { within: seconds(60), share: 0.8, least: 5, looksBack: 10 } as const;
/** Time to acknowledge by severity (engineering judgement; the strictest clocks of the default policy are shorter for tickets). */
export const ACKNOWLEDGE_WITHIN: Readonly<Record<Severity, Span>> = {
  S1: minutes(1),
  S2: minutes(3),
  S3: minutes(10),
  S4: minutes(30),
};

export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

export interface AlarmCount {
  readonly alarm: string;
  readonly count: number;
}

export interface Figures extends Window {
  readonly told: number;
  readonly perPeriod: { readonly mean: number; readonly p95: number; readonly max: number; readonly above10: number };
  readonly perHour: { readonly mean: number; readonly p95: number; readonly max: number; readonly above30: number };
  readonly perDay: { readonly mean: number; readonly max: number };
  readonly floods: readonly Flood[];
  /** 0 to 1. */
  readonly floodShare: number;
  readonly top: readonly AlarmCount[];
  readonly topShare: number;
  readonly chattering: readonly AlarmCount[];
  /** `suggestedDelay`: an on-delay that 95 % of the fleeting ones would not have outlived, in ms. */
  readonly fleeting: readonly (AlarmCount & { readonly suggestedDelay: number })[];
  readonly fleetingCount: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** Milliseconds, of people's acknowledgements. */
  readonly acknowledge: { readonly p50: number; readonly p90: number; readonly p95: number; readonly count: number };
  readonly acknowledgeBy: Readonly<
    Record<Severity, { readonly count: number; readonly p50: number; readonly p90: number; readonly inTime: number }>
  >;
  readonly inTimeShare: number;
  readonly uncommentedShare: number;
  readonly falseShare: number;
  readonly returnTime: { readonly p50: number; readonly p90: number };
  readonly again: number;
  readonly withTicketShare: number;
  readonly suppressed: readonly AlarmCount[];
  readonly suppressedCount: number;
  readonly pairs: readonly {
    readonly first: string;
    readonly second: string;
    readonly count: number;
    readonly share: number;
  }[];
  /** What was left out of these figures, by kind; the chosen kind counts as in. */
  readonly others: Readonly<Record<DataKind, number>>;
}

export interface Choice {
  readonly kind: DataKind;
  /** Whether the alarm is shown at the position that was asked for. */
  readonly at: (alarm: string) => boolean;
}

export function* figuresOf(
  occurrences: Iterable<Occurrence>,
  { from, to }: Window,
  choice: Choice,
): Generator<undefined, Figures> {
  const inside = (at: Instant | undefined): at is Instant => at !== undefined && at >= from && at < to;
  const others = Object.fromEntries(dataKinds.map((kind) => [kind, 0])) as Record<DataKind, number>;
  const bySeverity: Record<Severity, number> = { S1: 0, S2: 0, S3: 0, S4: 0 };
  const delays: Record<Severity, number[]> = { S1: [], S2: [], S3: [], S4: [] };
  const inTime: Record<Severity, number> = { S1: 0, S2: 0, S3: 0, S4: 0 };
  const told: Told[] = [];
  const returns: number[] = [];
  const counts = new Map<string, number>();
  const activations = new Map<string, Instant[]>();
  const fleeting = new Map<string, number[]>();
  const suppressed = new Map<string, number>();
  let [again, uncommented, falseOnes, shown, withTicket] = [0, 0, 0, 0, 0];

  let seen = 0;
  for (const one of occurrences) {
    seen += 1;
    if (seen % SLICE === 0) yield;
    if (!choice.at(one.alarm)) continue;
    const kind = kindOf(one);
    const here = one.told.filter(inside);
    others[kind] += here.length;
    if (kind !== choice.kind) continue;
    const severity = one.severity ?? "S4";
    for (const at of here) told.push({ at, alarm: one.alarm });
    if (here.length > 0) {
      shown += 1;
      bySeverity[severity] += here.length;
      counts.set(one.alarm, (counts.get(one.alarm) ?? 0) + here.length);
      if (one.ticket) withTicket += 1;
      again += one.again;
    }
    const came = one.activations.filter(inside);
    if (came.length > 0) push(activations, one.alarm, ...came);
    if (inside(one.acknowledgedAt) && one.delay !== undefined) {
      delays[severity].push(one.delay);
      if (one.delay <= ACKNOWLEDGE_WITHIN[severity]) inTime[severity] += 1;
      if (!one.commented) uncommented += 1;
      if (one.reason === "false") falseOnes += 1;
    }
    if (inside(one.returnedAt) && one.activeFor !== undefined) {
      returns.push(one.activeFor);
      if (one.activeFor < FLEETING) push(fleeting, one.alarm, one.activeFor);
    }
    if (inside(one.startedAt)) {
      for (const cause of one.causes) suppressed.set(cause, (suppressed.get(cause) ?? 0) + 1);
    }
  }
  yield;
  told.sort((a, b) => a.at - b.at);
  yield;
  const perPeriod = bucketed(told, { from, to }, PERIOD);
  const perHour = bucketed(told, { from, to }, hours(1));
  const perDay = bucketed(told, { from, to }, days(1));
  yield;
  const floods = floodsOf(told, to);
  yield;
  const pairs = yield* pairsOf(told, counts);
  const top = largestOf(counts);
  const all = sorted(severities.flatMap((severity) => delays[severity]));
  yield;
  const length = to - from;
  /** Alarms per `unit`. Of less than one unit nothing can be said: three in two minutes are no two thousand a day. */
  const rate = (unit: Span) => (length < unit ? Number.NaN : told.length / (length / unit));
  const fleetingRows = [...fleeting].map(([alarm, spans]) => ({
    alarm,
    count: spans.length,
    suggestedDelay: percentile(sorted(spans), 0.95),
  }));
  return {
    from,
    to,
    told: told.length,
    perPeriod: { ...spread(perPeriod, rate(PERIOD)), above10: shareAbove(perPeriod, 10) },
    perHour: { ...spread(perHour, rate(hours(1))), above30: shareAbove(perHour, 30) },
    perDay: { mean: rate(days(1)), max: largest(perDay) },
    floods,
    floodShare: floodTime(floods, from, to) / length,
    top,
    topShare: told.length === 0 ? Number.NaN : top.reduce((sum, { count }) => sum + count, 0) / told.length,
    chattering: largestOf(
      new Map([...activations].map(([alarm, times]) => [alarm, burstsOf(times)] as const).filter(([, n]) => n > 0)),
    ),
    fleeting: fleetingRows.sort((a, b) => b.count - a.count).slice(0, 10),
    fleetingCount: fleetingRows.length,
    bySeverity,
    acknowledge: {
      p50: percentile(all, 0.5),
      p90: percentile(all, 0.9),
      p95: percentile(all, 0.95),
      count: all.length,
    },
    acknowledgeBy: Object.fromEntries(
      severities.map((severity) => {
        const own = sorted(delays[severity]);
        const row = { count: own.length, p50: percentile(own, 0.5), p90: percentile(own, 0.9) };
        return [severity, { ...row, inTime: inTime[severity] / own.length }];
      }),
    ) as Figures["acknowledgeBy"],
    inTimeShare: severities.reduce((sum, severity) => sum + inTime[severity], 0) / all.length,
    uncommentedShare: uncommented / all.length,
    falseShare: falseOnes / all.length,
    returnTime: { p50: percentile(sorted(returns), 0.5), p90: percentile(sorted(returns), 0.9) },
    again,
    withTicketShare: withTicket / shown,
    suppressed: largestOf(suppressed),
    suppressedCount: [...suppressed.values()].reduce((sum, n) => sum + n, 0),
    pairs,
    others,
  };
}

function push<T>(into: Map<string, T[]>, key: string, ...more: readonly T[]): void {
  const list = into.get(key);
  if (list) list.push(...more);
  else into.set(key, [...more]);
}

const largestOf = (counts: ReadonlyMap<string, number>): readonly AlarmCount[] =>
  [...counts]
    .map(([alarm, count]) => ({ alarm, count }))
    .sort((a, b) => b.count - a.count || (a.alarm < b.alarm ? -1 : 1))
    .slice(0, 10);

/** Empty buckets count too; the last one may be shorter than the others. */
function bucketed(told: readonly Told[], { from, to }: Window, width: Span): Int32Array {
  const buckets = new Int32Array(Math.max(1, Math.ceil((to - from) / width)));
  for (const { at } of told) {
    const bucket = Math.floor((at - from) / width);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  return buckets;
}

const spread = (buckets: Int32Array, average: number) => ({
  mean: average,
  p95: percentile(Int32Array.from(buckets).sort(), 0.95),
  max: largest(buckets),
});

const shareAbove = (buckets: Int32Array, limit: number): number =>
  mean(Array.from(buckets, (n) => (n > limit ? 1 : 0)));

/** How often the alarm came true three times within a minute. */
function burstsOf(times: readonly Instant[]): number {
  const inOrder = sorted(times);
  let bursts = 0;
  for (let i = CHATTER.activations - 1; i < inOrder.length; i += 1) {
    const first = inOrder[i - CHATTER.activations + 1] as number;
    if ((inOrder[i] as number) - first <= CHATTER.within) bursts += 1;
  }
  return bursts;
}

/** Alarms that nearly always follow another one. Looks back over a few only, so that a storm costs no more than a calm day. */
function* pairsOf(told: readonly Told[], counts: ReadonlyMap<string, number>): Generator<undefined, Figures["pairs"]> {
  const follows = new Map<string, number>();
  for (let i = 0; i < told.length; i += 1) {
    if (i % SLICE === 0) yield;
    const { at, alarm } = told[i] as Told;
    // Rare ones make no pair, and there may be thousands of them.
    if ((counts.get(alarm) ?? 0) < PAIR.least) continue;
    const before = new Set<string>();
    for (let j = i - 1; j >= Math.max(0, i - PAIR.looksBack); j -= 1) {
      const other = told[j] as Told;
      if (at - other.at > PAIR.within) break;
      if (other.alarm !== alarm && (counts.get(other.alarm) ?? 0) >= PAIR.least) before.add(other.alarm);
    }
    for (const other of before) {
      const key = `${other} ${alarm}`;
      follows.set(key, (follows.get(key) ?? 0) + 1);
    }
  }
  return [...follows]
    .map(([key, count]) => {
      const [first = "", second = ""] = key.split(" ");
      return { first, second, count, share: count / (counts.get(second) ?? count) };
    })
    .filter(({ count, share }) => count >= PAIR.least && share > PAIR.share)
    .sort((a, b) => b.count - a.count)
    .slice(0, 10);
}
