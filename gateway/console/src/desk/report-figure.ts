/** A figure of a report in words: counts, shares in per cent, spans; a dash where there is none. */
import { span } from "../shared/time-text.ts";

export const rounded = (value: number): string => String(Number(value.toFixed(value < 10 ? 2 : 1)));

export function figure(value: number | null | undefined, unit: "count" | "share" | "span"): string {
  if (value === null || value === undefined) return "–";
  return unit === "share" ? `${rounded(value * 100)} %` : unit === "span" ? span(value) : rounded(value);
}
