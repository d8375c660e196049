/** From what the flow of a device teaches to values that a person may put in force. Pure. */
import { fitsLearnable, type Learnable } from "#model/learned";
import { LEAST_MINUTES, type Learned } from "./learn.ts";

export interface Suggested {
  readonly what: Learnable;
  /** m³/h: one, or 24 with null for an hour that was never seen. */
  readonly values: readonly (number | null)[];
}

/** So much more than what was seen, so that the largest ordinary step is no burst: engineering judgement. */
const MARGIN = 1.2;

const rounded = (x: number, digits: number): number | null => (Number.isFinite(x) ? Number(x.toFixed(digits)) : null);
/** Never below what was seen. */
const roundedUp = (x: number): number | null =>
  Number.isFinite(x) ? Math.ceil(Number((x * 10).toFixed(6))) / 10 : null;

/** Nothing of less than a day; nothing that could not be a value of its parameter. */
export function suggestionsOf(learned: Learned): readonly Suggested[] {
  if (learned.minutes < LEAST_MINUTES) return [];
  const all: Suggested[] = [
    { what: "burstStep", values: [roundedUp(learned.ordinaryStep * MARGIN)] },
    { what: "normalFlow", values: [rounded(learned.median, 1)] },
    { what: "nightFlow", values: [rounded(learned.nightMinimum, 2)] },
    { what: "hourlyFlow", values: learned.hourly.map((flow) => rounded(flow, 1)) },
  ];
  return all.filter(({ what, values }) => fitsLearnable(what, values));
}
