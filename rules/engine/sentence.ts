/** Fills the `because` of a rule with what is true at this moment. */
import type { PointDefinition } from "#model/points";
import type { Text } from "#model/text";
import { isConstant, type Term } from "../language/graph.ts";
import { spanText, splitTemplate, valueText } from "../language/template.ts";
import type { Origin } from "./baseline.ts";

/** What a placeholder says. */
export interface Spoken {
  readonly term: Term;
  readonly value: number;
  readonly definition: PointDefinition | undefined;
  /** For a bare baseline: where its value comes from. */
  readonly origin: (() => Origin) | undefined;
}

const ORIGIN: Readonly<Record<Origin, Text | undefined>> = {
  learned: { zh: "(本时段历史学习值)", en: " (learned for this hour)" },
  told: { zh: "(设定 normalFlow)", en: " (set: normalFlow)" },
  recent: { zh: "(近 30 分钟中位数)", en: " (median of the last 30 min)" },
  none: undefined,
};

const NOT_FITTED: Text = { zh: "无", en: "none" };

function say({ term, value, definition, origin }: Spoken): Text {
  if (Number.isNaN(value) && isConstant(term)) return NOT_FITTED;
  const text = valueText(value, term, definition);
  const source = origin && ORIGIN[origin()];
  return source ? { zh: text.zh + source.zh, en: text.en + source.en } : text;
}

interface Cut {
  readonly zh: readonly string[];
  readonly en: readonly string[];
}
/** A template is cut once: in a storm thousands of sentences are written in one step. */
const cuts = new WeakMap<Text, Cut>();
function cutOf(template: Text): Cut {
  const known = cuts.get(template);
  if (known) return known;
  const cut = { zh: splitTemplate(template.zh), en: splitTemplate(template.en) };
  cuts.set(template, cut);
  return cut;
}

/** The template with its placeholders filled; `held` is how long the condition has held, in ms. */
export function fillSentence(template: Text, spoken: ReadonlyMap<string, Spoken>, held: number): Text {
  const said = new Map<string, Text>();
  for (const [name, source] of spoken) said.set(name, say(source));
  const filled = (name: string): Text | undefined => said.get(name) ?? (name === "held" ? spanText(held) : undefined);
  const cut = cutOf(template);
  const fill = (language: keyof Text): string => {
    let text = "";
    for (const [at, part] of cut[language].entries()) {
      text += at % 2 === 0 ? part : (filled(part)?.[language] ?? `{${part}}`);
    }
    return text;
  };
  return { zh: fill("zh"), en: fill("en") };
}
