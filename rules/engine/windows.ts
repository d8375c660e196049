/**
 * avg and median of the last stretch of a value. Both move with time alone and never jump, neither at a sample: they are
 * looked at 60 times per span, and a sample in between is only written down. Each look sums anew, so nothing drifts. Windows
 * that began together look at different moments, otherwise hundreds of them would keep one step waiting.
 */
import { createHistory } from "./history.ts";
import type { History } from "./history-shape.ts";
import { COVERAGE, type Machine, NEVER, type Wiring } from "./machine.ts";

const SHORTEST_TICK = 100;
const LONGEST_TICK = 10_000;
/** 60 looks per window are enough, neither more than 10 a second nor fewer than 6 a minute. */
export const tickOf = (span: number): number => Math.min(LONGEST_TICK, Math.max(SHORTEST_TICK, Math.ceil(span / 60)));

/** Where in its tick a window looks, spread evenly over the nodes by the golden section. */
const phaseOf = (slot: number): number => (slot * 0.618_033_988_749_895) % 1;

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
  /** From its first look, and from the one at which it is filled, a window goes on in its own time. */
  const firstTick = Math.ceil(tick * (1 - phaseOf(slot)));
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
      const wasKnown = !Number.isNaN(values[slot]);
      history.measure(now - reach, now - ago, now);
      const isKnown = covered(history.seen.good, span);
      values[slot] = isKnown ? answer(history, now) : Number.NaN;
      const isSettled = history.constant && history.since <= now - reach;
      const begins = Number.isNaN(look.next) || (isKnown && !wasKnown);
      look.next = isSettled ? NEVER : Math.min(now + (begins ? firstTick : tick), filled(now));
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
