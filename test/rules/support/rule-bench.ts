/** A device, its points and its rules held in the hand: set values, let time pass, read the transitions. */
import type { Calendar } from "#model/calendar";
import type { PointColumns, PointDefinition, PointType } from "#model/points";
import { BAD, GOOD, type Reason, reasonCode } from "#model/quality";
import type { Expression, RuleDefinition, RuleParameter, RuleSelection, Transition } from "#model/rule";
import type { Severity } from "#model/severity";
import type { Device, DeviceKind } from "#model/site";
import { instant, milliseconds } from "#model/time";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import type { RuleEngine } from "../../../rules/engine/engine.ts";
import { checkRules } from "../../../rules/language/check.ts";

export const LIBRARY = "rules/library/test.yaml";

export const expression = (text: string, line = 10, file = LIBRARY): Expression => ({ text, file, line, column: 9 });

export interface RuleText {
  readonly id?: string;
  readonly kind?: DeviceKind;
  readonly severity?: Severity;
  readonly when: string;
  readonly clear?: string;
  readonly deadband?: string;
  readonly each?: RuleSelection;
  readonly on?: string;
  readonly off?: string;
  readonly let?: Readonly<Record<string, string>>;
  readonly levels?: readonly (readonly [when: string, severity: Severity])[];
  readonly optional?: readonly string[];
  readonly params?: Readonly<Record<string, RuleParameter>>;
  readonly because?: string;
  readonly file?: string;
  readonly calendars?: Readonly<Record<string, Calendar>>;
  readonly lifeSafety?: boolean;
  readonly onBad?: "hold" | "trouble";
}

export function rule(text: RuleText): RuleDefinition {
  const file = text.file ?? LIBRARY;
  const place = (t: string, line: number) => expression(t, line, file);
  return {
    id: text.id ?? "test.rule",
    kind: text.kind ?? "water",
    title: { zh: "试验", en: "Test" },
    severity: text.severity ?? "S2",
    lifeSafety: text.lifeSafety ?? false,
    latch: false,
    let: Object.fromEntries(Object.entries(text.let ?? {}).map(([name, t], at) => [name, place(t, 5 + at)])),
    when: place(text.when, 10),
    ...(text.clear !== undefined && { clear: place(text.clear, 11) }),
    ...(text.deadband !== undefined && { deadband: place(text.deadband, 11) }),
    ...(text.each !== undefined && { each: text.each }),
    ...(text.on !== undefined && { onDelay: place(text.on, 12) }),
    ...(text.off !== undefined && { offDelay: place(text.off, 13) }),
    levels: (text.levels ?? []).map(([when, severity], at) => ({ when: place(when, 14 + at), severity })),
    optional: text.optional ?? [],
    params: text.params ?? {},
    because: { zh: text.because ?? "试验", en: text.because ?? "test" },
    advice: { zh: "无", en: "none" },
    source: "test",
    file,
    ...(text.calendars !== undefined && { calendars: text.calendars }),
    ...(text.onBad !== undefined && { onBad: text.onBad }),
  };
}

export const param = (value: number | boolean, unit?: string): RuleParameter => ({
  type: typeof value === "boolean" ? "bool" : "number",
  default: value,
  ...(unit !== undefined && { unit }),
  source: "test",
});
export const spanParam = (ms: number): RuleParameter => ({ type: "span", default: ms, source: "test" });

/** `key: "MPa"` a number with unit, `""` a plain number, `"bool"`, `"enum"` or `"text"`. */
export type PointTexts = Readonly<Record<string, string>>;

export function pointsOf(device: string, points: PointTexts, first = 0): PointDefinition[] {
  return Object.entries(points).map(([key, what], at) => {
    const type: PointType = what === "bool" || what === "enum" || what === "text" ? what : "number";
    return {
      id: `${device}.${key}`,
      device,
      key,
      name: { zh: key, en: key },
      type,
      ...(type === "number" && what !== "" && { unit: what }),
      at: {},
      atText: `holding:${first + at}`,
      scale: 1,
      offset: 0,
      notAvailable: [],
      every: milliseconds(1_000),
      staleAfter: milliseconds(10_000),
      deadband: 0,
      tags: [],
    };
  });
}

export function deviceOf(id: string, points: readonly number[], more: Partial<Device> = {}): Device {
  return {
    id,
    name: { zh: id, en: id },
    kind: "water",
    place: {},
    link: "link",
    unit: 1,
    params: {},
    dependsOn: [],
    points,
    maxRegisters: 125,
    ...more,
  };
}

/** As the point table stands before the first sample. */
export function createColumns(count: number): PointColumns {
  return {
    count,
    value: new Float64Array(count).fill(Number.NaN),
    quality: new Uint8Array(count).fill(BAD),
    reason: new Uint8Array(count).fill(reasonCode("restart")),
    sourceAt: new Float64Array(count),
    receivedAt: new Float64Array(count),
    text: new Map(),
  };
}

export const START = 1_795_248_000_000;

export interface Bench {
  readonly engine: RuleEngine;
  readonly columns: PointColumns;
  /** Milliseconds since the start, on the monotonic clock. */
  readonly now: () => number;
  /** Sets points (number, boolean, `null` = bad) and runs one step at the present time. */
  set(values: Readonly<Record<string, number | boolean | null>>, reason?: Reason): string[];
  /** Goes to a time in seconds and sets points there before the timers that are due at that very instant. */
  at(seconds: number, values: Readonly<Record<string, number | boolean | null>>): string[];
  /** Goes to a time in seconds, running a step whenever a timer is due. */
  to(seconds: number): string[];
  /** One step without news. */
  step(): string[];
  stepWall(ms: number): void;
  /** Full transitions of the last call. */
  readonly last: Transition[];
  /** Writes down what moved since the last time, as the house does; all that is written. */
  keep(): ReadonlyMap<string, string>;
  /** Instances whose condition holds, as the verdicts that were written say. */
  active(): ReadonlySet<string>;
  /** Time passes in which the engine is not asked. */
  skip(ms: number): void;
  /** A new engine from the state of this one, `downtime` ms later; with `blank` its points start unknown. */
  restart(downtime: number, blank: boolean, rules?: readonly RuleText[]): Bench;
}

/** Lines like `5.0 active S2` (seconds, turn, severity), led by the rule's id when there are several rules. */
export function bench(
  points: PointTexts,
  rules: readonly RuleText[] | string,
  more: Partial<Device> = {},
  others: readonly Other[] = [],
): Bench {
  const texts = typeof rules === "string" ? [{ when: rules }] : rules;
  const count = [points, ...others.map((other) => other.points)].flatMap((one) => Object.keys(one)).length;
  return open(points, texts, more, others, createColumns(count), { mono: 0, wall: START });
}

/** Another device of the site; its points are set as `<id>.<key>`. */
export interface Other {
  readonly id: string;
  readonly points: PointTexts;
  readonly more?: Partial<Device>;
}

function open(
  points: PointTexts,
  texts: readonly RuleText[],
  more: Partial<Device>,
  others: readonly Other[],
  columns: PointColumns,
  clock: { mono: number; wall: number },
): Bench {
  const definitions = pointsOf("d", points);
  const device = deviceOf(
    "d",
    definitions.map((_, at) => at),
    more,
  );
  const devices = [device];
  const keys = Object.keys(points);
  for (const other of others) {
    const own = pointsOf(other.id, other.points);
    const handles = own.map((_, at) => definitions.length + at);
    devices.push(deviceOf(other.id, handles, other.more));
    definitions.push(...own);
    keys.push(...own.map((point) => point.id));
  }
  const kind = device.kind;
  const rules = texts.map((text, at) => rule({ kind, id: `r${at}`, ...text }));
  const checked = checkRules(rules, devices, definitions);
  if (checked.problems.length > 0)
    throw new Error(checked.problems.map((p) => `${p.line}:${p.column} ${p.what.en} ${p.todo.en}`).join("\n"));
  const engine = createEngine({ rules, devices, points: definitions, columns, zone: "Asia/Shanghai" });
  const last: Transition[] = [];
  const run = (changed: number[]): string[] => {
    const found = engine.step(Int32Array.from(changed), changed.length, {
      now: instant(clock.wall),
      mono: milliseconds(clock.mono),
    });
    last.push(...found);
    return found.map(
      (t) =>
        `${t.instance.device === "d" ? "" : `${t.instance.device} `}${texts.length > 1 ? `${t.instance.rule.id} ` : ""}${(clock.mono / 1_000).toFixed(1)} ${t.to} ${t.severity}`,
    );
  };
  const advance = (ms: number): void => {
    clock.wall += ms - clock.mono;
    clock.mono = ms;
  };
  const set: Bench["set"] = (values, reason = "timeout") => {
    last.length = 0;
    const changed: number[] = [];
    for (const [key, value] of Object.entries(values)) {
      const handle = keys.indexOf(key);
      columns.value[handle] = value === null ? Number.NaN : Number(value);
      columns.quality[handle] = value === null ? BAD : GOOD;
      columns.reason[handle] = reasonCode(value === null ? reason : "none");
      columns.receivedAt[handle] = clock.wall;
      changed.push(handle);
    }
    return run(changed);
  };
  /** Runs the timers until they are due at `until`, or after it. */
  const timers = (until: number, inclusive: boolean): string[] => {
    const lines: string[] = [];
    for (let due = engine.nextWake(); inclusive ? due <= until : due < until; due = engine.nextWake()) {
      advance(Math.max(due, clock.mono));
      lines.push(...run([]));
    }
    advance(until);
    return lines;
  };
  const notes = new Map<string, string>();
  const keep = (): ReadonlyMap<string, string> => {
    for (const [name, text] of engine.pages({ now: instant(clock.wall), mono: milliseconds(clock.mono) }))
      notes.set(name, text);
    return notes;
  };
  return {
    keep,
    active() {
      const page = JSON.parse(keep().get("engine/0") ?? "") as { verdicts: Record<string, { state: number[] }> };
      return new Set(Object.keys(page.verdicts).filter((id) => (page.verdicts[id]?.state[0] ?? 0) >= 2));
    },
    skip(ms) {
      const from = { now: instant(clock.wall), mono: milliseconds(clock.mono) };
      clock.wall += ms;
      clock.mono += ms;
      engine.skip(from, { now: instant(clock.wall), mono: milliseconds(clock.mono) });
    },
    engine,
    columns,
    last,
    now: () => clock.mono,
    set,
    at(seconds, values) {
      const before = timers(Math.round(seconds * 1_000), false);
      return [...before, ...set(values)];
    },
    to(seconds) {
      last.length = 0;
      const lines = timers(Math.round(seconds * 1_000), true);
      lines.push(...run([]));
      return lines;
    },
    step() {
      last.length = 0;
      return run([]);
    },
    stepWall(ms) {
      clock.wall += ms;
    },
    restart(downtime, blank, changed = texts) {
      keep();
      // A restarted process has a monotonic clock of its own.
      const next = { mono: clock.mono + downtime, wall: clock.wall + downtime };
      const table = blank ? createColumns(columns.count) : columns;
      const again = open(points, changed, more, others, table, next);
      again.engine.restore(notes, { now: instant(next.wall), mono: milliseconds(next.mono) });
      return again;
    },
  };
}
