/** `rules/*.yaml` as written: rules, and overrides of library rules. Each becomes data with the places of its expressions. */

import * as z from "zod";
import { ticketClasses } from "#model/policy";
import type { Expression, RuleDefinition, RuleParameter } from "#model/rule";
import { Severity } from "#model/severity";
import { deviceKinds } from "#model/site";
import { type Part, parsePart, part } from "./parse-part.ts";
import type { ProblemList } from "./problems.ts";
import { ExpressionText, Name, PointKey, Quantity, RuleId, TextPair } from "./vocabulary.ts";

const Parameter = z.strictObject({
  default: Quantity.meta({ description: "a value such as 30s, 0.05 m/s or 2", zh: "数值，例如 30s、0.05 m/s 或 2" }),
  source: z.string().min(1).meta({
    description: "where the number comes from: a standard and clause, or engineering judgement",
    zh: "数值的来源：标准条款，或“工程判断”",
  }),
});

export const RuleEntry = z.strictObject({
  id: RuleId,
  kind: z.enum(deviceKinds),
  class: z.enum(["life_safety"]).optional(),
  severity: Severity,
  title: TextPair,
  optional: z.array(PointKey).default([]),
  params: z.record(Name, Parameter).default({}),
  let: z.record(Name, ExpressionText).default({}),
  when: ExpressionText.meta({
    description: "the condition, e.g. outlet_pressure < 0.2 MPa",
    zh: "条件，例如 outlet_pressure < 0.2 MPa",
  }),
  clear: ExpressionText.optional(),
  on_delay: ExpressionText.optional(),
  off_delay: ExpressionText.optional(),
  levels: z.array(z.strictObject({ when: ExpressionText, severity: Severity })).default([]),
  ticket: z.enum(ticketClasses).optional(),
  latch: z.boolean().default(false),
  because: TextPair,
  advice: TextPair,
  source: z.string().min(1),
});

export const OverrideEntry = z.strictObject({
  override: z.string(),
  params: z.record(Name, z.union([z.string(), z.number(), z.boolean()])).default({}),
  severity: Severity.optional(),
  on_delay: ExpressionText.optional(),
  enabled: z.boolean().default(true),
});
export type OverrideEntry = z.output<typeof OverrideEntry>;

export const isOverride = (at: Part): boolean =>
  typeof at.value === "object" && at.value !== null && Object.hasOwn(at.value, "override");

/** The text of an expression and where it begins. */
export function expressionAt(at: Part, text: string): Expression {
  const place = at.file.textPlace(at.path);
  return { text, file: place.file, line: place.line, column: place.column };
}

export interface ReadRule {
  readonly rule: RuleDefinition;
  readonly at: Part;
}

/** A rule entry as a definition; `undefined` when it lacks what it must have. */
export function readRule(at: Part, problems: ProblemList): ReadRule | undefined {
  const entry = parsePart(at, RuleEntry, problems).value;
  if (!entry) return undefined;
  const expression = (text: string, ...path: (string | number)[]) => expressionAt(part(at, ...path), text);
  const params = Object.entries(entry.params).map(([name, { default: quantity, source }]) => [
    name,
    parameter(quantity, source),
  ]);
  const rule: RuleDefinition = {
    id: entry.id,
    kind: entry.kind,
    title: entry.title,
    severity: entry.severity,
    lifeSafety: entry.class === "life_safety",
    latch: entry.latch,
    let: Object.fromEntries(Object.entries(entry.let).map(([name, text]) => [name, expression(text, "let", name)])),
    when: expression(entry.when, "when"),
    ...(entry.clear === undefined ? {} : { clear: expression(entry.clear, "clear") }),
    ...(entry.on_delay === undefined ? {} : { onDelay: expression(entry.on_delay, "on_delay") }),
    ...(entry.off_delay === undefined ? {} : { offDelay: expression(entry.off_delay, "off_delay") }),
    levels: entry.levels.map(({ when, severity }, index) => ({
      when: expression(when, "levels", index, "when"),
      severity,
    })),
    optional: entry.optional,
    params: Object.fromEntries(params),
    ...(entry.ticket === undefined ? {} : { ticket: entry.ticket }),
    because: entry.because,
    advice: entry.advice,
    source: entry.source,
    file: at.file.name,
  };
  return { rule, at };
}

const parameter = (quantity: Quantity, source: string): RuleParameter =>
  quantity.type === "number" && quantity.unit !== undefined
    ? { type: "number", default: quantity.value, unit: quantity.unit, source }
    : { type: quantity.type, default: quantity.value, source };
