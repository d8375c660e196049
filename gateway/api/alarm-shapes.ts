/** The JSON of alarms: one alarm, a flooded desk, and what became of alarms that were acknowledged in one go. */
import * as z from "zod";
import { Place, Quality, Severity, Text, Time } from "./shapes.ts";

export const AlarmShape = z.object({
  id: z.string(),
  rule: z.string(),
  device: z.string(),
  deviceName: Text,
  place: Place,
  title: Text,
  advice: Text,
  occurrence: z.int(),
  severity: Severity,
  lifeSafety: z.boolean(),
  state: z.enum([
    "out-of-service",
    "suppressed",
    "shelved",
    "unacknowledged",
    "acknowledged",
    "latched-unacknowledged",
    "latched-acknowledged",
    "returned-unacknowledged",
    "normal",
  ]),
  because: Text,
  activeSince: Time,
  /** When the condition began by the clock of its source. */
  onset: Time.optional(),
  /** The alarm of the same system and building that came first, within seconds. */
  follows: z.string().optional(),
  /** How often it asked again after its acknowledgement. */
  reAlarms: z.int().optional(),
  returnedAt: Time.optional(),
  acknowledgedBy: z.string().optional(),
  acknowledgedAt: Time.optional(),
  comment: z.string().optional(),
  count: z.int(),
  inputs: z.array(
    z.object({
      point: z.string(),
      value: z.number().nullable(),
      unit: z.string().optional(),
      quality: Quality,
      at: Time,
    }),
  ),
  /** Of the inputs now: bad means that the state is held and not known. */
  quality: Quality,
  qualityReason: z.string().optional(),
  ticket: z.string().optional(),
  /** Set while it is on the shelf. */
  /** It comes and goes: since when and how often. It counts as over when it stays normal for a while. */
  chatter: z.object({ since: Time, times: z.int() }).optional(),
  /** The alarms that explain it, or `waiting` while one may still come. */
  suppressedBy: z.array(z.string()).optional(),
  shelf: z
    .object({
      kind: z.enum(["timed", "one-shot"]),
      until: Time,
      since: Time,
      by: z.string(),
      reason: z.string(),
      renewals: z.int(),
    })
    .optional(),
  /** Set while it is out of service, or while somebody has asked for it and a second person has to confirm. */
  service: z
    .object({
      state: z.enum(["out", "requested"]),
      since: Time,
      by: z.string(),
      reason: z.string(),
      reviewAt: Time,
      confirmedBy: z.string().optional(),
    })
    .optional(),
  simulated: z.boolean(),
});

/** A desk at which more alarms come than people can take in. */
export const FloodShape = z.object({
  /** `site`, or `building:<name>`. */
  position: z.string(),
  since: Time,
  /** Told since it began, and the most within ten minutes. */
  told: z.int(),
  peak: z.int(),
  /** In the window now. */
  now: z.int(),
});

/** What became of each occurrence that was acknowledged in one go; `alarm` is how it stands now. */
export const SeenShape = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      occurrence: z.int(),
      outcome: z.enum(["acknowledged", "already", "refused"]),
      by: z.string().optional(),
      status: z.int().optional(),
      code: z.string().optional(),
      message: Text.optional(),
      alarm: AlarmShape.optional(),
    }),
  ),
});

export type FloodBody = z.infer<typeof FloodShape>;
export type SeenBody = z.infer<typeof SeenShape>;
export type AlarmBody = z.infer<typeof AlarmShape>;
