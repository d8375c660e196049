/** Canonical JSON: one value has one text, whoever writes it, so that hashes and comparisons hold (RFC 8785). */
import { shapeOf } from "./shapes-of-objects.ts";

/** Texts of objects that are part of several others, so that each is written once. */
export type KnownTexts = ReadonlyMap<object, string>;

const none: KnownTexts = new Map();

/**
 * Keys sorted by UTF-16 code units, no white space, numbers as ECMAScript writes them; absent (`undefined`) keys are left out.
 * Throws a TypeError that names the place when the value has no JSON form (NaN, Infinity, a Map, a Date, …): such a value
 * would come back from the disk as something else.
 */
export function canonicalJson(value: unknown, known: KnownTexts = none): string {
  try {
    return write(value, known);
  } catch (error) {
    // Places cost time to keep, and are asked for only here.
    if (error === NO_FORM) nameThePlace(value, "");
    throw error;
  }
}

const NO_FORM = new TypeError("a value that JSON cannot hold");

function write(value: unknown, known: KnownTexts): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (!Number.isFinite(value)) throw NO_FORM;
      return `${value}`;
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? writeList(value, known) : (known.get(value) ?? writeObject(value, known));
    default:
      throw NO_FORM;
  }
}

function writeList(list: readonly unknown[], known: KnownTexts): string {
  let text = "[";
  for (let n = 0; n < list.length; n += 1) text += n === 0 ? write(list[n], known) : `,${write(list[n], known)}`;
  return `${text}]`;
}

function writeObject(value: object, known: KnownTexts): string {
  if (!isPlain(value)) throw NO_FORM;
  const { sorted, labels } = shapeOf(Object.keys(value));
  let text = "";
  for (let n = 0; n < sorted.length; n += 1) {
    const item = (value as Record<string, unknown>)[sorted[n] as string];
    if (item !== undefined) text += (text === "" ? "{" : ",") + labels[n] + write(item, known);
  }
  return text === "" ? "{}" : `${text}}`;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Throws for the first part that has no JSON form. */
function nameThePlace(value: unknown, path: string): void {
  if (typeof value === "number" && !Number.isFinite(value)) throw noForm(path, String(value));
  if (value === null || ["string", "boolean", "number"].includes(typeof value)) return;
  if (typeof value !== "object") throw noForm(path, typeof value);
  if (Array.isArray(value)) {
    // Not forEach: it leaves holes out.
    for (let n = 0; n < value.length; n += 1) nameThePlace(value[n], `${path}/${n}`);
    return;
  }
  if (!isPlain(value)) throw noForm(path, Object.getPrototypeOf(value).constructor?.name ?? "object");
  for (const key of Object.keys(value).sort()) {
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) nameThePlace(item, `${path}/${key}`);
  }
}

const noForm = (path: string, what: string) =>
  new TypeError(`${path || "The value"} is ${what}, which JSON cannot hold. Store a number, a text, or leave it out.`);
