/**
 * Reads a JSON text from outside. JSON.parse takes any depth and any number and does not say where it stumbled; here the
 * text is walked once without recursion, so that a problem has its line and column and a limit holds before memory is spent.
 */
import type { Text } from "#model/text";

export interface JsonLimits {
  readonly jsonDepth: number;
  readonly jsonKeys: number;
  readonly jsonNodes: number;
}

export type ReadJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly what: Text; readonly line: number; readonly column: number };

interface Open {
  readonly kind: "{" | "[";
  keys: number;
}

class Stumble {
  readonly at: number;
  readonly what: Text;
  constructor(at: number, zh: string, en: string) {
    this.at = at;
    this.what = { zh, en };
  }
}

const SPACE = new Set([" ", "\t", "\n", "\r"]);
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /true|false|null/y;
/** Keys that would reach into an object's prototype when someone copies the object. */
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** The value of a JSON text, or the first problem in it with its line and column (both from 1). */
export function readJson(text: string, limits: JsonLimits): ReadJson {
  const problem = walk(text, limits);
  if (!problem) return { ok: true, value: JSON.parse(text) };
  const before = text.slice(0, problem.at);
  const line = before.split("\n").length;
  return { ok: false, what: problem.what, line, column: problem.at - before.lastIndexOf("\n") };
}

function walk(text: string, limits: JsonLimits): Stumble | undefined {
  const open: Open[] = [];
  let at = 0;
  let nodes = 0;

  const skip = () => {
    while (at < text.length && SPACE.has(text[at] as string)) at += 1;
  };
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  /** A string with its quotes; `undefined` and nothing consumed when it is cut off or holds a raw control character. */
  const string = (): string | undefined => {
    const start = at;
    if (text[at] !== '"') return undefined;
    for (at += 1; at < text.length; at += 1) {
      const char = text.charCodeAt(at);
      if (char < 0x20) break;
      if (char === 0x22) {
        at += 1;
        return text.slice(start, at);
      }
      if (char === 0x5c) {
        const escaped = match(ESCAPE);
        if (escaped === undefined) break;
        at -= 1;
      }
    }
    at = start;
    return undefined;
  };
  const unexpected = () =>
    at >= text.length
      ? new Stumble(at, "正文在此提前结束", "the text ends here too early")
      : new Stumble(at, `此处不应出现 ${show(text, at)}`, `${show(text, at)} is not expected here`);

  const key = (): Stumble | undefined => {
    skip();
    const start = at;
    const found = string();
    if (found === undefined) return unexpected();
    const name: unknown = JSON.parse(found);
    if (FORBIDDEN.has(String(name)))
      return new Stumble(start, `不允许的键 ${found}`, `the key ${found} is not allowed`);
    skip();
    if (text[at] !== ":") return unexpected();
    at += 1;
    const frame = open.at(-1);
    if (frame) {
      frame.keys += 1;
      if (frame.keys > limits.jsonKeys) {
        return new Stumble(
          start,
          `一个对象最多 ${limits.jsonKeys} 个键`,
          `an object has at most ${limits.jsonKeys} keys`,
        );
      }
    }
    return undefined;
  };

  for (;;) {
    // A value.
    skip();
    nodes += 1;
    if (nodes > limits.jsonNodes) {
      return new Stumble(at, `最多 ${limits.jsonNodes} 个值`, `at most ${limits.jsonNodes} values are taken`);
    }
    const char = text[at];
    let complete = true;
    if (char === "{" || char === "[") {
      if (open.length >= limits.jsonDepth) {
        return new Stumble(at, `嵌套超过 ${limits.jsonDepth} 层`, `nested deeper than ${limits.jsonDepth} levels`);
      }
      open.push({ kind: char, keys: 0 });
      at += 1;
      skip();
      if (text[at] === (char === "{" ? "}" : "]")) {
        open.pop();
        at += 1;
      } else {
        complete = false;
        if (char === "{") {
          const problem = key();
          if (problem) return problem;
        }
      }
    } else if (char === '"') {
      const start = at;
      if (string() === undefined)
        return new Stumble(
          start,
          "此字符串不完整或含非法字符",
          "this string is cut off or holds a forbidden character",
        );
    } else if (char === "-" || (char !== undefined && char >= "0" && char <= "9")) {
      const start = at;
      const found = match(NUMBER);
      if (found === undefined) return unexpected();
      const value = Number(found);
      if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
        return new Stumble(start, `数字 ${cut(found)} 超出范围`, `the number ${cut(found)} is too large`);
      }
    } else if (match(WORD) === undefined) {
      return unexpected();
    }
    if (!complete) continue;
    // What follows a complete value.
    for (;;) {
      skip();
      const frame = open.at(-1);
      if (!frame) return at === text.length ? undefined : unexpected();
      const next = text[at];
      if (next === ",") {
        at += 1;
        if (frame.kind === "{") {
          const problem = key();
          if (problem) return problem;
        }
        break;
      }
      if (next !== (frame.kind === "{" ? "}" : "]")) return unexpected();
      at += 1;
      open.pop();
    }
  }
}

const cut = (text: string): string => (text.length > 24 ? `${text.slice(0, 24)}…` : text);
const show = (text: string, at: number): string => JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
