/**
 * The first-up of a group: of the alarms of one system in one building that come within 5 s, the one whose condition was
 * first by the time of its source; the others say whom they follow (OPC UA FirstInGroupFlag; domain research 3.2).
 */
import type { Alarm } from "#model/alarm";
import type { InputSeen } from "#model/rule";
import type { Site } from "#model/site";
import { type Instant, instant, milliseconds, type Span, seconds } from "#model/time";
import type { Draft } from "../draft.ts";

const TOGETHER = seconds(5);
/** A source whose stamp is further from the receipt than this is not believed (engineering judgement). */
const BELIEVED = seconds(60);

/**
 * When the condition began by the clock of its source: the receipt, moved by how late the newest input came. A whole
 * millisecond, whatever the parts are: held spans come from a clock that knows fractions, and of what never was otherwise
 * they are infinite, which tells nothing.
 */
export function onsetOf(now: Instant, heldFor: Span, inputs: readonly InputSeen[]): Instant {
  const newest = inputs.reduce<InputSeen | undefined>(
    (best, one) => (best && best.at >= one.at ? best : one),
    undefined,
  );
  const late = newest?.sourceAt === undefined ? 0 : newest.at - newest.sourceAt;
  const began = now - heldFor - (Math.abs(late) <= BELIEVED ? late : 0);
  return instant(Number.isFinite(began) ? Math.round(began) : now);
}

interface Leader {
  readonly id: string;
  readonly onset: Instant;
}

const groups = new WeakMap<Site, ReadonlyMap<string, string>>();
function groupOf(site: Site, device: string): string | undefined {
  let known = groups.get(site);
  if (!known) {
    known = new Map(site.devices.map(({ id, kind, place }) => [id, `${place.building ?? ""}/${kind}`]));
    groups.set(site, known);
  }
  return known.get(device);
}

/** One look at all alarms for each plan, however many become active by it. */
const leaders = new WeakMap<Draft, Map<string, Leader[]>>();
function leadersOf(draft: Draft): Map<string, Leader[]> {
  const known = leaders.get(draft);
  if (known) return known;
  const found = new Map<string, Leader[]>();
  for (const alarm of draft.view.alarms.values()) {
    if (alarm.onset === undefined || alarm.process !== "active" || alarm.follows !== undefined) continue;
    if (Math.abs(draft.now - alarm.onset) > BELIEVED + TOGETHER) continue;
    add(found, groupOf(draft.view.site, alarm.device), alarm.id, alarm.onset);
  }
  leaders.set(draft, found);
  return found;
}

function add(to: Map<string, Leader[]>, group: string | undefined, id: string, onset: Instant): void {
  if (group === undefined) return;
  const list = to.get(group);
  if (list) list.push({ id, onset });
  else to.set(group, [{ id, onset }]);
}

/** For an alarm that becomes active now: when it began, and whom it follows. An earlier source takes the lead over. */
export function placeInGroup(
  draft: Draft,
  id: string,
  device: string,
  onset: Instant,
): Pick<Alarm, "onset" | "follows"> {
  const group = groupOf(draft.view.site, device);
  const all = leadersOf(draft);
  const list = group === undefined ? [] : (all.get(group) ?? []);
  const near = list.filter((one) => one.id !== id && Math.abs(one.onset - onset) <= TOGETHER);
  const first = near.reduce<Leader | undefined>(
    (best, one) => (best && best.onset <= one.onset ? best : one),
    undefined,
  );
  if (first && first.onset <= onset) return { onset, follows: first.id };
  for (const { id: later } of near) {
    const alarm = draft.alarm(later);
    if (!alarm) continue;
    draft.putAlarm({ ...alarm, follows: id }, "first-up-moved", {
      to: id,
      earlierBy: milliseconds((alarm.onset ?? onset) - onset),
    });
    list.splice(
      list.findIndex((one) => one.id === later),
      1,
    );
  }
  add(all, group, id, onset);
  return { onset };
}
