/** What to say of a name that means nothing, with the nearest one that would. */
import { badReference, textPoint, unknownName, unknownRelation } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { isDotted, keysAnywhere, readReference, relationWords } from "./relations.ts";
import { knownNames, type Looked, type Scope } from "./scope.ts";
import type { Syntax } from "./syntax.ts";
import type { Fault } from "./token.ts";

type Trouble = Exclude<Looked, { readonly term: unknown }>["trouble"];

export function notFound(scope: Scope, at: Syntax & { readonly kind: "name" }, trouble: Trouble): Fault {
  const { name } = at;
  if (trouble === "text") return textPoint(at, name);
  if (trouble === "form") return badReference(at, name);
  const reference = isDotted(name) ? readReference(name) : undefined;
  if (!reference) return unknownName(at, name, nearest(name, knownNames(scope)));
  if (trouble === "relation") return unknownRelation(at, reference.where, nearest(reference.where, relationWords));
  const near = nearest(reference.key, keysAnywhere(scope));
  return unknownName(at, name, near === undefined ? undefined : `${reference.prefix}.${near}`);
}
