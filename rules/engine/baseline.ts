/** What is normal at this hour of the day: learned after a week, before that told, before that the recent median. */
import { createHistory } from "./history.ts";
import { type Machine, NEVER, type StepTime, type Wiring } from "./machine.ts";

export type Origin = "learned" | "told" | "recent" | "none";

export interface BaselineMachine extends Machine {
  origin(): Origin;
}

const HOURS = 24;
/** One value per day; the median of a week is not moved by one burst. */
const DAYS = 7;
const WEEK = DAYS * 86_400_000;
const HOUR = 3_600_000;
const RECENT = 30 * 60_000;
const RECENT_LEAST = 10 * 60_000;
const TICK = 30_000;
/** An hour teaches when at least half of it was good, a slot when five days taught it. */
const HOUR_LEAST = HOUR / 2;
const DAYS_LEAST = 5;

/** Hour of the day in the site's zone; asks the calendar once per hour only. */
function createHourOfDay(zone: string, time: StepTime): () => number {
  const state = { from: NEVER, until: -NEVER, hour: 0 };
  return () => {
    if (time.now < state.from || time.now >= state.until) {
      const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(time.now)).toZonedDateTimeISO(zone);
      const start = local.round({ smallestUnit: "hour", roundingMode: "floor" });
      state.hour = local.hour;
      state.from = start.epochMilliseconds;
      state.until = start.epochMilliseconds + HOUR;
    }
    return state.hour;
  };
}

/** The device's own facts in the unit of the value, NaN when it tells none; what is told for an hour goes before the rest. */
interface Told {
  readonly told: number;
  readonly hourly: readonly number[];
}

export function createBaseline(
  { values, time, slot, input }: Wiring,
  { told, hourly }: Told,
  zone: string,
): BaselineMachine {
  const recent = createHistory(RECENT);
  const hourOfDay = createHourOfDay(zone, time);
  /** `learned[hour * DAYS + n]`, the oldest is overwritten; `taught[hour]` counts all that ever came. */
  const learned = new Float64Array(HOURS * DAYS);
  const taught = new Float64Array(HOURS);
  const sorted = new Float64Array(DAYS);
  const state = { hour: -1, good: 0, sum: 0, value: Number.NaN, at: Number.NaN, seen: 0, origin: 0 };
  const ORIGINS: readonly Origin[] = ["none", "learned", "told", "recent"];

  function teach(): void {
    if (state.hour >= 0 && state.good >= HOUR_LEAST) {
      const n = taught[state.hour] as number;
      learned[state.hour * DAYS + (n % DAYS)] = state.sum / state.good;
      taught[state.hour] = n + 1;
    }
    state.good = 0;
    state.sum = 0;
  }

  function learnedAt(hour: number): number {
    const n = Math.min(DAYS, taught[hour] as number);
    if (state.seen < WEEK || n < DAYS_LEAST) return Number.NaN;
    for (let i = 0; i < DAYS; i += 1) sorted[i] = i < n ? (learned[hour * DAYS + i] as number) : NEVER;
    sorted.sort();
    const half = n >> 1;
    return n % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
  }

  function toldAt(hour: number): number {
    const own = hourly[hour] ?? Number.NaN;
    return Number.isNaN(own) ? told : own;
  }

  function recentMedian(now: number): number {
    recent.measure(now - RECENT, now, now);
    return recent.seen.good >= RECENT_LEAST ? recent.median(now - RECENT, now, now) : Number.NaN;
  }

  const machine: BaselineMachine = {
    wake: NEVER,
    run() {
      const now = time.mono;
      const x = values[input] as number;
      recent.drop(now - RECENT);
      recent.push(x, now);
      if (!Number.isNaN(state.at)) {
        state.seen += now - state.at;
        if (!Number.isNaN(state.value)) {
          state.good += now - state.at;
          state.sum += state.value * (now - state.at);
        }
      }
      const hour = hourOfDay();
      if (hour !== state.hour) teach();
      state.hour = hour;
      state.value = x;
      // Watching begins with the first good value.
      if (!Number.isNaN(state.at) || !Number.isNaN(x)) state.at = now;
      const candidates = learnedAt(hour);
      const fact = toldAt(hour);
      const value = !Number.isNaN(candidates) ? candidates : !Number.isNaN(fact) ? fact : recentMedian(now);
      state.origin = !Number.isNaN(candidates) ? 1 : !Number.isNaN(fact) ? 2 : Number.isNaN(value) ? 0 : 3;
      values[slot] = value;
      machine.wake = Number.isNaN(state.at) ? NEVER : now + TICK;
    },
    origin: () => ORIGINS[state.origin] ?? "none",
    save: (mono) => [
      state.hour,
      state.good,
      state.sum,
      state.value,
      state.at - mono,
      state.seen,
      state.origin,
      ...learned,
      ...taught,
      ...recent.save(mono),
    ],
    load(saved, mono) {
      const fixed = 7 + HOURS * DAYS + HOURS;
      if (saved.length <= fixed || !recent.load(saved.slice(fixed), mono)) return;
      const [hour = -1, good = 0, sum = 0, value = Number.NaN, at = Number.NaN, seen = 0, origin = 0] = saved;
      Object.assign(state, { hour, good, sum, value, at: at + mono, seen, origin });
      learned.set(saved.slice(7, 7 + HOURS * DAYS));
      taught.set(saved.slice(7 + HOURS * DAYS, fixed));
    },
  };
  return machine;
}
