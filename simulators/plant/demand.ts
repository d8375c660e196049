/** How much water the building draws: a base by the hour of the day, and slow random swings. */
import type { Chance } from "../chance.ts";

/** m³/h for each hour; 0.6 between two and four at night, 8 by day, 14 in the two peaks. */
const residential = [2, 1, 0.6, 0.6, 1, 3, 8, 14, 14, 10, 8, 8, 9, 8, 8, 8, 8, 10, 14, 14, 12, 9, 6, 3] as const;
const dayFlow = 8;

export interface DemandSettings {
  /** `steady` draws the day value at any hour. */
  readonly day: "residential" | "steady";
  /** m³/h of an ordinary day hour; the residential curve is scaled to it. */
  readonly flow: number;
  /** Share by which the demand swings (one standard deviation, correlation time 60 s). */
  readonly swing: number;
}

export interface Demand {
  /** m³/h at the set pressure, for the step that is `seconds` long. */
  step(seconds: number, hour: number): number;
  /** A story fixes the base; `undefined` gives it back to the hour. */
  fix(flow: number | undefined): void;
}

const correlationSeconds = 60;
/** Taps are turned slowly: twice a second is enough for a swing of a minute. */
const swingSeconds = 0.5;
const keep = Math.exp(-swingSeconds / correlationSeconds);
const fresh = Math.sqrt(1 - keep * keep);

export function createDemand(settings: DemandSettings, chance: Chance): Demand {
  let swing = 0;
  let until = 0;
  let fixed: number | undefined;
  return {
    step(seconds, hour) {
      until -= seconds;
      if (until <= 0) {
        until += swingSeconds;
        swing = keep * swing + fresh * chance.normal(0, 1);
      }
      const shape = settings.day === "steady" ? 1 : (residential[Math.floor(hour) % 24] ?? dayFlow) / dayFlow;
      return Math.max(0, (fixed ?? settings.flow * shape) * (1 + settings.swing * swing));
    },
    fix(flow) {
      fixed = flow;
    },
  };
}
