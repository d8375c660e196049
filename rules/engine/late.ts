/**
 * A sample that comes late, into the windows that would have seen it: wherever what a window watches is a function of that one
 * point, its past can be said again. What stands now, its delays and its edges stay as they are (alarms 6, case 20).
 */
import { compile, type Frame } from "../language/closures.ts";
import { isOf, type Operator, type Term } from "../language/graph.ts";
import type { Part } from "./instances.ts";
import type { LateInput } from "./machine.ts";
import type { Shape } from "./shapes.ts";

export interface LateSample {
  readonly handle: number;
  readonly value: number;
  /** Monotonic: it stood from `from` until `until`, between two samples of these values (NaN: unknown). */
  readonly from: number;
  readonly until: number;
  readonly before: number;
  readonly after: number;
}

const LEARNS: ReadonlySet<Operator> = new Set<Operator>([
  "avg",
  "median",
  "min",
  "max",
  "rate",
  "previous",
  "flat",
  "rises",
  "since",
  "within",
]);
const PULSES: ReadonlySet<Operator> = new Set<Operator>(["rising", "falling", "changed"]);

/** The one point that a pure term reads; `undefined` when it reads none, several, or what remembers. */
function pointOf(term: Term): Term | undefined {
  if (term.operator === "point") return term;
  for (const argument of term.args) {
    const found = pointOf(argument);
    if (found) return isOf(term, found) ? found : undefined;
  }
  return undefined;
}

/** A window of a shape, and what it makes of a value of its point. */
interface Learner {
  readonly node: number;
  /** Handle on the device of which the shape was made. */
  readonly handle: number;
  readonly operator: Operator;
  /** The edge between the point and the window, if any. */
  readonly pulse: Operator | undefined;
  readonly read: (value: number) => number;
}

function learnersOf({ layout }: Shape): Learner[] {
  return layout.nodes.flatMap(({ term }, node) => {
    const [input] = term.args;
    if (!input || !LEARNS.has(term.operator)) return [];
    const pulse = PULSES.has(input.operator) ? input.operator : undefined;
    const watched = pulse ? input.args[0] : input;
    const point = watched && pointOf(watched);
    if (!watched || !point) return [];
    const frame: Frame = { values: new Float64Array(1), base: 0 };
    const ask = watched === point ? undefined : compile(watched, frame, (child) => (child === point ? 0 : undefined));
    const read = (value: number) => {
      frame.values[0] = value;
      return ask ? ask() : value;
    };
    return [{ node, handle: point.handle, operator: term.operator, pulse, read }];
  });
}

const turnsOf = (pulse: Operator | undefined) => (a: number, b: number) => {
  if (pulse === "changed") return !Number.isNaN(a) && !Number.isNaN(b) && a !== b;
  return pulse === "falling" ? a === 1 && b === 0 : a === 0 && b === 1;
};

function inputOf({ operator, pulse, read }: Learner, { value, from, until, ...beside }: LateSample) {
  const [x, before, after] = [read(value), read(beside.before), read(beside.after)];
  const is = turnsOf(pulse);
  const turns = { was: is(before, after), first: is(before, x), second: is(x, after) };
  if (!pulse || operator === "rises") return { x, before, after, from, until, turns };
  // Of an edge only when it was true last is kept.
  const told = { from, until, turns };
  if (turns.second) return { ...told, x: 1, before: 0, after: 0 };
  if (!turns.first) return undefined;
  return turns.was ? { ...told, x: 0, before: 1, after: 0 } : { ...told, x: 1, before: 0, after: 0, until: from };
}

export type InsertLate = (late: LateSample) => void;

/** `insert` tells the window at a node of the network. What is needed is made when the first sample comes late. */
export function createLate(parts: readonly Part[], insert: (node: number, late: LateInput) => void): InsertLate {
  let byHandle: ReadonlyMap<number, readonly { readonly base: number; readonly learner: Learner }[]> | undefined;

  function index() {
    const learners = new Map<Shape, readonly Learner[]>();
    const made = new Map<number, { base: number; learner: Learner }[]>();
    for (const { shape, device, base } of parts) {
      const own = learners.get(shape) ?? learnersOf(shape);
      learners.set(shape, own);
      for (const learner of own) {
        const handle = shape.handleOn(device, learner.handle);
        const list = made.get(handle);
        if (list) list.push({ base, learner });
        else made.set(handle, [{ base, learner }]);
      }
    }
    return made;
  }

  return (late) => {
    byHandle ??= index();
    for (const { base, learner } of byHandle.get(late.handle) ?? []) {
      const input = inputOf(learner, late);
      if (input) insert(base + learner.node, input);
    }
  };
}
