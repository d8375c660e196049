/** What requests about rules may bring. */
import * as z from "zod";
import { learnables } from "#model/learned";
import { CommandId, Instantly, id, words } from "./inputs.ts";

export const BacktestRequest = z.strictObject({
  rule: z
    .string()
    .regex(/^[a-z0-9_.]+$/)
    .max(100),
  with: z.string().max(65_536).optional().describe("YAML of a changed copy: a rule of the same id, or `override:`"),
  from: Instantly.optional(),
  to: Instantly.optional(),
});

export const TuningRequest = z.strictObject({ days: z.int().min(1).max(31) });
export const LearnedParams = z.strictObject({ device: id(128), what: z.enum(learnables) });
/** A row of another release may be named by a word that nobody knows any more. */
export const AppliedParams = z.strictObject({ device: id(128), what: z.string().regex(/^[A-Za-z]{1,40}$/) });
export const ApplyLearned = z.strictObject({
  reason: words(500),
  confirm: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional()
    .describe("What the first step answered. Without it nothing is applied."),
  commandId: CommandId,
});
export const TakeBack = z.strictObject({ reason: words(500), commandId: CommandId });
/** Rules as YAML. */
export const RuleText = z.strictObject({ text: z.string().max(32_768) });
