/** Who wants to go where: the calls of a residential building with a morning and an evening peak. */
import type { Chance } from "../chance.ts";

/** Landings are counted from 0 at the lowest. */
export interface Trip {
  readonly from: number;
  readonly to: number;
  readonly persons: number;
}

export interface TrafficSettings {
  readonly landings: number;
  readonly home: number;
  readonly startsPerDay: number;
}

/** Share of the day's trips per hour, 0–23 h; two peaks, quiet nights. Scaled below so that a day adds up to 24. */
const tripsPerHour = [
  0.2, 0.1, 0.1, 0.1, 0.2, 0.4, 1.0, 2.3, 2.2, 1.2, 0.9, 1.0, 1.3, 1.1, 0.8, 0.8, 1.1, 1.9, 2.4, 1.8, 1.2, 0.9, 0.6,
  0.4,
] as const;
const dayTotal = tripsPerHour.reduce((sum, share) => sum + share, 0);

export interface Traffic {
  /** A trip that somebody calls for within these `seconds`, if any. */
  step(seconds: number, hour: number): Trip | undefined;
}

/** Trips are Poisson; a trip takes about two starts, one to fetch the passengers and one to bring them. */
export function createTraffic(settings: TrafficSettings, chance: Chance): Traffic {
  const { landings, home } = settings;
  const perSecond = settings.startsPerDay / 2 / 86_400;
  const elsewhere = (not: number) => {
    const landing = chance.whole(0, landings - 2);
    return landing >= not ? landing + 1 : landing;
  };
  let waiting = chance.exponential(1);
  return {
    step(seconds, hour) {
      const share = (24 * (tripsPerHour[Math.floor(hour)] as number)) / dayTotal;
      waiting -= seconds * perSecond * share;
      if (waiting > 0) return undefined;
      waiting = chance.exponential(1);
      const leaving = chance.next() < (hour < 12 ? 0.75 : 0.3);
      const betweenFlats = chance.next() < 0.1;
      const other = elsewhere(home);
      const persons = Math.min(6, 1 + Math.floor(chance.exponential(0.8)));
      if (betweenFlats) return { from: other, to: elsewhere(other), persons };
      return leaving ? { from: other, to: home, persons } : { from: home, to: other, persons };
    },
  };
}
