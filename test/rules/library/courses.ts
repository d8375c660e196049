/** Shapes of signals over the seconds of a story, and seeded chance. */
import type { Signal, Signals } from "./stand.ts";

/** Holds each value until the next breakpoint; the first one also holds before it. */
export function steps(...points: readonly (readonly [t: number, value: number])[]): Signal {
  return (t) => {
    let value = points[0]?.[1] ?? 0;
    for (const [at, next] of points) if (t >= at) value = next;
    return value;
  };
}

/** Straight lines between breakpoints, flat before the first and after the last. */
export function lines(...points: readonly (readonly [t: number, value: number])[]): Signal {
  return (t) => {
    let [at, value] = points[0] ?? [0, 0];
    if (t <= at) return value;
    for (const [nextAt, next] of points) {
      if (t < nextAt) return value + ((next - value) * (t - at)) / (nextAt - at);
      [at, value] = [nextAt, next];
    }
    return value;
  };
}

/** 1 during each of the spans `[from, length]`, else 0. */
export function during(...spans: readonly (readonly [from: number, length: number])[]): Signal {
  return (t) => (spans.some(([from, length]) => t >= from && t < from + length) ? 1 : 0);
}

export interface Chance {
  /** 0 to 1. */
  next(): number;
  between(low: number, high: number): number;
  /** Standard normal. */
  normal(): number;
  /** Waiting time of events that come at random, every `mean` on average. */
  wait(mean: number): number;
}

/** Mulberry32: the same seed gives the same story. */
export function chanceOf(seed: number): Chance {
  let state = (seed * 0x9e3779b9) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    wait: (mean) => -mean * Math.log(1 - next()),
    between: (low, high) => low + (high - low) * next(),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** Adds up to ±`amount` to each reading. */
export const noisy =
  (signal: Signal, amount: number, chance: Chance): Signal =>
  (t) =>
    signal(t) + chance.between(-amount, amount);

/** Adds a normal error of this size to each reading. */
export const blurred =
  (signal: Signal, sigma: number, chance: Chance): Signal =>
  (t) =>
    signal(t) + sigma * chance.normal();

/** A slow random swing around 0 with standard deviation 1 and correlation time `tau`; must be asked in order of time. */
export function swing(tau: number, chance: Chance): Signal {
  let last: number | undefined;
  let value = chance.normal();
  return (t) => {
    const keep = Math.exp(-Math.max(0, t - (last ?? t)) / tau);
    if (last !== undefined) value = keep * value + Math.sqrt(1 - keep * keep) * chance.normal();
    last = t;
    return value;
  };
}

/** What the motion sensor gives while somebody is in the car: pulses of 1.0 to 1.5 s every 4 to 8 s. */
export function motion(from: number, to: number, chance: Chance): Signal {
  const spans: [number, number][] = [];
  for (let t = from; t < to; t += chance.between(4, 8)) spans.push([t, chance.between(1, 1.5)]);
  return during(...spans);
}

export const seeds: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** Every signal stays what it was when second 0 came, as behind a gateway that repeats old data. */
export function repeatedFrom0(signals: Signals): Signals {
  return Object.fromEntries(
    Object.entries(signals).map(([name, signal]) => {
      if (typeof signal === "number") return [name, signal];
      let last: number | undefined;
      return [
        name,
        (t: number) => {
          if (t < 0 || last === undefined) last = signal(t);
          return last;
        },
      ];
    }),
  );
}

/** `then` says what a signal is instead, from second `from` on. */
export function changedFrom(from: number, signals: Signals, then: (name: string) => number): Signals {
  return Object.fromEntries(
    Object.entries(signals).map(([name, signal]) => [
      name,
      (t: number) => (t >= from ? then(name) : typeof signal === "number" ? signal : signal(t)),
    ]),
  );
}
