/** Ordinary days with their awkward moments, in which nothing may ring. */
import type { SeenAlarm } from "../../../simulators/score.ts";
import type { TruthRecord } from "../../../simulators/truth.ts";
import { type Happening, happenings, happensOn } from "./quiet-moments.ts";
import { createStage, type Stage } from "./stage.ts";

const day = 24 * 3600;
const devices = ["utility-1", "generator-1", "lift-1", "booster-1", "fire-1", "access-1", "ups-1", "gas-1"];
/** A note about a happening may come so long after its end, ms. */
const noted = 60_000;

export interface QuietOptions {
  readonly seed?: number;
  /** Seconds between two polls of what never rests; the default is the gateway's own pace. */
  readonly slowest?: number;
  /** On this day everything happens, whatever its turn. */
  readonly crowded?: number;
}

export interface Quiet {
  /** Every alarm that was told. A note for the record that belongs to a happening is none. */
  readonly alarms: readonly SeenAlarm[];
  /** A mark for each happening at the moment at which it was looked at; `shown` is 1 when the plant showed it. */
  readonly truth: readonly TruthRecord[];
}

interface Turn {
  readonly at: number;
  take(stage: Stage): void;
}

/** What is to be done for one happening, in the order of time. */
function turnsOf(one: Happening, told: (from: number, to: number) => void): Turn[] {
  const { at, lasts, look } = one;
  const before: Record<string, number> = {};
  const read = (stage: Stage) => (point: string) => stage.device(one.device).plant.readings[point] ?? Number.NaN;
  return [
    {
      at,
      take(stage) {
        told(stage.now(), stage.now() + lasts * 1000 + noted);
        for (const point of look.points) before[point] = read(stage)(point);
        one.begin?.(stage.device(one.device).plant);
      },
    },
    {
      at: at + look.after,
      take(stage) {
        const now = Object.fromEntries(look.points.map((point) => [point, read(stage)(point)]));
        const grown = Object.fromEntries(look.points.map((point) => [point, (now[point] ?? 0) - (before[point] ?? 0)]));
        const shown = Number(one.shows(now, grown));
        stage.truth.record({
          kind: "mark",
          device: one.device,
          scenario: one.name,
          tells: one.tells,
          values: { ...now, shown },
        });
      },
    },
    { at: at + lasts, take: (stage) => one.end?.(stage.device(one.device).plant) },
  ];
}

/** Plays so many days from midnight on. */
export async function quietDays(days: number, options: QuietOptions = {}): Promise<Quiet> {
  const { seed = 1, slowest = 0, crowded } = options;
  const stage = await createStage({
    devices,
    seed,
    hour: 0,
    slowest,
    params: { "booster-1": { day: "residential" } },
    facts: { "booster-1": { normalFlow: 14 } },
  });
  const notes: { rule: string; from: number; to: number }[] = [];
  for (let number = 0; number < days; number += 1) {
    let now = 0;
    const today = happenings
      .filter((one) => number === crowded || happensOn(one, number))
      .flatMap((one) =>
        turnsOf(one, (from, to) => notes.push(...(one.notes ?? []).map((rule) => ({ rule, from, to })))),
      )
      .sort((one, other) => one.at - other.at);
    for (const { at, take } of today) {
      stage.pass(Math.max(0, at - now));
      now = Math.max(now, at);
      take(stage);
    }
    stage.pass(day - now);
  }
  const noteOf = (alarm: SeenAlarm) =>
    alarm.severity === "S4" &&
    notes.some(({ rule, from, to }) => rule === alarm.rule && alarm.at >= from && alarm.at <= to);
  return {
    alarms: stage.alarms().filter((alarm) => !alarm.suppressed && !noteOf(alarm)),
    truth: stage.truth.after(0),
  };
}
