/** The JSON of links and of writes: what an engineer asks when something does not come, and what a person commands. */
import * as z from "zod";

const Time = z.iso.datetime();
const Text = z.object({ zh: z.string(), en: z.string() });
const Milliseconds = z.number().describe("ms");

export const FaultShape = z.object({
  reason: z.string(),
  reasonText: Text,
  /** What happened and what to do. */
  because: Text,
  count: z.int(),
  firstAt: Time,
  lastAt: Time,
});

export const UnitShape = z.object({
  device: z.string(),
  name: Text,
  unit: z.int(),
  state: z.enum(["online", "degraded", "offline", "unknown"]),
  since: Time,
  lastGood: Time.optional(),
  /** Of answered reads in the last five to ten minutes. */
  latency: z.object({ p50: Milliseconds, p99: Milliseconds }).optional(),
  requestsPerSecond: z.number(),
  pollWanted: z.number(),
  pollAchieved: z.number(),
  /** Since the start of the gateway. */
  requests: z.int(),
  timeouts: z.int(),
  faults: z.array(FaultShape),
  /** open: not asked for now, since it did not answer. */
  breaker: z.enum(["closed", "open", "probing"]),
  nextTryIn: Milliseconds.optional(),
  notes: z.array(Text),
  /** How far the device's own clock is ahead of the gateway's. */
  skew: Milliseconds.optional(),
});

export const LinkShape = z.object({
  id: z.string(),
  driver: z.string(),
  /** Host and port, serial path, or address; never a password. */
  where: z.string().optional(),
  state: z.enum(["starting", "up", "down"]),
  since: Time,
  because: Text.optional(),
  reconnects: z.int(),
  faults: z.array(FaultShape),
  /** Frames seen since the start; the last 500 stand at `/api/links/:id/frames`. */
  frames: z.int(),
  /** Share of a serial line's time that its polls take, 0 … 1 and above; absent where it means nothing. */
  load: z.number().optional(),
  units: z.array(UnitShape),
});

export const FrameShape = z.object({
  seq: z.int(),
  at: Time,
  way: z.enum(["sent", "received"]),
  unit: z.int(),
  /** Bytes on the wire; `hex` holds at most the first 512. */
  length: z.int(),
  hex: z.string(),
});

/** The first step of a write: what will happen, and the word that lets it happen. */
export const WriteOfferShape = z.object({ confirm: z.string(), expiresAt: Time, says: Text });

/** The second step. `unknown`: the order went out and nobody knows what became of it. */
export const WriteOutcomeShape = z.object({
  outcome: z.enum(["done", "refused", "unreachable", "unknown"]),
  point: z.string(),
  value: z.number(),
  /** What the device then held. */
  held: z.number().optional(),
  says: Text,
  at: Time,
});
export const WriteShape = z.union([WriteOfferShape, WriteOutcomeShape]);

export type FaultBody = z.infer<typeof FaultShape>;
export type UnitBody = z.infer<typeof UnitShape>;
export type LinkBody = z.infer<typeof LinkShape>;
export type FrameBody = z.infer<typeof FrameShape>;
export type WriteOfferBody = z.infer<typeof WriteOfferShape>;
export type WriteOutcomeBody = z.infer<typeof WriteOutcomeShape>;
