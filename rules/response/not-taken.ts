/** Work that the customer did not take (F10, F12): what had ended with the repair goes on, so that nobody forgets it. */
import type { LadderRow, ResponseClock, Ticket } from "#model/ticket";
import { between, type Instant, later, milliseconds } from "#model/time";
import { isOpen, RECURRING, restart, run, type Timing, waitsWithRepair } from "./clocks.ts";

/**
 * The repair's clock goes on with what was left; the time in which the work was thought done stands in it as a pause. Late it was
 * already, and late it stays: a pause has nothing to save there, and the whole time counts.
 */
function goesOn(clock: ResponseClock, at: Instant, by: string, timing: Timing): ResponseClock {
  const { metAt, ...open } = clock;
  const last = clock.segments.at(-1);
  if (metAt === undefined || !last) return clock;
  if (clock.state === "breached") {
    const before = last.kind === "run" ? clock.segments.slice(0, -1) : clock.segments;
    return { ...open, segments: [...before, { kind: "run", from: last.kind === "run" ? last.from : metAt }] };
  }
  const from = metAt < at ? metAt : at;
  const segments = [...clock.segments, { kind: "pause" as const, from, reason: "repaired", by }];
  return run({ ...open, state: "paused", segments }, at, timing);
}

/**
 * The ticket back at work at `at`: the clock of the repair and the steps that wait for it go on, and progress is told again from
 * now, unless the emergency itself is over and only the repair is left.
 */
export function backToWork(ticket: Ticket, at: Instant, by: string, timing: Timing): Ticket {
  const resolve = ticket.clocks.find(({ kind }) => kind === "resolve");
  const isControlled = ticket.clocks.some(({ kind, metAt }) => kind === "mitigate" && metAt !== undefined);
  const clocks = ticket.clocks.map((clock) => {
    if (clock === resolve) return goesOn(clock, at, by, timing);
    if (clock.kind === RECURRING && !isOpen(clock) && !isControlled) return restart(clock, at, timing);
    return clock;
  });
  const since = resolve?.metAt;
  const thoughtDone = milliseconds(since === undefined ? 0 : Math.max(0, between(since, at)));
  const ladder = ticket.ladder.map((row): LadderRow => {
    const ended = since !== undefined && row.state === "cancelled" && waitsWithRepair(row) && row.dueAt >= since;
    return ended ? { ...row, state: "waiting", dueAt: later(row.dueAt, thoughtDone) } : row;
  });
  return { ...ticket, state: ticket.assignee === undefined ? "new" : "accepted", clocks, ladder };
}
