/** Which alarm a command means, also one that was never active: its row is then made from the rule. */
import { type Alarm, shownState } from "#model/alarm";
import type { Plan } from "#model/plan";
import type { TicketClass } from "#model/policy";
import { graver, type Severity } from "#model/severity";
import type { Device, Site } from "#model/site";
import type { Text } from "#model/text";
import { type Draft, refuse } from "../draft.ts";
import { sharedLinks } from "./causes.ts";
import { COMMUNICATION_RULE, communicationLimits, communicationWords } from "./communication-rule.ts";
import { troubledRule, troubleWords } from "./trouble-rule.ts";

/** What the site says about an alarm, whether it was ever active or not. */
export interface Definition {
  readonly rule: string;
  /** Id of the device, or of the link that is silent as a whole. */
  readonly device: string;
  readonly title: Text;
  readonly advice: Text;
  readonly lifeSafety: boolean;
  readonly severity: Severity;
  readonly ticket?: TicketClass;
}

/** `<rule>@<device>` as the site defines it now; undefined when it has no such rule, device, or rule for this kind. */
export function definitionOf(site: Site, id: string): Definition | undefined {
  const split = id.indexOf("@");
  if (split < 1) return undefined;
  const name = id.slice(0, split);
  const part = id.slice(split + 1);
  const device = site.devices.find((one) => one.id === part);
  if (name === COMMUNICATION_RULE) {
    const silent = device ? [device] : (sharedLinks(site).get(part) ?? []);
    if (silent.length === 0) return undefined;
    const severity = silent.map((one) => communicationLimits[one.kind].severity).reduce(graver);
    return { rule: name, device: part, ...communicationWords, lifeSafety: false, severity, ticket: "comms_loss" };
  }
  if (!device) return undefined;
  const rule = site.rules.find((one) => one.id === name && one.kind === device.kind);
  if (!rule) return troubleDefinition(site, name, device);
  const { title, advice, lifeSafety, severity, ticket } = rule;
  return { rule: name, device: device.id, title, advice, lifeSafety, severity, ...(ticket ? { ticket } : {}) };
}

/** `<rule>.trouble@<device>`: its words come from the rule that cannot be judged. */
function troubleDefinition(site: Site, name: string, device: Device): Definition | undefined {
  const rule = troubledRule(name, site.rules);
  const words = rule && rule.kind === device.kind ? troubleWords(rule) : undefined;
  if (!rule || !words) return undefined;
  return { ...words, device: device.id, lifeSafety: false, severity: rule.severity === "S1" ? "S2" : rule.severity };
}

function neverActive(draft: Draft, id: string, definition: Definition): Alarm {
  return {
    id,
    rule: definition.rule,
    device: definition.device,
    title: definition.title,
    advice: definition.advice,
    lifeSafety: definition.lifeSafety,
    occurrence: 0,
    severity: definition.severity,
    process: "normal",
    quality: { state: "good" },
    acknowledge: "acknowledged",
    latch: "none",
    shelf: { state: "none" },
    suppressedBy: [],
    service: "in",
    because: { zh: "尚未发生过。", en: "Never active so far." },
    inputs: [],
    activeSince: draft.now,
    count: 0,
    simulated: draft.view.site.simulated,
  };
}

export type Standing = { readonly alarm: Alarm } | { readonly refused: Plan };

const noSuchAlarm = (id: string): Standing => ({
  refused: refuse(404, "no-such-alarm", `没有告警 ${id}。`, `There is no alarm ${id}.`),
});

/** The alarm, unless the sender saw another occurrence than the present one (row 18). */
export function standing(
  draft: Draft,
  wanted: { readonly alarm: string; readonly occurrence?: number },
  done: Text = { zh: "操作", en: "acted on" },
): Standing {
  const alarm = draft.alarm(wanted.alarm);
  if (!alarm) return noSuchAlarm(wanted.alarm);
  if (wanted.occurrence === undefined || wanted.occurrence === alarm.occurrence) return { alarm };
  return {
    refused: refuse(
      409,
      "old-occurrence",
      `该告警已是第 ${alarm.occurrence} 次发生，您${done.zh}的是第 ${wanted.occurrence} 次。请看最新状态后再${done.zh}。`,
      `This alarm is at occurrence ${alarm.occurrence}; you ${done.en} ${wanted.occurrence}. Look at the present state and do it again.`,
      { occurrence: alarm.occurrence, state: shownState(alarm), activeSince: alarm.activeSince },
    ),
  };
}

/** As `standing`; an alarm that was never active is made from its rule. */
export function standingOrNew(
  draft: Draft,
  wanted: { readonly alarm: string; readonly occurrence?: number },
): Standing {
  if (draft.alarm(wanted.alarm)) return standing(draft, wanted);
  const definition = definitionOf(draft.view.site, wanted.alarm);
  return definition ? { alarm: neverActive(draft, wanted.alarm, definition) } : noSuchAlarm(wanted.alarm);
}
