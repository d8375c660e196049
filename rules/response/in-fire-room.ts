/** Who is in the fire control room by the rota, and since when without a break. */
import type { People, Site } from "#model/site";
import { days, type Instant, instant } from "#model/time";
import { onDutyIn } from "./on-duty.ts";
import { wallTimes } from "./wall-times.ts";

/** Looked at so far back for the beginning of somebody's duty: whoever is there longer has been there too long by any rule. */
const LOOK_BACK = days(2);

type Rota = Pick<Site, "people" | "zone">;

export const fireRoomTeams = ({ teams }: People, roles: readonly string[]): readonly string[] =>
  teams.filter((team) => team.roles.some((role) => roles.includes(role))).map(({ id }) => id);

/** Leave and stand-ins count. The fallback person of a role that nobody holds is not in the room. */
export function inFireRoom({ people, zone }: Rota, roles: readonly string[], at: Instant): readonly string[] {
  return [...new Set(fireRoomTeams(people, roles).flatMap((team) => onDutyIn(people, team, at, zone)))];
}

/** Those who are there in a shift: a team without shifts is always on duty, and nobody of it can be there for too long. */
function inShifts({ people, zone }: Rota, roles: readonly string[], at: Instant): readonly string[] {
  const teams = fireRoomTeams(people, roles).filter((team) => people.shifts.some((shift) => shift.team === team));
  return [...new Set(teams.flatMap((team) => onDutyIn(people, team, at, zone)))];
}

/** Instants in the two days up to `now` at which anybody may begin or stop being on duty, the last one first. */
function changesBack({ people, zone }: Rota, now: Instant): readonly Instant[] {
  const from = instant(now - LOOK_BACK);
  const edges = [0, ...people.shifts.flatMap((shift) => [shift.from, shift.to])];
  const standIns = (people.standIns ?? []).flatMap((one) => [one.from, one.to]).filter((at) => at > from && at <= now);
  return [...new Set([...wallTimes(edges, { from, to: now }, zone), ...standIns])].sort((a, b) => b - a);
}

/** Since when each of those who are there now in a shift has been there without a break; two days ago at most. */
export function inFireRoomSince(rota: Rota, roles: readonly string[], now: Instant): ReadonlyMap<string, Instant> {
  const since = new Map(inShifts(rota, roles, now).map((person) => [person, now]));
  let unbroken = [...since.keys()];
  for (const at of since.size === 0 ? [] : changesBack(rota, now)) {
    const there = inShifts(rota, roles, at);
    unbroken = unbroken.filter((person) => there.includes(person));
    if (unbroken.length === 0) break;
    for (const person of unbroken) since.set(person, at);
  }
  return since;
}
