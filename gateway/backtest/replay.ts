/**
 * What rules would have said: stored samples run through the same engine on a clock of their own. Beside each rule run a
 * changed copy of it, to compare, and a copy without delays, to see what almost became an alarm: all in one engine, which
 * computes what they share once. Time jumps from one sample that can make a difference, or one timer, to the next.
 */
import { BAD, GOOD, reasonCode } from "#model/quality";
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import { type Instant, instant, type Moment, milliseconds } from "#model/time";
import { createEngine } from "../../rules/engine/create-engine.ts";
import { qualityOf, reasonOf } from "../history/block.ts";
import { HOLD } from "../history/buckets.ts";
import { createPointTable, type PointTable } from "./columns.ts";
import { createGaps, type Gap } from "./gaps.ts";
import { createLane, type WouldBe } from "./lane.ts";
import type { LeftOut } from "./left-out.ts";
import type { Reads } from "./reads.ts";

/** Samples of many points in the order of their times, all before `until`. The columns may be longer than `count`. */
export interface Stretch {
  readonly count: number;
  readonly until: number;
  readonly handle: Int32Array;
  readonly at: Float64Array;
  readonly value: Float64Array;
  readonly code: Uint8Array;
  /** Samples that make no difference and are not among them. */
  readonly leftOut?: LeftOut;
}

export interface ReplayInput {
  readonly site: Site;
  readonly rules: readonly RuleDefinition[];
  readonly changed?: RuleDefinition;
  /** Of the rules and the changed copy. */
  readonly reads: Reads;
  readonly from: Instant;
  readonly to: Instant;
  readonly stretches: Iterable<Stretch>;
  /** False: nobody asks what ended before its delay was over, so nothing is judged for that. */
  readonly pending?: boolean;
  /** Called after each stretch with the share that is done, 0 to 1. */
  readonly progress?: (share: number) => void;
}

export interface Replayed {
  readonly samples: number;
  /** Rules on devices. */
  readonly instances: number;
  /** Of the rules as they are, of the changed copy, and of copies without delays of those that have any. */
  readonly asIs: readonly WouldBe[];
  readonly changed?: readonly WouldBe[];
  readonly undelayed: readonly WouldBe[];
  readonly gaps: readonly Gap[];
}

/** Points that stand still are told of once a minute: nothing that was silent for `HOLD` is believed any longer. */
const SWEEP = 60_000;
const STALE = reasonCode("stale");

const withoutDelays = ({ onDelay: _, offDelay: __, ...rule }: RuleDefinition): RuleDefinition => rule;

export function replay(input: ReplayInput): Replayed {
  const { site, rules, reads, from, to } = input;
  const columns = createPointTable(site.points.length);
  const asIs = createLane(rules);
  // Without a delay nothing can end before it is over.
  const delayed = input.pending === false ? [] : rules.filter(({ onDelay, offDelay }) => onDelay ?? offDelay);
  const undelayed = createLane(delayed.map(withoutDelays));
  const other = input.changed && createLane([input.changed]);
  const lanes = [asIs, undelayed, ...(other ? [other] : [])];
  const engine = createEngine({
    rules: lanes.flatMap((lane) => lane.rules),
    devices: site.devices,
    points: site.points,
    columns,
    zone: site.zone,
    tell: newest,
  });
  const laneOf = new Map(lanes.flatMap((lane) => lane.rules.map((rule) => [rule, lane])));
  const gaps = createGaps(
    reads.watches.filter(({ rule }) => rules.includes(rule)),
    columns,
  );
  const news = createNews(columns, reads, site.points.length);
  let looked = -1;
  let samples = 0;
  let swept = from as number;
  let refreshed = 0;
  let leftOut: LeftOut | undefined;
  /** Samples up to this moment were taken, or left out. */
  let through = from as number;

  /** For a sentence: samples that were left out moved the value, too. */
  function newest(handle: number): number {
    if (columns.quality[handle] !== GOOD) return Number.NaN;
    const at = leftOut?.lastAt(handle, through) ?? Number.NaN;
    return Number.isNaN(at) ? (columns.value[handle] as number) : (leftOut?.lastValue(handle, through) as number);
  }

  /** Whether nothing of the point came for so long that it is not believed any longer. */
  function isSilent(handle: number, at: number): boolean {
    if (at - (columns.sourceAt[handle] as number) < HOLD) return false;
    const last = leftOut?.lastAt(handle, at - 1) ?? Number.NaN;
    if (!(at - last < HOLD)) return true;
    columns.sourceAt[handle] = last;
    return false;
  }

  /** While a value holds, the house went on reading it, though only its changes were kept. Only `stale()` asks for that. */
  function stillThere(now: number): void {
    if (reads.aged.length === 0 || now - refreshed < 1_000) return;
    refreshed = now;
    for (const handle of reads.aged) if (columns.quality[handle] !== BAD) columns.receivedAt[handle] = now;
  }

  /** One look at what is new up to `until`. `at`: ms since `from`. */
  function step(at: number, until: number): void {
    stillThere(from + at);
    through = until;
    looked = at;
    const moment: Moment = { now: instant(from + at), mono: milliseconds(at) };
    for (const transition of engine.step(news.handles, news.count, moment)) {
      laneOf.get(transition.instance.rule)?.take(transition, from + at);
    }
    news.clear();
  }

  /** Every timer that is due before `until`. */
  function runTimers(until: number): void {
    for (let wake = engine.nextWake() as number; wake < until; wake = engine.nextWake() as number) {
      const at = Math.max(wake, looked + 1);
      if (at >= until) return;
      step(at, from + at);
    }
  }

  function sweep(now: number): void {
    for (; swept + SWEEP <= now; swept += SWEEP) {
      const at = swept + SWEEP;
      for (const handle of reads.handles) {
        if (columns.quality[handle] === BAD || !isSilent(handle, at)) continue;
        runTimers(at - from);
        news.lost(handle, STALE);
      }
      if (news.isUrgent) step(at - from, at - 1);
      gaps.look(at);
    }
  }

  /** The first look: at what held when the range begins. */
  function begin(): void {
    if (looked < 0) step(0, from);
  }

  for (const stretch of input.stretches) {
    leftOut = stretch.leftOut;
    for (let i = 0; i < stretch.count; ) {
      const at = stretch.at[i] as number;
      // A sample that came late is judged when it came, as in the house.
      const then = Math.max(looked, at - from);
      if (at > to) break;
      if (at > from) {
        begin();
        sweep(at);
        runTimers(then);
      }
      for (; i < stretch.count && stretch.at[i] === at; i += 1) {
        news.take(stretch.handle[i] as number, stretch.value[i] as number, stretch.code[i] as number, at);
      }
      if (at > from && news.isUrgent) step(then, at);
    }
    // What was left out of this stretch cannot be asked for later.
    const until = Math.min(stretch.until, to);
    if (until > from) {
      begin();
      sweep(until);
      runTimers(until - from);
    }
    samples += stretch.count + (leftOut?.count ?? 0);
    input.progress?.(Math.min(1, Math.max(0, (stretch.until - from) / Math.max(1, to - from))));
  }
  begin();
  sweep(to);
  runTimers(to - from);
  step(Math.max(looked, to - from), to);
  return {
    samples,
    instances: engine.instances.filter(({ rule }) => laneOf.get(rule) === asIs).length,
    asIs: asIs.end(),
    undelayed: undelayed.end(),
    ...(other ? { changed: other.end() } : {}),
    gaps: gaps.end(to),
  };
}

/**
 * Writes samples into the columns and notes which points are news. A value that gives the same answer to every question that
 * the rules put to it is noted too, so that sentences tell it, but waits for the next look: it can change no verdict.
 */
function createNews(columns: PointTable, reads: Reads, points: number) {
  const handles = new Int32Array(points);
  const isNoted = new Uint8Array(points);
  const answers = Array.from({ length: points }, (_, handle) => reads.answers.get(handle));
  const answered = new Float64Array(points).fill(Number.NaN);
  let count = 0;
  let isUrgent = false;

  function note(handle: number): void {
    if (isNoted[handle] === 1) return;
    isNoted[handle] = 1;
    handles[count] = handle;
    count += 1;
  }

  function lost(handle: number, reason: number): void {
    if (columns.quality[handle] === BAD && columns.reason[handle] === reason) return;
    columns.value[handle] = Number.NaN;
    columns.quality[handle] = BAD;
    columns.reason[handle] = reason;
    isUrgent = true;
    note(handle);
  }

  return {
    handles,
    get count() {
      return count;
    },
    get isUrgent() {
      return isUrgent;
    },
    clear() {
      for (let i = 0; i < count; i += 1) isNoted[handles[i] as number] = 0;
      count = 0;
      isUrgent = false;
    },
    lost,
    take(handle: number, value: number, code: number, at: number): void {
      columns.sourceAt[handle] = at;
      const quality = qualityOf(code);
      if (quality === BAD) {
        lost(handle, reasonOf(code));
        return;
      }
      const answer = answers[handle];
      const isSame = quality === columns.quality[handle];
      if (isSame && value === columns.value[handle]) {
        columns.receivedAt[handle] = at;
        return;
      }
      if (!answer) isUrgent = true;
      else {
        const is = answer(quality === GOOD ? value : Number.NaN);
        if (!isSame || is !== answered[handle]) isUrgent = true;
        answered[handle] = is;
      }
      columns.value[handle] = value;
      columns.quality[handle] = quality;
      columns.reason[handle] = reasonOf(code);
      columns.receivedAt[handle] = at;
      note(handle);
    },
  };
}
