/** Instants, spans, and their texts. Numbers of milliseconds that cannot be mistaken for each other. */
declare const unit: unique symbol;

/** Milliseconds since 1970-01-01T00:00:00Z on the wall clock. */
export type Instant = number & { readonly [unit]: "ms since epoch" };

/** A length of time, or a reading of the monotonic clock, in milliseconds. */
export type Span = number & { readonly [unit]: "ms" };

/** The wall clock for calendars and deadlines, the monotonic clock for everything that elapses. */
export interface Moment {
  readonly now: Instant;
  readonly mono: Span;
}

/** The only way the house learns the time or waits. Made once, in `main.ts`; tests hold it in their hand. */
export interface Clock {
  now(): Instant;
  monotonic(): Span;
  /** Resolves after `span`, or rejects with the signal's reason. */
  sleep(span: Span, signal: AbortSignal): Promise<void>;
}

export const instant = (ms: number): Instant => ms as Instant;
export const milliseconds = (n: number): Span => n as Span;
export const seconds = (n: number): Span => (n * 1_000) as Span;
export const minutes = (n: number): Span => (n * 60_000) as Span;
export const hours = (n: number): Span => (n * 3_600_000) as Span;
export const days = (n: number): Span => (n * 86_400_000) as Span;

export const later = (at: Instant, by: Span): Instant => (at + by) as Instant;
/** From `a` to `b`; negative when `b` is earlier. */
export const between = (a: Instant, b: Instant): Span => (b - a) as Span;

const SHORT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const ISO = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const FACTOR = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads `500ms 30s 5m 2h 14d` or ISO 8601 (`PT30M`, `P7D`); `undefined` when it is neither. */
export function parseSpan(text: string): Span | undefined {
  const short = SHORT.exec(text);
  if (short) return milliseconds(Number(short[1]) * FACTOR[short[2] as keyof typeof FACTOR]);
  const iso = ISO.exec(text);
  if (!iso || text === "P" || text.endsWith("T")) return undefined;
  const [, d = "0", h = "0", m = "0", s = "0"] = iso;
  return milliseconds(Number(d) * FACTOR.d + Number(h) * FACTOR.h + Number(m) * FACTOR.m + Number(s) * FACTOR.s);
}

/** ISO 8601 duration, e.g. `PT1H30M`, `-PT5S`, `PT0S`. */
export function formatSpan(span: Span): string {
  const total = Math.abs(span);
  const d = Math.floor(total / FACTOR.d);
  const h = Math.floor((total % FACTOR.d) / FACTOR.h);
  const m = Math.floor((total % FACTOR.h) / FACTOR.m);
  const s = (total % FACTOR.m) / FACTOR.s;
  const time = `${h ? `${h}H` : ""}${m ? `${m}M` : ""}${s ? `${s}S` : ""}`;
  if (!d && !time) return "PT0S";
  return `${span < 0 ? "-" : ""}P${d ? `${d}D` : ""}${time ? `T${time}` : ""}`;
}

/** The text of the newest instant: in a storm thousands of rows tell the same one. */
let newest: { readonly at: number; readonly text: string } = { at: Number.NaN, text: "" };

/** ISO 8601 in UTC with milliseconds, as the API writes every time. */
export function formatInstant(at: Instant): string {
  if (at !== newest.at) {
    newest = { at, text: Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: "millisecond" }) };
  }
  return newest.text;
}

/** Reads an ISO 8601 instant with an offset or `Z`; `undefined` when it is none. */
export function parseInstant(text: string): Instant | undefined {
  try {
    return instant(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    return undefined;
  }
}
