/** A Pratt parser for rule expressions, with CEL's precedence and a place for every node. */
import type { Text } from "#model/text";
import { type Fault, type Token, tokenize } from "./token.ts";

export type Binary = "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%";

export type Syntax = { readonly start: number; readonly end: number } & (
  | { readonly kind: "number"; readonly value: number; readonly unit: string }
  | { readonly kind: "span"; readonly value: number }
  | { readonly kind: "truth"; readonly value: boolean }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "not" | "minus"; readonly operand: Syntax }
  | { readonly kind: "binary"; readonly operator: Binary; readonly left: Syntax; readonly right: Syntax }
  | { readonly kind: "choice"; readonly condition: Syntax; readonly yes: Syntax; readonly no: Syntax }
  | { readonly kind: "call"; readonly name: string; readonly nameEnd: number; readonly args: readonly Syntax[] }
);

export const LIMITS = { characters: 4_096, nodes: 500, depth: 60, windows: 32 } as const;

const STRENGTH: Readonly<Record<string, number>> = {
  "||": 2,
  "&&": 3,
  "==": 4,
  "!=": 4,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
};
const CHOICE = 1;
const UNARY = 7;

/** Leaves the parser; caught in `parse`, never seen outside. */
class Stop extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.what.en);
    this.fault = fault;
  }
}

const stop = (at: { readonly start: number; readonly end: number }, what: Text, todo: Text): Stop =>
  new Stop({ start: at.start, end: at.end, what, todo });

const shown = (token: Token, text: string): string => (token.kind === "end" ? "" : text.slice(token.start, token.end));

/** Parses one expression; the fault is the first thing that could not be understood. */
export function parse(text: string): Syntax | { readonly fault: Fault } {
  if (text.length > LIMITS.characters) {
    return {
      fault: {
        start: 0,
        end: 1,
        what: {
          zh: `表达式长 ${text.length} 个字符，上限 ${LIMITS.characters}`,
          en: `The expression has ${text.length} characters; ${LIMITS.characters} is the limit.`,
        },
        todo: {
          zh: "拆成多条规则，或用 let 命名各部分",
          en: "Split it into several rules, or name parts of it with let.",
        },
      },
    };
  }
  const tokens = tokenize(text);
  if (!Array.isArray(tokens)) return { fault: tokens as Fault };
  try {
    return parseTokens(text, tokens);
  } catch (error) {
    if (error instanceof Stop) return { fault: error.fault };
    throw error;
  }
}

function parseTokens(text: string, tokens: readonly Token[]): Syntax {
  let at = 0;
  let nodes = 0;
  const peek = (): Token => tokens[at] as Token;
  const take = (): Token => tokens[at++] as Token;
  const isSign = (sign: string): boolean => {
    const token = peek();
    return token.kind === "sign" && token.text === sign;
  };
  const made = <S extends Syntax>(node: S): S => {
    nodes += 1;
    if (nodes > LIMITS.nodes) {
      throw stop(
        node,
        { zh: `表达式超过 ${LIMITS.nodes} 个节点`, en: `The expression has more than ${LIMITS.nodes} parts.` },
        { zh: "拆成多条规则", en: "Split it into several rules." },
      );
    }
    return node;
  };
  const expected = (wanted: Text): Stop => {
    const token = peek();
    const found = shown(token, text);
    return stop(
      { start: token.start, end: Math.max(token.end, token.start + 1) },
      token.kind === "end"
        ? { zh: `表达式到此结束，还缺${wanted.zh}`, en: `The expression ends here, but ${wanted.en} is missing.` }
        : { zh: `此处是“${found}”，应为${wanted.zh}`, en: `Found "${found}" where ${wanted.en} should be.` },
      { zh: `补上${wanted.zh}，或删去多余的部分`, en: `Put ${wanted.en} here, or take away what is too much.` },
    );
  };
  const want = (sign: string): Token => {
    if (!isSign(sign)) throw expected({ zh: `“${sign}”`, en: `"${sign}"` });
    return take();
  };

  function call(name: Token & { kind: "name" }, depth: number): Syntax {
    take();
    const args: Syntax[] = [];
    if (!isSign(")")) {
      args.push(expression(0, depth));
      while (isSign(",")) {
        take();
        args.push(expression(0, depth));
      }
    }
    const close = want(")");
    return made({ kind: "call", name: name.text, nameEnd: name.end, args, start: name.start, end: close.end });
  }

  function operand(depth: number): Syntax {
    const token = peek();
    const { start, end } = token;
    if (token.kind === "number") {
      take();
      return made({ kind: "number", value: token.value, unit: token.unit, start, end });
    }
    if (token.kind === "span") {
      take();
      return made({ kind: "span", value: token.value, start, end });
    }
    if (token.kind === "text") {
      take();
      return made({ kind: "text", value: token.text, start, end });
    }
    if (token.kind === "name") {
      take();
      if (token.text === "true" || token.text === "false")
        return made({ kind: "truth", value: token.text === "true", start, end });
      return isSign("(") ? call(token, depth) : made({ kind: "name", name: token.text, start, end });
    }
    if (isSign("(")) {
      take();
      const inside = expression(0, depth);
      const close = want(")");
      return { ...inside, start, end: close.end };
    }
    if (isSign("!") || isSign("-")) {
      const kind = isSign("!") ? "not" : "minus";
      take();
      const value = expression(UNARY, depth);
      return made({ kind, operand: value, start, end: value.end });
    }
    throw expected({ zh: "测点、数字或“(”", en: 'a name, a number or "("' });
  }

  function expression(strength: number, outer: number): Syntax {
    const depth = outer + 1;
    if (depth > LIMITS.depth) {
      throw stop(
        peek(),
        { zh: `括号或运算嵌套超过 ${LIMITS.depth} 层`, en: `More than ${LIMITS.depth} levels of nesting.` },
        { zh: "用 let 命名各部分", en: "Name parts of it with let." },
      );
    }
    let left = operand(depth);
    for (;;) {
      const token = peek();
      if (token.kind !== "sign") break;
      if (token.text === "?" && strength < CHOICE) {
        take();
        const yes = expression(0, depth);
        want(":");
        const no = expression(0, depth);
        left = made({ kind: "choice", condition: left, yes, no, start: left.start, end: no.end });
        continue;
      }
      const binding = STRENGTH[token.text];
      if (binding === undefined || binding <= strength) break;
      take();
      const right = expression(binding, depth);
      left = made({ kind: "binary", operator: token.text as Binary, left, right, start: left.start, end: right.end });
    }
    return left;
  }

  const tree = expression(0, 0);
  if (peek().kind !== "end") throw expected({ zh: "运算符", en: "an operator" });
  return tree;
}
