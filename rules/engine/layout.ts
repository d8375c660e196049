/** From the terms of all devices to numbered nodes: which terms get a node, in which order, and who depends on whom. */
import { isConstant, isInput, isMemory, type Term } from "../language/graph.ts";
import { reachable } from "../language/rule-on-device.ts";

/** Lists of numbers, one per row, in two flat arrays: row r is `items[from[r]] … items[from[r + 1] - 1]`. */
export interface Rows {
  readonly from: Int32Array;
  readonly items: Int32Array;
}

export function rowsOf(lists: readonly (readonly number[])[]): Rows {
  const from = new Int32Array(lists.length + 1);
  lists.forEach((list, row) => {
    from[row + 1] = (from[row] as number) + list.length;
  });
  const items = new Int32Array(from[lists.length] as number);
  lists.forEach((list, row) => {
    items.set(list, from[row]);
  });
  return { from, items };
}

export interface Node {
  readonly term: Term;
  /** Names the node in snapshots: device and hash. */
  readonly key: string;
  /** Distance from the inputs: a node runs after everything of a lower rank. */
  readonly rank: number;
}

export interface Layout {
  readonly nodes: readonly Node[];
  readonly slotOf: ReadonlyMap<Term, number>;
  /** Node → nodes that read it. */
  readonly readers: Rows;
  /** Handle → nodes that read the point table there. */
  readonly byHandle: Rows;
  readonly ranks: number;
}

export interface DeviceTerms {
  readonly device: string;
  /** Verdicts: always get a node. */
  readonly roots: readonly Term[];
  /** Read only when a sentence is written: their memory must run, they themselves need no node. */
  readonly glimpsed: readonly Term[];
}

/**
 * Nodes are inputs, what remembers, what those read, roots, and pure terms that several others share. All other pure terms
 * are computed inside the node that uses them.
 */
export function layOut(devices: readonly DeviceTerms[], handles: number): Layout {
  const nodes: Node[] = [];
  const slotOf = new Map<Term, number>();
  const readers: number[][] = [];
  const byHandle: number[][] = Array.from({ length: handles }, () => []);
  let ranks = 0;
  for (const { device, roots, glimpsed } of devices) {
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
      const shared = (uses.get(term) ?? 0) > 1 && !isConstant(term);
      if (!(isInput(term.operator) || isMemory(term.operator) || shared || wanted.has(term))) continue;
      const slot = nodes.length;
      const sources = sourcesOf(term, slotOf);
      const rank = sources.reduce((most, source) => Math.max(most, (nodes[source]?.rank ?? 0) + 1), 0);
      ranks = Math.max(ranks, rank + 1);
      nodes.push({ term, key: `${device} ${term.hash}`, rank });
      readers.push([]);
      slotOf.set(term, slot);
      for (const source of sources) readers[source]?.push(slot);
      if (isInput(term.operator)) byHandle[term.handle]?.push(slot);
    }
  }
  return { nodes, slotOf, readers: rowsOf(readers), byHandle: rowsOf(byHandle), ranks };
}

/** The nodes that a term reads, directly or through terms computed in place. */
export function sourcesOf(term: Term, slotOf: ReadonlyMap<Term, number>): readonly number[] {
  const sources = new Set<number>();
  const open = [...term.args];
  for (let next = open.pop(); next; next = open.pop()) {
    const slot = slotOf.get(next);
    if (slot === undefined) open.push(...next.args);
    else sources.add(slot);
  }
  return [...sources];
}
