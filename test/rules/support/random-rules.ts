/**
 * Random expressions, each with its text and a naive meaning: worked out from the whole past at every step, without any of
 * the engine's machinery. Spans are such that a window looks at least once per step of a second.
 */
import fc from "fast-check";

/** All samples ever: at step k (time `times[k]` in ms) point p reads `samples[k][p]`; NaN is unknown. */
export interface Past {
  readonly times: readonly number[];
  readonly samples: readonly (readonly number[])[];
}

/** Value of an expression at step k. Naive functions ask for earlier steps again and again. */
export type Meaning = (past: Past, k: number) => number;
export interface Node {
  readonly text: string;
  readonly mean: Meaning;
}

const U = Number.NaN;
const unknown = Number.isNaN;
export const POINTS = { b0: "bool", b1: "bool", n0: "", n1: "" } as const;

function remembered(mean: Meaning): Meaning {
  const known = new WeakMap<Past, number[]>();
  return (past, k) => {
    const values = known.get(past) ?? [];
    known.set(past, values);
    for (let i = values.length; i <= k; i += 1) values.push(mean(past, i));
    return values[k] as number;
  };
}

const node = (text: string, mean: Meaning): Node => ({ text, mean: remembered(mean) });
const point = (name: string, at: number): Node => node(name, (past, k) => past.samples[k]?.[at] ?? U);
const two = (a: Node, b: Node, sign: string, f: (x: number, y: number) => number): Node =>
  node(`(${a.text} ${sign} ${b.text})`, (past, k) => {
    const [x, y] = [a.mean(past, k), b.mean(past, k)];
    return unknown(x) || unknown(y) ? U : f(x, y);
  });

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/** The value as a step function up to step k, cut to [from, to]; the newest value is there even without time. */
function pieces(a: Node, past: Past, k: number, from: number, to: number): Piece[] {
  const found: Piece[] = [];
  for (let i = 0; i <= k; i += 1) {
    const start = Math.max(past.times[i] as number, from);
    const end = Math.min(i < k ? (past.times[i + 1] as number) : to, to);
    if (end > start || (i === k && end === start && end === to))
      found.push({ from: start, to: end, value: a.mean(past, i) });
  }
  return found;
}

const good = (list: readonly Piece[]): Piece[] => list.filter((piece) => !unknown(piece.value));
const time = (list: readonly Piece[]): number => list.reduce((sum, piece) => sum + piece.to - piece.from, 0);

function windowOf(a: Node, name: string, span: number, evaluate: (list: readonly Piece[]) => number): Node {
  return node(`${name}(${a.text}, ${span}ms)`, (past, k) => {
    const now = past.times[k] as number;
    const list = good(pieces(a, past, k, now - span, now));
    return time(list) >= 0.8 * span - 1e-6 ? evaluate(list) : U;
  });
}

const mean = (list: readonly Piece[]): number =>
  list.reduce((sum, p) => sum + p.value * (p.to - p.from), 0) / time(list);

function middle(list: readonly Piece[]): number {
  const sorted = [...list].sort((a, b) => a.value - b.value);
  let sum = 0;
  for (const piece of sorted) {
    sum += piece.to - piece.from;
    if (sum * 2 >= time(list)) return piece.value;
  }
  return U;
}

function rate(a: Node, span: number): Node {
  return node(`rate(${a.text}, ${span}ms)`, (past, k) => {
    const now = past.times[k] as number;
    const list = good(pieces(a, past, k, now - span, now));
    const [first, last] = [list[0], list.at(-1)];
    if (!first || !last || last.to - first.from < span / 2) return U;
    return ((last.value - first.value) * 1_000) / (last.to - first.from);
  });
}

function previous(a: Node, span: number): Node {
  return node(`previous(${a.text}, ${span}ms)`, (past, k) => {
    const then = (past.times[k] as number) - span;
    let value = U;
    for (let i = 0; i <= k && (past.times[i] as number) <= then; i += 1) value = a.mean(past, i);
    return value;
  });
}

function held(a: Node, span: number): Node {
  return node(`held(${a.text}, ${span}ms)`, (past, k) => {
    let elapsed = 0;
    let gap = 0;
    for (let i = 0; i < k; i += 1) {
      const value = a.mean(past, i);
      const length = (past.times[i + 1] as number) - (past.times[i] as number);
      gap = unknown(value) ? gap + length : 0;
      if (value === 0 || gap > Math.max(span, 30_000)) elapsed = 0;
      else if (value === 1) elapsed += length;
    }
    const now = a.mean(past, k);
    return unknown(now) ? U : now === 1 && elapsed >= span ? 1 : 0;
  });
}

/** Whether the value turns at step k, over an unknown of at most 30 s. */
function before(a: Node, past: Past, k: number): number {
  let i = k - 1;
  while (i >= 0 && unknown(a.mean(past, i))) i -= 1;
  if (i < 0) return U;
  const gap = (past.times[k] as number) - (past.times[i + 1] as number);
  return i < k - 1 && gap > 30_000 ? U : a.mean(past, i);
}

function since(a: Node, span: number): Node {
  return node(`(since(${a.text}) < ${span}ms)`, (past, k) => {
    if (unknown(a.mean(past, k))) return U;
    const now = past.times[k] as number;
    for (let i = k; i >= 0; i -= 1) {
      if (a.mean(past, i) === 1) return (i === k ? 0 : now - (past.times[i + 1] as number)) < span ? 1 : 0;
    }
    return 0;
  });
}

function count(a: Node, span: number, least: number): Node {
  return node(`(count(${a.text}, ${span}ms) >= ${least})`, (past, k) => {
    const now = past.times[k] as number;
    let rises = 0;
    for (let i = 0; i <= k; i += 1) {
      if ((past.times[i] as number) > now - span && a.mean(past, i) === 1 && before(a, past, i) === 0) rises += 1;
    }
    if (rises >= least) return 1;
    const all = pieces(a, past, k, now - span, now);
    const blind = good(all).length === 0 || time(all) - time(good(all)) > 0.2 * span + 1e-6;
    return blind ? U : 0;
  });
}

function unanswered(a: Node, b: Node, span: number): Node {
  return node(`unanswered(${a.text}, ${b.text}, ${span}ms)`, (past, k) => {
    let asked = -1;
    for (let i = 0; i <= k; i += 1) {
      if (asked < 0 && a.mean(past, i) === 1 && before(a, past, i) === 0) asked = i;
      if (b.mean(past, i) === 1) asked = -1;
    }
    if (asked < 0) return unknown(a.mean(past, k)) ? U : 0;
    const now = past.times[k] as number;
    // Since when the answer is known to be missing.
    let silent = k + 1;
    while (silent > asked && !unknown(b.mean(past, silent - 1))) silent -= 1;
    if (silent <= k && now - (past.times[silent] as number) >= span) return 1;
    return now - (past.times[asked] as number) < span ? 0 : U;
  });
}

function unpreceded(e: Node, by: Node, span: number): Node {
  return node(`unpreceded(${e.text}, ${by.text}, ${span}ms)`, (past, k) => {
    const present = e.mean(past, k);
    if (present !== 1) return unknown(present) ? U : 0;
    let rise = k;
    while (rise >= 0 && e.mean(past, rise) !== 0 && !(e.mean(past, rise) === 1 && before(e, past, rise) === 0))
      rise -= 1;
    if (rise < 0 || e.mean(past, rise) === 0) return 0;
    const from = (past.times[rise] as number) - span;
    let seen = true;
    for (let i = rise; i >= 0; i -= 1) {
      if (i < rise && (past.times[i + 1] as number) < from) break;
      if (by.mean(past, i) === 1) return 0;
      if (unknown(by.mean(past, i)) && (i === rise || (past.times[i + 1] as number) > from)) seen = false;
    }
    return seen && (past.times[0] as number) <= from ? 1 : U;
  });
}

/** At least `k` of the values are true. */
function votes(text: string, k: number, all: readonly Node[]): Node {
  return node(`${text}${all.map((a) => a.text).join(", ")})`, (past, at) => {
    const values = all.map((a) => a.mean(past, at));
    const yes = values.filter((x) => x === 1).length;
    return yes >= k ? 1 : yes + values.filter(unknown).length < k ? 0 : U;
  });
}

const spread = (all: readonly Node[]): Node =>
  node(`spread(${all.map((a) => a.text).join(", ")})`, (past, k) => {
    const sorted = all.map((a) => a.mean(past, k)).sort((x, y) => x - y);
    return sorted.some(unknown) ? U : (sorted.at(-1) as number) - (sorted[0] as number);
  });

const spans = fc.constantFrom(2_000, 5_000, 10_000, 20_000);
const numbers = fc.constantFrom(0, 0.5, 1, 2, 4);

/** Yes/no expressions of limited depth over two yes/no points and two numbers. */
export const randomExpression: fc.Arbitrary<Node> = fc.letrec<{ truth: Node; number: Node }>((tie) => ({
  truth: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(point("b0", 0), point("b1", 1)),
    fc.tuple(tie("number"), fc.constantFrom("<", "<=", ">", ">=", "==", "!="), numbers).map(([a, sign, limit]) =>
      two(
        a,
        node(String(limit), () => limit),
        sign,
        (x, y) => Number({ "<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y, "==": x === y, "!=": x !== y }[sign]),
      ),
    ),
    fc.tuple(tie("truth"), tie("truth")).map(([a, b]) =>
      node(`(${a.text} && ${b.text})`, (past, k) => {
        const [x, y] = [a.mean(past, k), b.mean(past, k)];
        return x === 0 || y === 0 ? 0 : unknown(x) || unknown(y) ? U : 1;
      }),
    ),
    fc.tuple(tie("truth"), tie("truth")).map(([a, b]) =>
      node(`(${a.text} || ${b.text})`, (past, k) => {
        const [x, y] = [a.mean(past, k), b.mean(past, k)];
        return x === 1 || y === 1 ? 1 : unknown(x) || unknown(y) ? U : 0;
      }),
    ),
    tie("truth").map((a) => node(`!${a.text}`, (past, k) => 1 - a.mean(past, k))),
    fc.tuple(tie("truth"), spans).map(([a, span]) => held(a, span)),
    fc.tuple(tie("truth"), spans).map(([a, span]) => since(a, span)),
    fc.tuple(tie("truth"), tie("truth"), spans).map(([a, b, span]) => unanswered(a, b, span)),
    fc.tuple(tie("truth"), tie("truth"), spans).map(([a, b, span]) => unpreceded(a, b, span)),
    fc.array(tie("truth"), { minLength: 1, maxLength: 3 }).map((all) => votes("any(", 1, all)),
    fc.array(tie("truth"), { minLength: 1, maxLength: 3 }).map((all) => votes("all(", all.length, all)),
    fc.array(tie("truth"), { minLength: 2, maxLength: 3 }).map((all) => votes("vote(2, ", 2, all)),
    fc.tuple(tie("truth"), spans, fc.constantFrom(1, 2, 3)).map(([a, span, least]) => count(a, span, least)),
  ),
  number: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(point("n0", 2), point("n1", 3)),
    fc.tuple(tie("number"), tie("number")).map(([a, b]) => two(a, b, "+", (x, y) => x + y)),
    fc.tuple(tie("number"), tie("number")).map(([a, b]) => two(a, b, "-", (x, y) => x - y)),
    tie("number").map((a) => node(`abs(${a.text})`, (past, k) => Math.abs(a.mean(past, k)))),
    fc.tuple(tie("number"), spans).map(([a, span]) => windowOf(a, "avg", span, mean)),
    fc
      .tuple(tie("number"), spans)
      .map(([a, span]) => windowOf(a, "min", span, (list) => Math.min(...list.map((p) => p.value)))),
    fc
      .tuple(tie("number"), spans)
      .map(([a, span]) => windowOf(a, "max", span, (list) => Math.max(...list.map((p) => p.value)))),
    fc.tuple(tie("number"), spans).map(([a, span]) => windowOf(a, "median", span, middle)),
    fc.tuple(tie("number"), spans).map(([a, span]) => rate(a, span)),
    fc.array(tie("number"), { minLength: 2, maxLength: 3 }).map(spread),
    fc.tuple(tie("number"), spans).map(([a, span]) => previous(a, span)),
  ),
})).truth;

export interface Sample {
  /** Whole seconds since the step before, at least one. */
  readonly after: number;
  readonly values: {
    readonly b0?: number | null;
    readonly b1?: number | null;
    readonly n0?: number | null;
    readonly n1?: number | null;
  };
}

const truth = fc.constantFrom(0, 1, null);
const number = fc.constantFrom(0, 0.5, 1, 2, 4, null);
export const randomSamples: fc.Arbitrary<Sample[]> = fc.array(
  fc.record({
    after: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }) },
      { weight: 1, arbitrary: fc.constantFrom(10, 31, 60) },
    ),
    values: fc.record({ b0: truth, b1: truth, n0: number, n1: number }, { requiredKeys: [] }),
  }),
  { minLength: 3, maxLength: 30 },
);

/** The samples as the naive meanings read them. */
export function pastOf(samples: readonly Sample[]): Past {
  const times: number[] = [];
  const rows: number[][] = [];
  let now = 0;
  let row = [U, U, U, U];
  for (const { after, values } of samples) {
    now += after * 1_000;
    row = Object.keys(POINTS).map((key, at) => {
      const value = values[key as keyof typeof values];
      return value === undefined ? (row[at] as number) : value === null ? U : value;
    });
    times.push(now);
    rows.push(row);
  }
  return { times, samples: rows };
}
