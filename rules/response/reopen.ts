/** A closed ticket that turns out not to be over: the same number, its next round, and the past one kept as it was. */
import type { Alarm } from "#model/alarm";
import type { Command, Plan } from "#model/plan";
import type { ClockKind, TicketClass } from "#model/policy";
import type { Severity } from "#model/severity";
import type { PastRound, Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { asOpened } from "./as-opened.ts";
import { asOf } from "./by-morning.ts";
import { wakeOfTicket } from "./clocks.ts";
import { linkToFire } from "./during-a-fire.ts";
import { policyOf, versionInForce } from "./frozen-policy.ts";
import { runDueSteps } from "./ladder.ts";
import { closedAbout, mayReopen } from "./lately.ts";
import { offerNext } from "./offer.ts";
import { classPolicy, firstState } from "./open-ticket.ts";

type StepCommand = Extract<Command, { do: "ticket-step" }>;

/** From this round on the case goes one severity up: it was opened again twice (E9). */
const NEXT_LEVEL_ROUND = 3;
const graverBy1: Readonly<Record<Severity, Severity>> = { S1: "S1", S2: "S1", S3: "S2", S4: "S3" };

/** The open ticket of the same device and class, beside which a closed one stays closed: one emergency, one open ticket. */
export function openTwin(draft: Draft, ticket: Ticket): Ticket | undefined {
  const { device, drill } = ticket;
  if (device === undefined || ticket.rectifies !== undefined) return undefined;
  return draft
    .openTickets()
    .find(
      (one) =>
        one.device === device && one.class === ticket.class && one.drill === drill && one.rectifies === undefined,
    );
}

export function whyNotReopen(draft: Draft, ticket: Ticket, command: StepCommand): Plan | undefined {
  const { within } = policyOf(draft.view, ticket).reopen;
  if (!mayReopen(ticket, draft.now, within)) {
    const days = Math.round(within / 86_400_000);
    return refuse(
      409,
      "wrong-state",
      `工单 ${ticket.no} 不能重开：只有关闭不超过 ${days} 天的工单可以重开，请新开工单。`,
      `Ticket ${ticket.no} cannot be opened again: only tickets closed within ${days} days can. Open a new one.`,
      { state: ticket.state, can: [] },
    );
  }
  if (
    command.occurredAt !== undefined &&
    (command.occurredAt > draft.now || command.occurredAt < (ticket.closedAt ?? 0))
  )
    return refuse(
      422,
      "wrong-time",
      "补录时间须在关闭之后、现在之前。",
      "The time of a back-entry lies between the closing and now.",
    );
  if (!command.note?.trim()) return refuse(422, "note-needed", "请填写说明。", "Please write what happened.");
  const twin = openTwin(draft, ticket);
  if (twin) {
    return refuse(
      409,
      "already-open",
      `同一设备的同类工单 ${twin.no} 尚未关闭，请在该工单上处理。`,
      `Ticket ${twin.no} of the same device and class is open: go on there.`,
      { ticket: twin.no },
    );
  }
  return undefined;
}

/** The ticket in its next round, with fresh clocks, ladder and list of steps from `at` on. */
export function reopen(draft: Draft, before: Ticket, at: Instant, why: { note?: string; alarm?: string }): Ticket {
  const usual = classPolicy(draft, before.class) ?? before.policy;
  // What a rectification asks for beside its class is asked for again.
  const again = before.rectifies ? { ...usual, sop: before.policy.sop } : usual;
  const policy = asOf(asOpened(again, before, draft.view.site), at, draft.view.site.zone);
  const round = before.round + 1;
  // What went away by itself was nobody's work, and coming back is no complaint about it.
  const unworked = (before.past ?? []).filter((one) => one.autoRecovered).length + (before.autoRecovered ? 1 : 0);
  const severity = round - unworked >= NEXT_LEVEL_ROUND ? graverBy1[before.severity] : before.severity;
  const past: PastRound = {
    round: before.round,
    closedAt: before.closedAt ?? at,
    clocks: before.clocks,
    sop: before.sop,
    ...(before.autoRecovered ? { autoRecovered: true } : {}),
  };
  const {
    judged: _judged,
    closedAt: _closed,
    acknowledgedBy: _by,
    acknowledgeExpiresAt: _until,
    falseAlarmClaim: _claim,
    assignee: _assignee,
    autoRecovered: _recovered,
    handled: _handled,
    told: _told,
    ...rest
  } = before;
  let ticket: Ticket = {
    ...rest,
    ...firstState(draft, policy, severity, at),
    severity,
    round,
    past: [...(before.past ?? []), past],
    policy,
    policyVersion: versionInForce(draft),
    recovered: false,
    falseAlarm: false,
    wakeAt: at,
  };
  draft.putTicket(ticket, "ticket-reopen", { round, severity, ...why }, at);
  ticket = linkToFire(draft, ticket);
  ticket = runDueSteps(draft, ticket);
  if (ticket.state === "dispatched") ticket = offerNext(draft, ticket);
  ticket = { ...ticket, wakeAt: wakeOfTicket(ticket) };
  draft.amendTicket(ticket);
  return ticket;
}

/** Done, but for the words of others. */
const DONE: ReadonlySet<Ticket["state"]> = new Set(["repaired", "verifying"]);

/**
 * Whether the alarm says that an open ticket is not over, though its work was declared done: its clocks are met and its ladder is
 * answered, so that nobody would hear of it. People in danger are so already while the repair goes on.
 */
export function isBack({ state, recovered, alarms, clocks }: Ticket, alarm: Alarm): boolean {
  const inDanger = alarm.lifeSafety || alarm.severity === "S1";
  if (!DONE.has(state) && !(state === "mitigated" && inDanger)) return false;
  const done = clocks.flatMap(({ kind, metAt }) => (SAYS_DONE.has(kind) && metAt !== undefined ? [metAt] : []));
  return recovered || !alarms.includes(alarm.id) || (done.length > 0 && alarm.activeSince > Math.max(...done));
}
const SAYS_DONE: ReadonlySet<ClockKind> = new Set(["mitigate", "resolve", "verify"]);

/** The ticket about this very fault that was closed lately: it was not over. Emergencies are always new ones. */
export function sameFault(draft: Draft, alarm: Alarm, wanted: TicketClass): Ticket | undefined {
  if (alarm.lifeSafety || alarm.severity === "S1") return undefined;
  return closedAbout(draft, alarm.device, wanted).find(
    (ticket) =>
      mayReopen(ticket, draft.now, policyOf(draft.view, ticket).reopen.within) &&
      ticket.severity !== "S1" &&
      ticket.alarms.includes(alarm.id) &&
      !ticket.falseAlarm &&
      ticket.simulated === alarm.simulated,
  );
}
