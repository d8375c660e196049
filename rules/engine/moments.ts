/** What looks at when a yes/no turned: since, the count of rises, and the turns themselves; the rest is in `moment-cells.ts`. */
import { openCount } from "../language/kleene.ts";
import { createCoverage, loadCoverage, note, saveCoverage, unknownTime } from "./coverage.ts";
import { COVERAGE, type LateInput, LONGEST_GAP, type Machine, NEVER, type Wiring } from "./machine.ts";
import { lastTrue } from "./moment-cells.ts";
import { tickOf } from "./windows.ts";

const NONE = Number.NaN;
const isNone = Number.isNaN;

/** When the input was last seen true; Infinity ago when never. Unknown while the input is. */
function createLastTrue(values: Float64Array, input: number) {
  const state = { at: NONE, before: NONE };
  return {
    /** How long ago, 0 while true, Infinity when never. */
    elapsed(now: number): number {
      const x = values[input] as number;
      if (x === 1 || state.before === 1) state.at = now;
      state.before = x;
      if (isNone(x)) return NONE;
      return isNone(state.at) ? Number.POSITIVE_INFINITY : now - state.at;
    },
    insert(late: LateInput) {
      state.at = lastTrue(state.at, late);
    },
    running: () => state.before === 0 && !isNone(state.at),
    save: (mono: number) => [state.at - mono, state.before],
    load([at = NONE, before = NONE]: readonly number[], mono: number) {
      state.at = at + mono;
      state.before = before;
    },
  };
}

const SINCE_TICK = 1_000;

export function createSince({ values, time, slot, input }: Wiring): Machine {
  const last = createLastTrue(values, input);
  const machine: Machine = {
    wake: NEVER,
    run() {
      values[slot] = last.elapsed(time.mono);
      machine.wake = last.running() ? time.mono + SINCE_TICK : NEVER;
    },
    save: last.save,
    load: last.load,
    insert: last.insert,
  };
  return machine;
}

/**
 * Turns of a value between two known states. An unknown of up to 30 s between them does not hide the turn; a longer one,
 * or a restart, does: what happened meanwhile is not known to have happened now.
 */
export function createTurns(wiring: Wiring) {
  const state = { known: NONE, unknown: NONE };
  return {
    /** The value before the turn that happens now; NaN when none does. */
    turn(x: number): number {
      const { mono, restarted } = wiring.time;
      if (isNone(x)) {
        if (restarted) state.known = NONE;
        if (isNone(state.unknown)) state.unknown = mono;
        return NONE;
      }
      const forgotten = !isNone(state.unknown) && mono - state.unknown > LONGEST_GAP;
      const before = forgotten ? NONE : state.known;
      state.known = x;
      state.unknown = NONE;
      return before === x ? NONE : before;
    },
    save: (mono: number) => [state.known, state.unknown - mono],
    load([known = NONE, unknown = NONE]: readonly number[], mono: number) {
      state.known = known;
      state.unknown = unknown + mono;
    },
  };
}

const MOST_RISES = 1_024;

/**
 * How many times the input rose within the span. When more than a fifth of the window was unknown the number is only a
 * lower bound, written as an open count. Time before the first sample of a running house counts as seen.
 */
export function createRises(wiring: Wiring, span: number): Machine {
  const { values, time, slot, input } = wiring;
  const turns = createTurns(wiring);
  let coverage = createCoverage(span);
  let rises = new Float64Array(1);
  let head = 0;
  let count = 0;

  function add(at: number): void {
    if (count === rises.length && count < MOST_RISES) {
      const next = new Float64Array(count * 2);
      for (let i = 0; i < count; i += 1) next[i] = rises[(head + i) % count] as number;
      rises = next;
      head = 0;
    } else if (count === rises.length) {
      head = (head + 1) % rises.length;
      count -= 1;
    }
    rises[(head + count) % rises.length] = at;
    count += 1;
  }

  /** Of a late one the window learns the rises that it makes, and that one after it was none. */
  function insert({ from, until, turns }: LateInput): void {
    const newest = () => rises[(head + count - 1) % rises.length] as number;
    const later: number[] = [];
    while (count > 0 && newest() >= until) {
      later.unshift(newest());
      count -= 1;
    }
    if (turns.was && later[0] === until) later.shift();
    if (turns.first) add(from);
    if (turns.second) add(until);
    for (const rise of later) add(rise);
  }

  const machine: Machine = {
    wake: NEVER,
    run() {
      const now = time.mono;
      const x = values[input] as number;
      note(coverage, !isNone(x), now);
      if (!isNone(turns.turn(x)) && x === 1) add(now);
      // A rise exactly `span` ago is over.
      while (count > 0 && (rises[head] as number) <= now - span) {
        head = (head + 1) % rises.length;
        count -= 1;
      }
      const unseen = unknownTime(coverage, now);
      const watched = now - Math.max(coverage.since, now - span);
      const blind = unseen > (1 - COVERAGE) * span + 1e-6 || (isNone(x) && unseen >= watched);
      values[slot] = blind ? openCount(count) : count;
      const leaves = count > 0 ? (rises[head] as number) + span : NEVER;
      machine.wake = unseen > 0 || isNone(x) ? Math.min(leaves, now + tickOf(span)) : leaves;
    },
    save: (mono) => {
      const times = Array.from({ length: count }, (_, i) => (rises[(head + i) % rises.length] as number) - mono);
      return [...turns.save(mono), count, ...times, ...saveCoverage(coverage, mono)];
    },
    load(saved, mono) {
      const [known = NONE, unknown = NONE, n = 0] = saved;
      if (!Number.isInteger(n) || n < 0 || n > MOST_RISES) return;
      const taken = createCoverage(span);
      if (loadCoverage(taken, saved, 3 + n, mono) !== saved.length) return;
      coverage = taken;
      turns.load([known, unknown], mono);
      head = 0;
      count = 0;
      for (const rise of saved.slice(3, 3 + n)) add(rise + mono);
    },
    insert,
  };
  return machine;
}
