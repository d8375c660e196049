/** The JSON of rules, of trying them against history, and of what history says about their limits. */
import * as z from "zod";
import { ticketClasses } from "#model/policy";
import { deviceKinds } from "#model/site";
import { Severity, Text, Time } from "./shapes.ts";

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
export type RuleBody = z.infer<typeof RuleShape>;
