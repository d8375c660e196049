/**
 * What rules read, as the engine resolves them: each point by its handle, also those of other devices by relation, and for a
 * point that is only compared with limits which of its values make a difference. A replay feeds that and nothing else.
 */
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import { createShapes, type Shape, type ShapeRule } from "../../rules/engine/shapes.ts";
import { compile, type Frame } from "../../rules/language/closures.ts";
import { isInput, isMemory, isOf, type Term } from "../../rules/language/graph.ts";
import { reachable } from "../../rules/language/rule-on-device.ts";

/** A rule on a device, and the points without which it cannot be judged. */
export interface Watch {
  readonly rule: RuleDefinition;
  readonly device: string;
  readonly needed: readonly number[];
}

/** What the rules make of a good value, as one number; two values with equal answers are the same to every rule. */
export type Answer = (value: number) => number;

export interface Reads {
  /** In ascending order. */
  readonly handles: readonly number[];
  /** Points that a rule asks whether they are still read: `stale()`. */
  readonly aged: readonly number[];
  readonly watches: readonly Watch[];
  /** By handle; `undefined`: every value counts. */
  readonly answers: ReadonlyMap<number, Answer | undefined>;
}

/** Answers of more limits than this do not fit into one exact number. */
const MOST_LIMITS = 20;

const rootsOf = ({ form }: ShapeRule): Term[] => [
  form.when,
  ...(form.clear ? [form.clear] : []),
  ...form.levels.map((level) => level.when),
];

/** Throws when a rule has faults, as the engine does. */
export function readsOf(site: Site, rules: readonly RuleDefinition[]): Reads {
  const watches: Watch[] = [];
  const aged = new Set<number>();
  const found = new Map<number, Answer[] | undefined>();
  for (const shape of createShapes(rules, site.devices, site.points)) {
    const judged = shape.rules.flatMap(rootsOf);
    const told = reachable(shape.rules.flatMap(({ form }) => [...form.placeholders.values()]));
    // A sentence reads what it tells when it is written; only what remembers must have run before.
    const roots = new Set([...judged, ...[...told].filter(({ operator }) => isMemory(operator))]);
    const needed = reachable(roots);
    const parents = parentsOf(needed);
    const inputs = [...new Set([...needed, ...told])].filter(({ operator }) => isInput(operator));
    const answers = new Map(inputs.map((term) => [term, answersOf(term, roots, parents)]));
    for (const device of shape.devices) {
      for (const term of inputs) {
        const handle = shape.handleOn(device, term.handle);
        if (term.operator === "stale") aged.add(handle);
        const more = needed.has(term) ? answers.get(term) : [];
        const before = found.has(handle) ? found.get(handle) : [];
        found.set(handle, before && more ? [...before, ...more] : undefined);
      }
      for (const one of shape.rules) watches.push(watchOf(site, shape, one, device));
    }
  }
  return {
    handles: [...found.keys()].sort((a, b) => a - b),
    aged: [...aged],
    watches,
    answers: new Map([...found].map(([handle, own]) => [handle, own && inOne(own)])),
  };
}

/** Points that the rule can do without leave it judged. */
function watchOf(site: Site, shape: Shape, { rule, reads }: ShapeRule, device: Shape["devices"][number]): Watch {
  const handles = reads.map((handle) => shape.handleOn(device, handle));
  const needed = handles.filter((handle) => !rule.optional.includes(site.points[handle]?.key ?? ""));
  return { rule, device: device.id, needed };
}

function parentsOf(terms: ReadonlySet<Term>): ReadonlyMap<Term, readonly Term[]> {
  const parents = new Map<Term, Term[]>();
  for (const term of terms) {
    for (const argument of term.args) parents.set(argument, [...(parents.get(argument) ?? []), term]);
  }
  return parents;
}

/** The questions through which alone the point is heard; `undefined` when its value goes further than that. */
function answersOf(
  point: Term,
  roots: ReadonlySet<Term>,
  parents: ReadonlyMap<Term, readonly Term[]>,
): Answer[] | undefined {
  // Whether it is bad or old is a matter of its quality and its time: both always count.
  if (point.operator === "is_bad") return [];
  if (point.operator === "stale") return undefined;
  const questions = new Set<Term>();
  const open: Term[] = [point];
  for (let term = open.pop(); term; term = open.pop()) {
    if (term !== point && term.type.kind === "truth") {
      questions.add(term);
      continue;
    }
    if (roots.has(term) || !isOf(term, point)) return undefined;
    open.push(...(parents.get(term) ?? []).filter((parent) => !questions.has(parent)));
  }
  if ([...questions].some((question) => !isOf(question, point))) return undefined;
  const frame: Frame = { values: new Float64Array(1), base: 0 };
  return [...questions].map((question) => {
    const read = compile(question, frame, (term) => (term === point ? 0 : undefined));
    return (value) => {
      frame.values[0] = value;
      return read();
    };
  });
}

function inOne(answers: readonly Answer[]): Answer | undefined {
  if (answers.length > MOST_LIMITS) return undefined;
  return (value) => {
    let all = 0;
    for (const answer of answers) {
      const is = answer(value);
      all = all * 3 + (Number.isNaN(is) ? 2 : is);
    }
    return all;
  };
}
