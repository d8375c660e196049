/** Checks rules against a site: every problem at its place in the YAML, and which rule runs on which device. */
import type { PointDefinition } from "#model/points";
import type { Problem } from "#model/problem";
import type { Expression, RuleDefinition, RuleParameter } from "#model/rule";
import type { Device, DeviceKind } from "#model/site";
import type { Text } from "#model/text";
import { createGraph, type Graph } from "./graph.ts";
import { shapeKey } from "./own-affair.ts";
import { type ParsedRule, type PlacedFault, parseRule } from "./parsed-rule.ts";
import { createNeighbourhood } from "./relations.ts";
import { type Resolved, resolveRule } from "./rule-on-device.ts";
import type { KnownPoint, SitePoints, Subject } from "./scope.ts";
import { standingOf } from "./standing.ts";
import { parseUnit } from "./units.ts";

export interface Applies {
  readonly rule: string;
  readonly device: string;
  readonly applies: boolean;
  /** Why not. */
  readonly because?: Text;
}

export interface Checked {
  readonly problems: Problem[];
  readonly applies: Applies[];
}

/** The points of each device by key. */
export function subjectOf(device: Device, points: readonly PointDefinition[]): Subject {
  const own = new Map<string, { handle: number; definition: PointDefinition }>();
  for (const handle of device.points) {
    const definition = points[handle];
    if (definition) own.set(definition.key, { handle, definition });
  }
  return { device, points: own };
}

/** Which points the devices of a kind have anywhere in the site; the first device decides on type and unit. */
export function pointsByKind(devices: readonly Device[], points: readonly PointDefinition[]): SitePoints {
  const kinds = new Map<DeviceKind, Map<string, KnownPoint>>();
  for (const device of devices) {
    const known = kinds.get(device.kind) ?? new Map<string, KnownPoint>();
    kinds.set(device.kind, known);
    for (const handle of device.points) {
      const point = points[handle];
      if (!point || known.has(point.key)) continue;
      known.set(point.key, point.unit === undefined ? { type: point.type } : { type: point.type, unit: point.unit });
    }
  }
  return {
    kinds,
    neighbours: createNeighbourhood(() => devices.map((device) => subjectOf(device, points))),
  };
}

/** An offset in an expression as a place in its file. */
function place({ text, line, column }: Expression, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const breaks = before.split("\n").length - 1;
  return breaks === 0
    ? { line, column: column + offset }
    : { line: line + breaks, column: offset - before.lastIndexOf("\n") };
}

const problemOf = ({ expression, fault }: PlacedFault): Problem => ({
  file: expression.file,
  ...place(expression, fault.start),
  what: fault.what,
  todo: fault.todo,
  level: "error",
});

const describe = (p: RuleParameter): string => `${p.type} ${p.default} ${p.unit ?? ""}`;

/** Parameters are shared by all rules of a kind, since a device overrides them by name: they must mean the same there. */
function parameterProblems(rules: readonly RuleDefinition[]): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, { rule: string; parameter: RuleParameter }>();
  for (const rule of rules) {
    for (const [name, parameter] of Object.entries(rule.params)) {
      const at = { file: rule.file, line: rule.when.line, column: 1, level: "error" } as const;
      if (parameter.unit !== undefined && !parseUnit(parameter.unit)) {
        problems.push({
          ...at,
          what: {
            zh: `规则 ${rule.id} 的参数 ${name} 单位未知：${parameter.unit}`,
            en: `Parameter ${name} of rule ${rule.id} has the unknown unit ${parameter.unit}.`,
          },
          todo: { zh: "使用 UCUM 单位代码，如 MPa、m3/h、Cel", en: "Use a UCUM code such as MPa, m3/h, Cel." },
        });
      }
      const before = first.get(`${rule.kind} ${name}`);
      if (!before) first.set(`${rule.kind} ${name}`, { rule: rule.id, parameter });
      else if (describe(before.parameter) !== describe(parameter)) {
        problems.push({
          ...at,
          what: {
            zh: `参数 ${name} 在规则 ${rule.id} 与 ${before.rule} 中的默认值或单位不同`,
            en: `Parameter ${name} differs between the rules ${rule.id} and ${before.rule}.`,
          },
          todo: {
            zh: "同类设备的同名参数须一致，请改名或统一",
            en: "Rules of one kind share their parameters: rename one or make them equal.",
          },
        });
      }
    }
  }
  return problems;
}

/** What can be said of rules while the devices are not understood: expressions that do not parse. */
export const checkSyntax = (rules: readonly RuleDefinition[]): Problem[] =>
  rules.flatMap((rule) => parseRule(rule).faults.map(problemOf));

/**
 * Every mistake in the rules (parse errors, names, types, units, delays, placeholders), and for each rule and each device of
 * its kind whether it runs there. Never throws, whatever the texts hold.
 */
export function checkRules(
  rules: readonly RuleDefinition[],
  devices: readonly Device[],
  points: readonly PointDefinition[],
): Checked {
  const site = pointsByKind(devices, points);
  const subjects = devices.map((device) => subjectOf(device, points));
  const problems: Problem[] = parameterProblems(rules);
  const applies: Applies[] = [];
  const seen = new Set<string>();
  const report = (faults: readonly PlacedFault[]): void => {
    for (const fault of faults) {
      const problem = problemOf(fault);
      const key = `${problem.file}:${problem.line}:${problem.column}:${problem.what.en}`;
      if (seen.has(key)) continue;
      seen.add(key);
      problems.push(problem);
    }
  };
  const graphs = new Map<string, Graph>();
  const shapes = devices.map((device) => shapeKey(device, points));
  const ids = new Map<string, RuleDefinition>();
  for (const rule of rules) {
    const twin = ids.get(rule.id);
    if (twin) {
      problems.push({
        file: rule.file,
        line: rule.when.line,
        column: 1,
        level: "error",
        what: { zh: `规则编号 ${rule.id} 重复`, en: `Two rules have the id ${rule.id}.` },
        todo: { zh: `另一条在 ${twin.file}，请改名`, en: `The other one is in ${twin.file}; rename one.` },
      });
    }
    ids.set(rule.id, rule);
    const parsed = parseRule(rule);
    // First on a model device that has every point of the kind: finds the mistakes also where no device is.
    const model = resolveRule(parsed, { device: undefined, points: new Map() }, createGraph(), site);
    report(model.faults);
    // A thousand lifts of one shape have one answer, as far as the rule sees the same others from all of them.
    const standing = standingOf(parsed, site);
    const answers = new Map<string, Resolved>();
    subjects.forEach((subject, at) => {
      if (subject.device?.kind !== rule.kind) return;
      const { faults, because } = onDevice(parsed, subject, `${shapes[at]}\n${standing(subject.device)}`, answers);
      report(faults);
      const verdict = { rule: rule.id, device: subject.device.id };
      if (faults.length > 0)
        applies.push({ ...verdict, applies: false, because: { zh: "规则有错误", en: "The rule has errors." } });
      else applies.push(because ? { ...verdict, applies: false, because } : { ...verdict, applies: true });
    });
  }
  return { problems, applies };

  function onDevice(parsed: ParsedRule, subject: Subject, of: string, answers: Map<string, Resolved>) {
    const known = answers.get(of);
    if (known) return known;
    const graph = graphs.get(of) ?? createGraph();
    graphs.set(of, graph);
    const found = resolveRule(parsed, subject, graph, site);
    answers.set(of, found);
    return found;
  }
}
