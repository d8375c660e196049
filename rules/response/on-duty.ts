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

/** Whether `person` is away on the local day of `now`. */
function isAway(people: People, person: string, now: Instant, zone: string): boolean {
  if (!people.leave?.length) return false;
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate().toString();
  return people.leave.some((leave) => leave.person === person && leave.from <= today && today <= leave.to);
}

/** Who answers in the place of `person` just now: whoever stands in, the person, or nobody while on leave. */
function answering(people: People, person: string, now: Instant, zone: string): readonly string[] {
  const standIn = people.standIns?.find((one) => one.for === person && one.from <= now && now < one.to);
  const who = standIn?.by ?? person;
  return isAway(people, who, now, zone) ? [] : [who];
}

/** People of one team on duty; of a team without shifts all. Leave and stand-ins count. */
export function onDutyIn(people: People, team: string, now: Instant, zone: string): readonly string[] {
  const shifts = people.shifts.filter((shift) => shift.team === team);
  const { day, minute } = localTime(now, zone);
  const planned =
    shifts.length === 0
      ? (people.teams.find((one) => one.id === team)?.people ?? [])
      : shifts.filter((shift) => covers(shift, day, minute)).flatMap((shift) => shift.people);
  return [...new Set(planned.flatMap((person) => answering(people, person, now, zone)))];
}

/** People on duty for `role`, else the fallback. A team without shifts is always on duty. */
export function onDuty(people: People, role: string, now: Instant, zone: string): OnDuty {
  const teams = people.teams.filter((team) => team.roles.includes(role));
  const found = new Set(teams.flatMap((team) => onDutyIn(people, team.id, now, zone)));
  return found.size > 0 ? { people: [...found], nobody: false } : { people: [people.fallback], nobody: true };
}
