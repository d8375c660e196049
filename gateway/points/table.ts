/** The point table: one row per point in parallel columns, and beside them what settling a row needs to know. */
import type { PointColumns, PointDefinition } from "#model/points";
import { BAD, reasonCode } from "#model/quality";
import { type LateSamples, noLateSamples } from "./late.ts";
import type { Order } from "./order.ts";
import { type Doubts, noDoubts } from "./waited.ts";

/** What `settle` does with a row's raw number. */
export const ROW_NUMBER = 0;
export const ROW_BOOL = 1;
export const ROW_ENUM = 2;
export const ROW_TEXT = 3;

const rowKinds = { number: ROW_NUMBER, bool: ROW_BOOL, enum: ROW_ENUM, text: ROW_TEXT } as const;

export interface PointTable extends PointColumns {
  /** By handle. */
  readonly definitions: readonly PointDefinition[];
  readonly kind: Uint8Array;
  readonly scale: Float64Array;
  readonly offset: Float64Array;
  /** −Infinity and Infinity when the point has no range. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly deadband: Float64Array;
  readonly staleAfter: Float64Array;
  /** Raw numbers that mean "not available"; `undefined` for almost every row. */
  readonly notAvailable: readonly (ReadonlySet<number> | undefined)[];
  /** Codes of an enum; `undefined` when every code is welcome. */
  readonly codes: readonly (ReadonlySet<number> | undefined)[];
  /** The value that was last reported as changed: the deadband is measured from it, so that slow drift adds up. */
  readonly reported: Float64Array;
  /** Monotonic time of the last sample, in ms; −Infinity when never seen. */
  readonly receivedMono: Float64Array;
  /** How long the raw number may stand still; Infinity for most rows. */
  readonly frozenAfter: Float64Array;
  /** The last raw number, and the monotonic time at which it last moved: NaN before the first and after a gap. */
  readonly lastRaw: Float64Array;
  readonly movedMono: Float64Array;
  /** Instant of the newest sample that a source stamped, NaN before the first; a sample so much older at most is late. */
  readonly newestSource: Float64Array;
  readonly lateness: Float64Array;
  readonly late: LateSamples;
  readonly order: Order;
  readonly doubts: Doubts;
}

/** ms: domain rule for late samples ("within 2 s"). */
const LATENESS = 2_000;

/** Every row starts without a value: BAD with reason `restart`, until its first sample or fault. */
export function createPointTable(definitions: readonly PointDefinition[]): PointTable {
  const count = definitions.length;
  const column = (of: (point: PointDefinition) => number) => Float64Array.from(definitions, of);
  const setOf = (numbers: readonly number[]) => (numbers.length > 0 ? new Set(numbers) : undefined);
  return {
    count,
    definitions,
    value: new Float64Array(count).fill(Number.NaN),
    quality: new Uint8Array(count).fill(BAD),
    reason: new Uint8Array(count).fill(reasonCode("restart")),
    sourceAt: new Float64Array(count),
    receivedAt: new Float64Array(count),
    text: new Map(),
    kind: Uint8Array.from(definitions, (point) => rowKinds[point.type]),
    scale: column((point) => point.scale),
    offset: column((point) => point.offset),
    low: column((point) => point.range?.[0] ?? Number.NEGATIVE_INFINITY),
    high: column((point) => point.range?.[1] ?? Number.POSITIVE_INFINITY),
    deadband: column((point) => point.deadband),
    staleAfter: column((point) => point.staleAfter),
    notAvailable: definitions.map((point) => setOf(point.notAvailable)),
    codes: definitions.map((point) => (point.type === "enum" ? setOf(codesOf(point)) : undefined)),
    reported: new Float64Array(count).fill(Number.NaN),
    receivedMono: new Float64Array(count).fill(Number.NEGATIVE_INFINITY),
    frozenAfter: column((point) => point.frozenAfter ?? Number.POSITIVE_INFINITY),
    lastRaw: new Float64Array(count).fill(Number.NaN),
    movedMono: new Float64Array(count).fill(Number.NaN),
    newestSource: new Float64Array(count).fill(Number.NaN),
    lateness: column((point) => point.lateness ?? LATENESS),
    late: noLateSamples(),
    order: [],
    doubts: noDoubts(),
  };
}

const codesOf = (point: PointDefinition): readonly number[] => Object.keys(point.values ?? {}).map(Number);
