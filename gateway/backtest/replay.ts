/**
 * What a rule would have said: stored samples run through the same engine on a clock of their own. Beside the rule run a
 * changed copy of it, to compare, and a copy without delays, to see what almost became an alarm. Touches nothing.
 */
import { BAD, reasonCode } from "#model/quality";
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import { type Instant, instant, type Moment, milliseconds } from "#model/time";
import { createEngine } from "../../rules/engine/create-engine.ts";
import type { RuleEngine } from "../../rules/engine/engine.ts";
import { qualityOf, reasonOf } from "../history/block.ts";
import { HOLD } from "../history/buckets.ts";
import { createPointTable, type PointTable } from "./columns.ts";
import { createGaps, type Gap } from "./gaps.ts";
import { createLane, type Lane, type WouldBe } from "./lane.ts";

/** Samples of many points in the order of their times, all before `until`. */
export interface Stretch {
  readonly count: number;
  readonly until: number;
  readonly handle: Int32Array;
  readonly at: Float64Array;
  readonly value: Float64Array;
  readonly code: Uint8Array;
}

export interface ReplayInput {
  readonly site: Site;
  readonly rule: RuleDefinition;
  readonly changed?: RuleDefinition;
  /** Points that the rules read. */
  readonly handles: readonly number[];
  readonly from: Instant;
  readonly to: Instant;
  readonly stretches: Iterable<Stretch>;
  /** Called after each stretch with the share that is done, 0 to 1. */
  readonly progress?: (share: number) => void;
}

export interface Replayed {
  readonly samples: number;
  readonly instances: number;
  /** Of the rule as it is, of its changed copy, and of the copy without delays. */
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
  const { site, from, to, handles } = input;
  const columns = createPointTable(site.points.length);
  const engineFor = (rule: RuleDefinition): RuleEngine =>
    createEngine({ rules: [rule], devices: site.devices, points: site.points, columns, zone: site.zone });
  const lanes: Lane[] = [input.rule, withoutDelays(input.rule), ...(input.changed ? [input.changed] : [])].map((rule) =>
    createLane(engineFor(rule)),
  );
  // Points that the rule can do without leave it judged.
  const needed = handles.filter((handle) => !input.rule.optional.includes(site.points[handle]?.key ?? ""));
  const gaps = createGaps(site, needed, columns);
  const changed = new Int32Array(site.points.length);
  let count = 0;
  let mono = 0;
  let samples = 0;
  let swept = from as number;

  const moment = (at: number): Moment => ({ now: instant(from + at), mono: milliseconds(at) });

  /** While a value holds, the house went on reading it, though only its changes were kept. Only `stale()` asks for that. */
  const asksForAge = lanes.some(({ engine }) => engine.instances.some(({ rule }) => textsOf(rule).some(isAboutAge)));
  let refreshed = 0;
  function stillThere(now: number): void {
    if (!asksForAge || now - refreshed < 1_000) return;
    refreshed = now;
    for (const handle of handles) if (columns.quality[handle] !== BAD) columns.receivedAt[handle] = now;
  }

  /** Every timer that is due before `until` (ms since `from`), then one look at what has changed. */
  function step(until: number): void {
    for (const lane of lanes) {
      for (let wake = lane.engine.nextWake() as number; wake < until; wake = lane.engine.nextWake() as number) {
        const at = Math.max(wake, lane.looked + 1);
        if (at >= until) break;
        stillThere(from + at);
        lane.step(changed, 0, moment(at));
      }
      stillThere(from + until);
      lane.step(changed, count, moment(until));
    }
    count = 0;
    mono = until;
  }

  function sweep(now: number): void {
    for (; swept + SWEEP <= now; swept += SWEEP) {
      const at = swept + SWEEP;
      for (const handle of handles) {
        if (columns.quality[handle] === BAD || at - (columns.sourceAt[handle] as number) < HOLD) continue;
        setBad(columns, handle, STALE);
        changed[count++] = handle;
      }
      if (count > 0) step(at - from);
      gaps.look(at);
    }
  }

  /** The first look: at what held when the range begins. */
  let hasBegun = false;
  function begin(): void {
    if (hasBegun) return;
    hasBegun = true;
    count = 0;
    step(0);
  }

  for (const stretch of input.stretches) {
    for (let i = 0; i < stretch.count; ) {
      const at = stretch.at[i] as number;
      if (at > from) {
        begin();
        sweep(Math.min(at, to));
      }
      count = 0;
      for (; i < stretch.count && stretch.at[i] === at; i += 1) {
        const handle = stretch.handle[i] as number;
        write(columns, handle, stretch.value[i] as number, stretch.code[i] as number, at);
        // Two samples of one point at one instant: the later one counts.
        if (count < changed.length) changed[count++] = handle;
      }
      if (at > from && at <= to) step(Math.max(mono, at - from));
    }
    samples += stretch.count;
    input.progress?.(Math.min(1, Math.max(0, (stretch.until - from) / Math.max(1, to - from))));
  }
  begin();
  count = 0;
  sweep(to);
  step(Math.max(mono, to - from));
  const [asIs, undelayed, other] = lanes.map((lane) => lane.end(to));
  return {
    samples,
    instances: lanes[0]?.engine.instances.length ?? 0,
    asIs: asIs ?? [],
    undelayed: undelayed ?? [],
    ...(other ? { changed: other } : {}),
    gaps: gaps.end(to),
  };
}

function write(columns: PointTable, handle: number, value: number, code: number, at: number): void {
  columns.sourceAt[handle] = at;
  if (qualityOf(code) === BAD) {
    setBad(columns, handle, reasonOf(code));
    return;
  }
  columns.value[handle] = value;
  columns.quality[handle] = qualityOf(code);
  columns.reason[handle] = reasonOf(code);
  columns.receivedAt[handle] = at;
}

function setBad(columns: PointTable, handle: number, reason: number): void {
  columns.value[handle] = Number.NaN;
  columns.quality[handle] = BAD;
  columns.reason[handle] = reason;
}

const isAboutAge = (text: string): boolean => /\bstale\s*\(/.test(text);

/** Every expression of a rule. */
export const textsOf = (rule: RuleDefinition): readonly string[] => [
  rule.when.text,
  ...(rule.clear ? [rule.clear.text] : []),
  ...Object.values(rule.let).map(({ text }) => text),
  ...rule.levels.map(({ when }) => when.text),
];

/** Points that a rule may read, on whichever device: those whose key stands in one of its expressions or sentences. */
export function handlesOf(site: Site, rules: readonly RuleDefinition[]): number[] {
  const texts = rules.flatMap((rule) => [...textsOf(rule), rule.because.zh, rule.because.en]);
  const words = new Set(texts.flatMap((text) => text.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []));
  return site.points.flatMap((point, handle) => (point.type !== "text" && words.has(point.key) ? [handle] : []));
}
