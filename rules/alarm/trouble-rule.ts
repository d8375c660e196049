/** "Cannot be judged": the alarm that stands beside one whose inputs are bad (row 48). Trouble is not fire: its own id, its own words. */
import type { TicketClass } from "#model/policy";
import type { RuleDefinition } from "#model/rule";
import type { Text } from "#model/text";
import { tellsTrouble } from "../language/trouble.ts";

const TROUBLE = ".trouble";

/** True for the name in the place of a rule of such an alarm. */
export const isTrouble = (rule: string): boolean => rule.endsWith(TROUBLE);

/** What such an alarm of this rule says and asks for; undefined when the rule tells none. */
export interface TroubleWords {
  readonly rule: string;
  readonly title: Text;
  readonly advice: Text;
  /** A fault of the equipment, never the emergency that the rule warns of. */
  readonly ticket?: TicketClass;
}

export function troubleWords(rule: RuleDefinition): TroubleWords | undefined {
  if (!tellsTrouble(rule)) return undefined;
  return {
    rule: `${rule.id}${TROUBLE}`,
    title: { zh: `无法判断：${rule.title.zh}`, en: `Cannot be judged: ${rule.title.en}` },
    advice: {
      zh: "在数据恢复之前，本规则不会报警。派人到现场查看，并检查测点、传感器和接线。",
      en: "Until the data is back this rule raises no alarm. Send someone to look, and check the points, sensors and wiring.",
    },
    ...(rule.ticket === undefined ? {} : { ticket: "general_fault" }),
  };
}

/** The rule whose trouble this is, if it is one. */
export const troubledRule = (name: string, rules: readonly RuleDefinition[]): RuleDefinition | undefined =>
  isTrouble(name) ? rules.find((rule) => rule.id === name.slice(0, -TROUBLE.length)) : undefined;
