/** How the policy writes a plan: what a ticket of a class goes by that is opened for something expected, such as a storm. */
import * as z from "zod";
import { type ClassPlan, type ClockKind, type ClockTarget, clockKinds } from "#model/policy";
import { Severity } from "#model/severity";
import { minutes } from "#model/time";
import { shapeOf } from "./clock-file.ts";
import { keyPlaceOf, type Part, part } from "./parse-part.ts";
import { checkRoles, checkSteps, Step, told } from "./policy-steps.ts";
import type { ProblemList } from "./problems.ts";
import { Id, SpanText, spanFrom, TextPair } from "./vocabulary.ts";

const Some = spanFrom(minutes(1), "1m");

/** From the opening; from when it comes, or is over; or due so long before it comes. */
const Target = z.union([
  SpanText,
  z.strictObject({ from: z.enum(["expected", "mitigate"]), within: Some }),
  z.strictObject({ before: Some, grace: Some }),
]);
type Target = z.output<typeof Target>;

export const PlanFile = z.strictObject({
  name: TextPair,
  severity: Severity,
  farthest: spanFrom(minutes(60), "1h"),
  lead: z.string().optional(),
  help: z.array(z.string()).default([]),
  dispatch: z.strictObject({ roles: z.array(z.string()).min(1), skill: Id.optional() }).optional(),
  clocks: shapeOf(clockKinds, Target),
  words: z
    .strictObject({ clocks: shapeOf(clockKinds, TextPair).default({}), steps: z.record(Id, TextPair).default({}) })
    .optional(),
  overdue: shapeOf(clockKinds, z.array(z.string()).min(1)).default({}),
  ladder: z.array(Step.extend({ from: z.literal("expected").optional() })).min(1),
  sop: z.array(z.strictObject({ id: Id, text: TextPair, mandatory: z.boolean() })).min(1),
});

const listTargets = (clocks: { readonly [K in ClockKind]?: Target | undefined }): readonly ClockTarget[] =>
  clockKinds.flatMap((kind): ClockTarget[] => {
    const target = clocks[kind];
    if (target === undefined) return [];
    if (typeof target === "number") return [{ kind, target }];
    return "before" in target
      ? [{ kind, target: target.before, before: { grace: target.grace } }]
      : [{ kind, target: target.within, from: target.from }];
  });

/** The plan that stands `at`, with every role and step in it checked. */
export function readPlan(
  at: Part,
  entry: z.output<typeof PlanFile>,
  roles: readonly string[],
  ids: Map<string, Part>,
  problems: ProblemList,
): ClassPlan {
  const { overdue, words, dispatch, lead, help } = entry;
  for (const kind of clockKinds) checkRoles(part(at, "overdue", kind), overdue[kind] ?? [], roles, problems);
  checkRoles(part(at, "help"), help, roles, problems);
  checkRoles(part(at, "dispatch", "roles"), dispatch?.roles ?? [], roles, problems);
  if (lead !== undefined && !roles.includes(lead)) {
    problems.error(
      keyPlaceOf(at, "lead"),
      { zh: `没有角色 ${lead}`, en: `there is no role ${lead}` },
      { zh: `可用：${roles.join("、")}。`, en: `Known: ${roles.join(", ")}.` },
    );
  }
  return {
    name: entry.name,
    severity: entry.severity,
    farthest: entry.farthest,
    ...(lead === undefined ? {} : { lead }),
    ...(help.length > 0 ? { help } : {}),
    ...(dispatch ? { dispatch: told(dispatch) } : {}),
    clocks: listTargets(entry.clocks),
    ...(words ? { words: { clocks: told(words.clocks), steps: words.steps } } : {}),
    overdue: told(overdue),
    ladder: checkSteps(part(at, "ladder"), entry.ladder, roles, ids, problems),
    sop: entry.sop,
  };
}
