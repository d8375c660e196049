/** Steps of a ladder as the policy writes them, and whether the roles that are told exist. */
import * as z from "zod";
import { clockKinds, type LadderStep } from "#model/policy";
import { nearest } from "../../rules/language/nearest.ts";
import { WorkdaysText } from "./clock-file.ts";
import { type Part, part, placeOf } from "./parse-part.ts";
import { type ProblemList, suggestion } from "./problems.ts";
import { Id, SpanText, TextPair } from "./vocabulary.ts";

export const Step = z.strictObject({
  id: Id,
  after: SpanText.meta({ description: "a span after opening, 0s for at once", zh: "开单后的时长，立即为 0s" }),
  unless: z.array(z.enum(clockKinds)).default([]),
  tell: z.array(z.string()).min(1),
  phone: z.boolean().default(false),
  raiseRescueTier: z.boolean().default(false),
  opens: z.literal("accident-report").optional(),
  say: TextPair,
});
export const Ladder = z.array(Step);
export const Chase = z.array(Step.extend({ after: z.union([WorkdaysText, SpanText]) }));

/** The steps of a ladder as they are written; `ids`: where each id stands that was read before. */
export function checkSteps(
  at: Part,
  list: readonly LadderStep[],
  roles: readonly string[],
  ids: Map<string, Part>,
  problems: ProblemList,
): readonly LadderStep[] {
  for (const [index, step] of list.entries()) {
    const here = part(at, index);
    const before = ids.get(step.id);
    if (before) {
      const line = placeOf(before, "id").line;
      problems.error(
        placeOf(here, "id"),
        { zh: `步骤 ${step.id} 重复，第 ${line} 行已有`, en: `the step ${step.id} already stands in line ${line}` },
        { zh: "换一个编号。", en: "Give it another id." },
      );
    }
    ids.set(step.id, here);
    checkRoles(part(here, "tell"), step.tell, roles, problems);
  }
  return list;
}

export const told = <T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;

export function checkRoles(at: Part, used: readonly string[], roles: readonly string[], problems: ProblemList): void {
  for (const [index, role] of used.entries()) {
    if (roles.includes(role)) continue;
    problems.error(
      placeOf(at, index),
      { zh: `没有角色 ${role}`, en: `there is no role ${role}` },
      suggestion(nearest(role, roles), roles, 30),
    );
  }
}
