/** Tickets as the rounds in which people answered: what each clock took and whether it was met. Pure. */
import type { ClockKind, TicketClass } from "#model/policy";
import type { Severity } from "#model/severity";
import type { ResponseClock, Ticket } from "#model/ticket";
import type { Instant, Span } from "#model/time";
import { elapsed, type Timing } from "../../rules/response/clocks.ts";
import { roundsOf } from "../../rules/response/repeats.ts";

/** Whose figures a ticket belongs to: they are never mixed. */
export const ticketKinds = ["real", "drill", "simulated", "test", "maintenance"] as const;
export type TicketKind = (typeof ticketKinds)[number];

/** What is measured of each round, in the order of the work; the first clock that the round carries counts. */
export const measures = {
  acknowledge: ["acknowledge"],
  accept: ["accept"],
  onsite: ["onsite", "staff-onsite"],
  rescue: ["rescue-onsite"],
  mitigate: ["mitigate"],
  resolve: ["resolve"],
  followup: ["followup"],
} as const satisfies Record<string, readonly ClockKind[]>;
export type Measure = keyof typeof measures;
export const measureNames = Object.keys(measures) as readonly Measure[];

/** `took` absent: it never came, and its time was over. */
export interface Taken {
  readonly met: boolean;
  readonly took?: Span;
  readonly target: Span;
}

export interface Round {
  readonly ticket: Ticket;
  readonly round: number;
  readonly kind: TicketKind;
  readonly class: TicketClass;
  readonly severity: Severity;
  readonly startedAt: Instant;
  readonly resolvedAt?: Instant;
  readonly closed: boolean;
  /** Opened again afterwards. */
  readonly again: boolean;
  readonly falseAlarm: boolean;
  readonly rating?: number;
  readonly taken: Readonly<Partial<Record<Measure, Taken>>>;
}

export function ticketKind(ticket: Ticket): TicketKind {
  if (ticket.drill) return "drill";
  if (ticket.simulated) return "simulated";
  return ticket.judged ?? "real";
}

/** One clock as it ended; undefined while it may still be met, and for one that was dropped in time. */
function takenBy(clock: ResponseClock, timing: Timing): Taken | undefined {
  const { target } = clock;
  if (clock.metAt !== undefined) {
    return { met: clock.state === "met", took: elapsed(clock, clock.metAt, timing), target };
  }
  return clock.breachedAt !== undefined ? { met: false, target } : undefined;
}

function takenOf(clocks: readonly ResponseClock[], timing: Timing): Round["taken"] {
  const all = measureNames.flatMap((measure) => {
    const kinds: readonly ClockKind[] = measures[measure];
    const clock = clocks.find((one) => kinds.includes(one.kind));
    const taken = clock && takenBy(clock, timing);
    return taken ? [[measure, taken] as const] : [];
  });
  return Object.fromEntries(all);
}

/** The rounds of a ticket, the first one first. A merged ticket has none: its work is counted where it went. */
export function roundsIn(ticket: Ticket, timing: Timing): readonly Round[] {
  if (ticket.mergedInto !== undefined || ticket.state === "merged") return [];
  const starts = roundsOf(ticket);
  const past = ticket.past ?? [];
  return starts.map((startedAt, index) => {
    const here = past[index];
    const clocks = here?.clocks ?? ticket.clocks;
    // Asked twice, the last answer counts.
    const rating = ticket.ratings?.findLast((one) => one.round === index + 1)?.score;
    const resolvedAt = clocks.find((clock) => clock.kind === "resolve")?.metAt;
    return {
      ticket,
      round: index + 1,
      kind: ticketKind(ticket),
      class: ticket.class,
      severity: ticket.severity,
      startedAt,
      ...(resolvedAt === undefined ? {} : { resolvedAt }),
      closed: here !== undefined || ticket.closedAt !== undefined,
      again: here !== undefined,
      falseAlarm: here === undefined && ticket.falseAlarm,
      ...(rating === undefined ? {} : { rating }),
      taken: takenOf(clocks, timing),
    };
  });
}
