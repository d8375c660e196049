/**
 * Proves a response policy against the people who are to carry it out: for the next thirty days every role that a step tells has
 * somebody, every clock has somebody who hears that it ran out, every class has a list of steps, and somebody is reached at all.
 */
import { contactNeeded } from "#model/channel-settings";
import {
  type ClassPolicy,
  type ClockKind,
  type ClockTarget,
  openingRoles,
  overdueRoles,
  type Policy,
} from "#model/policy";
import type { Problem } from "#model/problem";
import type { Severity } from "#model/severity";
import type { Site } from "#model/site";
import type { Instant } from "#model/time";
import { RECURRING, targets } from "./clocks.ts";
import { onDuty } from "./on-duty.ts";
import { planPolicy } from "./planned.ts";
import { fireRoomHoles } from "./prove-fire-room.ts";
import { AHEAD, holeAt as at, gapList, gapsWhere, rotaChanges } from "./rota-gaps.ts";

const SEVERITIES: readonly Severity[] = ["S1", "S2", "S3", "S4"];

/** Everything that does not hold, as warnings; nothing when the policy is proved. */
export function proveResponse(site: Site, now: Instant): readonly Problem[] {
  return [
    ...emptySteps(site, now),
    ...unheardClocks(site),
    ...classesWithoutList(site),
    ...fireRoomHoles(site, now),
    ...unreached(site),
  ];
}

/** Roles that the policy tells, each with the first step that does. */
function rolesTold({
  ladders,
  classes,
  repeat,
  overdue,
  handover,
  fireLog,
  reports,
  sampling,
  notices,
}: Policy): ReadonlyMap<string, string> {
  const roles = new Map<string, string>();
  const note = (step: string, tell: readonly string[]) => {
    for (const role of tell) if (!roles.has(role)) roles.set(role, step);
  };
  for (const ladder of Object.values(ladders)) for (const step of ladder) note(step.id, step.tell);
  for (const one of withPlans(classes)) {
    for (const tell of Object.values(one.overdue ?? {})) note("overdue", tell);
    note(one.class, [...openingRoles(one), ...(one.tellWhenVerified ?? []), ...(one.dispatch?.roles ?? [])]);
    for (const step of [...(one.ladder ?? []), ...one.extraSteps, ...(one.chase ?? [])]) note(step.id, step.tell);
  }
  note("repeat", repeat.tell);
  note("overdue", overdueRoles(overdue));
  note("handover", handover?.tell ?? []);
  note("fireLog", fireLog?.tell ?? []);
  note("reports", reports?.tell ?? []);
  note("sampling", sampling?.tell ?? []);
  note("notices", notices?.tell ?? []);
  return roles;
}

/** The classes, and beside each of them the plans that a ticket of it may be opened by. */
const withPlans = (classes: Policy["classes"]): readonly ClassPolicy[] =>
  Object.values(classes).flatMap((one) => [
    one,
    ...Object.keys(one.plans ?? {}).flatMap((id) => planPolicy(one, id) ?? []),
  ]);

function emptySteps(site: Site, now: Instant): readonly Problem[] {
  const times = rotaChanges(site, now);
  const problems: Problem[] = [];
  for (const [role, step] of rolesTold(site.policy)) {
    const gaps = gapsWhere(times, (from) => onDuty(site.people, role, from, site.zone).nobody);
    if (gaps.length === 0) continue;
    const name = site.policy.roles[role] ?? { zh: role, en: role };
    const list = gapList(gaps, site.zone);
    problems.push(
      at(
        site,
        "people.yaml",
        {
          zh: `${name.zh}（${role}，步骤 ${step}）未来 ${AHEAD} 天有无人值班的时段：${list.zh}`,
          en: `${name.en} (${role}, step ${step}) has nobody on duty within ${AHEAD} days: ${list.en}`,
        },
        {
          zh: "补上班次或替班；否则这些时段通知 fallback。",
          en: "Add a shift or a stand-in; until then the fallback person is told.",
        },
      ),
    );
  }
  return problems;
}

/** Clocks that end with an entry of their own, or that the house itself stops. */
const NEEDS_NO_STEP: ReadonlySet<ClockKind> = new Set([RECURRING]);

/**
 * Clocks of a class at a severity that run out without a step of its ladder: none that waits for them is due by then. A step that
 * comes a day later is silence for a day.
 */
export function unheard(policy: Policy, one: ClassPolicy, severity: Severity): readonly ClockKind[] {
  const steps = [...(one.ladder ?? policy.ladders[severity]), ...one.extraSteps];
  const isHeard = ({ kind, target }: ClockTarget) =>
    steps.some(({ unless, after }) => unless.includes(kind) && after <= target);
  return targets(one, severity)
    .filter(
      (clock) => clock.target > 0 && !isHeard(clock) && !NEEDS_NO_STEP.has(clock.kind) && !one.overdue?.[clock.kind],
    )
    .map(({ kind }) => kind);
}

function unheardClocks(site: Site): readonly Problem[] {
  const { policy } = site;
  if ((policy.overdue?.tell.length ?? 0) > 0) return [];
  return withPlans(policy.classes).flatMap((one) =>
    SEVERITIES.filter((severity) => severity <= one.severity).flatMap((severity) => {
      const clocks = unheard(policy, one, severity);
      if (clocks.length === 0) return [];
      return at(
        site,
        "response.yaml",
        {
          zh: `${one.name.zh}（${severity}）的时限 ${clocks.join("、")} 超时后没有升级步骤`,
          en: `clocks of ${one.name.en} (${severity}) run out without a step: ${clocks.join(", ")}`,
        },
        { zh: "在预案里写 overdue.tell，或补上升级步骤。", en: "Write overdue.tell in the policy, or add a step." },
      );
    }),
  );
}

const classesWithoutList = (site: Site): readonly Problem[] =>
  withPlans(site.policy.classes)
    .filter(({ sop }) => sop.length === 0)
    .map((one) =>
      at(
        site,
        "response.yaml",
        { zh: `工单类 ${one.class}（${one.name.zh}）没有处置步骤`, en: `the class ${one.class} has no list of steps` },
        { zh: "在预案里为它写 sop。", en: "Write its sop in the policy." },
      ),
    );

/** A site whose people hear of nothing away from a screen, or in which some of them cannot be reached as the policy wants. */
function unreached(site: Site): readonly Problem[] {
  const { channels, people, policy } = site;
  if (channels.length === 0) {
    return [
      at(
        site,
        "site.yaml",
        {
          zh: "没有配置通知通道，离开控制台的人收不到任何消息",
          en: "no channels: nobody away from a screen is told anything",
        },
        {
          zh: "在 channels 里添加企业微信、钉钉、飞书、短信、语音、邮件或 webhook。",
          en: "Add WeCom, DingTalk, Feishu, text messages, calls, mail or a webhook to channels.",
        },
      ),
    ];
  }
  const problems: Problem[] = [];
  if (!channels.some(({ kind }) => ["webhook", "sms", "voice"].includes(kind) && policy.reach.S1[kind] !== undefined)) {
    problems.push(
      at(
        site,
        "site.yaml",
        {
          zh: "没有短信、语音或 webhook 通道：群机器人和邮件不能保证逐人送达，紧急时无后备",
          en: "no text messages, calls or webhook: a group robot or a mail reaches no single person for sure, and nothing stands behind it",
        },
        { zh: "为紧急工单添加短信或语音通道。", en: "Add text messages or calls for emergencies." },
      ),
    );
  }
  const needed = new Set([...people.teams.flatMap((team) => team.people), people.fallback]);
  for (const contact of ["phone", "email"] as const) {
    if (!channels.some(({ kind }) => contactNeeded[kind] === contact)) continue;
    const without = people.people.filter((one) => needed.has(one.id) && one[contact] === undefined).map(({ id }) => id);
    if (without.length === 0) continue;
    problems.push(
      at(
        site,
        "people.yaml",
        {
          zh: `这些人没有${contact === "phone" ? "电话，收不到短信和语音" : "邮箱，收不到邮件"}：${without.join("、")}`,
          en: `these people have no ${contact} and are not reached by it: ${without.join(", ")}`,
        },
        { zh: `在 people.yaml 里补上 ${contact}。`, en: `Add ${contact} to them in people.yaml.` },
      ),
    );
  }
  return problems;
}
