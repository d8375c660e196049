/** The fire control room against its rota: how many are on duty at any time, and how long their shifts are. */
import type { Problem } from "#model/problem";
import type { Site } from "#model/site";
import { hours, type Instant, instant } from "#model/time";
import { fireRoomTeams, inFireRoom, inFireRoomSince } from "./in-fire-room.ts";
import { AHEAD, type Gap, gapList, gapsWhere, holeAt, rotaChanges } from "./rota-gaps.ts";

/** Nothing where the policy asks for neither; a team without shifts is always on duty, and has no shift that is too long. */
export function fireRoomHoles(site: Site, now: Instant): readonly Problem[] {
  const { fireLog } = site.policy;
  if (!fireLog) return [];
  return [
    ...thinHours(site, now, fireLog.roles, fireLog.atLeast),
    ...longShifts(site, fireLog.roles, fireLog.longestShift),
    ...longStretches(site, now, fireLog.roles, fireLog.longestShift),
  ];
}

function thinHours(site: Site, now: Instant, roles: readonly string[], atLeast = 0): readonly Problem[] {
  const gaps = gapsWhere(rotaChanges(site, now), (at) => inFireRoom(site, roles, at).length < atLeast);
  if (gaps.length === 0) return [];
  const list = gapList(gaps, site.zone);
  return [
    holeAt(
      site,
      "people.yaml",
      {
        zh: `消防控制室未来 ${AHEAD} 天有值班不足 ${atLeast} 人的时段：${list.zh}`,
        en: `the fire control room has fewer than ${atLeast} people on duty within ${AHEAD} days: ${list.en}`,
      },
      { zh: "在班次里补人。", en: "Put more people into these shifts." },
    ),
  ];
}

function longShifts(site: Site, roles: readonly string[], longest: number | undefined): readonly Problem[] {
  if (longest === undefined) return [];
  const teams = new Set(fireRoomTeams(site.people, roles));
  const long = site.people.shifts.filter(({ team, from, to }) => teams.has(team) && lengthOf(from, to) > longest);
  // Two kinds of days, or two halves of a team, may have the same hours.
  const different = new Map(long.map((shift) => [`${shift.team} ${shift.from} ${shift.to}`, shift]));
  return [...different.values()].map(({ team, from, to }) => {
    const span = `${clockTime(from)}–${clockTime(to)}`;
    const most = longest / hours(1);
    return holeAt(
      site,
      "people.yaml",
      {
        zh: `消防控制室班组 ${team} 的班次 ${span} 超过 ${most} 小时`,
        en: `the shift ${span} of ${team} in the fire control room is longer than ${most} h`,
      },
      { zh: `改为每班不超过 ${most} 小时。`, en: `Make it ${most} h or less.` },
    );
  });
}

/** Somebody who goes from one shift into the next: each is short enough, both together are not. */
function longStretches(
  site: Site,
  now: Instant,
  roles: readonly string[],
  longest: number | undefined,
): readonly Problem[] {
  if (longest === undefined) return [];
  const teams = fireRoomTeams(site.people, roles);
  // One shift that is too long by itself was told with its hours.
  const single = site.people.shifts
    .filter(({ team }) => teams.includes(team))
    .map(({ from, to }) => lengthOf(from, to));
  const most = Math.max(longest, ...single);
  const first = new Map<string, Gap>();
  for (const to of rotaChanges(site, now)) {
    // Just before anybody leaves: who is there then, and since when.
    for (const [person, from] of inFireRoomSince(site, roles, instant(to - 1))) {
      if (to - from > most && !first.has(person)) first.set(person, { from, to });
    }
  }
  return [...first].map(([person, stretch]) => {
    const name = site.people.people.find(({ id }) => id === person)?.name ?? person;
    const when = gapList([stretch], site.zone);
    return holeAt(
      site,
      "people.yaml",
      {
        zh: `消防控制室 ${name} 连续值班超过 ${longest / hours(1)} 小时：${when.zh}`,
        en: `${name} is on duty in the fire control room for more than ${longest / hours(1)} h without a break: ${when.en}`,
      },
      { zh: "在班次里换人接班。", en: "Let somebody else take over between the shifts." },
    );
  });
}

/** Minutes of a day; one that ends no later than it begins runs over midnight. */
const lengthOf = (from: number, to: number): number => ((to - from + 1440) % 1440 || 1440) * 60_000;

const clockTime = (minute: number): string =>
  `${String(Math.floor(minute / 60) % 24).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
