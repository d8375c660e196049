/** Who answers for a role at an instant: teams that hold the role, narrowed by their shifts; the fallback when nobody does. */
import type { People } from "#model/site";
import type { Instant } from "#model/time";

export interface OnDuty {
  readonly people: readonly string[];
  /** Nobody held the role just now, so the fallback person stands in. */
  readonly nobody: boolean;
}

/** Weekday (1 = Monday) and minutes after midnight in the site's zone. */
function localTime(now: Instant, zone: string): { readonly day: number; readonly minute: number } {
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  return { day: local.dayOfWeek, minute: local.hour * 60 + local.minute };
}

const dayBefore = (day: number): number => (day === 1 ? 7 : day - 1);

/** A shift that runs over midnight belongs to the day on which it began. */
function covers(shift: { days: readonly number[]; from: number; to: number }, day: number, minute: number): boolean {
  if (shift.from < shift.to) return shift.days.includes(day) && minute >= shift.from && minute < shift.to;
  return (
    (shift.days.includes(day) && minute >= shift.from) || (shift.days.includes(dayBefore(day)) && minute < shift.to)
  );
}

/** People of one team on duty. Of a team without shifts: all. */
export function onDutyIn(people: People, team: string, now: Instant, zone: string): readonly string[] {
  const shifts = people.shifts.filter((shift) => shift.team === team);
  if (shifts.length === 0) return people.teams.find((one) => one.id === team)?.people ?? [];
  const { day, minute } = localTime(now, zone);
  return [...new Set(shifts.filter((shift) => covers(shift, day, minute)).flatMap((shift) => shift.people))];
}

/** People on duty for `role`. A team without shifts is always on duty. */
export function onDuty(people: People, role: string, now: Instant, zone: string): OnDuty {
  const { day, minute } = localTime(now, zone);
  const found = new Set<string>();
  for (const team of people.teams) {
    if (!team.roles.includes(role)) continue;
    const shifts = people.shifts.filter((shift) => shift.team === team.id);
    if (shifts.length === 0) for (const person of team.people) found.add(person);
    for (const shift of shifts) {
      if (covers(shift, day, minute)) for (const person of shift.people) found.add(person);
    }
  }
  return found.size > 0 ? { people: [...found], nobody: false } : { people: [people.fallback], nobody: true };
}
