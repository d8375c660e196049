/** What the fleet file may say about one booster set. */
import * as z from "zod";

export const BoosterParams = z.strictObject({
  /** MPa */
  setpoint: z.number().min(0.45).max(0.6).default(0.55),
  /** `residential` follows the hour of the day; `steady` draws the day value at any hour. */
  day: z.enum(["residential", "steady"]).default("residential"),
  /** m³/h of an ordinary day hour. */
  flow: z.number().min(2).max(12).default(8),
  /** Share by which the demand swings; 0 is for checks against the formulas. */
  swing: z.number().min(0).max(0.3).default(0.1),
});
export type BoosterParams = z.output<typeof BoosterParams>;
