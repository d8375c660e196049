/** `rules/*.yaml` as written: rules, and overrides of library rules. Each becomes data with the places of its expressions. */

import * as z from "zod";
import { ticketClasses } from "#model/policy";
import type { Expression, RuleDefinition, RuleParameter, RuleSelection } from "#model/rule";
import { Severity } from "#model/severity";
import { deviceKinds } from "#model/site";
import { minutes } from "#model/time";
import { type Part, parsePart, part, placeOf } from "./parse-part.ts";
import type { ProblemList } from "./problems.ts";
import { complain, ExpressionText, Name, PointKey, Quantity, RuleId, spanFrom, TextPair } from "./vocabulary.ts";

/** Title and advice are the same for every alarm of the rule: only `because` is filled with values. */
const PlainText = TextPair.refine((text) => !/\{\s*\w+\s*\}/.test(`${text.zh}${text.en}`), {
  params: {
    what: { zh: "不能使用 {…} 占位符", en: "takes no {…} placeholder" },
    todo: { zh: "把数值写到 because 里。", en: "Put the value into because." },
  },
});

const Parameter = z.strictObject({
  default: Quantity.meta({ description: "a value such as 30s, 0.05 m/s or 2", zh: "数值，例如 30s、0.05 m/s 或 2" }),
  source: z.string().min(1).meta({
    description: "where the number comes from: a standard and clause, or engineering judgement",
    zh: "数值的来源：标准条款，或“工程判断”",
  }),
});

/** A word or several, each of which will do; floors are often numbers. */
const Words = z
  .union([z.string().min(1), z.number(), z.array(z.union([z.string().min(1), z.number()])).min(1)])
  .transform((written): readonly string[] => [written].flat().map(String));

const Each = z.strictObject({
  device: Words.optional(),
  profile: Words.optional(),
  tag: Words.optional(),
  building: Words.optional(),
  floor: Words.optional(),
  room: Words.optional(),
});

/** A point of this device, or of another one by a dotted name. */
const OptionalName = z.string().superRefine((name, context) => {
  if (PointKey.safeParse(name).success || /^\w+(?:\.(?:\*|\w+)){1,2}$/.test(name)) return;
  complain(
    context,
    { zh: "不是有效的点名", en: "is not a point name" },
    {
      zh: "写测点名，如 flow，或其他设备的测点，如 building.utility_power。",
      en: "Write a point such as flow, or one of another device such as building.utility_power.",
    },
  );
});

/** Below a minute it would only drive people to acknowledge without a look (engineering judgement). */
const ReAlarm = spanFrom(minutes(1), "1m").meta({
  description: "so long after the acknowledgement an alarm that is still active asks again, e.g. 30m",
  zh: "确认后仍在发生的告警，隔多久再次提示，例如 30m",
});

export const RuleEntry = z.strictObject({
  id: RuleId,
  kind: z.enum(deviceKinds),
  class: z.enum(["life_safety"]).optional(),
  severity: Severity,
  title: PlainText,
  each: Each.optional().meta({
    description: "{ tag, building, floor, room, profile, device }: only these devices of the kind",
    zh: "{ tag, building, floor, room, profile, device }：该类设备中只选这些",
  }),
  optional: z.array(OptionalName).default([]),
  params: z.record(Name, Parameter).default({}),
  let: z.record(Name, ExpressionText).default({}),
  when: ExpressionText.meta({
    description: "the condition, e.g. outlet_pressure < 0.2 MPa",
    zh: "条件，例如 outlet_pressure < 0.2 MPa",
  }),
  clear: ExpressionText.optional(),
  deadband: ExpressionText.optional().meta({
    description: "instead of clear: how far the value must come back, e.g. 20 kPa",
    zh: "代替 clear：值须回落多少，例如 20 kPa",
  }),
  on_bad: z.enum(["hold", "trouble"]).optional(),
  suppress_by: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: "a list of rules that explain this one", zh: "能解释本规则的规则列表" }),
  on_delay: ExpressionText.optional(),
  off_delay: ExpressionText.optional(),
  re_alarm: ReAlarm.optional(),
  levels: z.array(z.strictObject({ when: ExpressionText, severity: Severity })).default([]),
  ticket: z.enum(ticketClasses).optional(),
  latch: z.boolean().default(false),
  because: TextPair,
  advice: PlainText,
  source: z.string().min(1),
});

export const OverrideEntry = z.strictObject({
  override: z.string(),
  params: z.record(Name, z.union([z.string(), z.number(), z.boolean()])).default({}),
  severity: Severity.optional(),
  on_delay: ExpressionText.optional(),
  re_alarm: ReAlarm.optional(),
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
  /** As written; resolved once all rules are known. */
  readonly suppressBy: readonly string[];
}

/** A rule entry as a definition; `undefined` when it lacks what it must have. */
export function readRule(at: Part, problems: ProblemList): ReadRule | undefined {
  const entry = parsePart(at, RuleEntry, problems).value;
  if (!entry) return undefined;
  const expression = (text: string, ...path: (string | number)[]) => expressionAt(part(at, ...path), text);
  if (entry.clear !== undefined && entry.deadband !== undefined) {
    problems.error(
      placeOf(at, "deadband"),
      { zh: "clear 与 deadband 只能写一个", en: "a rule has either clear or deadband" },
      { zh: "删除其中一个。", en: "Remove one of them." },
    );
  }
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
    ...(entry.deadband === undefined ? {} : { deadband: expression(entry.deadband, "deadband") }),
    ...(entry.each === undefined ? {} : { each: selection(entry.each) }),
    ...(entry.on_bad === undefined ? {} : { onBad: entry.on_bad }),
    ...(entry.on_delay === undefined ? {} : { onDelay: expression(entry.on_delay, "on_delay") }),
    ...(entry.off_delay === undefined ? {} : { offDelay: expression(entry.off_delay, "off_delay") }),
    ...(entry.re_alarm === undefined ? {} : { reAlarm: entry.re_alarm }),
    levels: entry.levels.map(({ when, severity }, index) => ({
      when: expression(when, "levels", index, "when"),
      severity,
    })),
    optional: entry.optional,
    params: Object.fromEntries(params),
    ...(entry.ticket === undefined ? {} : { ticket: entry.ticket }),
    because: entry.because,
    becauseAt: {
      zh: expression(entry.because.zh, "because", "zh"),
      en: expression(entry.because.en, "because", "en"),
    },
    advice: entry.advice,
    source: entry.source,
    file: at.file.name,
  };
  return { rule, at, suppressBy: entry.suppress_by };
}

/** Without the parts that are not told. */
const selection = (each: z.output<typeof Each>): RuleSelection =>
  Object.fromEntries(Object.entries(each).filter(([, words]) => words !== undefined));

const parameter = (quantity: Quantity, source: string): RuleParameter =>
  quantity.type === "number" && quantity.unit !== undefined
    ? { type: "number", default: quantity.value, unit: quantity.unit, source }
    : { type: quantity.type, default: quantity.value, source };
