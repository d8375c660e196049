/**
 * The auditor: what an open ticket should wait for, held against what it waits for. A clock, a step or an instant that got lost,
 * by a damaged row or a fault of ours, is armed again, journalled and told; nobody is forgotten in silence (response.md 2.5).
 */
import type { ClockKind } from "#model/policy";
import type { LadderRow, ResponseClock, Ticket } from "#model/ticket";
import { type Instant, instant, later, seconds } from "#model/time";
import type { Draft } from "../draft.ts";
import { beganAt, openClocks, STARTS_LATER, targets, wakeOfTicket } from "./clocks.ts";
import { dropAnswered, runDueSteps } from "./ladder.ts";
import { remind } from "./offer.ts";
import { ladderOf } from "./open-ticket.ts";
import { CONTROLLED } from "./possible-steps.ts";
import { clockName } from "./words.ts";

/** With every beat one of so many parts: each ticket is looked at once in 50 s, and no beat is a long one. */
const PARTS = 50;

interface Missing {
  readonly clocks: readonly ResponseClock[];
  readonly rows: readonly LadderRow[];
  /** The acknowledgement would hold for ever. */
  readonly expiry: boolean;
  /** The heartbeat would look too late, or without need. */
  readonly wake: boolean;
}

/** The tickets whose turn it is; all of them when the house starts. */
export function auditTickets(draft: Draft, all: boolean): void {
  const part = Math.floor(draft.now / seconds(1)) % PARTS;
  let index = 0;
  for (const { no } of draft.view.tickets.values()) {
    index += 1;
    if (!all && index % PARTS !== part) continue;
    const ticket = draft.ticket(no);
    if (ticket && ticket.closedAt === undefined) audit(draft, ticket);
  }
}

function audit(draft: Draft, before: Ticket): void {
  const missing = missingFrom(draft, before);
  const { clocks, rows, expiry, wake } = missing;
  if (clocks.length === 0 && rows.length === 0 && !expiry && !wake) return;
  const span = draft.view.site.policy.acknowledgeExpires[before.severity];
  let ticket = dropAnswered({
    ...before,
    clocks: [...before.clocks, ...clocks],
    ladder: [...before.ladder, ...rows],
    ...(expiry ? { acknowledgeExpiresAt: later(draft.now, span) } : {}),
  });
  draft.putTicket(ticket, "re-armed", {
    clocks: clocks.map(({ kind }) => kind),
    steps: rows.map(({ step }) => step.id),
    ...(expiry ? { expiry } : {}),
    ...(wake ? { wokeAt: before.wakeAt } : {}),
  });
  const names = clocks.map(({ kind }) => clockName[kind]);
  const lost = {
    zh: [...names.map(({ zh }) => zh), ...rows.map(({ step }) => step.id)].join("、") || "计时",
    en: [...names.map(({ en }) => en), ...rows.map(({ step }) => step.id)].join(", ") || "its timer",
  };
  remind(draft, ticket, `re-armed-${draft.now}`, {
    zh: `自检发现缺失（${lost.zh}），已重新设定，请核对工单进展`,
    en: `the self-check found something missing (${lost.en}) and armed it again: see how the ticket stands`,
  });
  ticket = runDueSteps(draft, ticket);
  draft.amendTicket({ ...ticket, wakeAt: wakeOfTicket(ticket) });
}

function missingFrom(draft: Draft, ticket: Ticket): Missing {
  return {
    clocks: lostClocks(draft, ticket),
    rows: lostRows(draft, ticket),
    expiry:
      ticket.acknowledgedBy !== undefined && ticket.acknowledgeExpiresAt === undefined && !CONTROLLED.has(ticket.state),
    wake: ticket.wakeAt !== wakeOfTicket(ticket),
  };
}

/** Clocks that the frozen policy gives the ticket at its severity, and that it does not carry. */
function lostClocks(draft: Draft, ticket: Ticket): readonly ResponseClock[] {
  const { policy, severity, clocks } = ticket;
  const isLost = (kind: ClockKind): boolean => !STARTS_LATER.has(kind) && !clocks.some((clock) => clock.kind === kind);
  if (!targets(policy, severity).some(({ kind }) => isLost(kind))) return [];
  return openClocks(policy, severity, beganAt(ticket), draft.view.site.policy).filter(({ kind }) => isLost(kind));
}

/** Steps of the ladder without a row. A ticket of an older policy keeps its own ladder, which stands nowhere else. */
function lostRows(draft: Draft, ticket: Ticket): readonly LadderRow[] {
  if (ticket.policyVersion !== draft.view.site.policy.version) return [];
  const steps = ladderOf(draft, ticket.policy, ticket.severity);
  const lost = steps.filter(({ id }) => !ticket.ladder.some(({ step }) => step.id === id));
  if (lost.length === 0) return [];
  const known = ticket.ladder.filter(({ step }) => steps.some(({ id }) => id === step.id));
  const began = known.map(({ dueAt, step }) => dueAt - step.after);
  const from: Instant = began.length === 0 ? beganAt(ticket) : instant(Math.min(...began));
  const loop = Math.max(0, ...ticket.ladder.map((row) => row.loop));
  return lost.map((step): LadderRow => ({ step, dueAt: later(from, step.after), state: "waiting", loop }));
}
