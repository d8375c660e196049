/** How much of the last stretch was known. Costs nothing while all of it is: only unknown stretches are kept. */
import { COVERAGE, NEVER } from "./machine.ts";

const NONE = Number.NaN;
/** Unknown stretches that are kept apart; beyond that neighbours join into buckets of 1/60 of the span. */
const MOST = 128;
const BUCKETS = 60;
/** Numbers per stretch: start, end, and how much of it was unknown. */
const STRIDE = 3;

export interface Coverage {
  readonly span: number;
  /** When watching began; NaN before. */
  since: number;
  /** Since when the value is unknown; NaN while it is known. */
  unknown: number;
  count: number;
  stretches: Float64Array | undefined;
}

export const createCoverage = (span: number): Coverage => ({
  span,
  since: NONE,
  unknown: NONE,
  count: 0,
  stretches: undefined,
});

/** Rounding must not decide whether 80 % are covered. */
const leastOf = (span: number): number => COVERAGE * span - 1e-6;

/** From `now` on the value is known, or not. */
export function note(c: Coverage, isKnown: boolean, now: number): void {
  if (Number.isNaN(c.since)) c.since = now;
  if (isKnown === Number.isNaN(c.unknown)) return;
  if (!isKnown) {
    c.unknown = now;
    return;
  }
  forget(c, now);
  if (now > c.unknown) add(c, c.unknown, now);
  c.unknown = NONE;
}

function add(c: Coverage, start: number, end: number): void {
  if (c.count === MOST) join(c);
  const size = (c.count + 1) * STRIDE;
  if (!c.stretches || c.stretches.length < size) {
    const next = new Float64Array(Math.max(2 * STRIDE, 2 * (size - STRIDE)));
    if (c.stretches) next.set(c.stretches);
    c.stretches = next;
  }
  c.stretches.set([start, end, end - start], size - STRIDE);
  c.count += 1;
}

function join(c: Coverage): void {
  const s = c.stretches as Float64Array;
  let kept = 0;
  for (let i = 1; i < c.count; i += 1) {
    const [to, from] = [kept * STRIDE, i * STRIDE];
    if ((s[from + 1] as number) - (s[to] as number) <= c.span / BUCKETS) {
      s[to + 1] = s[from + 1] as number;
      s[to + 2] = (s[to + 2] as number) + (s[from + 2] as number);
    } else {
      kept += 1;
      s.copyWithin(kept * STRIDE, from, from + STRIDE);
    }
  }
  c.count = kept + 1;
}

/** Drops the stretches that have left the window. */
function forget(c: Coverage, now: number): void {
  if (c.count === 0) return;
  const s = c.stretches as Float64Array;
  let gone = 0;
  while (gone < c.count && (s[gone * STRIDE + 1] as number) <= now - c.span) gone += 1;
  if (gone === 0) return;
  s.copyWithin(0, gone * STRIDE, c.count * STRIDE);
  c.count -= gone;
}

/** Unknown time in the window that ends now, of the time since watching began. */
export function unknownTime(c: Coverage, now: number): number {
  forget(c, now);
  const from = Math.max(c.since, now - c.span);
  let sum = Number.isNaN(c.unknown) ? 0 : now - Math.max(c.unknown, from);
  for (let i = 0; i < c.count; i += 1) {
    const s = c.stretches as Float64Array;
    const [start = 0, end = 0, part = 0] = [s[i * STRIDE], s[i * STRIDE + 1], s[i * STRIDE + 2]];
    sum += start >= from ? part : (part * (end - from)) / (end - start);
  }
  return sum;
}

export function knownTime(c: Coverage, now: number): number {
  if (Number.isNaN(c.since)) return 0;
  return now - Math.max(c.since, now - c.span) - unknownTime(c, now);
}

/** True when enough of the window is known for an answer about it. */
export const isCovered = (c: Coverage, now: number): boolean => isWhole(c, now) || knownTime(c, now) >= leastOf(c.span);

const isWhole = (c: Coverage, now: number): boolean =>
  c.count === 0 && Number.isNaN(c.unknown) && c.since <= now - c.span;

/** When `isCovered` turns if the value stays known, or unknown; walks the left edge of the window over what it will meet. */
export function coverTurns(c: Coverage, now: number): number {
  if (isWhole(c, now) || Number.isNaN(c.since)) return NEVER;
  const gain = Number.isNaN(c.unknown) ? 1 : 0;
  const least = leastOf(c.span);
  let known = knownTime(c, now);
  const is = known >= least;
  let edge = now - c.span;
  for (let i = -1; i <= c.count * 2; i += 1) {
    const s = c.stretches as Float64Array;
    const at = (i >> 1) * STRIDE;
    // Nothing before the start; then known and unknown in turn; at last what is known up to the present.
    const last = Number.isNaN(c.unknown) ? now : c.unknown;
    const end = i < 0 ? c.since : i === c.count * 2 ? last : (s[at + (i & 1)] as number);
    if (end <= edge) continue;
    const loss =
      i < 0 ? 0 : (i & 1) === 0 ? 1 : 1 - (s[at + 2] as number) / ((s[at + 1] as number) - (s[at] as number));
    const slope = gain - loss;
    const then = known + slope * (end - edge);
    if (is ? then < least : then >= least) {
      const turn = edge + c.span + (least - known) / slope;
      return is ? Math.floor(turn) + 1 : Math.ceil(turn);
    }
    known = then;
    edge = end;
  }
  return NEVER;
}

export const saveCoverage = (c: Coverage, mono: number): number[] => [
  c.since - mono,
  c.unknown - mono,
  c.count,
  ...Array.from({ length: c.count * STRIDE }, (_, i) => {
    const x = (c.stretches as Float64Array)[i] as number;
    return i % STRIDE === STRIDE - 1 ? x : x - mono;
  }),
];

/** Takes back what stands at `from`; returns where it ends, -1 when it is not understood. */
export function loadCoverage(c: Coverage, saved: readonly number[], from: number, mono: number): number {
  const [since = NONE, unknown = NONE, count = NONE] = saved.slice(from, from + 3);
  const end = from + 3 + count * STRIDE;
  if (!Number.isInteger(count) || count < 0 || count > MOST || saved.length < end) return -1;
  c.since = since + mono;
  c.unknown = unknown + mono;
  c.count = 0;
  for (let i = from + 3; i < end; i += STRIDE) {
    add(c, (saved[i] as number) + mono, (saved[i + 1] as number) + mono);
    (c.stretches as Float64Array)[c.count * STRIDE - 1] = saved[i + 2] as number;
  }
  return end;
}
