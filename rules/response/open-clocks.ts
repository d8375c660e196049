/**
 * The clocks that a ticket opens with. Some hang on something expected, such as a storm: begun when it comes, or due so long before.
 * It may come earlier or later than was said, and then they move with it.
 */
import type { ClassPolicy, ClockTarget } from "#model/policy";
import type { Severity } from "#model/severity";
import type { ResponseClock, Ticket } from "#model/ticket";
import { between, type Instant, later, milliseconds, type Span } from "#model/time";
import {
  beginsAfter,
  earliest,
  latest,
  restart,
  retarget,
  shiftClock,
  startClock,
  type Timing,
  targets,
} from "./clocks.ts";

/** When that comes which the ticket waits for; what whoever reported it wishes for is no such thing. */
export const expectedOf = ({ plan, expected }: Pick<Ticket, "plan" | "expected">): Instant | undefined =>
  plan === undefined ? undefined : expected;

/** `expected`: when that comes for which the ticket was opened; a clock that hangs on it may begin later than `from`. */
export function openClocks(
  policy: ClassPolicy,
  severity: Severity,
  from: Instant,
  timing: Timing,
  expected: Instant = from,
): readonly ResponseClock[] {
  return targets(policy, severity)
    .filter((clock) => beginsAfter(clock) === undefined)
    .map((clock) => startHung(clock, from, expected, timing));
}

/** What is to be done before it comes must be done by then; `least`: where that is over already. */
const dueBefore = ({ target }: ClockTarget, expected: Instant, least: Instant): Instant =>
  latest(later(expected, milliseconds(-target)), least);

/** A clock of a ticket that was opened at `opened` and expects something at `expected`. Nothing is over when it opens. */
function startHung(clock: ClockTarget, opened: Instant, expected: Instant, timing: Timing): ResponseClock {
  if (clock.before) {
    const due = dueBefore(clock, expected, later(opened, clock.before.grace));
    return startClock({ ...clock, target: between(opened, due) }, opened, timing);
  }
  return startClock(clock, clock.from === "expected" ? latest(opened, expected) : opened, timing);
}

/**
 * The clock once it is known that it comes at `expected`. Nothing is over at once, nobody gains time by moving it to and fro, and
 * what ran out before stays so. Rounds that had begun wait again when it is yet to come.
 */
export function moveHung(
  clock: ResponseClock,
  wanted: ClockTarget,
  expected: Instant,
  now: Instant,
  timing: Timing,
): ResponseClock {
  if (clock.state !== "running") return clock;
  if (wanted.before) {
    const due = dueBefore(wanted, expected, earliest(clock.dueAt, later(now, wanted.before.grace)));
    return due === clock.dueAt ? clock : retarget(clock, between(clock.startedAt, due), now, timing);
  }
  const goesOn = clock.startedAt <= now && expected <= now;
  if (wanted.from !== "expected" || goesOn) return clock;
  const fresh = startClock(wanted, latest(expected, now), timing);
  return clock.breachedAt === undefined ? fresh : { ...fresh, breachedAt: clock.breachedAt };
}

/**
 * A step of the wall clock by `by`, to `now`. What is expected comes when the calendar says, however wrong the clock was: what hangs
 * on it stays there. Rounds that had begun go with the monotonic clock, like all others.
 */
export function shiftHung(
  clock: ResponseClock,
  wanted: ClockTarget | undefined,
  expected: Instant,
  { by, now }: { readonly by: Span; readonly now: Instant },
  timing: Timing,
): ResponseClock {
  const shifted = shiftClock(clock, by);
  if (clock.state !== "running" || !wanted) return shifted;
  if (wanted.before) {
    const moved = moveHung(shifted, wanted, expected, now, timing);
    // What was warned of is not warned of twice.
    const isSame = moved.dueAt === clock.dueAt && clock.warnedAt !== undefined;
    return isSame ? { ...moved, warnedAt: clock.warnedAt } : moved;
  }
  const hadBegun = clock.startedAt <= later(now, milliseconds(-by));
  if (wanted.from !== "expected" || hadBegun) return shifted;
  return clock.startedAt > now ? clock : restart(clock, now, timing);
}
