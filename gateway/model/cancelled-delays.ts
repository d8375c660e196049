/** Conditions that ended before their delay was over: the row of the journal in which the house keeps what it counted. */
import * as z from "zod";

/** The journal's `about` of such rows: no alarm came of them. */
export const CANCELLED_ABOUT = "alarm-delays";
export const CANCELLED_EVENT = "pending-cancelled";

/** How often within the time since the row before, by alarm (`rule@device`). */
export const CancelledDelays = z.object({ alarms: z.record(z.string(), z.int().positive()) });
export type CancelledDelays = z.infer<typeof CancelledDelays>;
