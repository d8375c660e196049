/** The running network of nodes: takes what changed, runs what depends on it in order of rank, and says which verdicts moved. */
import type { PointColumns } from "#model/points";
import { GOOD, reasonCode } from "#model/quality";
import { compile } from "../language/closures.ts";
import { constantOf, isConstant, isMemory } from "../language/graph.ts";
import { createMachine, isPulse } from "./create-machine.ts";
import type { Layout } from "./layout.ts";
import type { Machine, StepTime } from "./machine.ts";
import { createStale } from "./staleness.ts";
import type { Timers } from "./timers.ts";

const RESTART = reasonCode("restart");
/** Pulses that set off pulses: more rounds than this within one step are a rule that feeds itself, which cannot be written. */
const MOST_ROUNDS = 8;

export interface Network {
  readonly values: Float64Array;
  readonly machines: readonly (Machine | undefined)[];
  /** Marks a node to run in this step. */
  mark(node: number): void;
  markHandle(handle: number): void;
  markAll(): void;
  /** Runs what is marked, rank by rank; `moved` hears of every node whose value changed. */
  drain(moved: (node: number) => void): void;
  /** Ends the pulses of this step by marking them again; false when there were none. */
  endPulses(round: number): boolean;
  /** Computes the pure nodes from the others; after a restore. */
  recompute(): void;
}

export function createNetwork(
  layout: Layout,
  columns: PointColumns,
  time: StepTime,
  timers: Timers,
  zone: string,
): Network {
  const { nodes, slotOf, readers, byHandle, ranks } = layout;
  const size = nodes.length;
  const values = new Float64Array(size).fill(Number.NaN);
  const rankOf = Uint16Array.from(nodes, (node) => node.rank);
  const marked = new Uint8Array(size);
  const width = new Int32Array(ranks);
  for (const { rank } of nodes) width[rank] = (width[rank] as number) + 1;
  const waiting = Array.from(width, (n) => new Int32Array(n));
  const waitingCount = new Int32Array(ranks);
  const pulses = new Int32Array(nodes.filter(({ term }) => isPulse(term)).length);
  let pulseCount = 0;

  const machines = nodes.map(({ term }, slot): Machine | undefined => {
    if (term.operator === "stale") return createStale(values, time, slot, columns, term.handle, term.numbers[0] ?? 0);
    if (!isMemory(term.operator)) return undefined;
    const input = term.args[0] ? (slotOf.get(term.args[0]) ?? -1) : -1;
    return createMachine(term.operator, { values, time, slot, input }, term.numbers, zone);
  });

  const { quality, reason, value } = columns;
  const runs = nodes.map(({ term }, slot): (() => void) => {
    const machine = machines[slot];
    const { handle } = term;
    if (machine) {
      return () => {
        machine.run();
        // Rounding of times must not leave a timer that is due for ever.
        timers.set(slot, machine.wake > time.mono ? machine.wake : time.mono + 1);
      };
    }
    if (term.operator === "point") {
      return () => {
        const x = value[handle] as number;
        values[slot] = quality[handle] === GOOD && Number.isFinite(x) ? x : Number.NaN;
      };
    }
    if (term.operator === "is_bad") {
      // Before the first sample not even the badness is known.
      return () => {
        values[slot] = quality[handle] === GOOD ? 0 : reason[handle] === RESTART ? Number.NaN : 1;
      };
    }
    const read = compile(term, values, (child) => slotOf.get(child));
    return () => {
      values[slot] = read();
    };
  });
  const pulse = Uint8Array.from(nodes, ({ term }) => (isPulse(term) ? 1 : 0));
  nodes.forEach(({ term }, slot) => {
    if (isConstant(term)) values[slot] = constantOf(term);
  });

  function mark(node: number): void {
    if (marked[node] === 1) return;
    marked[node] = 1;
    const rank = rankOf[node] as number;
    const at = waitingCount[rank] as number;
    (waiting[rank] as Int32Array)[at] = node;
    waitingCount[rank] = at + 1;
  }

  return {
    values,
    machines,
    mark,
    markHandle(handle) {
      const end = byHandle.from[handle + 1];
      if (end === undefined) return;
      for (let i = byHandle.from[handle] as number; i < end; i += 1) mark(byHandle.items[i] as number);
    },
    markAll() {
      for (let node = 0; node < size; node += 1) mark(node);
    },
    drain(moved) {
      for (let rank = 0; rank < ranks; rank += 1) {
        const list = waiting[rank] as Int32Array;
        for (let i = 0; i < (waitingCount[rank] as number); i += 1) {
          const node = list[i] as number;
          marked[node] = 0;
          const before = values[node] as number;
          (runs[node] as () => void)();
          const after = values[node] as number;
          if (after === before || (Number.isNaN(after) && Number.isNaN(before))) continue;
          if (pulse[node] === 1 && after === 1) {
            pulses[pulseCount] = node;
            pulseCount += 1;
          }
          const end = readers.from[node + 1] as number;
          for (let r = readers.from[node] as number; r < end; r += 1) mark(readers.items[r] as number);
          moved(node);
        }
        waitingCount[rank] = 0;
      }
    },
    endPulses(round) {
      const some = pulseCount > 0 && round < MOST_ROUNDS;
      for (let i = 0; i < pulseCount; i += 1) mark(pulses[i] as number);
      pulseCount = 0;
      return some;
    },
    recompute() {
      nodes.forEach(({ term }, slot) => {
        if (machines[slot] === undefined && term.operator !== "point" && term.operator !== "is_bad")
          (runs[slot] as () => void)();
      });
    },
  };
}
