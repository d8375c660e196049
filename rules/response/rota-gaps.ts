/** When the rota of the next thirty days leaves something open, and how such gaps are written. */
import type { Problem } from "#model/problem";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { type Instant, instant } from "#model/time";

export const AHEAD = 30;
const SHOWN = 3;

/** A hole of the policy, told at the file that mends it. */
export const holeAt = (site: Site, file: string, what: Text, todo: Text): Problem => ({
  file: `${site.folder}/${file}`,
  line: 1,
  column: 1,
  level: "warning",
  what,
  todo,
});

/** Instants of the next days at which anybody may begin or stop being on duty. */
export function rotaChanges({ people, zone }: Site, now: Instant): readonly Instant[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).startOfDay();
  const minutes = new Set([0, ...people.shifts.flatMap(({ from, to }) => [from, to])]);
  const found = new Set<number>([now]);
  for (let day = 0; day <= AHEAD; day += 1) {
    const midnight = today.add({ days: day });
    for (const minute of minutes) {
      const time = midnight.withPlainTime({ hour: Math.floor(minute / 60) % 24, minute: minute % 60 });
      found.add(time.epochMilliseconds);
    }
  }
  for (const { from, to } of people.standIns ?? []) found.add(from).add(to);
  const end = today.add({ days: AHEAD }).epochMilliseconds;
  return [...found]
    .filter((one) => one >= now && one <= end)
    .sort((a, b) => a - b)
    .map(instant);
}

export interface Gap {
  readonly from: Instant;
  readonly to: Instant;
}

/** Stretches between `times` in which something is open; those that touch are one. */
export function gapsWhere(times: readonly Instant[], isOpen: (from: Instant) => boolean): readonly Gap[] {
  const gaps: { from: Instant; to: Instant }[] = [];
  for (const [index, from] of times.slice(0, -1).entries()) {
    if (!isOpen(from)) continue;
    const to = times[index + 1] ?? from;
    const last = gaps.at(-1);
    if (last?.to === from) last.to = to;
    else gaps.push({ from, to });
  }
  return gaps;
}

/** The first few, and how many there are. */
export function gapList(gaps: readonly Gap[], zone: string): Text {
  const list = gaps.slice(0, SHOWN).map(({ from, to }) => `${local(from, zone)} – ${local(to, zone)}`);
  const more = gaps.length > SHOWN ? ` … (${gaps.length})` : "";
  return { zh: `${list.join("、")}${more}`, en: `${list.join(", ")}${more}` };
}

const local = (time: Instant, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(time)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: "minute" })
    .replace("T", " ");
