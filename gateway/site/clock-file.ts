/** How the policy and a site write the targets of clocks. */
import * as z from "zod";
import { type ClockKind, type ClockTarget, clockKinds } from "#model/policy";
import { Severity } from "#model/severity";
import { days, type Span } from "#model/time";
import { SpanText } from "./vocabulary.ts";

const Zones = ["urban", "other"] as const;
export type RescueZone = (typeof Zones)[number];

/** `2wd`: workdays, each counted whole. */
export const WorkdaysText = z
  .string()
  .regex(/^[1-9]\d?wd$/)
  .transform((text) => ({ workdays: days(Number(text.slice(0, -2))) }));

/** When a step is due that may count workdays. */
export const dueAfter = (after: Span | z.output<typeof WorkdaysText>) =>
  typeof after === "number" ? { after } : { after: after.workdays, workdays: true as const };

/** One span for each rescue zone. */
export const ByZone = z.strictObject({ urban: SpanText, other: SpanText });

/** A target is one span, a number of workdays, or one span for each rescue zone. */
const Target = z.union([WorkdaysText, SpanText, ByZone]);
type Target = z.output<typeof Target>;

/** Every key optional, none unknown. */
export const shapeOf = <K extends string, S extends z.ZodType>(keys: readonly K[], schema: S) =>
  z.strictObject(Object.fromEntries(keys.map((key) => [key, schema.optional()])) as Record<K, z.ZodOptional<S>>);

export const Clocks = shapeOf(clockKinds, Target);
export const BySeverity = shapeOf(Severity.options, Clocks);

type Clocks = { readonly [K in ClockKind]?: Target | undefined };

export const listClocks = (clocks: Clocks, zone: RescueZone): ClockTarget[] =>
  clockKinds.flatMap((kind) => {
    const target = clocks[kind];
    if (target === undefined) return [];
    if (typeof target === "number") return [{ kind, target }];
    return "workdays" in target
      ? [{ kind, target: target.workdays, workdays: true }]
      : [{ kind, target: target[zone] }];
  });
