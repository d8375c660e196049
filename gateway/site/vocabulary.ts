/** Words that all site files share: ids, spans, texts, expressions, quantities; each error says what to write instead. */

import * as z from "zod";
import type { PointType } from "#model/points";
import { Text } from "#model/text";
import { milliseconds, parseSpan, type Span } from "#model/time";

/** Attaches words in both languages to an issue; `issue-text.ts` reads them back. */
export function complain(context: z.RefinementCtx, what: Text, todo: Text): never {
  context.addIssue({ code: "custom", message: `${what.en} ${todo.en}`, params: { what, todo } });
  return z.NEVER;
}

/** A pattern with words for what does not fit it. */
const matching = (pattern: RegExp, what: Text, todo: Text) =>
  z.string().superRefine((text, context) => {
    if (!pattern.test(text)) complain(context, what, todo);
  });

/** Ids stand in alarm ids, URLs and topics, so they hold neither dots nor blanks. */
export const Id = matching(
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
  { zh: "不是有效的编号", en: "is not an id" },
  {
    zh: "用字母、数字、- 和 _，以字母或数字开头，最多 64 个。",
    en: "Use letters, digits, - and _, starting with a letter or digit, 64 at most.",
  },
);

export const PointKey = matching(
  /^[a-z][a-z0-9_]{0,63}$/,
  { zh: "不是有效的点名", en: "is not a point name" },
  {
    zh: "用小写字母、数字和 _，以字母开头，例如 outlet_pressure。",
    en: "Use small letters, digits and _, starting with a letter, e.g. outlet_pressure.",
  },
);

export const RuleId = matching(
  /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/,
  { zh: "不是有效的规则编号", en: "is not a rule id" },
  {
    zh: "用小写字母、数字、_ 和点，例如 elevator.entrapment。",
    en: "Use small letters, digits, _ and dots, e.g. elevator.entrapment.",
  },
);

export const Name = matching(
  /^[A-Za-z_][A-Za-z0-9_]{0,63}$/,
  { zh: "不是有效的名称", en: "is not a name" },
  { zh: "用字母、数字和 _，以字母开头。", en: "Use letters, digits and _, starting with a letter." },
);

/** The YAML form of an environment name that may stand for a number is text, so numbers come as either. */
const Plain = z.union([z.string(), z.number(), z.boolean()]);

/** `30s 5m 2h 14d` or ISO 8601; a bare number has no unit and is refused. */
export const SpanText = z.union([z.string(), z.number()]).transform((written, context): Span => {
  const span = typeof written === "string" ? parseSpan(written) : undefined;
  return (
    span ??
    complain(
      context,
      { zh: "不是时长", en: "is not a length of time" },
      { zh: "写成 30s、5m、2h、14d 或 PT30M。", en: "Write 30s, 5m, 2h, 14d or PT30M." },
    )
  );
});

/** A length of time of at least `least`. */
export const spanFrom = (least: Span, text: string) =>
  SpanText.transform((span, context): Span => {
    if (span >= least) return span;
    return complain(
      context,
      { zh: `短于 ${text}`, en: `is shorter than ${text}` },
      { zh: `至少 ${text}。`, en: `Write ${text} or more.` },
    );
  });

export const TextPair = Text.meta({ description: "{ zh: …, en: … }", zh: "{ zh: …, en: … }" });

/** An expression keeps its text; where it stands is added by whoever knows the file. */
export const ExpressionText = Plain.transform(String);

/** What a parameter may be given as: a number, `true`/`false`, a span (`45s`), or a number with its unit (`0.3 MPa`). */
export type Quantity =
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "span"; readonly value: Span }
  | { readonly type: "number"; readonly value: number; readonly unit?: string };

const NUMBER_WITH_UNIT = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*)?$/;

/** `30s` is a span; `30 s` is thirty of the unit s, as in the rule language. */
export function parseQuantity(written: string | number | boolean): Quantity | undefined {
  if (typeof written === "boolean") return { type: "bool", value: written };
  if (typeof written === "number") return { type: "number", value: written };
  const span = parseSpan(written.trim());
  if (span !== undefined) return { type: "span", value: milliseconds(span) };
  const match = NUMBER_WITH_UNIT.exec(written.trim());
  if (!match) return undefined;
  const value = Number(match[1]);
  if (!Number.isFinite(value)) return undefined;
  const unit = match[2]?.trim();
  return unit === undefined ? { type: "number", value } : { type: "number", value, unit };
}

export const Quantity = Plain.transform((written, context): Quantity => {
  return (
    parseQuantity(written) ??
    complain(
      context,
      { zh: "不是数值", en: "is not a value" },
      {
        zh: "写数字、true/false、时长（45s）或带单位的数（0.3 MPa）。",
        en: "Write a number, true or false, a span (45s), or a number with its unit (0.3 MPa).",
      },
    )
  );
});

export const pointTypes = ["bool", "number", "enum", "text"] as const satisfies readonly PointType[];

const SIZE = /^(\d+(?:\.\d+)?) ?(MB|GB|TB)$/;
const BYTES = { MB: 1e6, GB: 1e9, TB: 1e12 } as const;
/** `500MB 20GB 1TB` in bytes, from 10 MB on: less would not hold an hour of a small building. */
export const Size = z.string().transform((text, context) => {
  const [, number, unit] = SIZE.exec(text) ?? [];
  const bytes = Number(number) * BYTES[unit as keyof typeof BYTES];
  if (bytes >= 10e6) return bytes;
  complain(
    context,
    { zh: "不是容量", en: "is not a size" },
    { zh: "写成 500MB、20GB 或 1TB，至少 10MB。", en: "Write 500MB, 20GB or 1TB; 10MB at least." },
  );
  return z.NEVER;
});
