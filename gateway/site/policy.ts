/** The response policy: `rules/response/policy.yaml`, with the overrides of a site's `response.yaml`. */

import * as z from "zod";
import { channelKinds } from "#model/channel-settings";
import {
  type ChaseStep,
  type ClassPolicy,
  clockKinds,
  openingRoles,
  overdueRoles,
  type Policy,
  type TicketClass,
  ticketClasses,
} from "#model/policy";
import { Severity } from "#model/severity";
import { deviceKinds } from "#model/site";
import { days } from "#model/time";
import { nearest } from "../../rules/language/nearest.ts";
import { BySeverity, Clocks, dueAfter, listClocks, type RescueZone, shapeOf } from "./clock-file.ts";
import { FireLogFile } from "./fire-log-file.ts";
import { keyPlaceOf, type Part, parsePart, part, placeOf, whole } from "./parse-part.ts";
import { ProfilesFile, readProfiles } from "./policy-profiles.ts";
import { Chase, checkRoles, checkSteps, Ladder, told } from "./policy-steps.ts";
import { type ProblemList, suggestion } from "./problems.ts";
import { Id, SpanText, TextPair } from "./vocabulary.ts";
import { WorkdayYears } from "./workday-years.ts";
import type { YamlFile } from "./yaml-file.ts";

export const Share = z.number().gt(0).lt(1);

/** `08:00` as minutes after midnight. */
const TimeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));
const Sop = z.array(
  z.strictObject({ id: Id, text: TextPair, mandatory: z.boolean(), words: z.literal(true).optional() }),
);
const Class = z.strictObject({
  name: TextPair,
  severity: Severity,
  byHouseholds: z.strictObject({ one: Severity, many: Severity }).optional(),
  clocks: Clocks,
  bySeverity: BySeverity.default({}),
  dispatch: z.strictObject({ roles: z.array(z.string()).min(1), skill: Id.optional() }).optional(),
  lead: z.string().optional(),
  help: z.array(z.string()).default([]),
  crossDepartment: Clocks.default({}),
  project: Clocks.default({}),
  tellAtOpening: z.array(z.string()).default([]),
  tellAtOpeningOf: shapeOf(deviceKinds, z.array(z.string()).min(1)).default({}),
  tellWhenVerified: z.array(z.string()).default([]),
  falseAlarmPeople: z.union([z.literal(1), z.literal(2)]).default(1),
  extraSteps: Ladder.default([]),
  chase: Chase.default([]),
  levels: shapeOf(Severity.options, TextPair).optional(),
  ladder: Ladder.optional(),
  review: z.literal(true).optional(),
  writtenAnswer: z.literal(true).optional(),
  night: z
    .strictObject({ from: TimeOfDay, to: TimeOfDay, by: TimeOfDay, clocks: z.array(z.enum(clockKinds)).min(1) })
    .optional(),
  sop: Sop,
});

/** Closed tickets are kept at hand for a month. */
export const WithinMonth = SpanText.refine((span) => span <= days(30), {
  params: {
    what: { zh: "不能超过 30 天", en: "cannot be longer than 30 days" },
    todo: { zh: "写 30d 或更短。", en: "Write 30d or less." },
  },
});

/** Kinds of channels, the screens among them, with the span after which each joins in. */
const Reach = shapeOf(["console", ...channelKinds], SpanText);
export const ReachBySeverity = shapeOf(Severity.options, Reach);

export const Kpi = z.strictObject({
  inTime: Share,
  satisfaction: z.strictObject({ alarm: Share, target: Share }),
  firstFix: Share,
  followUp: z.number().gt(0).max(1),
  rectify: z.number().gt(0).max(1),
  sampleDaily: z.number().gt(0).max(1),
  repeatDrop: Share,
  complaints: Share,
});

export const Sampling = z.strictObject({
  at: TimeOfDay,
  correctWithin: SpanText.refine((span) => span > 0 && span <= days(7), {
    params: {
      what: { zh: "整改时限须大于 0、不超过 7 天", en: "the time to put it right is longer than 0 and at most 7 days" },
      todo: { zh: "写 24h 等。", en: "Write 24h and the like." },
    },
  }),
  tell: z.array(z.string()).min(1),
});

export const Reports = z.strictObject({
  at: TimeOfDay,
  weekday: z.int().min(1).max(7),
  tell: z.array(z.string()).min(1),
});

/** The lesser ones alone: for S1 and S2 nothing can be written. */
export const Recovered = z.strictObject({ S3: SpanText.optional(), S4: SpanText.optional() });

export const PolicyFile = z.strictObject({
  reports: Reports.optional(),
  version: z.string().min(1),
  kpi: Kpi.optional(),
  sampling: Sampling.optional(),
  warn: z.strictObject({ share: Share, shortShare: Share, shortUpTo: SpanText }),
  acknowledgeExpires: z.strictObject({ S1: SpanText, S2: SpanText, S3: SpanText, S4: SpanText }),
  hold: z.strictObject({ reasons: z.array(z.strictObject({ id: Id, text: TextPair })).min(1), longest: SpanText }),
  reopen: z.strictObject({ within: WithinMonth }),
  workdays: WorkdayYears.optional(),
  repeat: z.strictObject({
    count: z.int().min(2),
    complaints: z.int().min(2).optional(),
    within: WithinMonth,
    tell: z.array(z.string()).min(1),
    sop: Sop.optional(),
    complaintSop: Sop.optional(),
  }),
  recovered: Recovered.optional(),
  overdue: z
    .strictObject({ tell: z.array(z.string()).min(1), of: shapeOf(clockKinds, z.array(z.string()).min(1)).default({}) })
    .optional(),
  personal: z.strictObject({ contacts: SpanText, files: SpanText }).optional(),
  reach: z.strictObject({ S1: Reach, S2: Reach, S3: Reach, S4: Reach }),
  answeredBy: z.record(Id, z.array(z.enum(clockKinds)).min(1)),
  roles: z.record(Id, TextPair),
  handover: z
    .strictObject({
      roles: z.array(z.string()).min(1),
      grace: SpanText,
      tell: z.array(z.string()).min(1),
      checks: z.array(z.strictObject({ id: Id, text: TextPair })),
    })
    .optional(),
  fireLog: FireLogFile.optional(),
  ladders: z.strictObject({ S1: Ladder, S2: Ladder, S3: Ladder, S4: Ladder }),
  classes: shapeOf(ticketClasses, Class),
  profiles: ProfilesFile.default({}),
});

/** The default policy with targets for the site's rescue zone; `undefined` after a problem. */
export function readPolicy(file: YamlFile, zone: RescueZone, problems: ProblemList): Policy | undefined {
  const root = whole(file);
  const { value: fields, clean } = parsePart(root, PolicyFile, problems);
  if (!fields || !clean) return undefined;
  const roles = Object.keys(fields.roles);
  const ids = new Map<string, Part>();
  const steps = (at: Part, list: z.output<typeof Ladder>) => checkSteps(at, list, roles, ids, problems);
  const classes: Partial<Record<TicketClass, ClassPolicy>> = {};
  for (const id of ticketClasses) {
    const entry = fields.classes[id];
    if (!entry) continue;
    const at = part(root, "classes", id);
    checkRoles(part(at, "tellAtOpening"), entry.tellAtOpening, roles, problems);
    for (const [kind, tell] of Object.entries(entry.tellAtOpeningOf))
      checkRoles(part(at, "tellAtOpeningOf", kind), tell ?? [], roles, problems);
    checkRoles(part(at, "tellWhenVerified"), entry.tellWhenVerified, roles, problems);
    checkRoles(part(at, "dispatch", "roles"), entry.dispatch?.roles ?? [], roles, problems);
    checkRoles(part(at, "help"), entry.help, roles, problems);
    if (entry.lead !== undefined && !roles.includes(entry.lead)) {
      problems.error(
        placeOf(at, "lead"),
        { zh: `没有角色 ${entry.lead}`, en: `there is no role ${entry.lead}` },
        suggestion(nearest(entry.lead, roles), roles, 30),
      );
    }
    const clocks = listClocks(entry.clocks, zone);
    const crossDepartment = listClocks(entry.crossDepartment, zone);
    const project = listClocks(entry.project, zone);
    const chase = entry.chase.map((step): ChaseStep => ({ ...step, ...dueAfter(step.after) }));
    checkSteps(part(at, "chase"), chase, roles, ids, problems);
    const bySeverity: Partial<Record<Severity, typeof clocks>> = {};
    for (const severity of Severity.options) {
      const special = entry.bySeverity[severity];
      if (special) bySeverity[severity] = listClocks({ ...entry.clocks, ...told(special) }, zone);
    }
    classes[id] = {
      class: id,
      name: entry.name,
      severity: entry.severity,
      ...(entry.byHouseholds ? { byHouseholds: entry.byHouseholds } : {}),
      clocks,
      bySeverity,
      ...(entry.dispatch
        ? {
            dispatch: {
              roles: entry.dispatch.roles,
              ...(entry.dispatch.skill === undefined ? {} : { skill: entry.dispatch.skill }),
            },
          }
        : {}),
      ...(entry.lead === undefined ? {} : { lead: entry.lead }),
      ...(entry.help.length > 0 ? { help: entry.help } : {}),
      ...(crossDepartment.length > 0 ? { crossDepartment } : {}),
      ...(project.length > 0 ? { project } : {}),
      tellAtOpening: entry.tellAtOpening,
      ...(Object.keys(entry.tellAtOpeningOf).length > 0 ? { tellAtOpeningOf: told(entry.tellAtOpeningOf) } : {}),
      ...(entry.tellWhenVerified.length > 0 ? { tellWhenVerified: entry.tellWhenVerified } : {}),
      ...(entry.falseAlarmPeople === 2 ? { falseAlarmPeople: 2 } : {}),
      ...(entry.levels ? { levels: told(entry.levels) } : {}),
      ...(entry.ladder ? { ladder: steps(part(at, "ladder"), entry.ladder) } : {}),
      ...(entry.review ? { review: entry.review } : {}),
      ...(entry.writtenAnswer ? { writtenAnswer: entry.writtenAnswer } : {}),
      ...(entry.night ? { night: entry.night } : {}),
      extraSteps: steps(part(at, "extraSteps"), entry.extraSteps),
      ...(chase.length > 0 ? { chase } : {}),
      sop: entry.sop,
    };
  }
  checkRoles(part(root, "repeat", "tell"), fields.repeat.tell, roles, problems);
  checkRoles(part(root, "reports", "tell"), fields.reports?.tell ?? [], roles, problems);
  checkRoles(part(root, "sampling", "tell"), fields.sampling?.tell ?? [], roles, problems);
  checkRoles(part(root, "overdue", "tell"), fields.overdue?.tell ?? [], roles, problems);
  for (const kind of clockKinds)
    checkRoles(part(root, "overdue", "of", kind), fields.overdue?.of[kind] ?? [], roles, problems);
  for (const role of Object.keys(fields.answeredBy)) {
    if (roles.includes(role)) continue;
    problems.error(
      keyPlaceOf(root, "answeredBy", role),
      { zh: `没有角色 ${role}`, en: `there is no role ${role}` },
      suggestion(nearest(role, roles), roles, 30),
    );
  }
  if (fields.handover) {
    checkRoles(part(root, "handover", "roles"), fields.handover.roles, roles, problems);
    checkRoles(part(root, "handover", "tell"), fields.handover.tell, roles, problems);
  }
  checkRoles(part(root, "fireLog", "roles"), fields.fireLog?.roles ?? [], roles, problems);
  checkRoles(part(root, "fireLog", "tell"), fields.fireLog?.tell ?? [], roles, problems);
  const ladder = (severity: Severity) => steps(part(root, "ladders", severity), fields.ladders[severity]);
  const policy: Policy = {
    version: fields.version,
    ...(fields.kpi ? { kpi: fields.kpi } : {}),
    ...(fields.reports ? { reports: fields.reports } : {}),
    ...(fields.sampling ? { sampling: fields.sampling } : {}),
    warn: fields.warn,
    acknowledgeExpires: fields.acknowledgeExpires,
    hold: fields.hold,
    reopen: fields.reopen,
    repeat: told(fields.repeat),
    ...(fields.workdays ? { workdays: { zone: "UTC", years: fields.workdays } } : {}),
    ...(fields.handover ? { handover: fields.handover } : {}),
    ...(fields.fireLog ? { fireLog: fields.fireLog } : {}),
    ladders: { S1: ladder("S1"), S2: ladder("S2"), S3: ladder("S3"), S4: ladder("S4") },
    classes,
    roles: fields.roles,
    ...(fields.recovered ? { recovered: told(fields.recovered) } : {}),
    ...(fields.overdue ? { overdue: { tell: fields.overdue.tell, of: told(fields.overdue.of) } } : {}),
    ...(fields.personal ? { personal: fields.personal } : {}),
    reach: fields.reach as Policy["reach"],
    answeredBy: fields.answeredBy,
  };
  return { ...policy, profiles: readProfiles(part(root, "profiles"), fields.profiles, policy, zone, problems) };
}

/** Roles that some step or class of the policy tells. */
export function rolesTold(policy: Policy): ReadonlySet<string> {
  const classes = Object.values(policy.classes);
  const plans = classes.flatMap((one) => Object.values(one.plans ?? {}));
  const ladders = [
    ...classes.flatMap((one) => [...(one.ladder ?? []), ...one.extraSteps, ...(one.chase ?? [])]),
    ...plans.map((one) => one.ladder),
  ].flat();
  const steps = [...Object.values(policy.ladders).flat(), ...ladders];
  return new Set([
    ...policy.repeat.tell,
    ...(policy.handover?.tell ?? []),
    ...(policy.fireLog?.tell ?? []),
    ...overdueRoles(policy.overdue),
    ...(policy.reports?.tell ?? []),
    ...(policy.sampling?.tell ?? []),
    ...(policy.notices?.tell ?? []),
    ...steps.flatMap((step) => step.tell),
    ...classes.flatMap((one) => [...openingRoles(one), ...(one.tellWhenVerified ?? [])]),
    ...plans.flatMap((one) => Object.values(one.overdue ?? {}).flat()),
  ]);
}
