/** What `/api/north` answers. */
import * as z from "zod";

const Text = z.object({ zh: z.string(), en: z.string() });
export const NorthShape = z.object({
  /** `influx`, `mqtt` or `webhook`. */
  target: z.string(),
  ok: z.boolean(),
  because: Text.optional(),
  waiting: z.object({ alarms: z.number(), samples: z.number() }),
  /** On the disk; `fill`: share of the cap, 0 to 1. */
  bytes: z.number(),
  fill: z.number(),
  /** When the oldest of what waits was queued. */
  oldest: z.iso.datetime().optional(),
  sent: z.number(),
  /** Since the start of the gateway, with the times of the oldest and newest. */
  dropped: z.array(
    z.object({
      what: z.enum(["samples", "alarms"]),
      count: z.number(),
      from: z.iso.datetime(),
      to: z.iso.datetime(),
    }),
  ),
  droppedWithinAnHour: z.number(),
  /** What the target refused for good. */
  refusedWithinAnHour: z.number(),
  /** Files and batches of its queue that the disk damaged. */
  damagedWithinADay: z.number(),
});
export type NorthBody = z.output<typeof NorthShape>;
