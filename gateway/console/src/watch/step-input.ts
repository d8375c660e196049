/** What a step's form reads: a time as it stands on the site's wall clock. */

/** How far the zone's wall clock is ahead of UTC at this instant, in milliseconds. */
function ahead(at: number, zone: string): number {
  const found: Record<string, number> = {};
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
  }).formatToParts(at);
  for (const { type, value } of parts) found[type] = Number(value);
  const wall = Date.UTC(
    found.year ?? 0,
    (found.month ?? 1) - 1,
    found.day ?? 1,
    found.hour ?? 0,
    found.minute ?? 0,
    found.second ?? 0,
  );
  return wall - Math.floor(at / 1_000) * 1_000;
}

const two = (n: number): string => String(n).padStart(2, "0");

/**
 * `2026-11-21T16:20` as read off the site's wall clock → `2026-11-21T16:20:00+08:00`; `undefined` when it is no time.
 */
export function instantInZone(local: string, zone: string): string | undefined {
  const whole = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(local) ? `${local}:00` : local;
  const asUtc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(whole) ? Date.parse(`${whole}Z`) : Number.NaN;
  if (!Number.isFinite(asUtc)) return undefined;
  // Twice, since the offset at the guessed instant may differ from the one at the true instant.
  const minutes = Math.round(ahead(asUtc - ahead(asUtc, zone), zone) / 60_000);
  const size = Math.abs(minutes);
  return `${whole}${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
