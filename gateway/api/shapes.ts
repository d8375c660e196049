/** The JSON that the API speaks: contract for scripts, source of the OpenAPI text, and types for the console. */
import * as z from "zod";
import { roles } from "#model/account";
import { ticketClasses } from "#model/policy";
import { deviceKinds } from "#model/site";

export const Time = z.iso.datetime();
export const Duration = z.string().describe("ISO 8601 duration");
export const Text = z.object({ zh: z.string(), en: z.string() });
export const Severity = z.enum(["S1", "S2", "S3", "S4"]);
export const Quality = z.enum(["good", "uncertain", "bad"]);
export const Place = z.object({
  building: z.string().optional(),
  floor: z.string().optional(),
  room: z.string().optional(),
});

export const ErrorShape = z.object({ code: z.string(), message: Text, detail: z.unknown().optional() });

export const SiteShape = z.object({
  id: z.string(),
  name: Text,
  version: z.string(),
  revision: z.string(),
  zone: z.string(),
  simulated: z.boolean(),
  clockTrusted: z.boolean(),
  now: Time,
  /** What a ticket may be opened for when something is expected, by the profiles of the site. */
  plans: z.array(z.object({ id: z.string(), class: z.enum(ticketClasses), name: Text })).optional(),
});

export const DeviceShape = z.object({
  id: z.string(),
  name: Text,
  kind: z.enum(deviceKinds),
  place: Place,
  state: z.enum(["online", "degraded", "offline", "unknown"]),
  since: Time,
  because: Text.optional(),
  lastGood: Time.optional(),
  points: z.int(),
  /** Polls per second that the profile asks for, and that were achieved in the last minute. */
  pollWanted: z.number(),
  pollAchieved: z.number(),
  /** Where its diagnostics stand: `/api/links/<link>`. */
  link: z.string().optional(),
  simulated: z.boolean(),
});

export const PointShape = z.object({
  id: z.string(),
  device: z.string(),
  key: z.string(),
  name: Text,
  type: z.enum(["bool", "number", "enum", "text"]),
  unit: z.string().optional(),
  /** null whenever the quality is bad: a bad value is never shown as a value. */
  value: z.union([z.number(), z.boolean(), z.string(), z.null()]),
  /** For enums: the name of the code. */
  label: Text.optional(),
  quality: Quality,
  reason: z.string().optional(),
  reasonText: Text.optional(),
  range: z.tuple([z.number(), z.number()]).optional(),
  /** Present when it may be written: by which roles, and with which values (otherwise any in its range). */
  write: z
    .object({
      values: z.array(z.object({ value: z.number(), label: Text.optional() })).optional(),
      who: z.array(z.string()),
      confirm: Text.optional(),
    })
    .optional(),
  at: Time.nullable(),
  receivedAt: Time.nullable(),
});

/** One bucket of a trend; empty where nothing is known. Means are weighted by time. */
export const BucketShape = z.object({
  at: Time.describe("Start of the bucket; it ends where the next one starts"),
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  last: z.number().nullable(),
  count: z.int().describe("Samples inside; a value that stands still has none and holds all the same"),
  quality: Quality.describe("bad: nothing is known; uncertain: partly, or of uncertain quality"),
});

export const JournalShape = z.object({
  seq: z.int(),
  at: Time,
  occurredAt: Time,
  about: z.string(),
  event: z.string(),
  actor: z.string(),
  data: z.record(z.string(), z.unknown()),
  hash: z.string(),
});

export const MeShape = z.object({ id: z.string(), name: z.string(), role: z.enum(roles) });
export type ErrorBody = z.infer<typeof ErrorShape>;
export type SiteBody = z.infer<typeof SiteShape>;
export type DeviceBody = z.infer<typeof DeviceShape>;
export type PointBody = z.infer<typeof PointShape>;
export type BucketBody = z.infer<typeof BucketShape>;
export type JournalBody = z.infer<typeof JournalShape>;
export type MeBody = z.infer<typeof MeShape>;
