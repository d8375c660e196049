/** The JSON of tickets: clocks, checklist, time line, who was told. */
import * as z from "zod";
import { clockKinds, ticketClasses } from "#model/policy";
import { cares, sources } from "#model/ticket";
import { ContactShape, FileShape, PromiseShape, RatingShape, TicketSampleShape } from "./kept-shapes.ts";
import { Duration, Place, Severity, Text, Time } from "./shapes.ts";

export const ClockShape = z.object({
  kind: z.enum(clockKinds),
  /** What it is called on this ticket, where that is not as usual. */
  name: Text.optional(),
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
  /** It is done with words; `said` are those. */
  words: z.literal(true).optional(),
  said: z.string().optional(),
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
  /** By when whoever reported it would like it done; with a plan: when it comes for which the ticket was opened. */
  expected: Time.optional(),
  /** The plan that it was opened by, such as `storm`. */
  plan: z.string().optional(),
  /** What was expected did not come. */
  calledOff: z.literal(true).optional(),
  /** What steps are called on this ticket, where that is not as usual. */
  stepNames: z.record(z.string(), Text).optional(),
  /** Who lives there and needs more care. */
  care: z.array(z.enum(cares)).optional(),
  /** Where it came from, when a person opened it. */
  source: z.enum(sources).optional(),
  /** How many households it reaches. */
  affected: z.int().optional(),
  /** Complex work that takes weeks; rectifications are. */
  project: z.literal(true).optional(),
  device: z.string().optional(),
  deviceName: Text.optional(),
  alarms: z.array(z.string()),
  assignee: z.string().optional(),
  acknowledgedBy: z.string().optional(),
  openedAt: Time,
  closedAt: Time.optional(),
  /** 1, and one more each time the ticket was opened again. */
  round: z.int(),
  hold: z
    .object({
      reason: z.string(),
      text: Text,
      /** Who granted it; of a pre-empted ticket, who left it. */
      by: z.string(),
      since: Time,
      until: Time,
      /** 被抢占: the emergency that they left for. No clock is paused then, and others are asked. */
      emergency: z.string().optional(),
    })
    .optional(),
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
  /** It is done with an answer in writing: the note of `repair`, or a paper among the files. */
  writtenAnswer: z.literal(true).optional(),
  /** The time that the owner was promised last. */
  promised: PromiseShape.optional(),
  ratings: z.array(RatingShape).optional(),
  /** 抽查: each time that it was drawn. */
  samples: z.array(TicketSampleShape).optional(),
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
export type ClockBody = z.infer<typeof ClockShape>;
export type TicketBody = z.infer<typeof TicketShape>;
export type TicketDetailBody = z.infer<typeof TicketDetailShape>;
export type TicketEventBody = z.infer<typeof TicketEventShape>;
