/** What a ticket's clocks say at this moment; all instants are the gateway's. */
import type { ClockBody, TicketBody } from "../../../api/ticket-shapes.ts";
import { instantOf } from "./time-text.ts";

export type ClockFace =
  | { readonly mode: "running" | "soon"; readonly left: number; readonly share: number }
  /** `by` grows: a clock that is over never stands at 00:00. */
  | { readonly mode: "over"; readonly by: number }
  | { readonly mode: "paused"; readonly left: number; readonly share: number }
  | { readonly mode: "met"; readonly took: number; readonly late: boolean }
  | { readonly mode: "cancelled" };

const RECURRING: ReadonlySet<ClockBody["kind"]> = new Set<ClockBody["kind"]>(["feedback", "followup"]);

/** A clock that still asks for something. */
export const isOpen = (clock: ClockBody): boolean =>
  clock.metAt === undefined && (clock.state === "running" || clock.state === "breached" || clock.state === "paused");

/** Reads one clock at `now` (ms). Before the gateway's time is known `now` is NaN, and so is the time left. */
export function faceOf(clock: ClockBody, now: number): ClockFace {
  const start = instantOf(clock.startedAt);
  const due = instantOf(clock.dueAt);
  if (clock.metAt !== undefined) {
    return {
      mode: "met",
      took: instantOf(clock.metAt) - start,
      late: clock.breachedAt !== undefined || instantOf(clock.metAt) > due,
    };
  }
  if (clock.state === "cancelled" || clock.state === "met") return { mode: "cancelled" };
  if (!Number.isFinite(now))
    return { mode: clock.state === "paused" ? "paused" : "running", left: Number.NaN, share: 0 };
  const left = due - now;
  const share = due > start ? Math.min(1, Math.max(0, (now - start) / (due - start))) : 1;
  if (clock.state === "paused") return { mode: "paused", left, share };
  if (left <= 0) return { mode: "over", by: now - due };
  return { mode: now >= instantOf(clock.warnAt) ? "soon" : "running", left, share };
}

const byDue = (a: ClockBody, b: ClockBody): number => instantOf(a.dueAt) - instantOf(b.dueAt);

/**
 * The two clocks a card has room for: the one that is due first, and the one the whole job is measured by. That is bringing
 * the emergency under control, and once it is, the last clock still open.
 */
export function stageAndTotal(ticket: TicketBody): { readonly stage?: ClockBody; readonly total?: ClockBody } {
  const open = ticket.clocks.filter(isOpen);
  const ticking = open.filter((clock) => clock.state !== "paused");
  const stage = (ticking.length > 0 ? ticking : open).toSorted(byDue)[0];
  if (!stage) return {};
  const others = open.filter((clock) => !RECURRING.has(clock.kind) && clock !== stage).toSorted(byDue);
  const total = others.find((clock) => clock.kind === "mitigate") ?? others.at(-1);
  return total ? { stage, total } : { stage };
}

/** How many open clocks are past their limit. */
export const overdueCount = (ticket: TicketBody, now: number): number =>
  ticket.clocks.filter((clock) => isOpen(clock) && faceOf(clock, now).mode === "over").length;

/** Where a card stands: what its source says is over, two levels lower; it still wants a person. */
const rank = (ticket: TicketBody): number => Number(ticket.severity.slice(1)) + (ticket.recovered ? 2 : 0);

/**
 * Cards by severity, within it by least remaining time. A trapped passenger never sinks under lines that have come back,
 * nor, when the lift has fallen silent, under a complaint.
 */
export function byRemaining(a: TicketBody, b: TicketBody): number {
  const due = (ticket: TicketBody): number => {
    const { stage } = stageAndTotal(ticket);
    return stage && stage.state !== "paused" ? instantOf(stage.dueAt) : Number.MAX_SAFE_INTEGER;
  };
  return rank(a) - rank(b) || Number(a.recovered) - Number(b.recovered) || due(a) - due(b) || (a.no < b.no ? -1 : 1);
}

/** The last four digits are what people say on the radio. */
export const shortNumber = (no: string): string => no.slice(-4);
