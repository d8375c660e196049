/** The JSON of what is found out about rules from the past: backtests, the tuning report, values learned from the flow. */
import * as z from "zod";
import { learnables } from "#model/learned";
import { ticketClasses } from "#model/policy";
import { Severity, Text, Time } from "./shapes.ts";

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

export type BacktestBody = z.infer<typeof BacktestShape>;

const study = <Report extends z.ZodType>(report: Report) =>
  z.object({
    state: z.enum(["running", "done", "failed", "cancelled"]),
    progress: z.number().describe("0 to 1"),
    because: Text.optional(),
    report: report.optional(),
  });

/** The tuning report over all rules: how far it is, and what it says. */
export const TuningJobShape = study(
  z.object({ from: Time, to: Time, samples: z.int(), rows: z.array(TuningShape).readonly(), broken: z.int() }),
);
export type TuningJobBody = z.infer<typeof TuningJobShape>;

const Values = z.array(z.number().nullable()).readonly().describe("one, or one for each local hour");
const What = z.enum(learnables);

const TrialShape = z.object({
  rule: z.string(),
  before: z.int().describe("alarms with the value in force"),
  after: z.int().describe("alarms with the learned value"),
  same: z.int(),
  missed: z.array(WouldBeShape).readonly().describe("the first 20"),
  missedCount: z.int(),
  extra: z.array(WouldBeShape).readonly().describe("the first 20"),
  extraCount: z.int(),
});

const SuggestionShape = z.object({
  what: What,
  name: Text,
  unit: z.string(),
  values: Values,
  /** What the device goes by now, and whose word it is. */
  now: z.object({
    values: Values.optional(),
    from: z.enum(["device", "learned", "profile", "rules", "none"]),
    source: z.string().optional(),
  }),
  trial: z.array(TrialShape).readonly(),
  /** Why it cannot be applied. */
  notNow: Text.optional(),
});
export type SuggestionBody = z.infer<typeof SuggestionShape>;

const Flow = z.number().nullable();
const DeviceLearningShape = z.object({
  device: z.string(),
  minutes: z.int().describe("minutes with a known flow"),
  gaps: z.int().describe("stretches without"),
  begins: Time.optional().describe("when the flow was known first"),
  largestStep: Flow.describe("m3/h from one minute to the next"),
  ordinaryStep: Flow.describe("only 1 in 1,000 steps is larger"),
  median: Flow,
  hourly: z.array(Flow).readonly().describe("median of each local hour"),
  nightMinimum: Flow.describe("median over the nights of the smallest flow between 2 and 4 o'clock"),
  suggestions: z.array(SuggestionShape).readonly(),
  because: Text.optional().describe("why nothing can be said"),
});

/** An applied row. Of one that cannot be read only the id and why are told. */
const AppliedShape = z.object({
  id: z.string(),
  state: z.enum(["in-force", "file-wins", "ignored"]),
  because: Text.optional(),
  device: z.string().optional(),
  what: z.string().optional(),
  name: Text.optional(),
  unit: z.string().optional(),
  values: Values.optional(),
  was: Values.optional(),
  by: z.string().optional(),
  at: Time.optional(),
  reason: z.string().optional(),
  learned: z.object({ from: Time, to: Time, minutes: z.int(), gaps: z.int() }).optional(),
});
export type AppliedBody = z.infer<typeof AppliedShape>;

/** What the history teaches: the running or the last study, and what was applied of it or of those before. */
export const LearnedShape = z.object({
  study: study(
    z.object({
      from: Time,
      to: Time,
      samples: z.int(),
      devices: z.array(DeviceLearningShape).readonly(),
      broken: z.int(),
    }),
  ).optional(),
  applied: z.array(AppliedShape),
});
export type LearnedBody = z.infer<typeof LearnedShape>;

/** First step: what will happen, and the word that lets it happen. Second: how it stands now. */
export const LearnedOfferShape = z.object({ confirm: z.string(), expiresAt: Time, says: Text });
export const LearnedStepShape = z.union([LearnedOfferShape, LearnedShape]);
