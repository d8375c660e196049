/** What people find where it happens: that an emergency is real, or, by two of them, that it was none. */
import type { TicketStep } from "#model/plan";
import type { LadderStep } from "#model/policy";
import type { LadderRow, Ticket, TicketState } from "#model/ticket";
import { type Instant, milliseconds } from "#model/time";
import { isOpen } from "./clocks.ts";
import { ladderRows } from "./ladder.ts";

const BEFORE_REPAIR: ReadonlySet<TicketState> = new Set([
  "new",
  "dispatched",
  "accepted",
  "en-route",
  "on-site",
  "mitigated",
  "on-hold",
]);

/**
 * A class with a verify clock asks people to look on the spot while they work, long before anything is repaired; this step
 * then stops the clock and leaves the state alone.
 */
export const isOnTheSpot = (ticket: Ticket, step: TicketStep): boolean =>
  step === "verify" &&
  BEFORE_REPAIR.has(ticket.state) &&
  ticket.clocks.some((clock) => clock.kind === "verify" && isOpen(clock));

/** Somebody came before anybody had accepted: accepting is still to be done, and changes nothing about where the work stands. */
export const isLateAccept = (ticket: Ticket, step: TicketStep): boolean =>
  step === "accept" && ticket.assignee === undefined && (ticket.state === "on-site" || ticket.state === "mitigated");

/**
 * The guard who comes to calm people is not who frees them: while nobody has accepted, the work is still offered, and the time of
 * the guard's coming is noted.
 */
export const isStaffBeforeRescue = (ticket: Ticket, step: TicketStep, who: "staff" | "rescue"): boolean =>
  step === "arrive" &&
  who === "staff" &&
  (ticket.state === "new" || ticket.state === "dispatched") &&
  ticket.clocks.some((clock) => clock.kind === "rescue-onsite" && isOpen(clock));

/** The first of two people who must both find that it was a false alarm. */
export const isFirstClaim = (ticket: Ticket, step: TicketStep): boolean =>
  step === "false-alarm" && ticket.policy.falseAlarmPeople === 2 && ticket.falseAlarmClaim === undefined;

/** Whom the class tells, now, that the emergency is real. */
export function confirmedRows({ policy }: Ticket, now: Instant): readonly LadderRow[] {
  const tell = policy.tellWhenVerified ?? [];
  if (tell.length === 0) return [];
  const step: LadderStep = {
    id: "class-verified",
    after: milliseconds(0),
    unless: [],
    tell,
    phone: true,
    raiseRescueTier: false,
    say: { zh: `${policy.name.zh}已现场核实属实`, en: `${policy.name.en}: confirmed on the spot` },
  };
  return ladderRows([step], now);
}
