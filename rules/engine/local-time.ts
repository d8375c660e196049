/** The local clock of a zone: cheap to ask at every step, exact over changes of daylight-saving time. */
import type { Instant } from "#model/time";

export interface LocalTime {
  /** Days since 1970-01-01 by the local calendar. */
  day: number;
  /** Milliseconds since local midnight. */
  sinceMidnight: number;
}

const DAY = 86_400_000;
/** Zones change their offset at full quarters of an hour only (IANA time zone database). */
const QUARTER = 900_000;

/** Fills and gives one object: nothing is allocated while the quarter lasts. */
export function createLocalTime(zone: string): (now: number) => Readonly<LocalTime> {
  const known = { from: Number.POSITIVE_INFINITY, offset: 0 };
  const local: LocalTime = { day: 0, sinceMidnight: 0 };
  return (now) => {
    if (!(now >= known.from && now < known.from + QUARTER)) {
      known.from = Math.floor(now / QUARTER) * QUARTER;
      const there = Temporal.Instant.fromEpochMilliseconds(known.from as Instant).toZonedDateTimeISO(zone);
      known.offset = there.offsetNanoseconds / 1_000_000;
    }
    const here = now + known.offset;
    local.day = Math.floor(here / DAY);
    local.sinceMidnight = here - local.day * DAY;
    return local;
  };
}

/** ISO weekday, 1 = Monday, of a day since 1970-01-01, which was a Thursday. */
export const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;
