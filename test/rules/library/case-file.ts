/** `rules/library/*.cases.yaml`: what a rule must say to a short series of samples. Reads the tables and plays one case. */
import { basename } from "node:path";
import * as z from "zod";
import type { RuleDefinition } from "#model/rule";
import { milliseconds } from "#model/time";
import { itemsOf, keyPlaceOf, type Part, parsePart, part, whole } from "../../../gateway/site/parse-part.ts";
import { createProblemList, formatProblem, type ProblemList, suggestion } from "../../../gateway/site/problems.ts";
import { openFolder } from "../../../gateway/site/read-folder.ts";
import { spanFrom } from "../../../gateway/site/vocabulary.ts";
import type { YamlFile } from "../../../gateway/site/yaml-file.ts";
import { nearest } from "../../../rules/language/nearest.ts";
import { heartbeat } from "./car.ts";
import { steps } from "./courses.ts";
import { type Installed, install, installBeside, installSelf, libraryFolder } from "./installation.ts";
import { play, type Signal, type Signals } from "./stand.ts";

const Span = spanFrom(milliseconds(50), "50ms");
const SECOND = /^-?\d+(\.\d+)?$/;
const seconds = z.string().regex(SECOND);
/** `counts` is a heartbeat, one more each second; `bad` cannot be read. */
const Value = z.union([z.number(), z.boolean(), z.enum(["bad", "counts"])]);
const Word = z.enum(["S1", "S2", "S3", "S4", "normal", "unknown", "known", "trouble", "trouble-over"]);
const Params = z.record(z.string(), z.union([z.number(), z.boolean()]));

const Case = z.strictObject({
  it: z.string().min(10),
  /** Point → its value for the whole case, or second → value from then on. */
  given: z.record(z.string(), z.union([Value, z.record(seconds, Value)])).default({}),
  /** Nothing of the device, and of those beside it, can be read from the first second to the second one. */
  unread: z.tuple([z.number(), z.number()]).optional(),
  /** Second → what the rule says then; nothing else may be said. */
  expect: z.record(seconds, z.union([Word, z.array(Word)])),
  params: Params.default({}),
  /** Last second; a minute after the last one written when not told. */
  until: z.number().optional(),
  /** Seconds at rest before second 0. */
  lead: z.number().min(0).default(60),
  every: Span.default(milliseconds(1_000)),
});
export type Case = z.output<typeof Case>;

const Rest = z.record(z.string(), Value);
const Beside = z.strictObject({ device: z.string().min(1), params: Params.default({}), rest: Rest });

const Table = z.strictObject({
  device: z.string().min(1),
  params: Params.default({}),
  /** What each point says when nothing is wrong. */
  rest: Rest,
  /** Devices in the same building on which this one depends; cases call their points `<name>.<point>`. */
  beside: z.record(z.string().regex(/^[a-z]\w*$/), Beside).default({}),
  cases: z.record(z.string(), z.array(Case).min(1)),
});

export interface TableRow {
  readonly file: string;
  readonly rule: string;
  readonly it: string;
  readonly written: Case;
  readonly installed: Installed;
  readonly rest: Readonly<Record<string, z.output<typeof Value>>>;
}

/** All rows of the files; problems are reported with file, line and column. */
export async function readTables(
  files: readonly YamlFile[],
  rules: readonly RuleDefinition[],
  problems: ProblemList,
): Promise<readonly TableRow[]> {
  const rows: TableRow[] = [];
  for (const file of files) {
    for (const at of itemsOf(whole(file))) {
      const table = parsePart(at, Table, problems).value;
      if (!table) continue;
      const others = new Map<string, Installed>();
      const rest: Record<string, z.output<typeof Value>> = { ...table.rest };
      for (const [name, one] of Object.entries(table.beside)) {
        const installed = await device(one.device, one.params);
        checkNames(
          part(at, "beside", name, "rest"),
          installed.points.map((point) => point.key),
          problems,
        );
        others.set(name, installed);
        for (const [key, value] of Object.entries(one.rest)) rest[`${name}.${key}`] = value;
      }
      const main = await device(table.device, table.params);
      const plain = together(main, others);
      const keys = plain.points.map((point) => (point.device === plain.device.id ? point.key : point.id));
      checkNames(
        part(at, "rest"),
        main.points.map((point) => point.key),
        problems,
      );
      checkNames(
        part(at, "cases"),
        rules.map((rule) => rule.id),
        problems,
      );
      for (const [rule, cases] of Object.entries(table.cases)) {
        for (const [index, written] of cases.entries()) {
          checkNames(part(at, "cases", rule, index, "given"), keys, problems);
          const params = { ...table.params, ...written.params };
          const own = Object.keys(written.params).length > 0;
          const installed = own ? together(await device(table.device, params), others) : plain;
          rows.push({ file: basename(file.name), rule, it: written.it, written, installed, rest });
        }
      }
    }
  }
  return rows;
}

/** Of a profile, or `gateway` itself. */
const device = async (name: string, params: z.output<typeof Params>): Promise<Installed> =>
  name === "gateway" ? installSelf(params) : install(name, params);

const together = (main: Installed, others: ReadonlyMap<string, Installed>): Installed =>
  others.size > 0 ? installBeside(main, others) : main;

function checkNames(at: Part, known: readonly string[], problems: ProblemList): void {
  if (typeof at.value !== "object" || at.value === null) return;
  for (const name of Object.keys(at.value)) {
    if (known.includes(name)) continue;
    problems.error(
      keyPlaceOf(at, name),
      { zh: `没有 ${name}`, en: `there is no ${name}` },
      suggestion(nearest(name, known), known, 30),
    );
  }
}

/** The tables beside the packs; throws with every problem. */
export async function readShippedTables(rules: readonly RuleDefinition[]): Promise<readonly TableRow[]> {
  const problems = createProblemList();
  const folder = openFolder(libraryFolder, "library", new Map(), problems);
  const names = (await folder.list("")).filter((name) => name.endsWith(".cases.yaml"));
  const files = await Promise.all(names.map((name) => folder.read(name)));
  const rows = await readTables(
    files.filter((file) => file !== undefined),
    rules,
    problems,
  );
  const found = problems.list();
  if (found.length > 0) throw new Error(found.map((problem) => formatProblem(problem, "en")).join("\n"));
  return rows;
}

const numbers = (record: Readonly<Record<string, unknown>>): number[] => Object.keys(record).map(Number);

function signalOf(value: z.output<typeof Value>): Signal {
  if (value === "counts") return heartbeat;
  const number = value === "bad" ? Number.NaN : Number(value);
  return () => number;
}

function courseOf(written: Case["given"][string], rest: Signal | undefined): Signal {
  if (typeof written !== "object") return signalOf(written);
  const course = Object.entries(written)
    .map(([t, value]) => [Number(t), signalOf(value)] as const)
    .sort(([a], [b]) => a - b);
  const which = steps([Number.NEGATIVE_INFINITY, -1], ...course.map(([t], index) => [t, index] as const));
  return (t) => (course[which(t)]?.[1] ?? rest ?? (() => Number.NaN))(t);
}

/** What the rule says, as `<second> <word>`. */
export function playCase({ written, installed, rest, rule }: TableRow, rules: readonly RuleDefinition[]): string[] {
  const { given, unread, expect, lead, every } = written;
  const atRest: Record<string, Signal> = {};
  for (const [key, value] of Object.entries(rest)) atRest[key] = signalOf(value);
  const courses: Record<string, Signal> = { ...atRest };
  for (const [key, value] of Object.entries(given)) courses[key] = courseOf(value, atRest[key]);
  const signals: Signals = Object.fromEntries(
    Object.entries(courses).map(([key, signal]) => [
      key,
      (t: number) => (unread && t >= unread[0] && t < unread[1] ? Number.NaN : signal(t)),
    ]),
  );
  const told = [expect, ...Object.values(given).filter((value) => typeof value === "object")].flatMap(numbers);
  const to = written.until ?? Math.max(0, ...told, ...(unread ?? [])) + 60;
  const { said } = play(
    installed,
    rules.filter(({ id }) => id === rule),
    signals,
    { from: -lead, to, phase: 0, poll: every },
  );
  return said.map((s) => `${s.t} ${s.to === "active" || s.to === "level" ? s.severity : s.to}`);
}

/** The expectation in the same form. */
export const expected = ({ expect }: Case): string[] =>
  Object.entries(expect)
    .sort(([a], [b]) => Number(a) - Number(b))
    .flatMap(([t, words]) => [words].flat().map((word) => `${Number(t)} ${word}`));
