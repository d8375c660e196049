/** When the people of a team change, by its shifts: the instants at which somebody leaves and the post is handed over. */
import type { People } from "#model/site";
import { type Instant, instant } from "#model/time";
import { onDutyIn } from "./on-duty.ts";

export interface ShiftChange {
  readonly at: Instant;
  readonly leaving: readonly string[];
  readonly coming: readonly string[];
}

/** Every instant at which a shift of the team begins or ends on the local day `date`. */
function edges(people: People, team: string, date: Temporal.PlainDate, zone: string): number[] {
  return people.shifts
    .filter((shift) => shift.team === team)
    .flatMap(({ from, to }) => [from, to])
    .map((minute) => {
      const time = Temporal.PlainTime.from({ hour: Math.floor(minute / 60) % 24, minute: minute % 60 });
      return date.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
    });
}

/** Nobody hands over when nobody leaves: somebody who only joins changes nothing for those who are there. */
function changeAt(people: People, team: string, at: number, zone: string): ShiftChange | undefined {
  const before = onDutyIn(people, team, instant(at - 1), zone);
  const after = onDutyIn(people, team, instant(at), zone);
  const leaving = before.filter((person) => !after.includes(person));
  const coming = after.filter((person) => !before.includes(person));
  return leaving.length > 0 ? { at: instant(at), leaving, coming } : undefined;
}

/** The last change at or before `now`, not more than a day old; and the next one, within a day. */
export function shiftChanges(
  people: People,
  team: string,
  now: Instant,
  zone: string,
): { readonly last?: ShiftChange; readonly next?: ShiftChange } {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
  const at = [today.subtract({ days: 1 }), today, today.add({ days: 1 })].flatMap((day) =>
    edges(people, team, day, zone),
  );
  const changes = [...new Set(at)].sort((a, b) => a - b);
  const found = (instants: readonly number[]): ShiftChange | undefined => {
    for (const one of instants) {
      const change = changeAt(people, team, one, zone);
      if (change) return change;
    }
    return undefined;
  };
  const last = found(changes.filter((one) => one <= now).reverse());
  const next = found(changes.filter((one) => one > now));
  return { ...(last ? { last } : {}), ...(next ? { next } : {}) };
}
