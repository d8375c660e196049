/**
 * avg and median of the last stretch of a value. Both move with time alone and never jump, neither at a sample: they are
 * looked at 60 times per span, and a sample in between is only written down. Each look sums anew, so nothing drifts.
 */
import { createHistory } from "./history.ts";
import type { History } from "./history-shape.ts";
import { COVERAGE, type Machine, NEVER, type Wiring } from "./machine.ts";

const SHORTEST_TICK = 100;
const LONGEST_TICK = 10_000;
/** 60 looks per window are enough, neither more than 10 a second nor fewer than 6 a minute. */
export const tickOf = (span: number): number => Math.min(LONGEST_TICK, Math.max(SHORTEST_TICK, Math.ceil(span / 60)));

/** Rounding must not decide whether 80 % are covered. */
const covered = (good: number, span: number): boolean => good >= COVERAGE * span - 1e-6;

/** `reach` is how far back the window goes, `ago` where it ends; `answer` may trust that it is covered. */
function createLooked(
  { values, time, slot, input }: Wiring,
  span: number,
  ago: number,
  answer: (history: History, now: number) => number,
): Machine {
  const reach = span + ago;
  const tick = tickOf(span);
  const history = createHistory(reach);
  const look = { next: Number.NaN };

  /** When the window will be covered if the value stays known: that should not wait for the next look. */
  const filled = (now: number): number => {
    const { good } = history.seen;
    return covered(good, span) ? NEVER : now + Math.ceil(COVERAGE * span - good);
  };

  const machine: Machine = {
    wake: NEVER,
    run() {
      const now = time.mono;
      history.drop(now - reach);
      // One value filled all that is kept: the answer has long been that, and only a change can move it.
      const wasSettled = look.next === NEVER;
      history.push(values[input] as number, now);
      if (wasSettled && !history.constant) look.next = now + tick;
      if (now < look.next) {
        machine.wake = look.next;
        return;
      }
      history.measure(now - reach, now - ago, now);
      values[slot] = covered(history.seen.good, span) ? answer(history, now) : Number.NaN;
      const isSettled = history.constant && history.since <= now - reach;
      look.next = isSettled ? NEVER : Math.min(now + tick, filled(now));
      machine.wake = look.next;
    },
    save: (mono) => [look.next - mono, ...history.save(mono)],
    load([next = Number.NaN, ...saved], mono) {
      if (history.load(saved, mono)) look.next = next + mono;
    },
    insert: (late) => history.insert(late),
  };
  return machine;
}

/** Weighted by time. */
export const createAverage = (wiring: Wiring, span: number): Machine =>
  createLooked(wiring, span, 0, ({ seen }) => seen.sum / seen.good);

/** The median by time over the window of length `span` that ended `ago` before now. */
export const createMedian = (wiring: Wiring, span: number, ago: number): Machine =>
  createLooked(wiring, span, ago, (history, now) => history.median(now - ago - span, now - ago, now));
