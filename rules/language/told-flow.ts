/** A flow that the device tells of itself (`normalFlow`, `nightFlow`), in the unit of the value that it stands beside. */
import { constantOf, type Term } from "./graph.ts";
import { type Resolver, unitOf } from "./resolve.ts";
import { comparable, parseUnit } from "./units.ts";

/** NaN when the device tells none, or when the value is no flow. */
export function toldFlow(r: Resolver, value: Term, name: string): number {
  const told = r.scope.subject.device?.params[name];
  const flow = parseUnit("m3/h");
  if (typeof told !== "number" || flow === undefined || !comparable(flow, unitOf(value))) return Number.NaN;
  return constantOf(r.toUnit(r.scope.graph.constant(told, { kind: "number", unit: flow }), unitOf(value)));
}
