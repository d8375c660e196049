/** The frames of `/api/live`. */
import * as z from "zod";
import { AlarmShape, FloodShape } from "./alarm-shapes.ts";
import { DeviceShape, PointShape, SiteShape, Time } from "./shapes.ts";
import { TicketShape } from "./ticket-shapes.ts";

/** Frames of `/api/live`. Every frame has a sequence number; `since=<seq>` resumes after it. */
export const LiveFrame = z.discriminatedUnion("kind", [
  z.object({
    seq: z.int(),
    at: Time,
    kind: z.literal("snapshot"),
    view: z.string(),
    site: SiteShape,
    devices: z.array(DeviceShape),
    alarms: z.array(AlarmShape),
    tickets: z.array(TicketShape),
    points: z.array(PointShape),
    floods: z.array(FloodShape),
  }),
  /** The desks that are flooded now; empty: it is over. */
  z.object({ seq: z.int(), at: Time, kind: z.literal("flood"), floods: z.array(FloodShape) }),
  z.object({ seq: z.int(), at: Time, kind: z.literal("value"), points: z.array(PointShape) }),
  z.object({ seq: z.int(), at: Time, kind: z.literal("alarm"), alarms: z.array(AlarmShape) }),
  z.object({ seq: z.int(), at: Time, kind: z.literal("ticket"), tickets: z.array(TicketShape) }),
  z.object({ seq: z.int(), at: Time, kind: z.literal("link"), devices: z.array(DeviceShape) }),
  /** `age`: seconds since the newest good value of the site; null before the first. `stored` false: the disk is away. */
  z.object({
    seq: z.int(),
    at: Time,
    kind: z.literal("heartbeat"),
    age: z.number().nullable(),
    online: z.int(),
    devices: z.int(),
    stored: z.boolean(),
  }),
]);
export type LiveFrame = z.infer<typeof LiveFrame>;
