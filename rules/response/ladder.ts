/** The escalation ladder: rows that wait for their instant, each run once, dropped when their clocks are met. */
import type { LadderStep } from "#model/policy";
import type { Text } from "#model/text";
import type { LadderRow, Ticket } from "#model/ticket";
import { between, type Instant, later, milliseconds, type Span, seconds } from "#model/time";
import type { Draft } from "../draft.ts";
import { draftAccident } from "./accident.ts";
import { after, answered, type Timing, waitsWithRepair } from "./clocks.ts";
import { policyOf } from "./frozen-policy.ts";
import { repairWaits } from "./preempted.ts";
import { type DueStep, tell } from "./tell.ts";
import { ticketStateName } from "./words.ts";

/** A step that runs this much after its instant ran after downtime and is marked late (two heartbeats and a slow commit). */
const LATE_AFTER = seconds(5);

/** `expected`: from where steps count that wait for it. */
export function ladderRows(
  steps: readonly LadderStep[],
  from: Instant,
  loop = 0,
  expected: Instant = from,
): readonly LadderRow[] {
  return steps.map((step) => ({
    step,
    dueAt: later(step.from === "expected" ? expected : from, step.after),
    state: "waiting",
    loop,
  }));
}

/** 催办: the repair should have been done at `due`; what the class says of that waits from then on, and nothing of an earlier due. */
export function chase(ticket: Ticket, due: Instant, timing: Timing): Ticket {
  const steps = ticket.policy.chase ?? [];
  if (steps.length === 0) return ticket;
  const rows = steps.map(
    ({ workdays, ...step }): LadderRow => ({
      step,
      dueAt: after(workdays ? { workdays } : {}, due, step.after, timing),
      state: "waiting",
      loop: 0,
    }),
  );
  return { ...ticket, ladder: [...withoutChase(ticket).ladder, ...rows] };
}

/** The repair has another time now: nobody is chased for the one that was. */
export function withoutChase(ticket: Ticket): Ticket {
  const isChase = ({ step, state }: LadderRow) =>
    state === "waiting" && (ticket.policy.chase ?? []).some(({ id }) => id === step.id);
  return { ...ticket, ladder: ticket.ladder.filter((row) => !isChase(row)) };
}

/** Drops waiting steps whose every `unless` clock has been met, and those of something expected that is over. */
export function dropAnswered(ticket: Ticket): Ticket {
  const isOver = ({ step }: LadderRow) => step.from === "expected" && ticket.state === "mitigated";
  const ladder = ticket.ladder.map((row): LadderRow => {
    const dropped = row.state === "waiting" && (answered(ticket.clocks, row.step.unless) || isOver(row));
    return dropped ? { ...row, state: "cancelled" } : row;
  });
  return { ...ticket, ladder };
}

/** Runs every waiting row that is due, in order. Journals each, and writes its messages into the outbox. */
export function runDueSteps(draft: Draft, ticket: Ticket): Ticket {
  const due: DueStep[] = [];
  const entries: { step: LadderStep; lateBy: Span | undefined; dueAt: Instant }[] = [];
  let rescueTier = ticket.rescueTier;
  const rows = ticket.ladder
    .map((row, index) => ({ row, index }))
    .filter(
      ({ row }) => row.state === "waiting" && row.dueAt <= draft.now && !(repairWaits(ticket) && waitsWithRepair(row)),
    )
    .sort((a, b) => a.row.dueAt - b.row.dueAt || a.index - b.index);
  if (rows.length === 0) return ticket;

  const ladder = [...ticket.ladder];
  for (const { row, index } of rows) {
    const behind = between(row.dueAt, draft.now);
    const lateBy = behind > LATE_AFTER ? behind : undefined;
    ladder[index] = { ...row, state: "done", doneAt: draft.now, ...(lateBy === undefined ? {} : { lateBy }) };
    if (row.step.raiseRescueTier) rescueTier += 1;
    due.push({ step: row.step, loop: row.loop, ...(lateBy === undefined ? {} : { lateBy }) });
    entries.push({ step: row.step, lateBy, dueAt: row.dueAt });
  }
  const climbed: Ticket = { ...ticket, ladder, rescueTier };
  for (const { step, lateBy, dueAt } of entries) {
    draft.putTicket(
      climbed,
      "step-run",
      { step: step.id, say: step.say, tell: step.tell, late: lateBy !== undefined, lateBy: lateBy ?? 0 },
      dueAt,
    );
  }
  const calls = tell(draft, climbed, due);
  const told = calls.length === 0 ? climbed : { ...climbed, calls: [...(climbed.calls ?? []), ...calls] };
  return due.some(({ step }) => step.opens === "accident-report") ? draftAccident(draft, told, "gatehouse") : told;
}

/** Seen once and then nothing more was entered: who has the work, if anybody, stands in the same sentence. */
function silentSince(draft: Draft, ticket: Ticket): Text {
  const { severity, assignee, state } = ticket;
  const minutes = Math.round(policyOf(draft.view, ticket).acknowledgeExpires[severity] / 60_000);
  const name = ticketStateName[state];
  const work = assignee === undefined ? name : { zh: `${assignee} ${name.zh}`, en: `${assignee}: ${name.en}` };
  return {
    zh: `确认后 ${minutes} 分钟没有新的记录（${work.zh}），请跟进并记录进展`,
    en: `nothing was entered for ${minutes} min after the acknowledgement (${work.en}): follow it up and record the progress`,
  };
}

/**
 * The acknowledgement held too long without a new entry: the steps that it had stopped go on where they stopped, as one more
 * loop. That somebody has accepted, or is on the way, does not stop them: each clock stops its own steps (response.md 2.3), and
 * whoever waits in the lift needs somebody at the desk who goes on.
 */
export function resumeAfterExpiry(draft: Draft, ticket: Ticket): Ticket {
  if (ticket.acknowledgeExpiresAt === undefined || ticket.acknowledgeExpiresAt > draft.now) return ticket;
  const stopped = ticket.ladder.filter(
    (row) => row.step.unless.includes("acknowledge") && (row.state === "cancelled" || row.state === "done"),
  );
  const loop = Math.max(0, ...ticket.ladder.map((row) => row.loop)) + 1;
  const seen = new Set<string>();
  const again: LadderRow[] = [];
  for (const row of stopped) {
    const unless = row.step.unless.filter((kind) => kind !== "acknowledge");
    if (seen.has(row.step.id) || answered(ticket.clocks, unless)) continue;
    seen.add(row.step.id);
    // What the step says otherwise, e.g. that nobody acknowledged within 30 s, would not be true now.
    const say = unless.length === 0 ? silentSince(draft, ticket) : row.step.say;
    again.push({
      step: { ...row.step, unless, say },
      dueAt: draft.now,
      state: "waiting",
      loop,
    });
  }
  const { acknowledgeExpiresAt: expiredAt, acknowledgedBy, ...rest } = ticket;
  const resumed: Ticket = { ...rest, ladder: [...ticket.ladder, ...again] };
  draft.putTicket(
    resumed,
    "acknowledgement-expired",
    { acknowledgedBy: acknowledgedBy ?? "", steps: again.map((row) => row.step.id) },
    expiredAt,
  );
  // Below S1 no step waits for the acknowledgement: the desk hears by itself that it is forgotten.
  if (again.length === 0) {
    const id = `silent-${expiredAt}`;
    const roles = policyOf(draft.view, ticket).overdue?.tell ?? ["control-room-operator"];
    const step: LadderStep = {
      id,
      after: milliseconds(0),
      unless: [],
      tell: roles,
      phone: false,
      raiseRescueTier: false,
      say: silentSince(draft, ticket),
    };
    tell(draft, resumed, [{ step, loop: 0 }]);
  }
  return resumed;
}

/** A step of the wall clock moves what still waits. */
export const shiftRow = (row: LadderRow, by: Span): LadderRow =>
  row.state === "waiting" ? { ...row, dueAt: later(row.dueAt, milliseconds(by)) } : row;
