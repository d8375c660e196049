/**
 * The auditor: what an open ticket should wait for, held against what it waits for. A clock, a step or an instant that got lost,
 * by a damaged row or a fault of ours, is armed again, journalled and told; nobody is forgotten in silence (response.md 2.5).
 */
import type { ClockTarget, LadderStep, Policy } from "#model/policy";
import type { LadderRow, ResponseClock, Ticket } from "#model/ticket";
import { type Instant, instant, later, seconds } from "#model/time";
import type { Draft } from "../draft.ts";
import { beganAt, beginsAfter, RECURRING, startClock, targets, wakeOfTicket } from "./clocks.ts";
import { knowsPolicyOf, policyOf } from "./frozen-policy.ts";
import { dropAnswered, ladderRows, runDueSteps } from "./ladder.ts";
import { remind } from "./offer.ts";
import { expectedOf, openClocks } from "./open-clocks.ts";
import { CLASS_OPENING, ladderOf } from "./open-ticket.ts";
import { CONTROLLED } from "./possible-steps.ts";
import { clockName } from "./words.ts";

/** With every beat one of so many parts: each ticket is looked at once in 50 s, and no beat is a long one. */
const PARTS = 50;
/** So many tickets are told one by one; more have lost something together, and the desk hears of that once. */
const ONE_BY_ONE = 3;
/** Numbers that a digest names; the journal has all of them. */
const NAMED = 5;

/** What one ticket lost. */
interface Loss {
  readonly ticket: Ticket;
  readonly clocks: readonly ResponseClock[];
  readonly rows: readonly LadderRow[];
}

/**
 * The tickets whose turn it is; all of them when the house starts, and when one of these lost something: what took it may have taken
 * more, and the desk shall hear of it together.
 */
export function auditTickets(draft: Draft, all: boolean): void {
  const part = Math.floor(draft.now / seconds(1)) % PARTS;
  let index = 0;
  let anyLost = false;
  for (const { no } of draft.view.tickets.values()) {
    index += 1;
    if (!all && index % PARTS !== part) continue;
    const ticket = draft.ticket(no);
    if (ticket && ticket.closedAt === undefined && !isWhole(draft, ticket)) anyLost = true;
    if (anyLost) break;
  }
  if (!anyLost) return;
  const losses: Loss[] = [];
  for (const { no } of draft.view.tickets.values()) {
    const ticket = draft.ticket(no);
    if (ticket && ticket.closedAt === undefined && !isWhole(draft, ticket)) losses.push(armAgain(draft, ticket));
  }
  if (losses.length > ONE_BY_ONE) tellTogether(draft, losses);
  else for (const loss of losses) tellOf(draft, loss);
  for (const { ticket } of losses) {
    const after = runDueSteps(draft, draft.ticket(ticket.no) ?? ticket);
    draft.amendTicket({ ...after, wakeAt: wakeOfTicket(after) });
  }
}

/** Whether nothing is missing. Ten thousand tickets are asked this again and again: it makes no objects. */
function isWhole(draft: Draft, ticket: Ticket): boolean {
  if (losesExpiry(ticket) || ticket.wakeAt !== wakeOfTicket(ticket)) return false;
  for (const clock of targets(ticket.policy, ticket.severity)) if (losesClock(ticket, clock)) return false;
  if (!mayLoseRows(draft, ticket)) return true;
  const { policy, severity, ladder } = ticket;
  for (const step of policy.ladder ?? policyOf(draft.view, ticket).ladders[severity]) {
    if (!hasRow(ladder, step.id)) return false;
  }
  if (policy.tellAtOpening.length > 0 && !hasRow(ladder, CLASS_OPENING)) return false;
  for (const step of policy.extraSteps) if (!hasRow(ladder, step.id)) return false;
  return true;
}

/** The acknowledgement would hold for ever. */
const losesExpiry = (ticket: Ticket): boolean =>
  ticket.acknowledgedBy !== undefined && ticket.acknowledgeExpiresAt === undefined && !CONTROLLED.has(ticket.state);

/** Whether the frozen policy gives the ticket a clock at its severity that it does not carry. */
function losesClock({ clocks, state }: Ticket, wanted: ClockTarget): boolean {
  const after = beginsAfter(wanted);
  // What begins when the emergency is under control is missing from then on; of the others that begin later nothing is known.
  if (after !== undefined && !(after === "mitigate" && state === "mitigated")) return false;
  for (const { kind } of clocks) if (kind === wanted.kind) return false;
  return true;
}

/** A ticket of a policy that the house does not know keeps the steps that it has; if it has none, the present ladder is better than none. */
const mayLoseRows = (draft: Draft, ticket: Ticket): boolean =>
  ticket.ladder.length === 0 || knowsPolicyOf(draft.view, ticket);

function hasRow(ladder: readonly LadderRow[], id: string): boolean {
  for (const row of ladder) if (row.step.id === id) return true;
  return false;
}

/** The ticket with what it lost, journalled. */
function armAgain(draft: Draft, before: Ticket): Loss {
  const policy = policyOf(draft.view, before);
  const clocks = lostClocks(policy, before, draft.now);
  const rows = lostRows(draft, policy, before);
  const expiry = losesExpiry(before);
  const wake = before.wakeAt !== wakeOfTicket(before);
  const ticket = dropAnswered({
    ...before,
    clocks: [...before.clocks, ...clocks],
    ladder: [...before.ladder, ...rows],
    ...(expiry ? { acknowledgeExpiresAt: later(draft.now, policy.acknowledgeExpires[before.severity]) } : {}),
  });
  draft.putTicket(ticket, "re-armed", {
    clocks: clocks.map(({ kind }) => kind),
    steps: rows.map(({ step }) => step.id),
    ...(expiry ? { expiry } : {}),
    ...(wake ? { wokeAt: before.wakeAt } : {}),
  });
  return { ticket, clocks, rows };
}

function tellOf(draft: Draft, { ticket, clocks, rows }: Loss): void {
  const names = clocks.map(({ kind }) => clockName[kind]);
  const lost = {
    zh: [...names.map(({ zh }) => zh), ...rows.map(({ step }) => step.id)].join("、") || "计时",
    en: [...names.map(({ en }) => en), ...rows.map(({ step }) => step.id)].join(", ") || "its timer",
  };
  remind(draft, ticket, `re-armed-${draft.now}`, {
    zh: `自检发现缺失（${lost.zh}），已重新设定，请核对工单进展`,
    en: `the self-check found something missing (${lost.en}) and armed it again: see how the ticket stands`,
  });
}

/** One message under the gravest of them. Their steps that are due go out one by one all the same. */
function tellTogether(draft: Draft, losses: readonly Loss[]): void {
  const [first, ...others] = losses
    .map(({ ticket }) => ticket)
    .sort((a, b) => (a.severity < b.severity ? -1 : Number(a.severity > b.severity)));
  if (!first) return;
  const named = others.slice(0, NAMED).map(({ no }) => no);
  const more = others.length > NAMED;
  remind(draft, first, `re-armed-${draft.now}`, {
    zh: `自检发现 ${losses.length} 张工单的计时或升级步骤缺失，已全部重新设定。除本单外还有 ${named.join("、")}${more ? ` 等 ${others.length} 张` : ""}。请逐一核对进展，并检查磁盘`,
    en: `the self-check found clocks or steps of ${losses.length} tickets missing and armed all of them again. Beside this one: ${named.join(", ")}${more ? ` and ${others.length - NAMED} more` : ""}. See how each stands, and check the disk`,
  });
}

function lostClocks(policy: Policy, ticket: Ticket, now: Instant): readonly ResponseClock[] {
  const wanted = targets(ticket.policy, ticket.severity).filter((clock) => losesClock(ticket, clock));
  const isLost = ({ kind }: ResponseClock) => wanted.some((clock) => clock.kind === kind);
  const first = openClocks(ticket.policy, ticket.severity, beganAt(ticket), policy, expectedOf(ticket)).filter(isLost);
  // The rounds ended when it was under control.
  const underControl = ticket.clocks.find(({ kind }) => kind === RECURRING)?.segments.at(-1)?.to ?? now;
  const later = wanted.filter((clock) => beginsAfter(clock) !== undefined);
  return [...first, ...later.map((clock) => startClock(clock, underControl, policy))];
}

/** Steps of the ladder without a row. */
function lostRows(draft: Draft, policy: Policy, ticket: Ticket): readonly LadderRow[] {
  if (!mayLoseRows(draft, ticket)) return [];
  const steps: readonly LadderStep[] = ladderOf(policy, ticket.policy, ticket.severity);
  const lost = steps.filter(({ id }) => !hasRow(ticket.ladder, id));
  if (lost.length === 0) return [];
  const known = ticket.ladder.filter(({ step }) => !step.from && steps.some(({ id }) => id === step.id));
  const began = known.map(({ dueAt, step }) => dueAt - step.after);
  const from: Instant = began.length === 0 ? beganAt(ticket) : instant(Math.min(...began));
  const loop = Math.max(0, ...ticket.ladder.map((row) => row.loop));
  return ladderRows(lost, from, loop, expectedOf(ticket));
}
