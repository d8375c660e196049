/** What requests about rules may bring. */
import * as z from "zod";
import { Instantly } from "./inputs.ts";

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
/** Rules as YAML. */
export const RuleText = z.strictObject({ text: z.string().max(32_768) });
