/**
 * The flood of a desk: more alarms within ten minutes than people can take in. It begins, changes what sounds and what counts
 * as told, and ends; all of it is journalled. Life safety is never held back. Numbers: domain research 3.1 and 3.2.
 */
import type { Alarm } from "#model/alarm";
import { type Flood, type FloodLimits, inWindow, positionsAt, type Tide, usualFlood } from "#model/flood";
import type { JournalEntry } from "#model/journal";
import type { Plan, View } from "#model/plan";
import type { Site } from "#model/site";
import { between, type Instant, later, type Span } from "#model/time";

/** Rows that bring an alarm before people. */
const TELLS: ReadonlySet<string> = new Set(["activated", "reactivated", "annunciated", "re-alarmed"]);

const buildingsOf = new WeakMap<Site, ReadonlySet<string>>();
function buildings(site: Site): ReadonlySet<string> {
  const known = buildingsOf.get(site);
  if (known) return known;
  const found = new Set(site.devices.flatMap(({ place }) => place.building ?? []));
  buildingsOf.set(site, found);
  return found;
}

const placesOf = new WeakMap<Site, ReadonlyMap<string, readonly string[]>>();
/** The desks that see each device. */
function desks(site: Site): ReadonlyMap<string, readonly string[]> {
  const known = placesOf.get(site);
  if (known) return known;
  const found = new Map(site.devices.map(({ id, place }) => [id, positionsAt(place, buildings(site))]));
  placesOf.set(site, found);
  return found;
}

const limitsOf = (site: Site): FloodLimits => site.flood ?? usualFlood;
const MAIN = ["site"] as const;

/** What lasts of the window at `now`. */
const within = (tide: Tide, now: Instant, span: Span): Tide["seconds"] =>
  tide.seconds.filter(([at]) => between(at, now) < span);

/** Of a plan that is about to be committed: counts what is told by it, and begins floods. */
export function countTold(view: View, plan: Plan, now: Instant): Plan {
  if (!plan.journal.some((row) => TELLS.has(row.event))) return plan;
  const alarms = new Map(plan.alarms.map((alarm) => [alarm.id, alarm]));
  const told = new Map<string, number>();
  const journal = plan.journal.map((row): JournalEntry => {
    const alarm = TELLS.has(row.event) && row.about.startsWith("alarm:") ? alarms.get(row.about.slice(6)) : undefined;
    if (!alarm || row.data.annunciated === false || row.data.chattering === true) return row;
    const seenAt = desks(view.site).get(alarm.device) ?? MAIN;
    for (const position of seenAt) told.set(position, (told.get(position) ?? 0) + 1);
    return isHushed(view, alarm, seenAt) ? { ...row, data: { ...row.data, annunciated: false, flood: true } } : row;
  });
  const rows: JournalEntry[] = [];
  const tides = [...told].map(([position, count]) => rise(view, position, count, now, rows));
  return { ...plan, journal: [...journal, ...rows], tides: [...(plan.tides ?? []), ...tides] };
}

/** While every desk that sees it is flooded, what is low is listed and journalled, and does not count as told. */
const isHushed = (view: View, alarm: Alarm, seenAt: readonly string[]): boolean =>
  alarm.severity === "S4" &&
  !alarm.lifeSafety &&
  seenAt.every((position) => view.tides?.get(position)?.flood !== undefined);

function rise(view: View, position: string, count: number, now: Instant, rows: JournalEntry[]): Tide {
  const { enter, within: span } = limitsOf(view.site);
  const before = view.tides?.get(position) ?? { position, seconds: [] };
  const second = (Math.floor(now / 1_000) * 1_000) as Instant;
  const kept = within(before, now, span);
  const last = kept.at(-1);
  const seconds =
    last?.[0] === second
      ? [...kept.slice(0, -1), [second, last[1] + count] as const]
      : [...kept, [second, count] as const];
  const tide: Tide = { position, seconds };
  const sum = inWindow(tide);
  if (before.flood) {
    const flood: Flood = {
      ...before.flood,
      told: before.flood.told + count,
      peak: Math.max(before.flood.peak, sum),
    };
    return { ...tide, flood };
  }
  if (sum <= enter) return tide;
  rows.push(row(position, "flood-began", now, { told: sum, within: span, limit: enter }));
  return { ...tide, flood: { since: now, told: sum, peak: sum } };
}

/** On the beat: floods that are over. */
export function endFloods(view: View, plan: Plan, now: Instant): Plan {
  const { leave, within: span } = limitsOf(view.site);
  const rows: JournalEntry[] = [];
  const over: Tide[] = [];
  const risen = new Map(plan.tides?.map((tide) => [tide.position, tide]));
  for (const position of new Set([...(view.tides?.keys() ?? []), ...risen.keys()])) {
    const tide = risen.get(position) ?? view.tides?.get(position);
    if (!tide?.flood) continue;
    const seconds = within(tide, now, span);
    if (inWindow({ position, seconds }) >= leave) continue;
    const { since, told, peak } = tide.flood;
    rows.push(row(position, "flood-ended", now, { told, peak, lasted: between(since, now) }));
    over.push({ position, seconds });
  }
  if (over.length === 0) return plan;
  const others = (plan.tides ?? []).filter((tide) => !over.some((one) => one.position === tide.position));
  return { ...plan, journal: [...plan.journal, ...rows], tides: [...others, ...over] };
}

/** The wall clock was moved by `by`: the last ten minutes stay the last ten minutes. */
export function shiftTides(view: View, plan: Plan, by: Span): Plan {
  const tides = [...(view.tides?.values() ?? [])].map(
    ({ seconds, flood, ...tide }): Tide => ({
      ...tide,
      seconds: seconds.map(([at, count]) => [later(at, by), count]),
      ...(flood ? { flood: { ...flood, since: later(flood.since, by) } } : {}),
    }),
  );
  return tides.length === 0 ? plan : { ...plan, tides };
}

const row = (position: string, event: string, now: Instant, data: JournalEntry["data"]): JournalEntry => ({
  occurredAt: now,
  at: now,
  about: `position:${position}`,
  event,
  actor: "gatehouse",
  data,
});
