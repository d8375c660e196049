/** Parses a part of a file by a schema: every issue becomes a problem, and what is still good is kept for further checks. */
import type * as z from "zod";
import { describeIssue } from "./issue-text.ts";
import type { Place, ProblemList } from "./problems.ts";
import type { Path, YamlFile } from "./yaml-file.ts";

/** A value inside a file, with the way to it. */
export interface Part {
  readonly file: YamlFile;
  readonly path: Path;
  readonly value: unknown;
}

export const whole = (file: YamlFile): Part => ({ file, path: [], value: file.value });

/** A part of a part; its value is `undefined` where nothing stands. */
export function part(of: Part, ...path: Path): Part {
  let value = of.value;
  for (const step of path) {
    value = typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[step] : undefined;
  }
  return { file: of.file, path: [...of.path, ...path], value };
}

export const placeOf = (of: Part, ...path: Path): Place => of.file.place([...of.path, ...path]);
export const keyPlaceOf = (of: Part, ...path: Path): Place => of.file.keyPlace([...of.path, ...path]);

/** The items of a list, or the thing itself when it stands alone; nothing when it is empty. */
export function itemsOf(of: Part): readonly Part[] {
  if (Array.isArray(of.value)) return of.value.map((_, index) => part(of, index));
  return of.value === null || of.value === undefined ? [] : [of];
}

export interface Parsed<T> {
  /** What could be understood: parts with problems are left out; `undefined` when something is missing that must be there. */
  readonly value: T | undefined;
  /** True when there was no problem at all. */
  readonly clean: boolean;
}

/** Salvaging goes round by round: taking out what is wrong may uncover the next problem. */
const ROUNDS = 6;

/**
 * Text that came from the environment is text; where the schema wants a number or true/false, it is read as such.
 * All issues of the first look are reported. Later looks serve only to keep what is good, so that one run finds the
 * problems behind the first ones too; `standIns` take the place of what must be there and is missing or wrong.
 */
export function parsePart<S extends z.ZodType>(
  of: Part,
  schema: S,
  problems: ProblemList,
  standIns: Readonly<Record<string, unknown>> = {},
): Parsed<z.output<S>> {
  let value = structuredClone(of.value);
  let result = schema.safeParse(value);
  for (let round = 0; !result.success && round < ROUNDS; round += 1) {
    const before = value;
    for (const issue of result.error.issues) value = coerced(value, issue, of);
    if (value === before) break;
    result = schema.safeParse(value);
  }
  if (result.success) return { value: result.data, clean: true };
  for (const issue of result.error.issues) {
    if (of.file.unresolved.has(JSON.stringify([...of.path, ...issue.path]))) continue;
    for (const { place, what, todo } of describeIssue(issue, of.file, of.path, schema))
      problems.error(place, what, todo);
  }
  for (let round = 0; !result.success && round < ROUNDS; round += 1) {
    for (const issue of result.error.issues) remove(value, issue, standIns);
    result = schema.safeParse(value);
  }
  return { value: result.success ? result.data : undefined, clean: false };
}

type Issue = z.core.$ZodIssue;

function coerced(value: unknown, issue: Issue, of: Part): unknown {
  const path = issue.path as Path;
  if (!of.file.resolved.has(JSON.stringify([...of.path, ...path])) || issue.code !== "invalid_type") return value;
  const text = path.reduce<unknown>(
    (here, step) => (here as Record<string | number, unknown> | undefined)?.[step],
    value,
  );
  if (typeof text !== "string") return value;
  let better: unknown;
  if (issue.expected === "boolean" && /^(true|false)$/.test(text)) better = text === "true";
  if (/^(number|int)$/.test(issue.expected) && /^[+-]?\d+(\.\d+)?$/.test(text)) better = Number(text);
  return better === undefined ? value : replaced(value, path, better);
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  const here = value as Record<string | number, unknown>;
  const next = replaced(here[step], rest, by);
  return Array.isArray(value) ? value.with(Number(step), next) : { ...here, [step]: next };
}

/** Takes out the nearest named thing around the issue, so that positions in lists stay what they are. */
function remove(value: unknown, issue: Issue, standIns: Readonly<Record<string, unknown>>): void {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const here = holderAt(value, path);
    for (const key of issue.keys) if (here) delete here[key];
    return;
  }
  // What is missing cannot be taken out; the thing that lacks it can.
  for (let last = path.length - 1; last >= 0; last -= 1) {
    const key = path[last];
    const here = typeof key === "string" ? holderAt(value, path.slice(0, last)) : undefined;
    if (!here || key === undefined) continue;
    if (last === 0 && Object.hasOwn(standIns, key)) here[key] = standIns[key];
    else if (Object.hasOwn(here, key)) delete here[key];
    else continue;
    return;
  }
}

function holderAt(value: unknown, path: Path): Record<string | number, unknown> | undefined {
  let here: unknown = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return typeof here === "object" && here !== null ? (here as Record<string | number, unknown>) : undefined;
}
