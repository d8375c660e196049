/** rate and previous: what the value was at the left edge of the window. */
import { type LateInput, type Machine, NEVER, type Saved, type Wiring } from "./machine.ts";
import { tickOf } from "./windows.ts";

/** Changes that are kept apart; beyond that neighbours join into buckets of 1/60 of the span, which keep their last value. */
const MOST = 256;
const BUCKETS = 60;

/** The last stretch of a value as start and value of each change; neighbours differ. The capacity is a power of two. */
interface Steps {
  readonly span: number;
  ring: Float64Array;
  head: number;
  count: number;
}

const EMPTY = new Float64Array(0);
const createSteps = (span: number): Steps => ({ span, ring: EMPTY, head: 0, count: 0 });

const offset = (s: Steps, i: number): number => ((s.head + i) & (s.ring.length / 2 - 1)) * 2;
const startAt = (s: Steps, i: number): number => s.ring[offset(s, i)] as number;
const valueAt = (s: Steps, i: number): number => s.ring[offset(s, i) + 1] as number;
const same = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

function resize(s: Steps, capacity: number): void {
  const next = new Float64Array(capacity * 2);
  for (let i = 0; i < s.count; i += 1) next.set(s.ring.subarray(offset(s, i), offset(s, i) + 2), i * 2);
  s.ring = next;
  s.head = 0;
}

function join(s: Steps): void {
  resize(s, MOST);
  const { ring } = s;
  let kept = 0;
  for (let i = 1; i < s.count; i += 1) {
    const end = i + 1 < s.count ? (ring[i * 2 + 2] as number) : Number.POSITIVE_INFINITY;
    const value = ring[i * 2 + 1] as number;
    if (end - (ring[kept * 2] as number) > s.span / BUCKETS && !same(value, ring[kept * 2 + 1] as number)) {
      kept += 1;
      ring[kept * 2] = ring[i * 2] as number;
    }
    ring[kept * 2 + 1] = value;
  }
  s.count = kept + 1;
}

/** From `now` on the value is `x`. Of two values at one instant the last one stands. */
function push(s: Steps, x: number, now: number): void {
  if (s.count > 0 && same(valueAt(s, s.count - 1), x)) return;
  if (s.count > 0 && startAt(s, s.count - 1) === now) {
    s.count -= 1;
    if (s.count > 0 && same(valueAt(s, s.count - 1), x)) return;
  }
  if (s.count === s.ring.length / 2) {
    if (s.count < MOST) resize(s, Math.max(4, s.count * 2));
    else join(s);
  }
  const o = offset(s, s.count);
  s.ring[o] = now;
  s.ring[o + 1] = x;
  s.count += 1;
}

/** A late sample between its neighbours. */
function insert(s: Steps, { x, from, until }: LateInput): void {
  const first = s.count > 0 ? Math.max(from, startAt(s, 0)) : until;
  if (first >= until) return;
  const tail: number[] = [];
  let after: number | undefined;
  while (s.count > 0) {
    const start = startAt(s, s.count - 1);
    if (start <= until) after ??= valueAt(s, s.count - 1);
    if (start < first) break;
    if (start > until) tail.unshift(start, valueAt(s, s.count - 1));
    s.count -= 1;
  }
  push(s, x, first);
  push(s, after ?? Number.NaN, until);
  for (let i = 0; i < tail.length; i += 2) push(s, tail[i + 1] as number, tail[i] as number);
}

/** Forgets what ended before the window. */
function drop(s: Steps, now: number): void {
  while (s.count > 1 && startAt(s, 1) <= now - s.span) {
    s.head = (s.head + 1) & (s.ring.length / 2 - 1);
    s.count -= 1;
  }
}

function save(s: Steps, mono: number): Saved {
  return Array.from({ length: s.count * 2 }, (_, i) => (i % 2 === 0 ? startAt(s, i >> 1) - mono : valueAt(s, i >> 1)));
}

function load(s: Steps, saved: Saved, mono: number): void {
  const count = saved.length / 2;
  if (!Number.isInteger(count) || count > MOST) return;
  s.count = 0;
  resize(s, 2 ** Math.ceil(Math.log2(Math.max(4, count))));
  s.ring.set(saved);
  for (let i = 0; i < count; i += 1) s.ring[i * 2] = (s.ring[i * 2] as number) + mono;
  s.count = count;
}

/** The value as it was `span` ago. */
export function createPrevious({ values, time, slot, input }: Wiring, span: number): Machine {
  const steps = createSteps(span);
  const machine: Machine = {
    wake: NEVER,
    run() {
      const now = time.mono;
      push(steps, values[input] as number, now);
      drop(steps, now);
      const isThere = startAt(steps, 0) <= now - span;
      values[slot] = isThere ? valueAt(steps, 0) : Number.NaN;
      machine.wake = !isThere ? startAt(steps, 0) + span : steps.count > 1 ? startAt(steps, 1) + span : NEVER;
    },
    save: (mono) => save(steps, mono),
    load: (saved, mono) => load(steps, saved, mono),
    insert: (late) => insert(steps, late),
  };
  return machine;
}

/** Sum of the steps upward between known values, from the change at `first` on. */
function grown(s: Steps, first: number): number {
  let sum = 0;
  let before = valueAt(s, first);
  for (let i = first + 1; i < s.count; i += 1) {
    const x = valueAt(s, i);
    if (Number.isNaN(x)) continue;
    if (x > before) sum += x - before;
    before = x;
  }
  return sum;
}

/**
 * Per second, between the first and the last known moment of the window; these must lie half a window apart. A counter that
 * drops was reset or wrapped: the drop adds nothing.
 */
export function createRate({ values, time, slot, input }: Wiring, span: number, counter: boolean): Machine {
  const steps = createSteps(span);
  const tick = tickOf(span);
  const machine: Machine = {
    wake: NEVER,
    run() {
      const now = time.mono;
      push(steps, values[input] as number, now);
      drop(steps, now);
      values[slot] = Number.NaN;
      machine.wake = NEVER;
      const { count } = steps;
      const first = Number.isNaN(valueAt(steps, 0)) ? 1 : 0;
      const isKnown = !Number.isNaN(valueAt(steps, count - 1));
      const last = isKnown ? count - 1 : count - 2;
      if (last < first) return;
      const from = startAt(steps, first);
      const isFull = from <= now - span;
      const until = isKnown ? now : startAt(steps, count - 1);
      const length = until - (isFull ? now - span : from);
      if (length >= span / 2) {
        const moved = counter ? grown(steps, first) : valueAt(steps, last) - valueAt(steps, first);
        values[slot] = (moved * 1_000) / length;
      }
      if (!isKnown) {
        // The left edge comes closer to the last known moment.
        if (length >= span / 2) machine.wake = Math.min(now + tick, Math.floor(until + span / 2) + 1);
      } else if (isFull) {
        // Constant until the edge reaches the next change.
        if (first + 1 < count) machine.wake = startAt(steps, first + 1) + span;
      } else if (length < span / 2) machine.wake = from + span / 2;
      else if (last > first) machine.wake = Math.min(now + tick, from + span);
    },
    save: (mono) => save(steps, mono),
    load: (saved, mono) => load(steps, saved, mono),
    insert: (late) => insert(steps, late),
  };
  return machine;
}
