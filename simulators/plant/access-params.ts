/** What the fleet file may say about one access controller. */
import * as z from "zod";

export const AccessParams = z.strictObject({
  /** Names of its doors, door 1 first: devices of their own for whoever watches, behind the same unit. */
  doors: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/))
    .min(1)
    .max(4),
  /** People per hour and door at the peaks of the day. */
  perHour: z.number().min(0).max(400).default(40),
});
export type AccessParams = z.output<typeof AccessParams>;
