/** What an edit of the rules means for alarms that stand: rows 54–57 of the transition table. */
import { type Alarm, isListed } from "#model/alarm";
import type { RuleDefinition } from "#model/rule";
import type { Draft } from "../draft.ts";
import { hashText } from "../language/graph.ts";
import { COMMUNICATION_RULE } from "./communication-rule.ts";
import { changeLevel } from "./lifecycle.ts";
import { definitionOf } from "./standing.ts";

export type Revision = NonNullable<Alarm["revision"]>;

const AUTO_DELETED = "auto:rule-deleted";
const known = new WeakMap<RuleDefinition, Revision>();

/** Fingerprints of what a rule decides by, and of what it says. Delays are neither: their edits lose no state. */
export function revisionOf(rule: RuleDefinition): Revision {
  const before = known.get(rule);
  if (before) return before;
  const text = (expression: { readonly text: string } | undefined) => expression?.text ?? "";
  const logic = [
    text(rule.when),
    text(rule.clear),
    text(rule.deadband),
    ...Object.entries(rule.let).map(([name, one]) => `${name}=${text(one)}`),
    ...rule.levels.map((level) => `${text(level.when)}:${level.severity}`),
    ...Object.entries(rule.params).map(([name, param]) => `${name}=${param.default}`),
  ];
  const words = [rule.title.zh, rule.title.en, rule.advice.zh, rule.advice.en, rule.severity];
  const revision = { logic: hashText(logic.join("\n")), words: hashText(words.join("\n")) };
  known.set(rule, revision);
  return revision;
}

/**
 * After a start: every alarm that stands is looked at once against the rules as they are now.
 * @param judged ids of the alarms that the engine has a row for
 */
export function noteRuleEdits(draft: Draft, judged?: ReadonlySet<string>): void {
  for (const { id } of draft.view.alarms.values()) {
    const alarm = draft.alarm(id);
    if (!alarm) continue;
    // A rule that its device has no points for any more can neither raise nor end its alarm, although both still exist.
    const lost = judged !== undefined && alarm.rule !== COMMUNICATION_RULE && !judged.has(id);
    if (lost || !definitionOf(draft.view.site, id)) closeOrphan(draft, alarm);
    else if (alarm.process === "active" && alarm.rule !== COMMUNICATION_RULE) noteEdit(draft, alarm);
  }
}

/** Row 57: rule or device is gone. What was open is closed where everybody sees it; its ticket is people's work and stays. */
function closeOrphan(draft: Draft, alarm: Alarm): void {
  if (!isListed(alarm)) return;
  const {
    waitsUntil: _wait,
    suppressedSince: _since,
    returning: _returning,
    chatter: _chatter,
    recent: _recent,
    outage: _outage,
    outageRequest: _request,
    reAlarmAt: _again,
    ...rest
  } = alarm;
  const closed: Alarm = {
    ...rest,
    process: "normal",
    quality: { state: "good" },
    latch: "none",
    shelf: { state: "none" },
    suppressedBy: [],
    service: "in",
    acknowledge: "acknowledged",
    ...(alarm.acknowledge === "acknowledged" ? {} : { acknowledgedBy: AUTO_DELETED, acknowledgedAt: draft.now }),
    ...(alarm.process === "active" ? { returnedAt: draft.now } : {}),
  };
  draft.putAlarm(closed, "closed", { reason: "rule-deleted" });
  const ticket = alarm.ticket === undefined ? undefined : draft.ticket(alarm.ticket);
  if (ticket && ticket.closedAt === undefined) draft.putTicket(ticket, "rule-deleted", { alarm: alarm.id });
}

/** Rows 54, 56: the state is kept. New words are taken over; new logic is for the engine to judge, and is told apart then. */
function noteEdit(draft: Draft, alarm: Alarm): void {
  const rule = draft.view.site.rules.find((one) => one.id === alarm.rule);
  if (!rule) return;
  const now = revisionOf(rule);
  const before = alarm.revision;
  if (!before || (before.logic === now.logic && before.words === now.words)) return;
  const logic = before.logic !== now.logic;
  const after: Alarm = {
    ...alarm,
    title: rule.title,
    advice: rule.advice,
    revision: now,
    ...(logic ? { edited: true } : {}),
  };
  draft.putAlarm(after, "rule-revised", { logic, words: before.words !== now.words });
  if (rule.levels.length === 0) changeLevel(draft, alarm.id, rule.severity, alarm.because);
}
