/** Which steps are possible now: a table, and what it means for a ticket. */
import type { TicketStep } from "#model/plan";
import type { ClockKind } from "#model/policy";
import type { Text } from "#model/text";
import type { Ticket, TicketState } from "#model/ticket";
import type { Instant, Span } from "#model/time";
import { beginsAfter, isOpen, RECURRING, targets } from "./clocks.ts";
import { isLateAccept, isOnTheSpot } from "./findings.ts";
import { mayReopen } from "./lately.ts";
import { isPreempted, stateBeneath } from "./preempted.ts";

export interface StepRule {
  /** States in which the step is possible; absent: any open state. */
  readonly from?: readonly TicketState[];
  readonly to?: TicketState;
  readonly meets?: readonly ClockKind[];
  readonly cancels?: readonly ClockKind[];
  readonly needs?: "note" | "assignee" | "sop";
}

/** Of what is expected: it is yet to come, or it is there. */
const BEFORE_ITS_END: readonly TicketState[] = ["new", "dispatched", "accepted", "en-route", "on-site", "on-hold"];
const WORKING: readonly TicketState[] = ["accepted", "en-route", "on-site"];

/** Each step stops only its own clocks: acknowledging is not accepting, accepting is not arriving. */
export const STEPS: Readonly<Record<TicketStep, StepRule>> = {
  acknowledge: { meets: ["acknowledge"] },
  review: { from: ["new"] },
  dispatch: { from: ["new", "dispatched", "accepted"], to: "dispatched", meets: ["dispatch"], needs: "assignee" },
  accept: { from: ["new", "dispatched"], to: "accepted", meets: ["dispatch", "accept"] },
  // Also on the way: a van that breaks down gives the work back.
  decline: { from: ["dispatched", "accepted", "en-route"], to: "new", needs: "note" },
  depart: { from: ["accepted"], to: "en-route" },
  arrive: {
    from: ["new", "dispatched", "accepted", "en-route", "on-site", "mitigated"],
    to: "on-site",
    meets: ["onsite"],
  },
  plan: { meets: ["plan"] },
  mitigate: { from: WORKING, to: "mitigated", meets: ["mitigate"] },
  repair: {
    from: [...WORKING, "mitigated"],
    to: "repaired",
    meets: ["mitigate", "resolve"],
    cancels: ["plan", "onsite", "staff-onsite", "rescue-onsite", "feedback"],
  },
  verify: { from: ["repaired"], to: "verifying", meets: ["verify"] },
  "follow-up": { from: ["repaired", "verifying"], to: "verifying", meets: ["followup"] },
  // Also of a closed ticket, while it may be opened again.
  rate: { from: ["repaired", "verifying", "closed"] },
  feedback: { needs: "note" },
  promise: { from: ["new", "dispatched", ...WORKING, "mitigated", "on-hold"] },
  assign: { needs: "assignee" },
  escalate: {},
  note: { needs: "note" },
  sop: { needs: "sop" },
  "false-alarm": {
    to: "verifying",
    needs: "note",
    meets: ["verify"],
    cancels: [
      "plan",
      "dispatch",
      "accept",
      "onsite",
      "staff-onsite",
      "rescue-onsite",
      "mitigate",
      "resolve",
      "feedback",
    ],
  },
  close: { from: ["repaired", "verifying"], to: "closed" },
  hold: { from: ["dispatched", "accepted", "en-route", "on-site", "mitigated"] },
  resume: { from: ["on-hold"] },
  reopen: { from: ["closed"] },
  merge: {},
  "confirm-phone": { needs: "assignee" },
  reschedule: { from: BEFORE_ITS_END, needs: "note" },
  "call-off": { from: BEFORE_ITS_END, to: "closed", needs: "note" },
};

/** Order in which the console offers the steps. */
const OFFERED: readonly TicketStep[] = [
  "acknowledge",
  "review",
  "confirm-phone",
  "dispatch",
  "accept",
  "depart",
  "arrive",
  "plan",
  "mitigate",
  "repair",
  "verify",
  "follow-up",
  "rate",
  "close",
  "feedback",
  "promise",
  "note",
  "sop",
  "assign",
  "decline",
  "escalate",
  "resume",
  "hold",
  "merge",
  "false-alarm",
  "reschedule",
  "call-off",
  "reopen",
];

/** Of tickets that were opened for something expected. */
const OF_PLANS: ReadonlySet<TicketStep> = new Set(["reschedule", "call-off"]);

export const FINISHED: ReadonlySet<TicketState> = new Set(["closed", "merged"]);
export const CONTROLLED: ReadonlySet<TicketState> = new Set(["mitigated", "repaired", "verifying", "closed", "merged"]);

/** Whether the ticket's state allows the step at all. */
export const fits = (ticket: Ticket, step: TicketStep): boolean => {
  const { from } = STEPS[step];
  // What does not come is called off; nobody took it for an alarm.
  if (ticket.plan === undefined ? OF_PLANS.has(step) : step === "false-alarm") return false;
  if (step === "repair" && isNotOver(ticket)) return false;
  if (!from || from.includes(ticket.state) || isOnTheSpot(ticket, step) || isLateAccept(ticket, step)) return true;
  return isPreempted(ticket) && step !== "hold" && from.includes(stateBeneath(ticket));
};

/** Whether the repair has not begun to count: what was expected must be over first, or the rounds would end while it rages. */
export const isNotOver = ({ policy, severity, clocks }: Ticket): boolean =>
  targets(policy, severity).some((one) => one.kind === "resolve" && beginsAfter(one) === "mitigate") &&
  !clocks.some(({ kind }) => kind === "resolve");

/** Mandatory rows that nobody has done yet. */
export const openRows = (ticket: Ticket) => ticket.sop.filter((row) => row.mandatory && row.at === undefined);

/** Nobody is sent before a team lead has read it. */
export const needsReview = (ticket: Ticket): boolean =>
  ticket.policy.review === true && ticket.reviewedBy === undefined;

function offered(ticket: Ticket, step: TicketStep): boolean {
  if (FINISHED.has(ticket.state) || !fits(ticket, step)) return false;
  if (step === "review") return needsReview(ticket);
  if (needsReview(ticket) && (step === "dispatch" || step === "assign" || step === "accept")) return false;
  if (step === "hold") return ticket.severity !== "S1";
  if (step === "acknowledge") return ticket.acknowledgedBy === undefined;
  if (step === "confirm-phone") return (ticket.calls ?? []).some((call) => call.at === undefined);
  if (step === "sop") return ticket.sop.some((row) => row.at === undefined);
  if (step === "escalate") return ticket.ladder.some((row) => row.state === "waiting");
  if (step === "feedback") return ticket.clocks.some((clock) => clock.kind === RECURRING && isOpen(clock));
  if (step === "follow-up") return ticket.clocks.some((clock) => clock.kind === "followup" && isOpen(clock));
  if (step === "plan") return ticket.clocks.some((clock) => clock.kind === "plan" && isOpen(clock));
  if (step === "false-alarm") return !ticket.falseAlarm && !CONTROLLED.has(ticket.state);
  if (step === "close") return openRows(ticket).length === 0 || ticket.falseAlarm;
  return true;
}

/**
 * The steps that a person may take now, and what still stands before closing. `within` is how long a closed ticket may be
 * opened again.
 */
export function allowedSteps(ticket: Ticket, now: Instant, within: Span): { can: TicketStep[]; cannotClose?: Text } {
  if (mayReopen(ticket, now, within)) return { can: ["reopen", "rate"] };
  const can = OFFERED.filter((step) => offered(ticket, step));
  if (FINISHED.has(ticket.state) || can.includes("close")) return { can };
  const rows = openRows(ticket);
  if (rows.length > 0 && !ticket.falseAlarm) {
    return {
      can,
      cannotClose: {
        zh: `还差 ${rows.length} 项必做步骤：${rows.map((row) => row.text.zh).join("、")}`,
        en: `${rows.length} mandatory steps are open: ${rows.map((row) => row.text.en).join("; ")}`,
      },
    };
  }
  return {
    can,
    cannotClose:
      ticket.plan === undefined
        ? { zh: "先记录修复或确认误报。", en: "Record the repair or confirm a false alarm first." }
        : {
            zh: "先登记解除和修复，或由主管取消。",
            en: "Record that it is over and what was repaired, or a supervisor calls it off.",
          },
  };
}
