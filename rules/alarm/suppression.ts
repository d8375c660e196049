/**
 * Designed suppression: a consequence hangs under its cause and disturbs nobody, and whatever is still true when the cause
 * has gone is told. Never for life safety. Rows 36–39 of the transition table; numbers from domain research 3.2.
 */
import { type Alarm, stateBeneath } from "#model/alarm";
import { graver } from "#model/severity";
import { between, formatInstant, type Instant, later, milliseconds, type Span, seconds } from "#model/time";
import type { Draft } from "../draft.ts";
import { causesOf, isCause } from "./causes.ts";
import { isTrouble } from "./trouble-rule.ts";
import { unseen } from "./unseen.ts";

/** So long a consequence waits for its cause: one poll and 2 s, 5 s at most. */
const WAIT_AFTER_POLL = seconds(2);
export const LONGEST_WAIT = seconds(5);
/** So long a consequence stays quiet after its cause has gone: pumps start one after another when power is back. */
const LINGER = seconds(30);
/** Stands among the reasons while the cause may still come. */
export const WAITING = "waiting";
const AUTO_SUPPRESSED = "auto:suppressed";

/** A cause that nobody hears of explains nothing, and neither does one that is less grave than what follows from it. */
const explains = (cause: Alarm | undefined, alarm: Alarm): boolean =>
  cause?.process === "active" &&
  cause.service === "in" &&
  cause.shelf.state === "none" &&
  // What cannot be judged for want of an answer is explained by the silence, however grave.
  (graver(cause.severity, alarm.severity) === cause.severity || isTrouble(alarm.rule));

const activeCauses = (draft: Draft, alarm: Alarm): readonly string[] =>
  causesOf(draft.view.site, alarm.rule, alarm.device).filter((id) => explains(draft.alarm(id), alarm));

function suppress(draft: Draft, alarm: Alarm, causes: readonly string[]): Alarm {
  const { waitsUntil: _, ...rest } = alarm;
  const after: Alarm = { ...rest, suppressedBy: causes, suppressedSince: alarm.suppressedSince ?? draft.now };
  draft.putAlarm(after, "suppressed", {
    causes,
    occurrences: causes.map((id) => draft.alarm(id)?.occurrence ?? 0),
  });
  return after;
}

/**
 * Row 36: an alarm became active. Under a cause that is active it is quiet from the start; when one may still come it waits
 * a moment for it. `waits: false` for causes that are always judged first; a span for one that takes so long at least.
 */
export function considerCauses(draft: Draft, alarm: Alarm, waits: boolean | Span = true): Alarm {
  if (alarm.lifeSafety || alarm.process !== "active" || alarm.suppressedBy.length > 0) return alarm;
  const { site } = draft.view;
  const possible = causesOf(site, alarm.rule, alarm.device);
  if (possible.length === 0) return alarm;
  const causes = activeCauses(draft, alarm);
  if (causes.length > 0) return suppress(draft, alarm, causes);
  if (waits === false) return alarm;
  const polls = possible.map((id) => slowestPoll(draft, id.slice(id.indexOf("@") + 1)));
  const usual = Math.min(LONGEST_WAIT, Math.max(0, ...polls) + WAIT_AFTER_POLL);
  const wait = waits === true ? usual : Math.max(usual, waits);
  const waiting: Alarm = {
    ...alarm,
    suppressedBy: [WAITING],
    suppressedSince: draft.now,
    waitsUntil: later(draft.now, milliseconds(wait)),
  };
  draft.putAlarm(waiting, "waits-for-cause", { until: formatInstant(later(draft.now, milliseconds(wait))) });
  return waiting;
}

function slowestPoll(draft: Draft, device: string): Span {
  const { devices, points } = draft.view.site;
  const handles = devices.find((one) => one.id === device)?.points ?? [];
  return milliseconds(Math.max(0, ...handles.map((handle) => points[handle]?.every ?? 0)));
}

/** Row 37: a cause came after its consequences were shown. They hang under it; their tickets are kept and point to its. */
export function foldConsequences(draft: Draft, cause: Alarm): void {
  const { site } = draft.view;
  if (cause.process !== "active" || !isCause(site, cause.rule)) return;
  for (const { id } of draft.view.alarms.values()) {
    const alarm = draft.alarm(id);
    if (alarm?.process !== "active" || alarm.lifeSafety || alarm.suppressedBy.includes(cause.id)) continue;
    if (!causesOf(site, alarm.rule, alarm.device).includes(cause.id) || !explains(cause, alarm)) continue;
    const others = alarm.suppressedBy.filter((reason) => reason !== WAITING);
    suppress(draft, alarm, [...others, cause.id]);
    const ticket = alarm.ticket === undefined ? undefined : draft.ticket(alarm.ticket);
    if (!ticket || ticket.closedAt !== undefined || cause.ticket === undefined || ticket.no === cause.ticket) continue;
    if (ticket.parent !== cause.ticket)
      draft.putTicket({ ...ticket, parent: cause.ticket }, "ticket-hangs-under", { parent: cause.ticket });
  }
}

/** When the last of these causes went; undefined when one is active that explains no more: then nothing lingers. */
function goneSince(draft: Draft, causes: readonly string[]): Instant | undefined {
  let last = 0;
  for (const id of causes) {
    const cause = draft.alarm(id);
    if (cause?.process === "active") return undefined;
    last = Math.max(last, cause?.returnedAt ?? 0);
  }
  return last as Instant;
}

/** Rows 38, 39: suppressions whose last reason has gone, and waits that are over. Returns what is told now. */
export function endSuppressions(draft: Draft): readonly Alarm[] {
  const told: Alarm[] = [];
  for (const { id, suppressedBy } of draft.view.alarms.values()) {
    if (suppressedBy.length === 0) continue;
    const alarm = draft.alarm(id);
    if (!alarm || alarm.suppressedBy.length === 0) continue;
    const causes = activeCauses(draft, alarm);
    if (causes.length > 0) {
      if (causes.join() !== alarm.suppressedBy.join()) suppress(draft, alarm, causes);
      continue;
    }
    if (alarm.waitsUntil !== undefined) {
      if (alarm.waitsUntil > draft.now) continue;
    } else {
      const gone = goneSince(draft, alarm.suppressedBy);
      if (gone !== undefined && between(gone, draft.now) < LINGER) continue;
    }
    const after = release(draft, alarm);
    if (after.process === "active") told.push(after);
  }
  return told;
}

function release(draft: Draft, alarm: Alarm): Alarm {
  const { waitsUntil, suppressedSince, ...rest } = alarm;
  const bare: Alarm = { ...rest, suppressedBy: [] };
  const waited = waitsUntil !== undefined;
  if (alarm.process === "active") {
    const told = unseen(bare);
    if (!waited) draft.putAlarm(told, "unsuppressed", {});
    draft.putAlarm(told, "annunciated", { activeSince: formatInstant(told.activeSince) });
    return told;
  }
  // What came and went under its cause was never shown: it needs nobody. Neither does a trouble that was over before the
  // silence that it came from was worth an alarm; any other alarm that ended while it waited is shown as returned.
  const inside = suppressedSince !== undefined && alarm.activeSince >= suppressedSince;
  const neverShown = waited ? isTrouble(alarm.rule) : inside;
  if (!neverShown || alarm.acknowledge === "acknowledged") {
    draft.putAlarm(bare, waited ? "annunciated" : "unsuppressed", {});
    return bare;
  }
  const seen: Alarm = {
    ...bare,
    acknowledge: "acknowledged",
    acknowledgedBy: AUTO_SUPPRESSED,
    acknowledgedAt: draft.now,
  };
  draft.putAlarm(seen, "unsuppressed", {});
  draft.putAlarm(seen, "auto-acknowledged", { by: AUTO_SUPPRESSED });
  if (stateBeneath(seen) === "normal") draft.record(`alarm:${alarm.id}`, "closed", { occurrence: alarm.occurrence });
  return seen;
}

/** The wall clock was moved by `by`: a wait lasts as long as it was meant to. */
export function shiftWaits(draft: Draft, by: Span): void {
  for (const { id, waitsUntil } of draft.view.alarms.values()) {
    const alarm = waitsUntil === undefined ? undefined : draft.alarm(id);
    if (alarm?.waitsUntil === undefined) continue;
    draft.putAlarm({ ...alarm, waitsUntil: later(alarm.waitsUntil, by) }, "clock-step", { by });
  }
}
