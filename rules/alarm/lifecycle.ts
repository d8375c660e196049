/** What a rule's verdict does to its alarm. Row numbers are those of the transition table in domain research 1.2. */
import { type Alarm, isAnnunciated, stateBeneath } from "#model/alarm";
import type { JournalData } from "#model/journal";
import type { InputSeen } from "#model/rule";
import type { Severity } from "#model/severity";
import type { Text } from "#model/text";
import { between, formatInstant, type Instant, milliseconds, type Span, seconds } from "#model/time";
import type { Draft } from "../draft.ts";
import { cameBack, countActivation, holdReturn, holdsReturn } from "./chatter.ts";
import { onsetOf, placeInGroup } from "./first-up.ts";
import { AUTO_SHELVED, breakShelf, endOneShot } from "./shelving.ts";
import { isTrouble } from "./trouble-rule.ts";
import { unseen } from "./unseen.ts";

/** A return followed by a new activation within this span is the same occurrence (engineering judgement). */
const REJOIN = seconds(60);

/** What an activation brings with it, whoever judged it: the engine, or the house about a device's line. */
export interface Finding {
  readonly id: string;
  readonly rule: string;
  readonly device: string;
  readonly title: Text;
  readonly advice: Text;
  readonly lifeSafety: boolean;
  readonly latch: boolean;
  readonly severity: Severity;
  readonly because: Text;
  readonly inputs: readonly InputSeen[];
  readonly revision?: Alarm["revision"];
  /** How long the condition had held; absent: it began now. */
  readonly heldFor?: Span;
}

/** Row 30: what happens while nobody is told is journalled all the same, and does not count as told. */
const quietly = (alarm: Alarm): JournalData => (isAnnunciated(alarm) ? {} : { annunciated: false });

/** Row 13: the occurrence before is over. One that began inside the shelf was never shown: it needs nobody. */
function supersede(draft: Draft, before: Alarm): void {
  const inside = before.shelf.state !== "none" && before.occurrence > before.shelf.occurrence;
  const data = { occurrence: before.occurrence };
  if (inside) draft.record(`alarm:${before.id}`, "auto-acknowledged", { ...data, by: AUTO_SHELVED });
  else draft.record(`alarm:${before.id}`, "superseded", data);
}

/** Rows 1, 4, 12, 13, 14: the condition became true and its delay is over. Returns the alarm as it stands now. */
export function activate(draft: Draft, finding: Finding): Alarm {
  const standing = draft.alarm(finding.id);
  if (standing?.returning) return cameBack(draft, standing);
  const before = standing?.process === "normal" ? breakShelf(draft, standing, finding) : standing;
  const rejoins =
    before !== undefined &&
    before.process === "normal" &&
    before.acknowledge === "unacknowledged" &&
    (before.latch === "latched" || (before.returnedAt !== undefined && between(before.returnedAt, draft.now) < REJOIN));

  if (before && rejoins) {
    const { returnedAt: _, ...rest } = before;
    const again: Alarm = {
      ...rest,
      ...(finding.revision ? { revision: finding.revision } : {}),
      process: "active",
      quality: { state: "good" },
      latch: "none",
      severity: finding.severity,
      because: finding.because,
      inputs: finding.inputs,
      count: before.count + 1,
    };
    const alarm = countActivation(draft, again);
    draft.putAlarm(alarm, "reactivated", {
      count: alarm.count,
      because: finding.because,
      inputs: finding.inputs,
      ...quietly(alarm),
    });
    return alarm;
  }
  if (before?.process === "active") return before;
  if (before && stateBeneath(before) === "returned-unacknowledged") supersede(draft, before);
  const alarm: Alarm = countActivation(draft, {
    ...(before?.recent ? { recent: before.recent } : {}),
    ...(before?.chatter ? { chatter: before.chatter } : {}),
    id: finding.id,
    rule: finding.rule,
    device: finding.device,
    title: finding.title,
    advice: finding.advice,
    lifeSafety: finding.lifeSafety,
    occurrence: (before?.occurrence ?? 0) + 1,
    severity: finding.severity,
    process: "active",
    quality: { state: "good" },
    acknowledge: "unacknowledged",
    latch: "none",
    shelf: before?.shelf ?? { state: "none" },
    suppressedBy: before?.suppressedBy ?? [],
    ...(before?.suppressedSince === undefined ? {} : { suppressedSince: before.suppressedSince }),
    ...(before?.waitsUntil === undefined ? {} : { waitsUntil: before.waitsUntil }),
    service: before?.service ?? "in",
    ...(before?.outage ? { outage: before.outage } : {}),
    ...(before?.outageRequest ? { outageRequest: before.outageRequest } : {}),
    ...(finding.revision ? { revision: finding.revision } : {}),
    because: finding.because,
    inputs: finding.inputs,
    activeSince: draft.now,
    ...placeInGroup(
      draft,
      finding.id,
      finding.device,
      onsetOf(draft.now, finding.heldFor ?? milliseconds(0), finding.inputs),
    ),
    count: 1,
    // A ticket that is still open stays the alarm's ticket: a new occurrence adds to it.
    ...(before?.ticket !== undefined && draft.ticket(before.ticket)?.closedAt === undefined
      ? { ticket: before.ticket }
      : {}),
    simulated: draft.view.site.simulated,
  });
  draft.putAlarm(alarm, "activated", {
    severity: alarm.severity,
    because: alarm.because,
    inputs: alarm.inputs,
    ...quietly(alarm),
  });
  return alarm;
}

/**
 * Rows 6, 7, 11, 51, 56: the condition is over. Never touches a ticket: that is people's work. The return of what chatters
 * is held; `held` is such a return that has come due.
 */
export function returnToNormal(
  draft: Draft,
  id: string,
  latch: boolean,
  because: Text,
  held = false,
): Alarm | undefined {
  const before = draft.alarm(id);
  if (before?.process !== "active") return undefined;
  if (!held && holdsReturn(before)) {
    if (!before.returning) holdReturn(draft, before, because);
    return undefined;
  }
  const { edited, returning: _, reAlarmAt: __, ...rest } = before;
  const alarm: Alarm = {
    ...rest,
    process: "normal",
    quality: { state: "good" },
    latch: latch ? "latched" : "none",
    returnedAt: draft.now,
  };
  draft.putAlarm(alarm, "returned", {
    activeFor: between(before.activeSince, draft.now),
    because,
    // Row 51: it ended while nobody looked, or at the first look: only the stretch is known.
    ...(before.quality.state === "bad" && before.quality.reason === "restart"
      ? { uncertain: { from: formatInstant(before.quality.since), to: formatInstant(draft.now) } }
      : {}),
    ...(edited ? { reason: "rule-change" } : {}),
    ...quietly(alarm),
  });
  const ticket = edited && alarm.ticket !== undefined ? draft.ticket(alarm.ticket) : undefined;
  if (ticket && ticket.closedAt === undefined) draft.putTicket(ticket, "rule-changed", { alarm: alarm.id });
  if (stateBeneath(alarm) === "normal") draft.record(`alarm:${id}`, "closed", { occurrence: alarm.occurrence });
  return endOneShot(draft, alarm);
}

/**
 * Rows 43, 44: an input went bad. An active alarm is held and says so; nothing is raised, nothing is cleared. Of a trouble
 * that is no news.
 */
export function inputBad(draft: Draft, id: string, reason: string, since: Instant = draft.now): void {
  const before = draft.alarm(id);
  if (before?.process !== "active" || before.quality.state === "bad" || isTrouble(before.rule)) return;
  draft.putAlarm({ ...before, quality: { state: "bad", since, reason } }, "input-bad", { reason });
}

/** Row 45: the input is good again and the condition still true, also by an edited rule. */
export function inputGood(draft: Draft, id: string): void {
  const before = draft.alarm(id);
  if (!before || before.quality.state === "good") return;
  const { edited: _, returning: __, ...rest } = before;
  draft.putAlarm({ ...rest, quality: { state: "good" } }, "input-good");
}

/** Rows 24, 25: a rise in severity asks for a new acknowledgement, a fall does not. */
export function changeLevel(draft: Draft, id: string, severity: Severity, because: Text): Alarm | undefined {
  const before = draft.alarm(id);
  if (before?.process !== "active" || before.severity === severity) return undefined;
  const rises = severity < before.severity;
  const alarm: Alarm = rises ? { ...unseen(before), severity, because } : { ...before, severity, because };
  draft.putAlarm(alarm, "level-changed", { from: before.severity, to: severity, ...quietly(alarm) });
  return breakShelf(draft, alarm, alarm);
}
