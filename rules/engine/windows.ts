/** The windows: avg, min, max, median, rate, flat and previous over the last stretch of a value. */
import { createHistory, type History } from "./history.ts";
import { COVERAGE, type Machine, NEVER, type Wiring } from "./machine.ts";

const SHORTEST_TICK = 100;
const LONGEST_TICK = 10_000;
/** Averages move with time alone: 60 looks per window are enough, neither more than 10 a second nor fewer than 6 a minute. */
export const tickOf = (span: number): number => Math.min(LONGEST_TICK, Math.max(SHORTEST_TICK, Math.ceil(span / 60)));

/** Rounding must not decide whether 80 % are covered. */
const covered = (good: number, span: number): boolean => good >= COVERAGE * span - 1e-6;

interface Window {
  /** How far back the history must reach. */
  readonly reach: number;
  evaluate(history: History, now: number): number;
  /** When the value may change by time alone. */
  wake(history: History, now: number): number;
}

function createWindow({ values, time, slot, input }: Wiring, window: Window): Machine {
  const history = createHistory(window.reach);
  const machine: Machine = {
    wake: NEVER,
    run() {
      const now = time.mono;
      history.drop(now - window.reach);
      history.push(values[input] as number, now);
      values[slot] = window.evaluate(history, now);
      machine.wake = window.wake(history, now);
    },
    save: (mono) => history.save(mono),
    load(saved, mono) {
      history.load(saved, mono);
    },
  };
  return machine;
}

/** Until one value has filled the window, time alone can change the answer. */
const settled = (history: History, span: number, now: number): boolean =>
  history.constant && history.since <= now - span;
/** When the window will be covered if the value stays known: an answer should not wait for the next tick. */
const filled = ({ seen }: History, span: number, now: number): number =>
  covered(seen.good, span) ? NEVER : now + Math.ceil(COVERAGE * span - seen.good);
const ticking = (span: number, reach: number) => (history: History, now: number) =>
  settled(history, reach, now) ? NEVER : Math.min(now + tickOf(span), filled(history, span, now));

/** Besides ticks, exactly when the oldest value leaves. */
const leaving = (span: number) => (history: History, now: number) => {
  if (settled(history, span, now)) return NEVER;
  return Math.min(now + tickOf(span), filled(history, span, now), history.changeAfter(now - span) + span);
};

export function createAverage(wiring: Wiring, span: number): Machine {
  return createWindow(wiring, {
    reach: span,
    evaluate(history, now) {
      history.measure(now - span, now, now);
      return covered(history.seen.good, span) ? history.seen.sum / history.seen.good : Number.NaN;
    },
    wake: ticking(span, span),
  });
}

export function createExtreme(wiring: Wiring, span: number, which: "low" | "high"): Machine {
  return createWindow(wiring, {
    reach: span,
    evaluate(history, now) {
      history.measure(now - span, now, now);
      return covered(history.seen.good, span) ? history.seen[which] : Number.NaN;
    },
    wake: leaving(span),
  });
}

/** The median by time over the window of length `span` that ended `ago` before now. */
export function createMedian(wiring: Wiring, span: number, ago: number): Machine {
  return createWindow(wiring, {
    reach: span + ago,
    evaluate(history, now) {
      history.measure(now - ago - span, now - ago, now);
      return covered(history.seen.good, span) ? history.median(now - ago - span, now - ago, now) : Number.NaN;
    },
    wake: ticking(span, span + ago),
  });
}

/**
 * Per second, between the first and the last known moment of the window; these must lie half a window apart. A counter that
 * drops was reset or wrapped: the drop adds nothing.
 */
export function createRate(wiring: Wiring, span: number, counter: boolean): Machine {
  return createWindow(wiring, {
    reach: span,
    evaluate(history, now) {
      history.measure(now - span, now, now);
      const length = history.seen.lastAt - history.seen.firstAt;
      if (!(length >= span / 2)) return Number.NaN;
      return ((counter ? history.seen.grown : history.seen.last - history.seen.first) * 1_000) / length;
    },
    wake: ticking(span, span),
  });
}

/** True when the value moved at most `limit` over the whole span; false as soon as it moved more. */
export function createFlat(wiring: Wiring, span: number, limit: number): Machine {
  return createWindow(wiring, {
    reach: span,
    evaluate(history, now) {
      history.measure(now - span, now, now);
      if (history.seen.high - history.seen.low > limit) return 0;
      return history.since <= now - span && covered(history.seen.good, span) ? 1 : Number.NaN;
    },
    wake(history, now) {
      if (settled(history, span, now)) return NEVER;
      if (history.constant) return history.since + span;
      return leaving(span)(history, now);
    },
  });
}

/** The value as it was `span` ago. */
export function createPrevious(wiring: Wiring, span: number): Machine {
  return createWindow(wiring, {
    reach: span,
    evaluate: (history, now) => history.valueAt(now - span),
    wake: (history, now) => history.changeAfter(now - span) + span,
  });
}
