/**
 * What a site's own history says about the limits of its rules, put in force by a person: kept as a paper, open while it
 * stands. The figure of the site's own file always goes first.
 */
import * as z from "zod";
import type { Signature } from "./paper.ts";
import type { Text } from "./text.ts";
import type { Instant } from "./time.ts";

/** burstStep: parameter of rules; the others are facts of a device that `baseline` and `baseline_min` begin with. */
export const learnables = ["burstStep", "normalFlow", "nightFlow", "hourlyFlow"] as const;
export type Learnable = (typeof learnables)[number];

export const learnableText: Readonly<Record<Learnable, Text>> = {
  burstStep: { zh: "最大正常流量突变", en: "the largest ordinary step of the flow" },
  normalFlow: { zh: "常见流量", en: "the usual flow" },
  nightFlow: { zh: "夜间最小流量", en: "the smallest flow of a night" },
  hourlyFlow: { zh: "逐时流量基线", en: "the usual flow of each hour" },
};

/** All of them are flows; a booster set of a building never reaches the upper ends (engineering judgement). */
export const LEARNED_UNIT = "m3/h";
export const LEARNED_RANGE: Readonly<Record<Learnable, readonly [number, number]>> = {
  burstStep: [0.1, 500],
  normalFlow: [0, 2_000],
  nightFlow: [0, 2_000],
  hourlyFlow: [0, 2_000],
};

/** Name of the fact for one hour; no site file can write it. */
export const hourlyFlow = (hour: number): string => `normalFlow@${hour}`;

/** The values as they stand in a device's `params`: one, or one for each hour that was seen. */
export function learnedParams(what: Learnable, values: readonly (number | null)[]): Readonly<Record<string, number>> {
  const names = what === "hourlyFlow" ? values.map((_, hour) => hourlyFlow(hour)) : [what];
  return Object.fromEntries(
    names.flatMap((name, n) => {
      const value = values[n];
      return typeof value === "number" ? [[name, value]] : [];
    }),
  );
}

/** From what it was learned. Times are ms since epoch. */
const Evidence = z.object({
  from: z.number(),
  to: z.number(),
  /** Minutes with a known flow, and stretches without. */
  minutes: z.number(),
  gaps: z.number(),
});
export type Evidence = z.infer<typeof Evidence>;

const Values = z.array(z.number().nullable()).readonly();

export interface LearnedValue {
  readonly kind: "learned";
  /** `learned:<device>:<what>`. */
  readonly id: string;
  /** Closed: taken back. */
  readonly state: "open" | "closed";
  /** When it was applied. */
  readonly at: Instant;
  readonly device: string;
  readonly what: Learnable;
  readonly unit: string;
  /** One, or 24 with null for an hour that was never seen. */
  readonly values: readonly (number | null)[];
  /** What was in force before; absent: nothing was told. */
  readonly was?: readonly (number | null)[];
  readonly reason: string;
  readonly by: Signature;
  readonly learned: Evidence;
  readonly takenBack?: { readonly by: Signature; readonly reason: string };
}

/** What must be right of a row for it to be put in force; rows may be of an older release, or of another site. */
export const LearnedRow = z.object({
  kind: z.literal("learned"),
  id: z.string(),
  state: z.enum(["open", "closed"]),
  device: z.string(),
  what: z.enum(learnables),
  unit: z.literal(LEARNED_UNIT),
  values: Values,
  reason: z.string(),
  by: z.object({ account: z.string(), name: z.string(), at: z.number() }),
  learned: Evidence,
});

export const learnedId = (device: string, what: string): string => `learned:${device}:${what}`;

/** Whether these are values of this parameter: as many as it has, finite, within its range. */
export function fitsLearnable(what: Learnable, values: readonly (number | null)[]): boolean {
  const [least, most] = LEARNED_RANGE[what];
  const known = values.filter((value) => value !== null);
  const isWhole = what === "hourlyFlow" ? values.length === 24 && known.length > 0 : values.length === known.length;
  return (
    isWhole &&
    (what === "hourlyFlow" || values.length === 1) &&
    known.every((value) => Number.isFinite(value) && value >= least && value <= most)
  );
}
