/** The JSON of rules, of trying them against history, and of what history says about their limits. */
import * as z from "zod";
import { ticketClasses } from "#model/policy";
import { deviceKinds } from "#model/site";
import { Severity, Text, Time } from "./shapes.ts";

/** The value of one device: of its own entry in the site, learned and applied, or of its profile. */
const OwnValue = z.object({
  device: z.string(),
  value: z.union([z.number(), z.boolean()]),
  from: z.enum(["device", "learned", "profile"]),
  by: z.string().optional(),
  at: Time.optional(),
  reason: z.string().optional(),
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
      /** Devices that go by another value. */
      own: z.array(OwnValue).optional(),
    }),
  ),
  /** Devices on which the rule runs. */
  devices: z.array(z.string()),
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

export type RuleBody = z.infer<typeof RuleShape>;
