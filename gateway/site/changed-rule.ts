/** A changed copy of one rule, for trying it on the past: a rule of the same id, or an `override:` of it. */
import type { Problem } from "#model/problem";
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import { checkRules } from "../../rules/language/check.ts";
import { itemsOf, whole } from "./parse-part.ts";
import { createProblemList } from "./problems.ts";
import { openFolder } from "./read-folder.ts";
import { readYaml } from "./read-yaml.ts";
import { isOverride } from "./rule-file.ts";
import { isRulePack, readRules } from "./rules.ts";

export interface ChangedRuleInput {
  readonly site: Site;
  /** Id of the rule that is changed. */
  readonly rule: string;
  /** The YAML text and the name by which problems call it. */
  readonly text: Uint8Array;
  readonly name: string;
  /** Folder of rule packs. */
  readonly library: string;
}

/** The rule as the text changes it, or every problem in it. An override changes the library's rule, not the site's. */
export async function readChangedRule(
  input: ChangedRuleInput,
): Promise<{ rule: RuleDefinition } | { problems: Problem[] }> {
  const problems = createProblemList();
  const file = readYaml(input.name, input.text, problems);
  if (file.value === undefined) return { problems: [...problems.list()] };
  const folder = openFolder(input.library, "library", new Map(), problems);
  const packs = itemsOf(whole(file)).some(isOverride) ? (await folder.list("")).filter(isRulePack) : [];
  const library = (await Promise.all(packs.map((name) => folder.read(name)))).filter((one) => one !== undefined);
  const { rules } = readRules(library, [file], problems);
  const isTold = itemsOf(whole(file)).some(({ value }) => names(value).includes(input.rule));
  const read = isTold ? rules.find(({ id }) => id === input.rule) : undefined;
  // Any rule of the site knows all its calendars.
  const calendars = input.site.rules.find((one) => one.calendars)?.calendars;
  const rule = read && calendars ? { ...read, calendars } : read;
  if (!isTold || (!rule && !problems.list().some(({ level }) => level === "error"))) {
    problems.error(
      { file: input.name, line: 1, column: 1 },
      { zh: `文件里没有启用的规则 ${input.rule}`, en: `the file has no rule ${input.rule} in force` },
      {
        zh: `写一条 id 为 ${input.rule} 的规则，或 override: ${input.rule}。`,
        en: `Write a rule with the id ${input.rule}, or override: ${input.rule}.`,
      },
    );
  } else if (rule) problems.add(checkRules([rule], input.site.devices, input.site.points).problems);
  const found = problems.list();
  if (!rule || found.some(({ level }) => level === "error")) return { problems: [...found] };
  return { rule };
}

/** The rule that an entry is, and the one that it changes. */
const names = (entry: unknown): readonly unknown[] =>
  typeof entry === "object" && entry !== null
    ? [(entry as { id?: unknown }).id, (entry as { override?: unknown }).override]
    : [];
