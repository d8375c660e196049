/** Points of a device: those of its profile, changed and added to by the device's own file. */
import type { PointDefinition } from "#model/points";
import type { DeviceKind } from "#model/site";
import type { Text } from "#model/text";
import { type Span, seconds } from "#model/time";
import type { Driver } from "../../drivers/driver.ts";
import { nearest } from "../../rules/language/nearest.ts";
import { commonUnits, convert } from "../../rules/language/units.ts";
import { PointEntry, PointOverride } from "./device-file.ts";
import { itemsOf, keyPlaceOf, type Part, parsePart, part, placeOf } from "./parse-part.ts";
import { formatPlace, type Place, type ProblemList, suggestion } from "./problems.ts";
import { readAcknowledge, readWrite } from "./writable.ts";

/** A point as written, with what a device's file changed about it. */
export interface WrittenPoint {
  readonly key: string;
  readonly fields: PointEntry;
  /** False when it has problems of its own, so that what seems to be missing may only be wrong. */
  readonly sound: boolean;
  /** Where a field stands: in the override when it changed there. */
  place(field: keyof PointEntry): Place;
}

export interface ReadPoints {
  readonly points: Map<string, WrittenPoint>;
  /** False when a point could not be understood, so that what others say about it cannot be judged. */
  readonly complete: boolean;
}

/** Keeps a point alive that lacks something, so that the rest of it is checked too. An empty address is not parsed. */
const standIns = { name: { zh: "?", en: "?" }, type: "number", at: "" };

/** Reads the entries of a `points:` list; a key that comes twice is a problem. */
export function readPoints(list: Part, problems: ProblemList): ReadPoints {
  const points = new Map<string, WrittenPoint>();
  let complete = true;
  for (const item of itemsOf(list)) {
    const { value: fields, clean } = parsePart(item, PointEntry, problems, standIns);
    complete &&= clean;
    if (!fields) continue;
    const before = points.get(fields.id);
    if (before) {
      problems.error(
        placeOf(item, "id"),
        {
          zh: `点 ${fields.id} 重复，第 ${before.place("id").line} 行已有`,
          en: `the point ${fields.id} already stands in line ${before.place("id").line}`,
        },
        { zh: "只保留一个，或换一个点名。", en: "Keep one, or rename it." },
      );
      continue;
    }
    points.set(fields.id, { key: fields.id, fields, sound: clean, place: (field) => placeOf(item, field) });
  }
  return { points, complete };
}

/** Lays `overrides:` over the points; a key that names no point is a problem. */
export function overridePoints(
  points: ReadonlyMap<string, WrittenPoint>,
  overrides: Part,
  problems: ProblemList,
): Map<string, WrittenPoint> {
  const result = new Map(points);
  if (typeof overrides.value !== "object" || overrides.value === null) return result;
  for (const key of Object.keys(overrides.value)) {
    const at = part(overrides, key);
    const { value: fields, clean } = parsePart(at, PointOverride, problems);
    const base = points.get(key);
    if (!base) {
      const known = [...points.keys()];
      problems.error(
        keyPlaceOf(at),
        { zh: `没有点 ${key} 可以修改`, en: `there is no point ${key} to override` },
        suggestion(nearest(key, known), known),
      );
      continue;
    }
    if (!fields) continue;
    const told = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    result.set(key, {
      key,
      fields: { ...base.fields, ...told },
      sound: base.sound && clean,
      place: (field) => (Object.hasOwn(told, field) ? placeOf(at, field) : base.place(field)),
    });
  }
  return result;
}

/** What a device adds to each of its points. */
export interface PointHome {
  readonly device: string;
  /** `undefined` after a problem. */
  readonly kind: DeviceKind | undefined;
  readonly every: Span;
  readonly driver: Driver<unknown, unknown> | undefined;
  /** Words that stand for `{name}` in the addresses of a profile. */
  readonly vars: Readonly<Record<string, string>>;
}

/** `staleAfter` when not told: three polls, and never less than this. */
const STALE_AT_LEAST = seconds(10);
const EVERY = seconds(1);
export const defaultEvery = EVERY;

/** Turns written points into definitions, checking each and their addresses against each other. */
export function finishPoints(
  points: Iterable<WrittenPoint>,
  home: PointHome,
  problems: ProblemList,
): PointDefinition[] {
  const written = [...points];
  const addresses: unknown[] = [];
  const parsed: WrittenPoint[] = [];
  const definitions = written.map((point) => {
    const address =
      home.driver && point.fields.at !== "" ? parseAddress(point, home, home.driver, problems) : undefined;
    if (address) {
      addresses.push(address.value);
      parsed.push(point);
    }
    return finishPoint(point, home, address?.value, problems);
  });
  for (const { a, b, what } of home.driver?.overlaps?.(addresses) ?? [])
    reportOverlap(parsed[a], parsed[b], what, problems);
  return definitions;
}

function reportOverlap(
  a: WrittenPoint | undefined,
  b: WrittenPoint | undefined,
  what: Text,
  problems: ProblemList,
): void {
  if (!a || !b) return;
  const [first, second] = [a.place("at"), b.place("at")];
  const elsewhere =
    first.file === second.file
      ? { zh: `第 ${first.line} 行`, en: `line ${first.line}` }
      : { zh: formatPlace(first), en: formatPlace(first) };
  problems.error(
    second,
    {
      zh: `点 ${b.key} 与 ${a.key}（${elsewhere.zh}）的地址冲突：${what.zh}`,
      en: `the points ${b.key} and ${a.key} (${elsewhere.en}) contradict each other: ${what.en}`,
    },
    { zh: "对照设备说明书改正其中一个地址。", en: "Correct one of the two addresses by the device's manual." },
  );
}

/** Puts the device's words into an address; `missing` are the names that the device does not tell. */
function withVars(at: string, vars: Readonly<Record<string, string>>): { text: string; missing: string[] } {
  const missing: string[] = [];
  const text = at.replace(/\{([a-z][A-Za-z0-9]*)\}/g, (whole, name: string) => {
    const word = Object.hasOwn(vars, name) ? vars[name] : undefined;
    if (word === undefined) missing.push(name);
    return word ?? whole;
  });
  return { text, missing };
}

function parseAddress(
  point: WrittenPoint,
  home: PointHome,
  driver: Driver<unknown, unknown>,
  problems: ProblemList,
): { value: unknown } | undefined {
  const { text, missing } = withVars(point.fields.at, home.vars);
  for (const name of missing) {
    problems.error(
      point.place("at"),
      {
        zh: `设备 ${home.device} 没有写明 ${name}，点 ${point.key} 的地址需要它`,
        en: `the device ${home.device} does not tell ${name}, which the address of the point ${point.key} needs`,
      },
      { zh: `在设备上写 vars: { ${name}: … }。`, en: `Write vars: { ${name}: … } at the device.` },
    );
  }
  if (missing.length > 0) return undefined;
  const result = driver.address.safeParse(text);
  if (result.success) return { value: result.data };
  for (const issue of result.error.issues) {
    const params = ("params" in issue ? issue.params : undefined) as { text?: Text; what?: Text } | undefined;
    const what = params?.text ?? params?.what ?? { zh: issue.message, en: issue.message };
    problems.error(
      point.place("at"),
      {
        zh: `点 ${point.key} 的地址不对：${what.zh}`,
        en: `the address of the point ${point.key} is wrong: ${what.en}`,
      },
      { zh: "请改正地址。", en: "Correct the address." },
    );
  }
  return undefined;
}

function finishPoint(point: WrittenPoint, home: PointHome, at: unknown, problems: ProblemList): PointDefinition {
  const { fields, key } = point;
  const wrong = (field: keyof PointEntry, what: Text, todo: Text) =>
    problems.error(point.place(field), { zh: `点 ${key} ${what.zh}`, en: `the point ${key} ${what.en}` }, todo);
  const every = fields.every ?? home.every;
  const staleAfter = fields.staleAfter ?? (Math.max(3 * every, STALE_AT_LEAST) as Span);
  const { range, unit, type, values } = fields;
  if (range && range[0] >= range[1]) {
    wrong(
      "range",
      { zh: "的量程下限不小于上限", en: "has a range whose low end is not below its high end" },
      { zh: "写成 [下限, 上限]。", en: "Write [low, high]." },
    );
  }
  if (type === "enum" && point.sound && (!values || Object.keys(values).length === 0)) {
    wrong(
      "type",
      { zh: "是 enum 却没有 values", en: "is an enum without values" },
      { zh: "写 values: { 0: { zh, en }, … }。", en: "Write values: { 0: { zh, en }, … }." },
    );
  }
  if (unit !== undefined && type !== "number") {
    wrong(
      "unit",
      { zh: `的类型是 ${type}，不能有单位`, en: `is of type ${type}, which takes no unit` },
      { zh: "删除 unit。", en: "Remove the unit." },
    );
  } else if (unit !== undefined && convert(1, unit, unit) === undefined) {
    const near = nearest(unit, commonUnits);
    wrong("unit", { zh: `的单位 ${unit} 未知`, en: `has the unknown unit ${unit}` }, suggestion(near, commonUnits, 30));
  }
  if (staleAfter < every) {
    wrong(
      "staleAfter",
      { zh: "的 staleAfter 短于轮询周期", en: "goes stale before it is polled again" },
      { zh: "至少为轮询周期的 3 倍。", en: "Make it at least three times as long as every." },
    );
  }
  const { frozenAfter } = fields;
  if (frozenAfter !== undefined && frozenAfter < 3 * every) {
    wrong(
      "frozenAfter",
      { zh: "的 frozenAfter 短于 3 个轮询周期", en: "counts as frozen before it is polled three times" },
      { zh: "至少为轮询周期的 3 倍。", en: "Make it at least three times as long as every." },
    );
  }
  const source = { kind: home.kind, driver: home.driver, address: at };
  const write = readWrite(fields, source, (what, todo) => wrong("write", what, todo));
  const acknowledge = readAcknowledge(fields, source, (what, todo) => wrong("acknowledge", what, todo));
  return {
    id: `${home.device}.${key}`,
    device: home.device,
    key,
    name: fields.name,
    type,
    ...(unit === undefined ? {} : { unit }),
    at,
    atText: withVars(fields.at, home.vars).text,
    scale: fields.scale ?? 1,
    offset: fields.offset ?? 0,
    ...(range ? { range } : {}),
    ...(values ? { values } : {}),
    ...(fields.words ? { words: fields.words } : {}),
    notAvailable: fields.notAvailable ?? [],
    every,
    staleAfter,
    ...(frozenAfter === undefined ? {} : { frozenAfter }),
    ...(fields.lateness === undefined ? {} : { lateness: fields.lateness }),
    ...(write ? { write } : {}),
    ...(acknowledge ? { acknowledge } : {}),
    deadband: fields.deadband ?? 0,
    tags: fields.tags ?? [],
  };
}
