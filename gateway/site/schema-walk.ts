/** Looks into a zod schema by path: which keys it knows there, and how it describes itself. */
import * as z from "zod";
import type { Path } from "./yaml-file.ts";

/** The parts of zod's definitions that this file reads. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly items?: readonly Schema[];
  readonly valueType?: Schema;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly options?: readonly Schema[];
}
type Schema = z.ZodType & { readonly def: Definition };

/** The schema itself without wrappers; a union gives each of its options. */
function unwrap(schema: Schema): readonly Schema[] {
  const { def } = schema;
  if (def.type === "union") return (def.options ?? []).flatMap(unwrap);
  const inner = def.type === "pipe" ? def.in : def.innerType;
  return inner ? unwrap(inner) : [schema];
}

function inside(schema: Schema, part: string | number): readonly Schema[] {
  const { def } = schema;
  if (def.type === "object") {
    const found = def.shape?.[String(part)];
    return found ? [found] : [];
  }
  if (def.type === "tuple") {
    const found = def.items?.[Number(part)];
    return found ? [found] : [];
  }
  const next = def.type === "array" ? def.element : def.type === "record" ? def.valueType : undefined;
  return next ? [next] : [];
}

function at(schema: z.ZodType, path: Path): readonly Schema[] {
  let here: readonly Schema[] = [schema as Schema];
  for (const part of path) here = here.flatMap(unwrap).flatMap((one) => inside(one, part));
  return here;
}

/** Keys that an object at `path` may have. */
export function knownKeys(schema: z.ZodType, path: Path): readonly string[] {
  const objects = at(schema, path)
    .flatMap(unwrap)
    .filter((one) => one.def.type === "object");
  return [...new Set(objects.flatMap((one) => Object.keys(one.def.shape ?? {})))];
}

/** What the schema at `path` says about itself by `.meta({ description, zh })`, looked for from the outside in. */
export function describedAs(schema: z.ZodType, path: Path): { readonly zh: string; readonly en: string } | undefined {
  for (const found of at(schema, path)) {
    for (const one of [found, ...unwrap(found)]) {
      const meta = z.globalRegistry.get(one) as { description?: string; zh?: string } | undefined;
      if (meta?.description !== undefined) return { en: meta.description, zh: meta.zh ?? meta.description };
    }
  }
  return undefined;
}
