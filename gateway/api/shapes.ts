/** The JSON that the API speaks: contract for scripts, source of the OpenAPI text, and types for the console. */

import * as z from "zod";
import { roles } from "#model/account";
import { clockKinds, ticketClasses } from "#model/policy";
import { deviceKinds } from "#model/site";
import { cares } from "#model/ticket";
import { ContactShape, FileShape, PromiseShape, RatingShape } from "./kept-shapes.ts";

const Time = z.iso.datetime();
const Duration = z.string().describe("ISO 8601 duration");
const Text = z.object({ zh: z.string(), en: z.string() });
const Severity = z.enum(["S1", "S2", "S3", "S4"]);
const Quality = z.enum(["good", "uncertain", "bad"]);
const Place = z.object({ building: z.string().optional(), floor: z.string().optional(), room: z.string().optional() });

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

export const ClockShape = z.object({
  kind: z.enum(clockKinds),
  state: z.enum(["running", "paused", "met", "breached", "cancelled"]),
  target: Duration,
  startedAt: Time,
  dueAt: Time,
  metAt: Time.optional(),
  breachedAt: Time.optional(),
  warnAt: Time,
  pausedFor: Duration,
});

export const SopShape = z.object({
  step: z.string(),
  text: Text,
  mandatory: z.boolean(),
  doneBy: z.string().optional(),
  at: Time.optional(),
  /** Why it was left out. */
  skipped: z.string().optional(),
});

export const TicketEventShape = z.object({
  seq: z.int(),
  at: Time,
  occurredAt: Time,
  event: z.string(),
  actor: z.string(),
  /** One line for the time line of the ticket. */
  line: Text,
});

export const ToldShape = z.object({
  role: z.string(),
  roleName: Text,
  to: z.string(),
  channel: z.string(),
  step: z.string(),
  phone: z.boolean(),
  state: z.enum(["pending", "sending", "accepted", "delivered", "failed", "cancelled"]),
  at: Time,
  deliveredAt: Time.optional(),
  lateBy: Duration.optional(),
  text: Text,
});

export const TicketShape = z.object({
  no: z.string(),
  class: z.enum(ticketClasses),
  className: Text,
  /** What the severity is called in this class, e.g. a complaint's 重要. */
  level: Text.optional(),
  /** For owners: 待派单 处理中 已完成. */
  publicState: Text.optional(),
  severity: Severity,
  state: z.enum([
    "new",
    "dispatched",
    "accepted",
    "en-route",
    "on-site",
    "mitigated",
    "repaired",
    "verifying",
    "closed",
    "on-hold",
    "merged",
  ]),
  title: Text,
  place: Place,
  /** By when whoever reported it would like it done. */
  expected: Time.optional(),
  /** Who lives there and needs more care. */
  care: z.array(z.enum(cares)).optional(),
  device: z.string().optional(),
  deviceName: Text.optional(),
  alarms: z.array(z.string()),
  assignee: z.string().optional(),
  acknowledgedBy: z.string().optional(),
  openedAt: Time,
  closedAt: Time.optional(),
  /** 1, and one more each time the ticket was opened again. */
  round: z.int(),
  hold: z.object({ reason: z.string(), text: Text, by: z.string(), since: Time, until: Time }).optional(),
  mergedInto: z.string().optional(),
  /** The ticket of the cause that this one follows from. */
  parent: z.string().optional(),
  /** The ticket about the same device and class that was closed before this one. */
  follows: z.string().optional(),
  /** The faults that this rectification is about. */
  rectifies: z.array(z.string()).optional(),
  rescueTier: z.int(),
  recovered: z.boolean(),
  /** Nobody took it and its source is normal: then it closes itself. */
  recoversAt: Time.optional(),
  /** It closed itself so. */
  autoRecovered: z.literal(true).optional(),
  /** An accident report was begun. */
  accident: z.literal(true).optional(),
  falseAlarm: z.boolean(),
  /** Who found a false alarm that a second person must still confirm. */
  falseAlarmClaimedBy: z.string().optional(),
  simulated: z.boolean(),
  drill: z.literal(true).optional(),
  clocks: z.array(ClockShape),
  /** The next thing that happens by itself. */
  next: z.object({ at: Time, step: z.string(), tell: z.array(Text), say: Text }).optional(),
  sop: z.array(SopShape),
  /** The team that answers for it (主责), and those that help (协作). */
  lead: Text.optional(),
  help: z.array(Text).optional(),
  /** Whom the work was offered to, and what became of it. */
  offers: z
    .array(
      z.object({
        to: z.string(),
        /** Person id of people.yaml. */
        person: z.string(),
        state: z.enum(["open", "accepted", "declined", "expired", "withdrawn"]),
        at: Time,
        until: Time,
        round: z.int(),
        /** What was said when it was declined. */
        because: z.string().optional(),
        /** Why this person: near by, so many other jobs, or chosen by name. */
        why: z.object({ near: z.boolean(), jobs: z.int(), by: z.string().optional() }).optional(),
      }),
    )
    .optional(),
  /** The time that the owner was promised last. */
  promised: PromiseShape.optional(),
  ratings: z.array(RatingShape).optional(),
  /** Who must be called by phone, and who confirmed it when. */
  calls: z
    .array(z.object({ to: z.string(), roleName: Text, by: z.string().optional(), at: Time.optional() }))
    .optional(),
  /** Steps that a person may do now, in the usual order. */
  can: z.array(z.string()),
  /** What `hold` may give as its reason, when it is among them. */
  holdReasons: z.array(z.object({ id: z.string(), text: Text })).optional(),
  /** Why `close` is not among them: the mandatory rows that are still open, or the missing human conclusion. */
  cannotClose: Text.optional(),
});

/** One ticket asked for by number: with its time line and who was told. */
export const TicketDetailShape = TicketShape.extend({
  events: z.array(TicketEventShape),
  told: z.array(ToldShape),
  /** How far the news got with each person. */
  trace: z.array(
    z.object({
      to: z.string(),
      told: Time,
      delivered: Time.optional(),
      read: Time.optional(),
      accepted: Time.optional(),
    }),
  ),
  policyVersion: z.string(),
  files: z.array(FileShape).optional(),
  contact: ContactShape.optional(),
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

export const RuleShape = z.object({
  id: z.string(),
  kind: z.enum(deviceKinds),
  title: Text,
  severity: Severity,
  lifeSafety: z.boolean(),
  when: z.string(),
  /** The whole rule as a person reads it. */
  sentence: Text,
  onDelay: z.string().optional(),
  ticket: z.enum(ticketClasses).optional(),
  advice: Text,
  source: z.string(),
  params: z.array(
    z.object({
      name: z.string(),
      type: z.enum(["number", "span", "bool"]),
      default: z.union([z.number(), z.boolean()]),
      unit: z.string().optional(),
      source: z.string(),
    }),
  ),
  /** Devices on which the rule runs. */
  devices: z.array(z.string()),
});

const WouldBeShape = z.object({
  alarm: z.string(),
  device: z.string(),
  severity: Severity,
  from: Time,
  to: Time.optional(),
  heldFor: z.number().describe("seconds"),
  because: Text,
  ticket: z.int().optional().describe("number of its ticket in the report"),
});
const WouldBeTicketShape = z.object({
  number: z.int(),
  class: z.enum(ticketClasses),
  device: z.string(),
  severity: Severity,
  openedAt: Time,
  alarms: z.int(),
  reopened: z.int(),
});
export const TuningShape = z.object({
  rule: z.string(),
  device: z.string(),
  alarms: z.int(),
  pendingCancelled: z.int().describe("times the condition ended before the delay was over"),
  nearMisses: z.int().describe("those among them that lasted 80 % of the delay"),
  longestPending: z.number().describe("seconds"),
  unknown: z.number().describe("seconds in which the rule could not be judged"),
});

/** A backtest: how far it is, and what the rule would have raised. */
export const BacktestShape = z.object({
  id: z.int(),
  rule: z.string(),
  state: z.enum(["running", "done", "failed", "cancelled"]),
  progress: z.number().describe("0 to 1"),
  because: Text.optional(),
  report: z
    .object({
      rule: z.string(),
      from: Time,
      to: Time,
      samples: z.int(),
      devices: z.int(),
      alarms: z.array(WouldBeShape).readonly(),
      tickets: z.array(WouldBeTicketShape).readonly(),
      leftOut: z.array(Text).readonly(),
      changed: z
        .object({
          alarms: z.array(WouldBeShape).readonly(),
          tickets: z.array(WouldBeTicketShape).readonly(),
          same: z.int(),
          missed: z.array(WouldBeShape).readonly(),
          extra: z.array(WouldBeShape).readonly(),
        })
        .optional(),
      tuning: z.array(TuningShape).readonly(),
      gaps: z.array(z.object({ device: z.string(), from: Time, to: Time })).readonly(),
      gapCount: z.int(),
      broken: z.int(),
    })
    .optional(),
});

/** What is wrong in a text of rules, and what the rules in it would do; lines and columns count from 1. */
export const RuleCheckShape = z.object({
  problems: z.array(
    z.object({
      line: z.int(),
      column: z.int(),
      level: z.enum(["error", "warning"]),
      what: Text,
      todo: Text,
    }),
  ),
  rules: z.array(
    z.object({
      id: z.string(),
      sentence: Text,
      devices: z.array(z.object({ device: z.string(), applies: z.boolean(), because: Text.optional() })),
    }),
  ),
});

export const MeShape = z.object({ id: z.string(), name: z.string(), role: z.enum(roles) });

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
export type ErrorBody = z.infer<typeof ErrorShape>;
export type SiteBody = z.infer<typeof SiteShape>;
export type DeviceBody = z.infer<typeof DeviceShape>;
export type PointBody = z.infer<typeof PointShape>;
export type BucketBody = z.infer<typeof BucketShape>;
/** The tuning report over all rules: how far it is, and what it says. */
export const TuningJobShape = z.object({
  state: z.enum(["running", "done", "failed"]),
  progress: z.number().describe("0 to 1"),
  because: Text.optional(),
  report: z
    .object({ from: Time, to: Time, samples: z.int(), rows: z.array(TuningShape).readonly(), broken: z.int() })
    .optional(),
});

/** What the flow of one device says about its limits; m3/h. */
export const LearnedShape = z.object({
  device: z.string(),
  minutes: z.int().describe("minutes with a known flow"),
  largestStep: z.number().describe("from one minute to the next"),
  ordinaryStep: z.number().describe("only 1 in 1,000 steps is larger"),
  median: z.number(),
  hourly: z.array(z.number().nullable()).describe("median of each local hour"),
  nightMinimum: z.number().nullable().describe("median over the nights of the smallest flow between 2 and 4 o'clock"),
});

export type BacktestBody = z.infer<typeof BacktestShape>;
export type AlarmBody = z.infer<typeof AlarmShape>;
export type ClockBody = z.infer<typeof ClockShape>;
export type TicketBody = z.infer<typeof TicketShape>;
export type TicketDetailBody = z.infer<typeof TicketDetailShape>;
export type TicketEventBody = z.infer<typeof TicketEventShape>;
export type JournalBody = z.infer<typeof JournalShape>;
export type RuleBody = z.infer<typeof RuleShape>;
export type MeBody = z.infer<typeof MeShape>;
export type LiveFrame = z.infer<typeof LiveFrame>;
