/** `suppress_by` of the rules: every cause is a rule that exists, stands somewhere, and causes go in no circle. */
import type { CausePlace, RuleCause, RuleDefinition } from "#model/rule";
import { nearest } from "../../rules/language/nearest.ts";
import { type Part, part, placeOf } from "./parse-part.ts";
import { type ProblemList, suggestion } from "./problems.ts";
import type { ReadRule } from "./rule-file.ts";

/** The alarm that every device has without a rule file: it does not answer. */
const SILENCE = "comms_loss";
const PLACES: readonly CausePlace[] = ["depends_on", "room", "floor", "building", "site"];

/** Takes `building.power.utility_lost` apart; `undefined` when no rule has the name. */
function readCause(text: string, known: (id: string) => boolean): RuleCause | undefined {
  if (known(text)) return { rule: text, where: "same" };
  const where = PLACES.find((place) => text.startsWith(`${place}.`));
  const rule = where === undefined ? "" : text.slice(where.length + 1);
  return where !== undefined && known(rule) ? { rule, where } : undefined;
}

/** The causes of each rule that has any; each wrong one is a problem at its place. */
export function readCauses(
  rules: ReadonlyMap<string, ReadRule>,
  problems: ProblemList,
): ReadonlyMap<string, readonly RuleCause[]> {
  const found = new Map<string, readonly RuleCause[]>();
  const known = (id: string): boolean => id === SILENCE || rules.has(id);
  for (const { rule, at, suppressBy } of rules.values()) {
    if (suppressBy.length === 0) continue;
    const block = part(at, "suppress_by");
    if (rule.lifeSafety) {
      problems.error(
        placeOf(block),
        { zh: `人身安全规则 ${rule.id} 不能被抑制`, en: `the life-safety rule ${rule.id} cannot be suppressed` },
        { zh: "删除 suppress_by。", en: "Remove suppress_by." },
      );
      continue;
    }
    const causes = suppressBy.flatMap((text, index) => {
      const cause = readCause(text, known);
      if (cause) return isPlaced(cause, rule, rules, part(block, index), problems) ? [cause] : [];
      const offered = [...rules.keys(), SILENCE];
      const bare = text.replace(/^(depends_on|room|floor|building|site)\./, "");
      problems.error(
        placeOf(block, index),
        { zh: `没有规则 ${text}`, en: `there is no rule ${text}` },
        suggestion(nearest(bare, offered), offered, 8),
      );
      return [];
    });
    found.set(rule.id, causes);
  }
  refuseCircles(found, rules, problems);
  return found;
}

/** A cause of another kind of device cannot stand on the same one. */
function isPlaced(
  { rule: id, where }: RuleCause,
  rule: RuleDefinition,
  rules: ReadonlyMap<string, ReadRule>,
  at: Part,
  problems: ProblemList,
): boolean {
  const cause = rules.get(id)?.rule;
  if (where !== "same" || !cause || cause.kind === rule.kind) return true;
  problems.error(
    placeOf(at),
    {
      zh: `${id} 属于 ${cause.kind} 类设备，不会出现在 ${rule.kind} 上`,
      en: `${id} is a rule of ${cause.kind} devices and never stands on a device of kind ${rule.kind}`,
    },
    { zh: `写成 building.${id} 或 depends_on.${id}。`, en: `Write building.${id} or depends_on.${id}.` },
  );
  return false;
}

/** A circle is reported once, at the rule whose id comes first in it. */
function refuseCircles(
  causes: ReadonlyMap<string, readonly RuleCause[]>,
  rules: ReadonlyMap<string, ReadRule>,
  problems: ProblemList,
): void {
  for (const [id] of causes) {
    const way = wayBack(id, causes);
    const at = rules.get(id)?.at;
    if (!way || !at || id !== [...way].sort()[0]) continue;
    const circle = [...way, id].join(" → ");
    problems.error(
      placeOf(at, "suppress_by"),
      { zh: `规则互相抑制成环：${circle}`, en: `rules suppress each other in a circle: ${circle}` },
      { zh: "删除其中一个 suppress_by。", en: "Remove one of these suppress_by." },
    );
  }
}

/** The shortest way from a rule along its causes back to itself, without the last step. */
function wayBack(id: string, causes: ReadonlyMap<string, readonly RuleCause[]>): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const open = [id];
  for (let here = open.shift(); here !== undefined; here = open.shift()) {
    for (const { rule } of causes.get(here) ?? []) {
      if (rule === id) {
        const way = [here];
        for (let step = here; step !== id; ) {
          step = cameFrom.get(step) ?? id;
          way.unshift(step);
        }
        return way;
      }
      if (cameFrom.has(rule)) continue;
      cameFrom.set(rule, here);
      open.push(rule);
    }
  }
  return undefined;
}
