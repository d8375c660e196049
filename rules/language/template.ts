/** The sentences of a rule: `{name}` placeholders, and how values read in both languages. */
import type { PointDefinition } from "#model/points";
import type { Text } from "#model/text";
import type { Term } from "./graph.ts";
import { formatNumber, formatQuantity, MILLISECOND, type Unit } from "./units.ts";

export const LANGUAGES = ["zh", "en"] as const;
const PLACEHOLDER = /\{([^{}]*)\}/g;

/** Text and placeholder names in turn: even positions are text. */
export function splitTemplate(text: string): readonly string[] {
  return text.split(PLACEHOLDER);
}

export function placeholdersOf(text: Text): ReadonlySet<string> {
  const names = new Set<string>();
  for (const language of LANGUAGES)
    for (const [at, part] of splitTemplate(text[language]).entries()) if (at % 2 === 1) names.add(part);
  return names;
}

const PARTS = [
  [86_400_000, " 天", " d"],
  [3_600_000, " 小时", " h"],
  [60_000, " 分", " min"],
  [1_000, " 秒", " s"],
] as const;

/** The two largest parts of a span: `1 分 30 秒`, `1 min 30 s`; `0.5 s` below a second. */
export function spanText(ms: number): Text {
  if (!Number.isFinite(ms)) return { zh: "从未", en: "never" };
  const size = Math.abs(ms);
  if (size < 10_000 && size % 1_000 !== 0) {
    const text = formatNumber(ms / 1_000, false).replace(/\.0$/, "");
    return { zh: `${text} 秒`, en: `${text} s` };
  }
  let rest = Math.round(size / 1_000) * 1_000;
  const zh: string[] = [];
  const en: string[] = [];
  for (const [length, inChinese, inEnglish] of PARTS) {
    const n = Math.floor(rest / length);
    rest -= n * length;
    if (n > 0 && zh.length < 2) {
      zh.push(`${n}${inChinese}`);
      en.push(`${n}${inEnglish}`);
    } else if (zh.length > 0) break;
  }
  const sign = ms < 0 ? "-" : "";
  return zh.length === 0 ? { zh: "0 秒", en: "0 s" } : { zh: sign + zh.join(" "), en: sign + en.join(" ") };
}

const UNKNOWN: Text = { zh: "未知", en: "unknown" };
const quantity = (value: number, unit: Unit): Text => {
  if (unit.dimension === MILLISECOND.dimension && unit.offset === 0)
    return spanText((value * unit.factor) / MILLISECOND.factor);
  const text = formatQuantity(value, unit.code);
  return { zh: text, en: text };
};

/** How the value of a term reads; `definition` is told for a point, so that codes get their words. */
export function valueText(value: number, term: Term, definition: PointDefinition | undefined): Text {
  if (Number.isNaN(value)) return UNKNOWN;
  const word = definition?.values?.[value];
  if (word) return word;
  if (term.type.kind === "truth") return value === 0 ? { zh: "否", en: "no" } : { zh: "是", en: "yes" };
  return quantity(
    value,
    term.type.kind === "number" ? term.type.unit : { code: "", factor: 1, offset: 0, powers: {}, dimension: "" },
  );
}
