/** Cuts an expression into tokens. Never throws: what it cannot read becomes a fault with its place. */
import type { Text } from "#model/text";
import { nearest } from "./nearest.ts";
import { commonUnits, parseUnit } from "./units.ts";

/** Something wrong in an expression. `start` and `end` are offsets in its text. */
export interface Fault {
  readonly start: number;
  readonly end: number;
  readonly what: Text;
  readonly todo: Text;
}

export type Token = { readonly start: number; readonly end: number } & (
  | { readonly kind: "number"; readonly value: number; readonly unit: string }
  /** Milliseconds. */
  | { readonly kind: "span"; readonly value: number }
  /** A name, or a dotted one such as `building.utility_power`. */
  | { readonly kind: "name"; readonly text: string }
  /** Between quotes: the name of a calendar, hours of the day. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "sign"; readonly text: string }
  | { readonly kind: "end" }
);

const SPACE = /\s*/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*(?:\.(?:\*|[A-Za-z_][A-Za-z0-9_]*))*/y;
const TEXT = /"[^"\n]*"|'[^'\n]*'/y;
const UNIT = /(?:%\[LEL\]|[A-Za-z[\]][A-Za-z0-9[\]]*)(?:[./][A-Za-z[\]][A-Za-z0-9[\]]*)*/y;
const SIGN = /\|\||&&|==|!=|<=|>=|[!<>+\-*/%?:(),]/y;
const SPAN: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const ALIAS: Readonly<Record<string, string>> = { or: "||", and: "&&", not: "!" };
/** What people type instead of a sign of the language. */
const MISTYPED: Readonly<Record<string, string>> = {
  "=": "==",
  "&": "&&",
  "|": "||",
  "≥": ">=",
  "≤": "<=",
  "≠": "!=",
  "（": "(",
  "）": ")",
  "，": ",",
  "＞": ">",
  "＜": "<",
  "×": "*",
  "÷": "/",
  "：": ":",
  "？": "?",
  "！": "!",
  "＝": "==",
  "～": "-",
  "−": "-",
  "“": '"',
  "”": '"',
  "‘": "'",
  "’": "'",
  "＆": "&&",
  "｜": "||",
  "＋": "+",
  "－": "-",
  "＊": "*",
  "／": "/",
  "％": "%",
  "²": "2",
  "³": "3",
  ...Object.fromEntries(Array.from("０１２３４５６７８９", (digit, value) => [digit, `${value}`])),
};

/** What to do about a sign that the language has not. */
function instead(found: string): Text {
  const meant = Object.hasOwn(MISTYPED, found) ? MISTYPED[found] : undefined;
  if (meant) return { zh: `改写为 ${meant}`, en: `Write ${meant}.` };
  if (/\p{Script=Han}/u.test(found)) {
    return {
      zh: "测点写编号，如 flow，不写中文名称",
      en: "Write a point by its id, such as flow, not by its Chinese name.",
    };
  }
  return {
    zh: "表达式只含测点名、数字、单位、运算符和括号",
    en: "Expressions hold point names, numbers with units, operators and parentheses.",
  };
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** The unit at `at`. Right after a number a span wins over a unit that is none, so that `30s/x` divides by x. */
function unitAt(
  text: string,
  at: number,
  touching: boolean,
): { readonly code: string; readonly known: boolean } | undefined {
  const code = match(UNIT, text, at);
  if (code === undefined) return undefined;
  if (parseUnit(code)) return { code, known: true };
  const span = code.split("/")[0] ?? "";
  if (touching && span !== code && Object.hasOwn(SPAN, span)) return { code: span, known: true };
  return { code, known: false };
}

/** `5 %` is a percentage unless something to divide by follows. */
function isPercent(text: string, at: number): boolean {
  if (text[at] !== "%") return false;
  const next = at + 1 + (match(SPACE, text, at + 1)?.length ?? 0);
  const name = match(NAME, text, next);
  return name === undefined ? !/[\d(!]/.test(text[next] ?? "") : Object.hasOwn(ALIAS, name);
}

type Read = { readonly token: Token } | { readonly fault: Fault };

function unknownUnit(code: string, start: number): Fault {
  const hint = nearest(code, commonUnits);
  const some = commonUnits.slice(0, 12);
  return {
    start,
    end: start + code.length,
    what: { zh: `未知单位“${code}”`, en: `Unknown unit "${code}".` },
    todo: hint
      ? { zh: `是否为 ${hint}？`, en: `Did you mean ${hint}?` }
      : {
          zh: `可用单位如 ${some.join("、")}；时长写作 500ms 30s 5m 2h 14d`,
          en: `Units are for example ${some.join(", ")}; spans are 500ms 30s 5m 2h 14d.`,
        },
  };
}

function readNumber(text: string, start: number, digits: string): Read {
  const value = Number(digits);
  const after = start + digits.length;
  if (!Number.isFinite(value)) {
    return {
      fault: {
        start,
        end: after,
        what: { zh: `数字 ${digits} 太大`, en: `The number ${digits} is too large.` },
        todo: { zh: "改用较小的数字", en: "Use a smaller number." },
      },
    };
  }
  const place = after + (match(SPACE, text, after)?.length ?? 0);
  if (isPercent(text, place) && !text.startsWith("%[LEL]", place)) {
    return { token: { kind: "number", value, unit: "%", start, end: place + 1 } };
  }
  const unit = unitAt(text, place, place === after);
  if (!unit || Object.hasOwn(ALIAS, unit.code))
    return { token: { kind: "number", value, unit: "", start, end: after } };
  const { code, known } = unit;
  if (!known) return { fault: unknownUnit(code, place) };
  const factor = place === after && Object.hasOwn(SPAN, code) ? SPAN[code] : undefined;
  if (factor !== undefined) return { token: { kind: "span", value: value * factor, start, end: after + code.length } };
  return { token: { kind: "number", value, unit: code, start, end: place + code.length } };
}

const unclosed = (start: number): Fault => ({
  start,
  end: start + 1,
  what: { zh: "引号没有闭合", en: "This quote is not closed." },
  todo: { zh: '两端都写引号，如 "night"', en: 'Quote both ends, e.g. "night".' },
});

function readToken(text: string, start: number): Read {
  const digits = match(NUMBER, text, start);
  if (digits !== undefined) return readNumber(text, start, digits);
  const name = match(NAME, text, start);
  if (name !== undefined) {
    const alias = Object.hasOwn(ALIAS, name) ? ALIAS[name] : undefined;
    const end = start + name.length;
    return { token: alias ? { kind: "sign", text: alias, start, end } : { kind: "name", text: name, start, end } };
  }
  const quoted = match(TEXT, text, start);
  if (quoted !== undefined) {
    return { token: { kind: "text", text: quoted.slice(1, -1), start, end: start + quoted.length } };
  }
  const sign = match(SIGN, text, start);
  if (sign !== undefined) return { token: { kind: "sign", text: sign, start, end: start + sign.length } };
  const found = String.fromCodePoint(text.codePointAt(start) ?? 0);
  if (found === '"' || found === "'") return { fault: unclosed(start) };
  return {
    fault: {
      start,
      end: start + found.length,
      what: { zh: `表达式里不能有“${found}”`, en: `"${found}" is not part of the rule language.` },
      todo: instead(found),
    },
  };
}

/** All tokens, the last one of kind `end`; or the first fault. */
export function tokenize(text: string): readonly Token[] | Fault {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += match(SPACE, text, at)?.length ?? 0;
    if (at >= text.length) break;
    const read = readToken(text, at);
    if ("fault" in read) return read.fault;
    tokens.push(read.token);
    at = read.token.end;
  }
  tokens.push({ kind: "end", start: text.length, end: text.length });
  return tokens;
}
