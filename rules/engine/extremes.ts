/** min, max and flat: the extremes of a window in a queue that keeps only what can still become the extreme. */
import { type Coverage, coverTurns, createCoverage, isCovered, loadCoverage, note, saveCoverage } from "./coverage.ts";
import { type LateInput, type Machine, NEVER, type Wiring } from "./machine.ts";

/** Values that are kept apart; beyond that neighbours join, and an extreme may stay for 1/60 of the span longer. */
const MOST = 1_024;
const BUCKETS = 60;

/** Highest (sign 1) or lowest (sign -1) value of the last stretch. */
interface Extreme {
  readonly sign: 1 | -1;
  readonly span: number;
  /** The present value (times sign) and since when it stands; NaN: unknown. */
  current: number;
  began: number;
  /** Ring of value (times sign) and end, for what ended: values fall, ends rise. The capacity is a power of two. */
  ring: Float64Array;
  head: number;
  count: number;
}

const EMPTY = new Float64Array(0);
const createExtremeOf = (sign: 1 | -1, span: number): Extreme => ({
  sign,
  span,
  current: Number.NaN,
  began: Number.NaN,
  ring: EMPTY,
  head: 0,
  count: 0,
});

const offset = (e: Extreme, i: number): number => ((e.head + i) & (e.ring.length / 2 - 1)) * 2;

function resize(e: Extreme, capacity: number): void {
  const next = new Float64Array(capacity * 2);
  for (let i = 0; i < e.count; i += 1) next.set(e.ring.subarray(offset(e, i), offset(e, i) + 2), i * 2);
  e.ring = next;
  e.head = 0;
}

function join(e: Extreme): void {
  resize(e, MOST);
  const { ring } = e;
  let kept = 0;
  let first = ring[1] as number;
  for (let i = 1; i < e.count; i += 1) {
    const end = ring[i * 2 + 1] as number;
    if (end - first > e.span / BUCKETS) {
      kept += 1;
      first = end;
      ring[kept * 2] = ring[i * 2] as number;
    }
    ring[kept * 2 + 1] = end;
  }
  e.count = kept + 1;
}

function add(e: Extreme, x: number, end: number): void {
  while (e.count > 0 && (e.ring[offset(e, e.count - 1)] as number) <= x) e.count -= 1;
  if (e.count === e.ring.length / 2) {
    if (e.count < MOST) resize(e, Math.max(4, e.count * 2));
    else join(e);
  }
  const o = offset(e, e.count);
  e.ring[o] = x;
  e.ring[o + 1] = end;
  e.count += 1;
}

/** From `now` on the value is `value`. Of two values at one instant the last one stands. */
function push(e: Extreme, value: number, now: number): void {
  const x = value * e.sign;
  if (x === e.current || (Number.isNaN(x) && Number.isNaN(e.current))) return;
  if (!Number.isNaN(e.current) && e.began < now) add(e, e.current, now);
  e.current = x;
  e.began = now;
}

/** A late sample between its neighbours: what stood before it ended when it began. */
function insert(e: Extreme, { x, before, from, until }: LateInput): void {
  if (Number.isNaN(x)) return;
  const entries: [value: number, end: number][] = [];
  for (let i = 0; i < e.count; i += 1) {
    const [value, end] = [e.ring[offset(e, i)] as number, e.ring[offset(e, i) + 1] as number];
    entries.push([value, end === until && value === before * e.sign ? from : end]);
  }
  entries.push([x * e.sign, until]);
  entries.sort((a, b) => a[1] - b[1]);
  e.count = 0;
  for (const [value, end] of entries) add(e, value, end);
}

/** The extreme of the window that ends now; NaN when nothing in it is known. */
function extremeAt(e: Extreme, now: number): number {
  const from = now - e.span;
  while (e.count > 0 && (e.ring[offset(e, 0) + 1] as number) <= from) {
    e.head = (e.head + 1) & (e.ring.length / 2 - 1);
    e.count -= 1;
  }
  const oldest = e.count > 0 ? (e.ring[offset(e, 0)] as number) : Number.NaN;
  return (oldest >= e.current || Number.isNaN(e.current) ? oldest : e.current) * e.sign;
}

/** When it changes by time alone; ask after `extremeAt`. */
function extremeTurns(e: Extreme): number {
  if (e.count === 0 || (e.ring[offset(e, 0)] as number) <= e.current) return NEVER;
  return (e.ring[offset(e, 0) + 1] as number) + e.span;
}

function save(e: Extreme, mono: number): number[] {
  const saved = [e.current, e.began - mono, e.count];
  for (let i = 0; i < e.count; i += 1) {
    const o = offset(e, i);
    saved.push(e.ring[o] as number, (e.ring[o + 1] as number) - mono);
  }
  return saved;
}

function load(e: Extreme, saved: readonly number[], from: number, mono: number): number {
  const [current = Number.NaN, began = Number.NaN, count = Number.NaN] = saved.slice(from, from + 3);
  const end = from + 3 + count * 2;
  if (!Number.isInteger(count) || count < 0 || count > MOST || saved.length < end) return -1;
  e.current = current;
  e.began = began + mono;
  e.count = 0;
  for (let i = from + 3; i < end; i += 2) add(e, saved[i] as number, (saved[i + 1] as number) + mono);
  return end;
}

/** Several parts saved one after the other: all of them are understood, or the machine stays as new. */
function loadAll(coverage: Coverage, parts: readonly Extreme[], saved: readonly number[], mono: number): boolean {
  let at = loadCoverage(coverage, saved, 0, mono);
  for (const part of parts) at = at < 0 ? -1 : load(part, saved, at, mono);
  return at === saved.length;
}

export function createExtreme({ values, time, slot, input }: Wiring, span: number, which: "low" | "high"): Machine {
  const sign = which === "high" ? 1 : -1;
  const state = { extreme: createExtremeOf(sign, span), coverage: createCoverage(span) };
  const machine: Machine = {
    wake: NEVER,
    run() {
      const now = time.mono;
      const x = values[input] as number;
      const { extreme, coverage } = state;
      push(extreme, x, now);
      note(coverage, !Number.isNaN(x), now);
      const found = extremeAt(extreme, now);
      values[slot] = isCovered(coverage, now) ? found : Number.NaN;
      machine.wake = Math.min(coverTurns(coverage, now), extremeTurns(extreme));
    },
    save: (mono) => [...saveCoverage(state.coverage, mono), ...save(state.extreme, mono)],
    load(saved, mono) {
      const taken = { extreme: createExtremeOf(sign, span), coverage: createCoverage(span) };
      if (loadAll(taken.coverage, [taken.extreme], saved, mono)) Object.assign(state, taken);
    },
    insert: (late) => insert(state.extreme, late),
  };
  return machine;
}

/**
 * True when the value moved at most `limit` over the whole span; false as soon as it moved more. One step of more than the
 * limit settles the matter until it has left the window, and nothing from before it matters any more: a heartbeat costs
 * neither a queue nor a timer.
 */
export function createFlat(wiring: Wiring, span: number, limit: number): Machine {
  const { values, time, slot, input, desk } = wiring;
  desk?.open(span, limit);
  const fresh = () => ({
    high: createExtremeOf(1, span),
    low: createExtremeOf(-1, span),
    coverage: createCoverage(span),
    /** The value before the present one, and whether it stands in the queues; after too large a step it need not. */
    last: Number.NaN,
    queued: false,
    /** Whether the last step was too large, and until when an earlier one that was is in the window. */
    stepped: false,
    until: -NEVER,
  });
  const state = fresh();

  function move(x: number, now: number): void {
    const { high, low } = state;
    if (x === high.current || (Number.isNaN(x) && Number.isNaN(high.current))) return;
    if (high.began !== now) {
      if (state.stepped) {
        high.count = 0;
        low.count = 0;
        state.until = Math.max(state.until, high.began + span);
      }
      state.last = high.current;
      state.queued = false;
    }
    state.stepped = Math.abs(x - state.last) > limit;
    if (!state.stepped && !state.queued && !Number.isNaN(state.last)) {
      add(high, state.last, now);
      add(low, -state.last, now);
      state.queued = true;
    }
    high.current = x;
    low.current = -x;
    high.began = now;
    low.began = now;
  }

  /** As `move` would have left it: each of these steps was too large, so the queues are empty. */
  function catchUp(current: number, began: number, last: number, until: number): void {
    const { high, low } = state;
    high.count = 0;
    low.count = 0;
    high.current = current;
    low.current = -current;
    high.began = began;
    low.began = began;
    Object.assign(state, { last, until: Math.max(state.until, until), queued: false, stepped: true });
  }

  const machine: Machine = {
    wake: NEVER,
    run() {
      const now = time.mono;
      const x = values[input] as number;
      const { high, low, coverage } = state;
      desk?.takeOver(catchUp);
      move(x, now);
      note(coverage, !Number.isNaN(x), now);
      const until = state.stepped ? high.began + span : state.until;
      desk?.leave(high.current, high.began, state.stepped && now < until && !Number.isNaN(x));
      if (now < until) {
        values[slot] = 0;
        machine.wake = until;
        return;
      }
      const moved = extremeAt(high, now) - extremeAt(low, now);
      const filled = coverage.since + span;
      if (moved > limit) values[slot] = 0;
      else values[slot] = filled <= now && isCovered(coverage, now) ? 1 : Number.NaN;
      machine.wake = Math.min(
        extremeTurns(high),
        extremeTurns(low),
        filled > now ? filled : NEVER,
        coverTurns(coverage, now),
      );
    },
    save(mono) {
      desk?.takeOver(catchUp);
      return [
        state.last,
        Number(state.queued),
        Number(state.stepped),
        state.until - mono,
        ...saveCoverage(state.coverage, mono),
        ...save(state.high, mono),
        ...save(state.low, mono),
      ];
    },
    load(saved, mono) {
      const taken = fresh();
      const [last = Number.NaN, queued = 0, stepped = 0, until = -NEVER] = saved;
      if (!loadAll(taken.coverage, [taken.high, taken.low], saved.slice(4), mono)) return;
      desk?.leave(Number.NaN, Number.NaN, false);
      Object.assign(state, taken, { last, queued: queued === 1, stepped: stepped === 1, until: until + mono });
    },
    insert(late) {
      desk?.takeOver(catchUp);
      const { x, before, after, from, until } = late;
      if (state.stepped) {
        // What came before the step is settled; what is inserted now must stay in the queues.
        state.high.count = 0;
        state.low.count = 0;
        state.until = Math.max(state.until, state.high.began + span);
        state.stepped = false;
        state.queued = true;
      }
      if (Math.abs(x - before) > limit) state.until = Math.max(state.until, from + span);
      if (Math.abs(x - after) > limit) state.until = Math.max(state.until, until + span);
      insert(state.high, { ...late, before: Number.NaN });
      insert(state.low, { ...late, before: Number.NaN });
    },
  };
  return machine;
}
