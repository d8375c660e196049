/** A rule as a sentence in Chinese and in English, made from its expressions: what raises it, for how long, and what ends it. */
import type { PointDefinition } from "#model/points";
import type { RuleDefinition, RuleParameter } from "#model/rule";
import type { Device, DeviceKind } from "#model/site";
import type { Text } from "#model/text";
import { fixedParts } from "./fixed-parts.ts";
import { idiomOf } from "./idioms.ts";
import { letNames } from "./let-names.ts";
import { type Naming, namingOf, type PointName } from "./naming.ts";
import { ATOM, atom, bracket, fill, NOT, type Phrase, plain, spaced, truth } from "./phrase.ts";
import {
  calendarNames,
  factNames,
  functionPhrases,
  listPhrases,
  placePhrases,
  relationPhrases,
  signPhrases,
} from "./phrases.ts";
import { readReference } from "./relations.ts";
import { parse, type Syntax } from "./syntax.ts";
import { spanText } from "./template.ts";
import { TROUBLE_AFTER, tellsTrouble } from "./trouble.ts";
import { formatQuantity } from "./units.ts";

/** A sentence of more parts than this calls its lets by name and says below what they are. */
const MOST_PARTS = 50;
const NO_MORE = 5_000;

function parameterValue({ type, default: value, unit }: RuleParameter): Phrase {
  if (typeof value === "boolean") return truth(value);
  return plain(type === "span" ? spanText(value) : quantity(value, unit));
}

function quantity(value: number, unit: string | undefined): Text {
  const text = formatQuantity(value, unit);
  return { zh: text, en: text };
}

/** What a let of the packs is called; one that a site wrote is shown as the name that it is. */
function letName({ kind, file }: RuleDefinition, name: string): Phrase {
  const known = file.includes("library/") ? letNames[kind] : undefined;
  const called = known && Object.hasOwn(known, name) ? known[name] : undefined;
  return called ? atom(`「${called.zh}」`, `“${called.en}”`) : atom(`\`${name}\``);
}

interface Speaker {
  say(text: string): Phrase | undefined;
  /** How many parts were spoken since the start. */
  parts(): number;
  /** Lets that were called by name. */
  readonly named: Set<string>;
}

function createSpeaker(rule: RuleDefinition, naming: Naming, byName: boolean): Speaker {
  let parts = 0;
  const named = new Set<string>();
  const isFact = (key: string): boolean => Object.hasOwn(factNames, key);
  const fixedOf = fixedParts(rule, (key) => !key.includes(".") && !isFact(key) && naming(key, false) === undefined);

  function place(where: string): Text {
    const known = Object.hasOwn(relationPhrases, where) ? relationPhrases[where] : undefined;
    if (known) return known;
    const [, word = "device", label = where] = /^(building|floor|room)(\w+)$/.exec(where) ?? [];
    return fill(placePhrases[word] as Text, [atom(label)], ATOM);
  }

  function called(name: string): { readonly phrase: Phrase; readonly point: PointName | undefined } {
    const reference = name.includes(".") ? readReference(name) : undefined;
    const key = reference?.key ?? name;
    const point = naming(key, reference !== undefined);
    const bare = point?.name ?? (isFact(key) ? factNames[key] : undefined) ?? { zh: key, en: key };
    const said = point?.state === false ? bare : { zh: `「${bare.zh}」`, en: `“${bare.en}”` };
    if (!reference) return { phrase: plain(said), point };
    const where = place(reference.where);
    return { phrase: atom(`${where.zh}${said.zh}`, `${said.en}${where.en}`), point };
  }

  function name(tree: Syntax & { kind: "name" }): Phrase {
    const expression = Object.hasOwn(rule.let, tree.name) ? rule.let[tree.name] : undefined;
    if (expression) {
      const inside = parse(expression.text);
      if (!("fault" in inside) && !byName && parts < NO_MORE) return speak(inside);
      named.add(tree.name);
      return letName(rule, tree.name);
    }
    const parameter = Object.hasOwn(rule.params, tree.name) ? rule.params[tree.name] : undefined;
    return parameter ? parameterValue(parameter) : called(tree.name).phrase;
  }

  /** `mode == 2` reads with the word for 2, where the point has one. */
  function code(side: Syntax, other: Syntax): Phrase {
    const point = other.kind === "name" ? called(other.name).point : undefined;
    const parameter =
      side.kind === "name" && Object.hasOwn(rule.params, side.name) ? rule.params[side.name] : undefined;
    const value =
      side.kind === "number" ? side.value : parameter?.type === "number" ? Number(parameter.default) : Number.NaN;
    const word = point?.values?.[value];
    return word ? atom(`「${word.zh}」`, `“${word.en}”`) : speak(side);
  }

  /** `has(x) && x` says no more than `x`, and what is fixed says nothing. */
  function joined(tree: Syntax & { kind: "binary" }): Phrase | undefined {
    const both = tree.operator === "&&";
    if (tree.operator !== "||" && !both) return undefined;
    if (both && tree.left.kind === "call" && tree.left.name === "has") return speak(tree.right);
    const [left, right] = [speak(tree.left), speak(tree.right)];
    for (const [side, other] of [
      [left, right],
      [right, left],
    ] as const) {
      if (side.fixed !== undefined) return side.fixed === both ? other : side;
    }
    return undefined;
  }

  function binary(tree: Syntax & { kind: "binary" }): Phrase {
    const short = joined(tree) ?? idiom(tree);
    if (short) return short;
    const sign = signPhrases[tree.operator] as NonNullable<(typeof signPhrases)[string]>;
    const equal = tree.operator === "==" || tree.operator === "!=";
    const left = equal ? code(tree.left, tree.right) : speak(tree.left);
    const right = equal ? code(tree.right, tree.left) : speak(tree.right);
    // Left-associative: `a - b - c` needs no parentheses, `a - (b - c)` does; `and` and `or` need none on either side.
    const { strength } = sign;
    const isWord = equal && right.zh.startsWith("「");
    const text = isWord ? { ...sign.text, zh: tree.operator === "==" ? "$1为$2" : "$1不是$2" } : sign.text;
    return fill(text, [bracket(left, strength - 1), bracket(right, strength <= 2 ? strength - 1 : strength)], strength);
  }

  const isSpan = (tree: Syntax | undefined): boolean =>
    tree?.kind === "span" || (tree?.kind === "name" && rule.params[tree.name]?.type === "span");

  function idiom(tree: Syntax): Phrase | undefined {
    const isCode = (one: Syntax): boolean => one.kind === "name" && called(one.name).point?.values !== undefined;
    const found = idiomOf(tree, { isSpan, isCode });
    return (
      found &&
      fill(
        found.text,
        found.args.map((one) => bracket(speak(one), 2)),
        NOT,
      )
    );
  }

  function call(tree: Syntax & { kind: "call" }): Phrase {
    const short = idiom(tree);
    if (short) return short;
    const list = Object.hasOwn(listPhrases, tree.name) ? listPhrases[tree.name] : undefined;
    const args = tree.args.map((argument) => speak(argument));
    if (list) {
      const [first, ...all] = tree.name === "vote" ? args : [atom(""), ...args];
      const open = all.filter(({ fixed }) => fixed === undefined || fixed === (tree.name !== "all"));
      const rest = open.length > 0 ? open : all;
      const joined = (language: keyof Text, comma: string): string =>
        rest.map((one) => bracket(one, 2)[language]).join(comma);
      const put = (language: keyof Text, comma: string): string =>
        list[language].replace("$1", first?.[language] ?? "").replace("$*", joined(language, comma));
      return { zh: `（${put("zh", "、")}）`, en: `(${put("en", ", ")})`, strength: ATOM };
    }
    const window = (tree.name === "min" || tree.name === "max") && args.length === 2 && isSpan(tree.args[1]);
    const template =
      functionPhrases[window ? `${tree.name}/window` : `${tree.name}/${args.length}`] ?? functionPhrases[tree.name];
    if (!template) return atom(tree.name);
    const loose =
      tree.name === "held" || tree.name.startsWith("un") || tree.name === "in_calendar" || tree.name === "has";
    return fill(
      template,
      args.map((one) => bracket(one, 2)),
      loose ? NOT : ATOM - 1,
    );
  }

  function speak(tree: Syntax): Phrase {
    parts += 1;
    const fixed = fixedOf(tree);
    if (fixed !== undefined) return truth(fixed);
    switch (tree.kind) {
      case "number":
        return plain(quantity(tree.value, tree.unit));
      case "span":
        return plain(spanText(tree.value));
      case "truth":
        return truth(tree.value);
      case "text":
        return Object.hasOwn(calendarNames, tree.value)
          ? plain(calendarNames[tree.value] as Text)
          : atom(`「${tree.value}」`, `“${tree.value}”`);
      case "name":
        return name(tree);
      case "not": {
        return fill({ zh: "非$1", en: "not $1" }, [bracket(speak(tree.operand), NOT)], NOT);
      }
      case "minus":
        return fill({ zh: "−$1", en: "−$1" }, [bracket(speak(tree.operand), 5)], 5);
      case "choice": {
        const decided = fixedOf(tree.condition);
        if (decided !== undefined) return speak(decided ? tree.yes : tree.no);
        return fill(
          { zh: "若$1则 $2，否则 $3", en: "$2 if $1, otherwise $3" },
          [tree.condition, tree.yes, tree.no].map((part) => bracket(speak(part), 2)),
          0,
        );
      }
      case "binary":
        return binary(tree);
      case "call":
        return call(tree);
    }
  }

  return {
    named,
    parts: () => parts,
    say(text) {
      const tree = parse(text);
      return "fault" in tree ? undefined : speak(tree);
    },
  };
}

function sentence(rule: RuleDefinition, speaker: Speaker): Text {
  const said = (text: string): Phrase => speaker.say(text) ?? atom(text);
  const delay = (expression: RuleDefinition["onDelay"], zh: string, en: string): Text =>
    expression && expression.text !== "0s" ? fill({ zh, en }, [said(expression.text)], ATOM) : { zh: "", en: "" };
  const when = said(rule.when.text);
  const on = delay(rule.onDelay, "，持续 $1", " for $1");
  const off = delay(rule.offDelay, "并持续 $1", " for $1");
  const zh = [`${when.zh}${on.zh}，报 ${rule.severity} 警`];
  const en = [`Raises ${rule.severity} when ${when.en}${on.en}`];
  for (const level of rule.levels) {
    const condition = said(level.when.text);
    zh.push(`${condition.zh}时为 ${level.severity}`);
    en.push(`${level.severity} while ${condition.en}`);
  }
  const way = rule.deadband && said(rule.deadband.text);
  const clear = rule.clear && said(rule.clear.text);
  const back = clear ? clear.zh : way ? `回到限值以内 ${way.zh}` : "条件不再成立";
  zh.push(`${back}${off.zh}后恢复`);
  en.push(
    `ends ${clear ? `when ${clear.en}` : way ? `${way.en} inside the limits` : "when this is no longer so"}${off.en}`,
  );
  const lines = [{ zh: `${zh.join("；")}。`, en: `${en.join("; ")}.` }];
  // What a let means may name other lets, which join the end of the list.
  for (const name of speaker.named) {
    const meaning = said(rule.let[name]?.text ?? "");
    const called = letName(rule, name);
    lines.push({ zh: `${called.zh}指${meaning.zh}。`, en: `${called.en} means ${meaning.en}.` });
  }
  if (tellsTrouble(rule)) {
    const after = spanText(TROUBLE_AFTER);
    lines.push({
      zh: `输入数据不可用时既不报警也不恢复；持续 ${after.zh}无法判断，另报一条“无法判断”的故障告警。`,
      en: `Bad inputs neither raise nor end it; when it cannot be judged for ${after.en}, that is told by an alarm of its own.`,
    });
  }
  return { zh: lines.map((line) => spaced(line.zh)).join("\n"), en: lines.map((line) => line.en).join("\n") };
}

/** The whole rule in one sentence per language, with a line for each let that it calls by name. What does not parse is shown as written; never throws. */
export function ruleInWords(rule: RuleDefinition, naming: Naming): Text {
  const whole = createSpeaker(rule, naming, false);
  const words = sentence(rule, whole);
  return whole.parts() <= MOST_PARTS ? words : sentence(rule, createSpeaker(rule, naming, true));
}

/** Says any rule of a site with the names of its points. */
export function speakerOf(
  devices: readonly Device[],
  points: readonly PointDefinition[],
): (rule: RuleDefinition) => Text {
  const names = new Map<DeviceKind, Naming>();
  return (rule) => {
    const naming = names.get(rule.kind) ?? namingOf(rule.kind, devices, points);
    names.set(rule.kind, naming);
    return ruleInWords(rule, naming);
  };
}
