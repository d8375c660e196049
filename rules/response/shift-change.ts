/** When the people of a team change, by its shifts: the instants at which somebody leaves and the post is handed over. */
import type { People } from "#model/site";
import { type Instant, instant } from "#model/time";
import { onDutyIn } from "./on-duty.ts";
import { wallTimes } from "./wall-times.ts";

export interface ShiftChange {
  readonly at: Instant;
  readonly leaving: readonly string[];
  readonly coming: readonly string[];
}

/** Minutes after midnight at which a shift of the team begins or ends. */
const edges = (people: People, team: string): readonly number[] =>
  people.shifts.filter((shift) => shift.team === team).flatMap(({ from, to }) => [from, to]);

/** Nobody hands over when nobody leaves: somebody who only joins changes nothing for those who are there. */
function changeAt(people: People, team: string, at: Instant, zone: string): ShiftChange | undefined {
  const before = onDutyIn(people, team, instant(at - 1), zone);
  const after = onDutyIn(people, team, at, zone);
  const leaving = before.filter((person) => !after.includes(person));
  const coming = after.filter((person) => !before.includes(person));
  return leaving.length > 0 ? { at, leaving, coming } : undefined;
}

/** Every change after `from` up to `to`, the first one first. */
export function shiftChangesWithin(
  people: People,
  team: string,
  { from, to }: { readonly from: Instant; readonly to: Instant },
  zone: string,
): readonly ShiftChange[] {
  return wallTimes(edges(people, team), { from, to }, zone).flatMap((at) => changeAt(people, team, at, zone) ?? []);
}

/** The last change at or before `now`, not more than a day old; and the next one, within a day. */
export function shiftChanges(
  people: People,
  team: string,
  now: Instant,
  zone: string,
): { readonly last?: ShiftChange; readonly next?: ShiftChange } {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).startOfDay();
  const from = instant(today.subtract({ days: 1 }).epochMilliseconds - 1);
  const to = instant(today.add({ days: 2 }).epochMilliseconds - 1);
  const changes = wallTimes(edges(people, team), { from, to }, zone);
  const found = (instants: readonly Instant[]): ShiftChange | undefined => {
    for (const one of instants) {
      const change = changeAt(people, team, one, zone);
      if (change) return change;
    }
    return undefined;
  };
  const last = found(changes.filter((one) => one <= now).toReversed());
  const next = found(changes.filter((one) => one > now));
  return { ...(last ? { last } : {}), ...(next ? { next } : {}) };
}
