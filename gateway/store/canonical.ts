/** Canonical JSON: one value has one text, whoever writes it, so that hashes and comparisons hold (RFC 8785). */

/**
 * Keys sorted by UTF-16 code units, no white space, numbers as ECMAScript writes them; absent (`undefined`) keys are left out.
 * Throws a TypeError that names the place when the value has no JSON form (NaN, Infinity, a Map, a Date, …): such a value
 * would come back from the disk as something else.
 */
export function canonicalJson(value: unknown, known?: KnownTexts): string {
  return write(value, "", known);
}

/** Texts of objects that are part of several others, so that each is written once. */
export type KnownTexts = ReadonlyMap<object, string>;

function write(value: unknown, path: string, known: KnownTexts | undefined): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (!Number.isFinite(value)) throw noForm(path, String(value));
      return JSON.stringify(value);
    case "object":
      return value === null
        ? "null"
        : Array.isArray(value)
          ? writeList(value, path, known)
          : (known?.get(value) ?? writeObject(value, path, known));
    default:
      throw noForm(path, typeof value);
  }
}

function writeList(list: readonly unknown[], path: string, known: KnownTexts | undefined): string {
  return `[${list.map((item, i) => write(item, `${path}/${i}`, known)).join(",")}]`;
}

function writeObject(value: object, path: string, known: KnownTexts | undefined): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null) {
    throw noForm(path, prototype.constructor?.name ?? "object");
  }
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) parts.push(`${JSON.stringify(key)}:${write(item, `${path}/${key}`, known)}`);
  }
  return `{${parts.join(",")}}`;
}

const noForm = (path: string, what: string) =>
  new TypeError(`${path || "The value"} is ${what}, which JSON cannot hold. Store a number, a text, or leave it out.`);
