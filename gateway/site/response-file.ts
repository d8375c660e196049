/** A site's `response.yaml`: what it changes of the default response policy. */
import * as z from "zod";
import { type ClassPolicy, type ClockKind, type Policy, type TicketClass, usualPersonalData } from "#model/policy";
import { Severity } from "#model/severity";
import { nearest } from "../../rules/language/nearest.ts";
import { Clocks, listClocks, type RescueZone, shapeOf } from "./clock-file.ts";
import { FireLogChange } from "./fire-log-file.ts";
import { NoticesOfSite, overrideNotices } from "./notices.ts";
import { keyPlaceOf, type Part, parsePart, part, placeOf, whole } from "./parse-part.ts";
import { Kpi, ReachBySeverity, Recovered, Reports, Share, WithinMonth } from "./policy.ts";
import { layClocks, layProfiles, ProfileNames } from "./policy-profiles.ts";
import { checkRoles, checkSteps, Ladder, told } from "./policy-steps.ts";
import { type ProblemList, suggestion } from "./problems.ts";
import { SpanText } from "./vocabulary.ts";
import { WorkdayYears } from "./workday-years.ts";
import type { YamlFile } from "./yaml-file.ts";

export const ResponseFile = z.strictObject({
  profiles: ProfileNames,
  warn: z.strictObject({ share: Share, shortShare: Share, shortUpTo: SpanText }).partial().default({}),
  acknowledgeExpires: shapeOf(Severity.options, SpanText).default({}),
  hold: z.strictObject({ longest: SpanText }).optional(),
  reopen: z.strictObject({ within: WithinMonth }).optional(),
  /** The whole ladder of a severity; a ladder without a step would be silence. */
  ladders: shapeOf(Severity.options, Ladder.min(1)).default({}),
  kpi: Kpi.partial().default({}),
  reports: Reports.partial().default({}),
  notices: NoticesOfSite.default({}),
  fireLog: FireLogChange.default({}),
  recovered: Recovered.default({}),
  reach: ReachBySeverity.default({}),
  workdays: WorkdayYears.default({}),
  personal: z.strictObject({ contacts: SpanText.optional(), files: SpanText.optional() }).optional(),
  classes: z
    .record(z.string(), z.strictObject({ severity: Severity.optional(), clocks: Clocks.default({}) }))
    .default({}),
});

/** TSG T5002 binds the lift firm to be there within this time; a site may be stricter, not laxer. */
const boundByLaw: ReadonlySet<ClockKind> = new Set(["rescue-onsite"]);

/**
 * Lays `response.yaml` over the policy: first the profiles that it names, then severities of classes, targets of their clocks, ladders and what else governs a ticket. A target holds for every
 * severity of the class. `revision` marks the policy's version, since a ticket keeps the version it was opened under.
 */
export function overridePolicy(
  shipped: Policy,
  file: YamlFile,
  zone: RescueZone,
  revision: string,
  problems: ProblemList,
): Policy {
  const root = whole(file);
  if (root.value === null) return shipped;
  const { value: fields } = parsePart(root, ResponseFile, problems);
  if (!fields) return shipped;
  const policy = layProfiles(shipped, part(root, "profiles"), problems);
  const years = { ...policy.workdays?.years, ...fields.workdays };
  const workdays = Object.keys(years).length > 0 ? { workdays: { zone: "UTC", years } } : {};
  checkRoles(part(root, "reports", "tell"), fields.reports.tell ?? [], Object.keys(policy.roles), problems);
  checkRoles(part(root, "notices", "tell"), fields.notices.tell ?? [], Object.keys(policy.roles), problems);
  const usual = policy.personal ?? usualPersonalData;
  const beside = {
    ...workdays,
    ...(policy.kpi ? { kpi: { ...policy.kpi, ...told(fields.kpi) } } : {}),
    ...(policy.reports ? { reports: { ...policy.reports, ...told(fields.reports) } } : {}),
    ...(policy.notices ? { notices: overrideNotices(policy.notices, fields.notices) } : {}),
    ...(policy.fireLog ? { fireLog: { ...policy.fireLog, ...told(fields.fireLog) } } : {}),
    ...(policy.recovered ? { recovered: { ...policy.recovered, ...told(fields.recovered) } } : {}),
    ...(fields.personal ? { personal: { ...usual, ...told(fields.personal) } } : {}),
  };
  const { classes: changes, reach: ways, warn, acknowledgeExpires, ladders, hold, reopen, recovered } = fields;
  const governs = { ...changes, ...ways, ...warn, ...acknowledgeExpires, ...ladders, ...hold, ...reopen, ...recovered };
  if (policy === shipped && Object.keys(governs).length === 0) return { ...policy, ...beside };
  const known = Object.keys(policy.classes);
  const classes: Partial<Record<TicketClass, ClassPolicy>> = { ...policy.classes };
  for (const [id, change] of Object.entries(fields.classes)) {
    const at = part(root, "classes", id);
    const base = policy.classes[id as TicketClass];
    if (!base) {
      problems.error(
        keyPlaceOf(at),
        { zh: `响应策略里没有工单类 ${id}`, en: `the policy has no ticket class ${id}` },
        suggestion(nearest(id, known), known),
      );
      continue;
    }
    const changed = listClocks(change.clocks, zone);
    for (const { kind, target } of changed) {
      const before = base.clocks.find((clock) => clock.kind === kind);
      if (!before || target <= before.target || !boundByLaw.has(kind)) continue;
      problems.warning(
        placeOf(at, "clocks", kind),
        { zh: `${kind} 比法规要求的时限长`, en: `${kind} is longer than the law allows` },
        { zh: "不要超过默认值。", en: "Do not go beyond the default." },
      );
    }
    const lay = (clocks: ClassPolicy["clocks"]): ClassPolicy["clocks"] => layClocks(clocks, changed);
    classes[base.class] = {
      ...base,
      severity: change.severity ?? base.severity,
      clocks: lay(base.clocks),
      bySeverity: Object.fromEntries(
        Object.entries(base.bySeverity).map(([severity, clocks]) => [severity, lay(clocks)]),
      ),
    };
  }
  const reach = Object.fromEntries(
    Severity.options.map((severity) => [severity, { ...policy.reach[severity], ...fields.reach[severity] }]),
  ) as Policy["reach"];
  const roles = Object.keys(policy.roles);
  const ids = new Map<string, Part>();
  for (const severity of Severity.options) {
    checkSteps(part(root, "ladders", severity), ladders[severity] ?? [], roles, ids, problems);
  }
  return {
    ...policy,
    ...beside,
    version: `${policy.version}+${revision}`,
    classes,
    reach,
    warn: { ...policy.warn, ...told(warn) },
    acknowledgeExpires: { ...policy.acknowledgeExpires, ...told(acknowledgeExpires) },
    ladders: { ...policy.ladders, ...told(ladders) },
    hold: { ...policy.hold, ...hold },
    reopen: { ...policy.reopen, ...reopen },
  };
}
