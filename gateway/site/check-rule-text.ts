/** Checks rules that somebody is writing, against a site that runs: nothing is kept and nothing changes. */
import type { Problem } from "#model/problem";
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { checkRules } from "../../rules/language/check.ts";
import { speakerOf } from "../../rules/language/in-words.ts";
import { nearest } from "../../rules/language/nearest.ts";
import { itemsOf, parsePart, part, placeOf, whole } from "./parse-part.ts";
import { createProblemList, suggestion } from "./problems.ts";
import { readYaml } from "./read-yaml.ts";
import { isOverride, OverrideEntry, readRule } from "./rule-file.ts";

/** As problems name the text. */
const NAME = "rule.yaml";

export interface CheckedRules {
  readonly problems: readonly Problem[];
  /** The rules that could be read, as sentences, and the devices of their kind. */
  readonly rules: readonly {
    readonly id: string;
    readonly sentence: Text;
    readonly devices: readonly { readonly device: string; readonly applies: boolean; readonly because?: Text }[];
  }[];
}

/** `text` is a rule, or a list of rules, as in `rules/*.yaml`. A rule of an id that the site has is a changed copy of it. */
export function checkRuleText(text: string, site: Site): CheckedRules {
  const problems = createProblemList();
  const file = readYaml(NAME, new TextEncoder().encode(text), problems);
  const rules: RuleDefinition[] = [];
  const ids = site.rules.map((rule) => rule.id);
  const calendars = site.rules.find((rule) => rule.calendars)?.calendars;
  for (const item of itemsOf(whole(file))) {
    if (isOverride(item)) {
      const entry = parsePart(item, OverrideEntry, problems).value;
      if (entry && !ids.includes(entry.override)) {
        problems.error(
          placeOf(part(item, "override")),
          { zh: `没有规则 ${entry.override} 可以修改`, en: `there is no rule ${entry.override} to override` },
          suggestion(nearest(entry.override, ids), ids, 30),
        );
      }
      continue;
    }
    const found = readRule(item, problems);
    if (found) rules.push(calendars ? { ...found.rule, calendars } : found.rule);
  }
  const checked = checkRules(rules, site.devices, site.points);
  problems.add(checked.problems);
  const inWords = speakerOf(site.devices, site.points);
  return {
    problems: problems.list(),
    rules: rules.map((rule) => ({
      id: rule.id,
      sentence: inWords(rule),
      devices: checked.applies
        .filter((row) => row.rule === rule.id)
        .map(({ device, applies, because }) => ({ device, applies, ...(because && { because }) })),
    })),
  };
}
