/** What a value falls to at a certain time of the day, learned from the last days: the night flow of a riser without leak. */
import type { Hours } from "#model/calendar";
import { createLocalTime } from "./local-time.ts";
import { type Machine, NEVER, type Wiring } from "./machine.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const MOST_DAYS = 31;
/** Looks often enough to notice the beginning and the end of the hours. */
const TICK = 30_000;

/**
 * The median over the last `days` days of the lowest value within the hours. A day teaches when at least half of its hours
 * were good; the value is known once half of the days, three at least, have taught (engineering judgement). Until then it
 * is what the device tells (`told`, in the unit of the value; NaN when it tells nothing).
 */
export function createNightMinimum(
  { values, time, slot, input }: Wiring,
  { from, to }: Hours,
  days: number,
  told: number,
  zone: string,
): Machine {
  const localTime = createLocalTime(zone);
  const length = (to > from ? to - from : to - from + DAY / MINUTE) * MINUTE;
  const least = Math.max(3, Math.ceil(days / 2));
  /** Day and lowest value of the nights that taught, the oldest overwritten. */
  const lessons = new Float64Array(MOST_DAYS * 2).fill(Number.NaN);
  const sorted = new Float64Array(MOST_DAYS);
  /** `night`: the local day on which the present hours began; -1 outside of them. */
  const state = { night: -1, good: 0, low: Number.NaN, value: Number.NaN, at: Number.NaN, next: 0 };

  /** The day on which the hours that run now began, or -1. */
  function nightNow(): number {
    const { day, sinceMidnight } = localTime(time.now);
    for (const started of [day, day - 1]) {
      const passed = sinceMidnight + (day - started) * DAY - from * MINUTE;
      if (passed >= 0 && passed < length) return started;
    }
    return -1;
  }

  function teach(): void {
    if (state.good >= length / 2) {
      lessons[state.next * 2] = state.night;
      lessons[state.next * 2 + 1] = state.low;
      state.next = (state.next + 1) % MOST_DAYS;
    }
    state.good = 0;
    state.low = Number.NaN;
  }

  function learned(): number {
    const today = localTime(time.now).day;
    let n = 0;
    for (let i = 0; i < MOST_DAYS; i += 1) {
      const day = lessons[i * 2] as number;
      if (day >= today - days && day <= today) {
        sorted[n] = lessons[i * 2 + 1] as number;
        n += 1;
      }
    }
    if (n < least) return told;
    const lows = sorted.subarray(0, n).sort();
    const half = n >> 1;
    return n % 2 === 1 ? (lows[half] as number) : ((lows[half - 1] as number) + (lows[half] as number)) / 2;
  }

  const machine: Machine = {
    wake: NEVER,
    run() {
      const now = time.mono;
      const x = values[input] as number;
      // The value since the last look counts for the hours in which it was taken.
      if (state.night >= 0 && !Number.isNaN(state.value)) {
        state.good += now - state.at;
        if (!(state.low <= state.value)) state.low = state.value;
      }
      const night = nightNow();
      if (night !== state.night) {
        if (state.night >= 0) teach();
        state.night = night;
      }
      state.value = x;
      state.at = now;
      values[slot] = learned();
      machine.wake = now + TICK;
    },
    save: (mono) => [state.night, state.good, state.low, state.value, state.at - mono, state.next, ...lessons],
    load(saved, mono) {
      if (saved.length !== 6 + MOST_DAYS * 2) return;
      const [night = -1, good = 0, low = Number.NaN, value = Number.NaN, at = Number.NaN, next = 0] = saved;
      Object.assign(state, { night, good, low, value, at: at + mono, next });
      lessons.set(saved.slice(6));
    },
  };
  return machine;
}
