/** The rules of a site: the library's with the site's overrides, and the site's own. */
import type { RuleDefinition, RuleParameter } from "#model/rule";
import { nearest } from "../../rules/language/nearest.ts";
import { commonUnits, convert } from "../../rules/language/units.ts";
import { readCauses } from "./causes.ts";
import { readParameters } from "./params.ts";
import { itemsOf, type Part, parsePart, part, placeOf, whole } from "./parse-part.ts";
import { formatPlace, type ProblemList, suggestion } from "./problems.ts";
import { expressionAt, isOverride, OverrideEntry, type ReadRule, readRule } from "./rule-file.ts";
import type { YamlFile } from "./yaml-file.ts";

export interface SiteRules {
  /** In force. */
  readonly rules: readonly RuleDefinition[];
  /** With those that the site switched off: their parameters still exist as names. */
  readonly all: readonly RuleDefinition[];
  /** Where each rule stands. */
  readonly at: ReadonlyMap<string, Part>;
  /** Rules whose parameters have problems of their own: what their expressions make of them cannot be judged yet. */
  readonly flawed: ReadonlySet<string>;
}

/** Beside each pack stands the table of its cases, which only its test reads. */
export const isRulePack = (name: string): boolean => !name.endsWith(".cases.yaml");

export function readRules(library: readonly YamlFile[], own: readonly YamlFile[], problems: ProblemList): SiteRules {
  const found = new Map<string, ReadRule>();
  const add = (at: Part, hint: { zh: string; en: string }): void => {
    const rule = readRule(at, problems);
    if (!rule) return;
    const before = found.get(rule.rule.id);
    if (!before) {
      found.set(rule.rule.id, rule);
      return;
    }
    const place = formatPlace(placeOf(before.at, "id"));
    problems.error(
      placeOf(at, "id"),
      { zh: `规则 ${rule.rule.id} 重复，已在 ${place}`, en: `the rule ${rule.rule.id} already stands at ${place}` },
      hint,
    );
  };
  const rename = { zh: "换一个编号。", en: "Give it another id." };
  for (const file of library) {
    for (const item of itemsOf(whole(file))) add(item, rename);
  }
  const libraryIds = [...found.keys()];
  const overrides: Part[] = [];
  for (const file of own) {
    for (const item of itemsOf(whole(file))) {
      if (isOverride(item)) overrides.push(item);
      else
        add(item, {
          zh: "换一个编号；要改库中规则的参数，用 override:。",
          en: "Give it another id; to change a library rule use override:.",
        });
    }
  }
  const flawed = checkParameters(found, problems);
  const causes = readCauses(found, problems);

  const changed = new Map(
    [...found].map(([id, { rule }]): [string, RuleDefinition] => {
      const suppressBy = causes.get(id) ?? [];
      return [id, suppressBy.length > 0 ? { ...rule, suppressBy } : rule];
    }),
  );
  const off = new Set<string>();
  const overridden = new Map<string, Part>();
  for (const at of overrides) {
    const entry = parsePart(at, OverrideEntry, problems).value;
    if (!entry) continue;
    const id = entry.override;
    const rule = libraryIds.includes(id) ? changed.get(id) : undefined;
    if (!rule) {
      problems.error(
        placeOf(at, "override"),
        { zh: `规则库里没有 ${id} 可以修改`, en: `the library has no rule ${id} to override` },
        suggestion(nearest(id, libraryIds), libraryIds, 30),
      );
      continue;
    }
    const before = overridden.get(id);
    if (before) {
      const place = formatPlace(placeOf(before, "override"));
      problems.error(
        placeOf(at, "override"),
        { zh: `${id} 已在 ${place} 修改过`, en: `${id} is already overridden at ${place}` },
        { zh: "合并成一处。", en: "Put both into one entry." },
      );
      continue;
    }
    overridden.set(id, at);
    changed.set(id, overrideRule(rule, entry, at, problems));
    if (!entry.enabled) off.add(id);
  }
  const all = [...changed.values()];
  return {
    rules: all.filter((rule) => !off.has(rule.id)),
    all,
    at: new Map([...found].map(([id, { at }]) => [id, at])),
    flawed,
  };
}

/** A place as people of the site name it, wherever its folder stands on this machine. */
const inSite = (place: string): string => place.slice(Math.max(0, place.lastIndexOf("rules/")));

function overrideRule(rule: RuleDefinition, entry: OverrideEntry, at: Part, problems: ProblemList): RuleDefinition {
  if (rule.lifeSafety && (!entry.enabled || (entry.severity !== undefined && entry.severity > rule.severity))) {
    problems.warning(
      placeOf(at, entry.enabled ? "severity" : "enabled"),
      entry.enabled
        ? { zh: `降低了人身安全规则 ${rule.id} 的级别`, en: `the life-safety rule ${rule.id} is made less grave` }
        : { zh: `人身安全规则 ${rule.id} 被停用`, en: `the life-safety rule ${rule.id} is switched off` },
      { zh: "确认这是有意为之，并写明由谁批准。", en: "Make sure that this is meant, and note who approved it." },
    );
  }
  const block = part(at, "params");
  const values = readParameters(block, new Map(Object.entries(rule.params)), problems);
  const params = Object.fromEntries(
    Object.entries(rule.params).map(([name, parameter]): [string, RuleParameter] => {
      const value = values[name];
      const place = inSite(formatPlace(placeOf(block, name)));
      return [
        name,
        value === undefined ? parameter : { ...parameter, default: value, source: `${place} (${parameter.source})` },
      ];
    }),
  );
  return {
    ...rule,
    params,
    ...(entry.severity === undefined ? {} : { severity: entry.severity }),
    ...(entry.re_alarm === undefined ? {} : { reAlarm: entry.re_alarm }),
    ...(entry.on_delay === undefined ? {} : { onDelay: expressionAt(part(at, "on_delay"), entry.on_delay) }),
  };
}

/**
 * Units must be known; and since a device's `params` go by name alone, one name must mean one thing for all rules of a kind.
 * Gives the rules that have such a problem.
 */
function checkParameters(rules: ReadonlyMap<string, ReadRule>, problems: ProblemList): ReadonlySet<string> {
  const flawed = new Set<string>();
  const first = new Map<string, { parameter: RuleParameter; at: Part }>();
  for (const { rule, at } of rules.values()) {
    for (const [name, parameter] of Object.entries(rule.params)) {
      const here = part(at, "params", name, "default");
      if (parameter.unit !== undefined && convert(1, parameter.unit, parameter.unit) === undefined) {
        flawed.add(rule.id);
        problems.error(
          placeOf(here),
          { zh: `未知的单位 ${parameter.unit}`, en: `unknown unit ${parameter.unit}` },
          {
            zh: `用 UCUM 单位，例如 ${commonUnits.join(" ")}；时长写成 30s。`,
            en: `Use a UCUM unit such as ${commonUnits.join(" ")}; a length of time is written 30s.`,
          },
        );
        continue;
      }
      const before = first.get(`${rule.kind} ${name}`);
      if (!before) {
        first.set(`${rule.kind} ${name}`, { parameter, at: here });
      } else if (!alike(before.parameter, parameter)) {
        flawed.add(rule.id);
        const place = formatPlace(placeOf(before.at));
        problems.error(
          placeOf(here),
          {
            zh: `参数 ${name} 与 ${place} 的同名参数不一致`,
            en: `the parameter ${name} differs from the one of the same name at ${place}`,
          },
          {
            zh: "同一类设备的同名参数须同值同单位；否则换名。",
            en: "One name means one value and unit for a kind of device; rename one of them.",
          },
        );
      }
    }
  }
  return flawed;
}

const alike = (a: RuleParameter, b: RuleParameter): boolean =>
  a.type === b.type && a.unit === b.unit && a.default === b.default;
