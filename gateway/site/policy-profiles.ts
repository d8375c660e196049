/** Profiles of the response policy as they are written, and how a site lays some of them over the shipped classes. */
import * as z from "zod";
import { type ClassPolicy, type ClockTarget, type LadderStep, type Policy, ticketClasses } from "#model/policy";
import type { PolicyProfile } from "#model/policy-profile";
import { Severity } from "#model/severity";
import { nearest } from "../../rules/language/nearest.ts";
import { BySeverity, ByZone, Clocks, listClocks, type RescueZone, shapeOf } from "./clock-file.ts";
import { FireLogProfile } from "./fire-log-file.ts";
import { keyPlaceOf, type Part, part, placeOf } from "./parse-part.ts";
import { PlanFile, readPlan } from "./plan-file.ts";
import { type ProblemList, suggestion } from "./problems.ts";
import { Id, SpanText, TextPair } from "./vocabulary.ts";

const ProfileEntry = z.strictObject({
  name: TextPair,
  severities: BySeverity.default({}),
  classes: shapeOf(
    ticketClasses,
    z.strictObject({
      clocks: Clocks.default({}),
      crossDepartment: Clocks.default({}),
      bySeverity: BySeverity.default({}),
      plans: z.record(Id, PlanFile).default({}),
    }),
  ).default({}),
  steps: z.record(Id, z.strictObject({ after: z.union([SpanText, ByZone]), say: TextPair })).default({}),
  fireLog: FireLogProfile.default({}),
});
export const ProfilesFile = z.record(Id, ProfileEntry);

/** What a site writes: `profiles: [hz-draft, complaint-004]`, the later ones over the earlier. */
export const ProfileNames = z.array(z.string()).default([]).meta({
  description: "profiles of the shipped policy, laid over it in this order",
  zh: "采用默认策略里的哪些方案，按先后叠加",
});

/** The shelf, with targets for the site's zone. Whatever names a step or a class that the policy lacks is a problem. */
export function readProfiles(
  at: Part,
  shelf: z.output<typeof ProfilesFile>,
  policy: Policy,
  zone: RescueZone,
  problems: ProblemList,
): Readonly<Record<string, PolicyProfile>> {
  const steps = stepIds(policy);
  const roles = Object.keys(policy.roles);
  const known = Object.keys(policy.classes);
  const perSeverity = (told: z.output<typeof BySeverity>) =>
    Object.fromEntries(
      Severity.options.flatMap((severity) =>
        told[severity] ? [[severity, listClocks(told[severity], zone)] as const] : [],
      ),
    );
  return Object.fromEntries(
    Object.entries(shelf).map(([id, entry]) => {
      for (const step of Object.keys(entry.steps)) {
        if (steps.includes(step)) continue;
        problems.error(
          keyPlaceOf(at, id, "steps", step),
          { zh: `没有升级步骤 ${step}`, en: `there is no step ${step}` },
          suggestion(nearest(step, steps), steps, 30),
        );
      }
      const classes = ticketClasses.flatMap((name) => {
        const told = entry.classes[name];
        if (!told) return [];
        if (!policy.classes[name]) {
          problems.error(
            keyPlaceOf(at, id, "classes", name),
            { zh: `响应策略里没有工单类 ${name}`, en: `the policy has no ticket class ${name}` },
            suggestion(nearest(name, known), known),
          );
        }
        const ids = new Map<string, Part>();
        const plans = Object.entries(told.plans).map(([plan, written]) => [
          plan,
          readPlan(part(at, id, "classes", name, "plans", plan), written, roles, ids, problems),
        ]);
        const clocks = listClocks(told.clocks, zone);
        const crossDepartment = listClocks(told.crossDepartment, zone);
        const bySeverity = perSeverity(told.bySeverity);
        return [
          [
            name,
            { clocks, crossDepartment, bySeverity, ...(plans.length > 0 ? { plans: Object.fromEntries(plans) } : {}) },
          ] as const,
        ];
      });
      const moved = Object.entries(entry.steps).map(([step, { after, say }]) => [
        step,
        { after: typeof after === "number" ? after : after[zone], say },
      ]);
      const fireLog = Object.fromEntries(Object.entries(entry.fireLog).filter(([, value]) => value !== undefined));
      const profile: PolicyProfile = {
        name: entry.name,
        severities: perSeverity(entry.severities),
        classes: Object.fromEntries(classes),
        steps: Object.fromEntries(moved),
        fireLog,
      };
      return [id, profile];
    }),
  );
}

const stepIds = ({ ladders, classes }: Policy): readonly string[] =>
  [
    ...Object.values(ladders),
    ...Object.values(classes).flatMap((one) => [...(one.ladder ? [one.ladder] : []), one.extraSteps]),
  ].flatMap((ladder) => ladder.map(({ id }) => id));

/** The policy under the profiles that stand at `at`; a name that is unknown or stands twice is a problem, and lays nothing. */
export function layProfiles(policy: Policy, at: Part, problems: ProblemList): Policy {
  const shelf = policy.profiles ?? {};
  const known = Object.keys(shelf);
  const inForce: string[] = [];
  let laid = policy;
  // What is no name at all was told by the schema.
  for (const [index, name] of (Array.isArray(at.value) ? (at.value as readonly unknown[]) : []).entries()) {
    if (typeof name !== "string") continue;
    const profile = Object.hasOwn(shelf, name) ? shelf[name] : undefined;
    if (!profile) {
      problems.error(
        placeOf(at, index),
        { zh: `响应策略里没有方案 ${name}`, en: `the policy has no profile ${name}` },
        suggestion(nearest(name, known), known),
      );
    } else if (inForce.includes(name)) {
      problems.error(
        placeOf(at, index),
        { zh: `方案 ${name} 写了两次`, en: `the profile ${name} stands here twice` },
        { zh: "只写一次；后写的覆盖先写的。", en: "Write it once; a later one goes over an earlier one." },
      );
    } else {
      inForce.push(name);
      laid = layProfile(laid, profile);
    }
  }
  return inForce.length === 0 ? policy : { ...laid, profilesInForce: inForce };
}

/** Targets over others: those of the same kind are replaced, further ones added. */
export const layClocks = (under: readonly ClockTarget[], over: readonly ClockTarget[]): readonly ClockTarget[] => [
  ...under.filter((clock) => !over.some(({ kind }) => kind === clock.kind)),
  ...over,
];

function layProfile(policy: Policy, profile: PolicyProfile): Policy {
  const move = (ladder: readonly LadderStep[]): readonly LadderStep[] =>
    ladder.map((step) => (Object.hasOwn(profile.steps, step.id) ? { ...step, ...profile.steps[step.id] } : step));
  const classes = Object.values(policy.classes).map((one): [string, ClassPolicy] => {
    const bySeverity: Partial<Record<Severity, readonly ClockTarget[]>> = { ...one.bySeverity };
    const own = profile.classes[one.class];
    for (const severity of Severity.options) {
      const carried = one.bySeverity[severity] ?? one.clocks;
      const meant = one.ladder
        ? []
        : (profile.severities[severity] ?? []).filter(({ kind }) => carried.some((clock) => clock.kind === kind));
      const single = own?.bySeverity[severity] ?? [];
      if (!one.bySeverity[severity] && meant.length + single.length === 0) continue;
      bySeverity[severity] = [meant, own?.clocks ?? [], single].reduce(layClocks, carried);
    }
    const { ladder } = one;
    const crossDepartment = layClocks(one.crossDepartment ?? [], own?.crossDepartment ?? []);
    return [
      one.class,
      {
        ...one,
        clocks: layClocks(one.clocks, own?.clocks ?? []),
        bySeverity,
        ...(crossDepartment.length > 0 ? { crossDepartment } : {}),
        ...(ladder ? { ladder: move(ladder) } : {}),
        extraSteps: move(one.extraSteps),
        ...(own?.plans ? { plans: { ...one.plans, ...own.plans } } : {}),
      },
    ];
  });
  const ladders = Object.fromEntries(Severity.options.map((severity) => [severity, move(policy.ladders[severity])]));
  return {
    ...policy,
    classes: Object.fromEntries(classes),
    ladders: ladders as unknown as Policy["ladders"],
    ...(policy.fireLog ? { fireLog: { ...policy.fireLog, ...profile.fireLog } } : {}),
  };
}
