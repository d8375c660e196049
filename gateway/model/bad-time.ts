/** How long points of each device were bad: the row of the journal in which the house keeps what it counted. */
import * as z from "zod";

/** The journal's `about` of such rows: nobody's alarm and no single device. */
export const BAD_TIME_ABOUT = "data-quality";
export const BAD_TIME_EVENT = "points-bad";

const Milliseconds = z.number().nonnegative();

/** What one row tells of the time before it; devices whose points were all good are not in it. */
export const BadTime = z.object({
  /** ms that were looked at; the row's instant is their end. */
  for: Milliseconds,
  /** By device, ms: with any point bad, and with every point bad. */
  devices: z.record(z.string(), z.tuple([Milliseconds, Milliseconds])),
});
export type BadTime = z.infer<typeof BadTime>;
