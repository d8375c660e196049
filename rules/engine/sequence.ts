/** What comes after what: an order that is not answered in time, a happening that nothing announced. */
import { firstOf, secondOf } from "../language/kleene.ts";
import { type Machine, NEVER, type Wiring } from "./machine.ts";
import { createTurns } from "./moments.ts";

const NONE = Number.NaN;
const isNone = Number.isNaN;

/**
 * True once `b` was not true for `span` after a rise of `a`; until `b` comes. `b` at exactly `span` is in time, and a second
 * rise meanwhile moves no deadline. Where `b` could not be seen for the whole span the answer is unknown.
 */
export function createUnanswered(wiring: Wiring, span: number): Machine {
  const { values, time, slot, input } = wiring;
  const turns = createTurns(wiring);
  /** `asked`: the rise that waits; `silent`: since when `b` is known not to be true, NaN while it cannot be seen. */
  const state = { asked: NONE, silent: NONE };
  const machine: Machine = {
    wake: NEVER,
    run() {
      const now = time.mono;
      const pair = values[input] as number;
      const [a, b] = [firstOf(pair), secondOf(pair)];
      const rose = turns.turn(a) === 0 && a === 1;
      if (rose && isNone(state.asked)) {
        state.asked = now;
        state.silent = now;
      }
      machine.wake = NEVER;
      if (b === 1) state.asked = NONE;
      if (isNone(state.asked)) {
        values[slot] = isNone(a) ? NONE : 0;
        return;
      }
      if (isNone(b)) state.silent = NONE;
      else if (isNone(state.silent)) state.silent = now;
      const due = isNone(state.silent) ? NONE : state.silent + span;
      if (now >= due) values[slot] = 1;
      else values[slot] = now < state.asked + span ? 0 : NONE;
      if (values[slot] !== 1) machine.wake = now < state.asked + span ? state.asked + span : isNone(due) ? NEVER : due;
    },
    save: (mono) => [...turns.save(mono), state.asked - mono, state.silent - mono],
    load([known = NONE, unknown = NONE, asked = NONE, silent = NONE], mono) {
      turns.load([known, unknown], mono);
      state.asked = asked + mono;
      state.silent = silent + mono;
    },
  };
  return machine;
}

/**
 * Judged when `e` rises and true as long as `e` is: `by` was not true within the `span` before, that instant included.
 * Unknown when `by` was not seen true and could not be seen all the time.
 */
export function createUnpreceded(wiring: Wiring, span: number): Machine {
  const { values, time, slot, input } = wiring;
  const turns = createTurns(wiring);
  /** `verdict` of the last rise; when `by` was last true; since when it is known without a gap; its value before. */
  const state = { verdict: 0, trueAt: NONE, seenSince: NONE, before: NONE };
  return {
    wake: NEVER,
    run() {
      const now = time.mono;
      const pair = values[input] as number;
      const [e, by] = [firstOf(pair), secondOf(pair)];
      if (by === 1 || state.before === 1) state.trueAt = now;
      if (isNone(by)) state.seenSince = NONE;
      else if (isNone(state.seenSince)) state.seenSince = now;
      state.before = by;
      const rose = turns.turn(e) === 0 && e === 1;
      if (rose) state.verdict = state.trueAt >= now - span ? 0 : state.seenSince <= now - span ? 1 : NONE;
      if (e === 0) state.verdict = 0;
      values[slot] = isNone(e) ? NONE : state.verdict;
    },
    save: (mono) => [...turns.save(mono), state.verdict, state.trueAt - mono, state.seenSince - mono, state.before],
    load([known = NONE, unknown = NONE, verdict = NONE, trueAt = NONE, seenSince = NONE, before = NONE], mono) {
      turns.load([known, unknown], mono);
      Object.assign(state, { verdict, trueAt: trueAt + mono, seenSince: seenSince + mono, before });
    },
  };
}
