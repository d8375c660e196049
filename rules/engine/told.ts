/** What a sentence tells of a term that has no place of its own, or of points whose newest value the engine did not hear of. */
import { compile, type Frame } from "../language/closures.ts";
import { isInput, isMemory, type Term } from "../language/graph.ts";
import { reachable } from "../language/rule-on-device.ts";
import type { EngineInput } from "./engine.ts";
import type { Part } from "./instances.ts";

export type Told = (term: Term, slotOf: ReadonlyMap<Term, number>, part: Part) => number;

export function createTold({ tell }: EngineInput, frame: Frame): Told {
  const { values } = frame;

  /** Numbers follow the points anew; what remembers has heard of all that counts. */
  function afresh(
    term: Term,
    slotOf: ReadonlyMap<Term, number>,
    part: Part,
    newest: (handle: number) => number,
  ): number {
    const points = [...reachable([term])].flatMap((one) => {
      const slot = one.operator === "point" ? slotOf.get(one) : undefined;
      return slot === undefined
        ? []
        : [{ node: part.base + slot, handle: part.shape.handleOn(part.device, one.handle) }];
    });
    const before = points.map(({ node }) => values[node] as number);
    for (const { node, handle } of points) values[node] = newest(handle);
    const kept = (one: Term) => (isInput(one.operator) || isMemory(one.operator) ? slotOf.get(one) : undefined);
    const own = kept(term);
    const value = own === undefined ? compile(term, frame, kept)() : (values[part.base + own] as number);
    points.forEach(({ node }, i) => {
      values[node] = before[i] as number;
    });
    return value;
  }

  return (term, slotOf, part) => {
    frame.base = part.base;
    return tell ? afresh(term, slotOf, part, tell) : compile(term, frame, (one) => slotOf.get(one))();
  };
}
