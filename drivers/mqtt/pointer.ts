/** The way to one value inside a JSON payload: a JSON pointer (RFC 6901) whose segments may also pick from a list. */

/** A key or position, or `[name=speed]`: the first object of a list whose `name` reads `speed`. */
export type Step = { readonly key: string } | { readonly where: string; readonly is: string };
export type Pointer = readonly Step[];

const LONGEST = 16;

/** Reads `/a/0/b` or `/data/[name=speed]/value`; `undefined` when it is none. The empty text is the whole payload. */
export function parsePointer(text: string): Pointer | undefined {
  if (text === "") return [];
  if (!text.startsWith("/")) return undefined;
  const parts = text.slice(1).split("/");
  if (parts.length > LONGEST) return undefined;
  const steps: Step[] = [];
  for (const part of parts) {
    const pick = /^\[([^[\]=]+)=([^[\]]+)\]$/.exec(part);
    if (pick?.[1] !== undefined && pick[2] !== undefined) {
      steps.push({ where: unescaped(pick[1]), is: unescaped(pick[2]) });
      continue;
    }
    if (/[[\]]/.test(part) || /~(?![01])/.test(part)) return undefined;
    steps.push({ key: unescaped(part) });
  }
  return steps;
}

export const formatPointer = (pointer: Pointer): string =>
  pointer
    .map((step) => ("key" in step ? `/${escaped(step.key)}` : `/[${escaped(step.where)}=${escaped(step.is)}]`))
    .join("");

const unescaped = (text: string): string => text.replaceAll("~1", "/").replaceAll("~0", "~");
const escaped = (text: string): string => text.replaceAll("~", "~0").replaceAll("/", "~1");

/** What stands there; `undefined` when nothing does. Only own members count, so `constructor` finds nothing. */
export function lookUp(value: unknown, pointer: Pointer): unknown {
  let here = value;
  for (const step of pointer) {
    if (typeof here !== "object" || here === null) return undefined;
    if ("where" in step) {
      if (!Array.isArray(here)) return undefined;
      here = here.find((item: unknown) => isNamed(item, step.where, step.is));
    } else {
      if (Array.isArray(here) && !/^(0|[1-9]\d{0,5})$/.test(step.key)) return undefined;
      here = Object.hasOwn(here, step.key) ? (here as Record<string, unknown>)[step.key] : undefined;
    }
  }
  return here;
}

function isNamed(item: unknown, key: string, is: string): boolean {
  if (typeof item !== "object" || item === null || !Object.hasOwn(item, key)) return false;
  const found = (item as Record<string, unknown>)[key];
  return (typeof found === "string" || typeof found === "number" || typeof found === "boolean") && String(found) === is;
}

/** The smallest document that holds `value` at the pointer, for orders; keys only, as `takesOrders` checked. */
export function documentWith(pointer: Pointer, value: unknown): unknown {
  return pointer.reduceRight<unknown>(
    // A plain object with no prototype, so that a key like `__proto__` is a key.
    (inner, step) => Object.assign(Object.create(null), "key" in step ? { [step.key]: inner } : {}),
    value,
  );
}
