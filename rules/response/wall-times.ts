/** Times of the day as they stand on the wall of the site: the instants at which they come, and how an id is dated. */
import { type Instant, instant } from "#model/time";

const dayOf = (at: Instant, zone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();

/** When these minutes after midnight come on `day`, the first one first; where the clocks go forward two of them are one instant. */
function onDay(minutes: Iterable<number>, day: Temporal.PlainDate, zone: string): readonly Instant[] {
  const found = new Set<number>();
  for (const minute of minutes) {
    const plainTime = Temporal.PlainTime.from({ hour: Math.floor(minute / 60) % 24, minute: minute % 60 });
    found.add(day.toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds);
  }
  return [...found].sort((a, b) => a - b).map(instant);
}

/** Every instant after `from` up to `to` at which one of these minutes after midnight comes, the first one first. */
export function wallTimes(
  minutes: Iterable<number>,
  { from, to }: { readonly from: Instant; readonly to: Instant },
  zone: string,
): readonly Instant[] {
  const wanted = new Set(minutes);
  const times: Instant[] = [];
  const last = dayOf(to, zone);
  for (let day = dayOf(from, zone); Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 }))
    times.push(...onDay(wanted, day, zone).filter((at) => at > from && at <= to));
  return times;
}

/** `20261121-2000`: local date and time. */
export function wallStamp(at: Instant, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${local.year}${two(local.month)}${two(local.day)}-${two(local.hour)}${two(local.minute)}`;
}
