/** From the terms of a shape to numbered nodes: which terms get a node, in which order, and who depends on whom. */
import { isConstant, isInput, isMemory, type Term } from "../language/graph.ts";
import { reachable } from "../language/rule-on-device.ts";

/** Lists of numbers, one per row, in two flat arrays: row r is `items[from[r]] … items[from[r + 1] - 1]`. */
export interface Rows {
  readonly from: Int32Array;
  readonly items: Int32Array;
}

/** Takes pairs of row and item; the items of a row keep the order in which they are told. `tell` is called twice. */
export function rowsOf(rows: number, tell: (pair: (row: number, item: number) => void) => void): Rows {
  const from = new Int32Array(rows + 1);
  tell((row) => {
    from[row + 1] = (from[row + 1] as number) + 1;
  });
  for (let row = 0; row < rows; row += 1) from[row + 1] = (from[row + 1] as number) + (from[row] as number);
  const items = new Int32Array(from[rows] as number);
  const at = from.slice();
  tell((row, item) => {
    const next = at[row] as number;
    items[next] = item;
    at[row] = next + 1;
  });
  return { from, items };
}

export interface Node {
  readonly term: Term;
  /** Nodes that it reads; they stand before it. */
  readonly sources: readonly number[];
}

export interface ShapeLayout {
  readonly nodes: readonly Node[];
  readonly slotOf: ReadonlyMap<Term, number>;
}

const COMPARES: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);
/** A value against a fixed limit is the most frequent question, and its answer seldom changes: it stops the wave. */
export function isLimit({ operator, args: [a, b] }: Term): boolean {
  return COMPARES.has(operator) && a !== undefined && b !== undefined && !isConstant(a) && isConstant(b);
}

/**
 * Nodes are inputs, what remembers, what those read, `roots` (verdicts), comparisons of one other node with a limit, and pure
 * terms that several others share. All other pure terms are computed inside the node that uses them. `glimpsed` are read
 * only when a sentence is written: their memory must run, they themselves need no node.
 */
export function layOut(roots: readonly Term[], glimpsed: readonly Term[]): ShapeLayout {
  const nodes: Node[] = [];
  const slotOf = new Map<Term, number>();
  const needed = reachable(roots);
  const terms = [...reachable([...roots, ...glimpsed])].sort((a, b) => a.id - b.id);
  const uses = new Map<Term, number>();
  const wanted = new Set<Term>(roots);
  for (const term of terms) {
    for (const argument of term.args) {
      uses.set(argument, (uses.get(argument) ?? 0) + 1);
      if (isMemory(term.operator)) wanted.add(argument);
    }
  }
  for (const term of terms) {
    const isShared = (uses.get(term) ?? 0) > 1 && !isConstant(term);
    const sources = sourcesOf(term, slotOf);
    const isStop = needed.has(term) && isLimit(term) && sources.length === 1;
    if (!(isInput(term.operator) || isMemory(term.operator) || isShared || isStop || wanted.has(term))) continue;
    slotOf.set(term, nodes.length);
    nodes.push({ term, sources });
  }
  return { nodes, slotOf };
}

/** The nodes that a term reads, directly or through terms computed in place. */
function sourcesOf(term: Term, slotOf: ReadonlyMap<Term, number>): readonly number[] {
  const sources = new Set<number>();
  const open = [...term.args];
  for (let next = open.pop(); next; next = open.pop()) {
    const slot = slotOf.get(next);
    if (slot === undefined) open.push(...next.args);
    else sources.add(slot);
  }
  return [...sources];
}
