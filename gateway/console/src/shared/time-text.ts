/** Instants and spans as the control room reads them: 24 h, in the site's zone, never in the browser's own style. */

interface Parts {
  readonly day: string;
  readonly monthDay: string;
  readonly time: string;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let known = formatters.get(zone);
  if (!known) {
    const form = {
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    } as const;
    try {
      known = new Intl.DateTimeFormat("en-GB", { ...form, timeZone: zone });
    } catch {
      known = new Intl.DateTimeFormat("en-GB", { ...form, timeZone: "UTC" });
    }
    formatters.set(zone, known);
  }
  return known;
}

function parts(at: number, zone: string): Parts {
  const found: Record<string, string> = {};
  for (const { type, value } of formatter(zone).formatToParts(at)) found[type] = value;
  return {
    day: `${found.year}-${found.month}-${found.day}`,
    monthDay: `${found.month}-${found.day}`,
    time: `${found.hour}:${found.minute}:${found.second}`,
  };
}

/** Milliseconds since 1970 of an ISO text of the API; NaN when it is none. */
export const instantOf = (iso: string): number => Date.parse(iso);

/** `HH:mm:ss` on the day of `now`, `MM-DD HH:mm` on any other day, `–` when there is no such instant. */
export function shortTime(at: number, now: number, zone: string): string {
  if (!Number.isFinite(at)) return "–";
  const then = parts(at, zone);
  if (Number.isFinite(now) && then.day === parts(now, zone).day) return then.time;
  return `${then.monthDay} ${then.time.slice(0, 5)}`;
}

/** `HH:mm:ss`. */
export const clockTime = (at: number, zone: string): string =>
  Number.isFinite(at) ? parts(at, zone).time : "--:--:--";

/** `2026-11-21 16:25:07`. */
export function fullTime(at: number, zone: string): string {
  if (!Number.isFinite(at)) return "–";
  const p = parts(at, zone);
  return `${p.day} ${p.time}`;
}

const two = (n: number): string => String(n).padStart(2, "0");

/** `04:12`, from an hour on `1:04:12`; the sign is dropped. */
export function span(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  const total = Math.floor(Math.abs(ms) / 1_000);
  const h = Math.floor(total / 3_600);
  const m = Math.floor((total % 3_600) / 60);
  const s = total % 60;
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** Time left, rounded up, so that `00:00` is never shown while time is left. */
export const spanLeft = (ms: number): string => span(Math.ceil(ms / 1_000) * 1_000);

/** Rough age of a value: `0.6 s`, `12 s`, `4 min`, `3 h`, `2 d`. */
export function age(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  const s = Math.max(0, ms) / 1_000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7_200) return `${Math.round(s / 60)} min`;
  if (s < 172_800) return `${Math.round(s / 3_600)} h`;
  return `${Math.round(s / 86_400)} d`;
}

const ISO_SPAN = /^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds of an ISO 8601 duration such as `PT30M`; NaN when it is none. */
export function spanOf(iso: string): number {
  const found = ISO_SPAN.exec(iso);
  if (!found) return Number.NaN;
  const [, sign, d = "0", h = "0", m = "0", s = "0"] = found;
  const ms = Number(d) * 86_400_000 + Number(h) * 3_600_000 + Number(m) * 60_000 + Number(s) * 1_000;
  return sign ? -ms : ms;
}
