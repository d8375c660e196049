/** Which rows of a tuning report tell most, and what they hint at. Pure. */
import type { TuningJobBody } from "../../../api/study-shapes.ts";

export type TuningRow = NonNullable<TuningJobBody["report"]>["rows"][number];
export type Hint = "blind" | "near" | "often" | "flicker";

/** Shares and counts are engineering judgement: a tenth of the time blind; three near misses; an alarm a day. */
const BLIND = 0.1;
const NEAR = 3;
const DAY = 86_400;

/** `span`: seconds of the report. The gravest one. */
export function hintOf(row: TuningRow, span: number): Hint | undefined {
  if (row.unknown > span * BLIND) return "blind";
  if (row.nearMisses >= NEAR) return "near";
  if (row.alarms > 1 && row.alarms >= span / DAY) return "often";
  return row.pendingCancelled > 0 && row.nearMisses === 0 ? "flicker" : undefined;
}

const ORDER: readonly (Hint | undefined)[] = ["near", "often", "blind", undefined, "flicker"];

/** Rows on which somebody can act come first. */
export const mostTelling = (rows: readonly TuningRow[], span: number): TuningRow[] =>
  rows.toSorted(
    (a, b) =>
      ORDER.indexOf(hintOf(a, span)) - ORDER.indexOf(hintOf(b, span)) ||
      b.nearMisses - a.nearMisses ||
      b.alarms - a.alarms ||
      b.pendingCancelled - a.pendingCancelled ||
      b.unknown - a.unknown,
  );

/** `45 s`, `3.5 min`, `2.1 h`, `6.8 d`: one unit, so that columns of them can be compared at a glance. */
export function spanText(seconds: number): string {
  const [value, unit] =
    seconds < 120
      ? [seconds, "s"]
      : seconds < 7_200
        ? [seconds / 60, "min"]
        : seconds < 2 * DAY
          ? [seconds / 3_600, "h"]
          : [seconds / DAY, "d"];
  return `${Number.isInteger(value) || value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}
