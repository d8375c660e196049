/**
 * Response clocks. Elapsed time is the sum of the run segments, so an overrun can always be computed again; the due
 * instant is derived from it and kept beside it so that the heartbeat can ask what is due.
 */
import type { ClassPolicy, ClockKind, ClockTarget, Policy } from "#model/policy";
import type { Severity } from "#model/severity";
import type { LadderRow, ResponseClock, Ticket } from "#model/ticket";
import { between, type Instant, later, milliseconds, type Span } from "#model/time";
import { repairWaits } from "./preempted.ts";
import { afterWork, workBetween } from "./workdays.ts";

/** What due instants are worked out by. */
export type Timing = Pick<Policy, "warn" | "workdays">;

/** The clock whose end is this one's beginning; undefined when it begins with the ticket, or at an instant known by then. */
export function beginsAfter({ kind, from }: Pick<ClockTarget, "kind" | "from">): ClockKind | undefined {
  if (from === undefined) return kind === "followup" ? "resolve" : undefined;
  return from === "expected" ? undefined : from;
}

/** The clock that starts again at each entry instead of ending. */
export const RECURRING: ClockKind = "feedback";

/** Only the repair may wait for parts or permits: people who are trapped, unheard or without water do not. */
export const MAY_WAIT: ReadonlySet<ClockKind> = new Set(["resolve"]);

/** A ladder step that only asks whether the repair is done waits with it. */
export const waitsWithRepair = (row: LadderRow): boolean =>
  row.step.unless.length > 0 && row.step.unless.every((kind) => MAY_WAIT.has(kind));

/** Targets of a class at a severity: the full list of `bySeverity` where there is one, otherwise the plain one. */
export const targets = (policy: ClassPolicy, severity: Severity): ClassPolicy["clocks"] =>
  policy.bySeverity[severity] ?? policy.clocks;

/**
 * Whether what a step waits for has happened: every clock it names that this ticket carries has been met. Clocks of other
 * classes do not count; a step whose clocks the ticket does not carry at all is never answered.
 */
export function answered(clocks: readonly ResponseClock[], unless: readonly ClockKind[]): boolean {
  const own = clocks.filter((clock) => unless.includes(clock.kind));
  return own.length > 0 && own.every((clock) => clock.metAt !== undefined);
}

/** A clock that starts now. Short clocks warn at their own share of the target (50 %, others 75 %). */
export function startClock({ kind, target, workdays }: ClockTarget, from: Instant, timing: Timing): ResponseClock {
  const { warn } = timing;
  const share = target <= warn.shortUpTo ? warn.shortShare : warn.share;
  const clock = { kind, target, ...(workdays ? { workdays } : {}) };
  return {
    ...clock,
    state: "running",
    startedAt: from,
    dueAt: after(clock, from, target, timing),
    segments: [{ kind: "run", from }],
    warnAt: after(clock, from, milliseconds(target * share), timing),
  };
}

/** `span` later, as this clock counts; a house without a calendar counts every hour. */
export const after = (
  clock: Pick<ResponseClock, "workdays">,
  from: Instant,
  span: Span,
  { workdays }: Timing,
): Instant => (clock.workdays && workdays ? afterWork(workdays, from, span) : later(from, span));

export const isOpen = (clock: ResponseClock): boolean => clock.metAt === undefined && clock.state !== "cancelled";

/** Time that ran on the clock until `at`, pauses left out. */
export const elapsed = (clock: ResponseClock, at: Instant, timing?: Timing): Span => spent("run", clock, at, timing);

export const pausedFor = (clock: ResponseClock, at: Instant, timing?: Timing): Span =>
  spent("pause", clock, at, timing);

/** The sum of the segments of one kind, as this clock counts. */
function spent(kind: "run" | "pause", clock: ResponseClock, at: Instant, timing?: Timing): Span {
  const calendar = clock.workdays ? timing?.workdays : undefined;
  let sum = 0;
  for (const segment of clock.segments) {
    if (segment.kind !== kind) continue;
    const to = segment.to ?? at;
    sum += calendar ? workBetween(calendar, segment.from, to) : Math.max(0, between(segment.from, to));
  }
  return milliseconds(sum);
}

/**
 * The segments up to `at`, the last one ended there. What is entered later may lie before the last change: the time after it
 * then never was, and no segment ends before it begins.
 */
function endedAt(segments: ResponseClock["segments"], at: Instant): ResponseClock["segments"] {
  return segments
    .filter((segment, index) => index === 0 || segment.from < at)
    .map((segment) => ({ ...segment, to: latest(segment.from, earliest(segment.to ?? at, at)) }));
}

export const latest = (a: Instant, b: Instant): Instant => (a > b ? a : b);
export const earliest = (a: Instant, b: Instant): Instant => (a < b ? a : b);

/** Met at `at`; when that is after the due instant the clock stays breached, from its true instant on. */
export function meet(clock: ResponseClock, entered: Instant): ResponseClock {
  if (!isOpen(clock)) return clock;
  // A clock that began anew cannot have been met before that.
  const at = latest(entered, clock.startedAt);
  const segments = endedAt(clock.segments, at);
  // Entered later, it may lie within a wait: what was waited after that never was.
  const waited = pausedFor({ ...clock, segments }, at);
  const dueAt = clock.workdays ? clock.dueAt : later(clock.startedAt, milliseconds(clock.target + waited));
  if (at > dueAt) {
    return { ...clock, state: "breached", dueAt, breachedAt: clock.breachedAt ?? dueAt, metAt: at, segments };
  }
  // A back-entry may show that a clock counted as breached had been met in time.
  const { breachedAt: _, ...rest } = clock;
  return { ...rest, state: "met", dueAt, metAt: at, segments };
}

/**
 * Stands still from `at`; a clock that was breached by then has nothing to save. One that ran out between `at` and the moment
 * in which the waiting was entered had not.
 */
export function pause(clock: ResponseClock, at: Instant, reason: string, by: string): ResponseClock {
  const unfairly = clock.state === "breached" && clock.metAt === undefined && at < clock.dueAt;
  if (clock.state !== "running" && !unfairly) return clock;
  const { breachedAt: _breached, warnedAt, ...rest } = clock;
  const warned = unfairly || warnedAt === undefined ? {} : { warnedAt };
  const segments = [...endedAt(clock.segments, at), { kind: "pause" as const, from: at, reason, by }];
  return { ...rest, ...warned, state: "paused", segments };
}

/** Runs again from `at`, with what was left of its target; the warning moves as far as the due instant. */
export function run(clock: ResponseClock, at: Instant, timing: Timing): ResponseClock {
  if (clock.state !== "paused") return clock;
  const segments = endedAt(clock.segments, at);
  return derived({ ...clock, state: "running", segments: [...segments, { kind: "run", from: at }] }, at, timing);
}

/** The clock with another target: same start, same segments, and a due instant that counts the pauses. */
export function retarget(clock: ResponseClock, target: Span, at: Instant, timing: Timing): ResponseClock {
  const { warnedAt: _warned, breachedAt: _breached, ...rest } = clock;
  return derived({ ...rest, target, state: clock.state === "paused" ? "paused" : "running" }, at, timing);
}

/** Due and warning instants from the segments: the start, the target, and all pauses up to `at`. */
function derived(clock: ResponseClock, at: Instant, timing: Timing): ResponseClock {
  const fresh = startClock(clock, clock.startedAt, timing);
  const paused = pausedFor(clock, at, timing);
  return {
    ...clock,
    dueAt: after(clock, fresh.dueAt, paused, timing),
    warnAt: after(clock, fresh.warnAt, paused, timing),
  };
}

/** Open clocks by the calendar as it is now: only what changed is another clock. */
export function recount(clock: ResponseClock, at: Instant, timing: Timing): ResponseClock {
  if (!clock.workdays || !isOpen(clock)) return clock;
  const fresh = derived(clock, at, timing);
  return fresh.dueAt === clock.dueAt ? clock : retarget(clock, clock.target, at, timing);
}

export function cancel(clock: ResponseClock, at: Instant): ResponseClock {
  if (!isOpen(clock)) return clock;
  return { ...clock, state: "cancelled", segments: endedAt(clock.segments, at) };
}

/**
 * The recurring clock after an entry: it starts again, and remembers that it had been missed. An entry about the time before
 * the last one changes nothing: clocks do not run backwards.
 */
export function restart(clock: ResponseClock, from: Instant, timing: Timing): ResponseClock {
  if (from < clock.startedAt) return clock;
  const fresh = startClock(clock, from, timing);
  return clock.breachedAt === undefined ? fresh : { ...fresh, breachedAt: clock.breachedAt };
}

/** What a clock must say by `now`: at most one warning, at most one breach, each once. */
export interface ClockNews {
  readonly clock: ResponseClock;
  readonly warned: boolean;
  readonly breached: boolean;
}

/**
 * Looks at one clock. A breach carries its true instant however late it is noticed; its warning is then not announced any
 * more. The recurring clock counts a missed round and goes on from the next full interval, so a long silence gives one
 * reminder and not one for each round.
 */
export function look(clock: ResponseClock, now: Instant, timing: Timing): ClockNews {
  if (clock.state !== "running") return { clock, warned: false, breached: false };
  if (clock.dueAt <= now) {
    const breachedAt = clock.dueAt;
    if (clock.kind === RECURRING && clock.target > 0) {
      const rounds = Math.floor(between(clock.startedAt, now) / clock.target);
      const fresh = startClock(clock, later(clock.startedAt, milliseconds(rounds * clock.target)), timing);
      // Noticed late, the reminder of the round that was missed is also the warning of this one.
      const warned = fresh.warnAt <= now ? { warnedAt: now } : {};
      return { clock: { ...fresh, ...warned, breachedAt }, warned: false, breached: true };
    }
    return {
      clock: { ...clock, state: "breached", breachedAt, warnedAt: clock.warnedAt ?? now },
      warned: false,
      breached: true,
    };
  }
  if (clock.warnAt <= now && clock.warnedAt === undefined) {
    return { clock: { ...clock, warnedAt: now }, warned: true, breached: false };
  }
  return { clock, warned: false, breached: false };
}

/** The next instant at which this clock has something to say; `undefined` when it never will. */
export function wakeOf(clock: ResponseClock): Instant | undefined {
  if (clock.state !== "running") return undefined;
  return clock.warnedAt === undefined ? clock.warnAt : clock.dueAt;
}

/** A step of the wall clock: open instants move with it, so that elapsed time follows the monotonic clock. */
export function shiftClock(clock: ResponseClock, by: Span): ResponseClock {
  if (
    clock.state !== "running" &&
    clock.state !== "paused" &&
    !(clock.state === "breached" && clock.metAt === undefined)
  ) {
    return clock;
  }
  return {
    ...clock,
    startedAt: later(clock.startedAt, by),
    dueAt: later(clock.dueAt, by),
    warnAt: later(clock.warnAt, by),
    segments: clock.segments.map((segment) => ({
      ...segment,
      from: later(segment.from, by),
      ...(segment.to === undefined ? {} : { to: later(segment.to, by) }),
    })),
    ...(clock.breachedAt === undefined ? {} : { breachedAt: later(clock.breachedAt, by) }),
  };
}

/** The earliest instant that anything on the ticket tells of; after a step of the wall clock that is not the opening. */
export const beganAt = (ticket: Pick<Ticket, "openedAt" | "clocks">): Instant =>
  ticket.clocks.reduce((first, { startedAt }) => earliest(first, startedAt), ticket.openedAt);

/** The earliest instant at which the heartbeat must look at this ticket again. */
export function wakeOfTicket(
  ticket: Pick<Ticket, "clocks" | "ladder" | "acknowledgeExpiresAt" | "hold" | "offers" | "promised" | "recoversAt">,
): Instant {
  let wake = Number.POSITIVE_INFINITY;
  for (const clock of ticket.clocks) wake = Math.min(wake, wakeOf(clock) ?? Number.POSITIVE_INFINITY);
  for (const row of ticket.ladder) {
    if (row.state === "waiting" && !(repairWaits(ticket) && waitsWithRepair(row))) wake = Math.min(wake, row.dueAt);
  }
  if (ticket.offers) for (const { state, until } of ticket.offers) if (state === "open") wake = Math.min(wake, until);
  const promised = ticket.promised?.at(-1);
  if (promised && !promised.kept && !promised.missed) wake = Math.min(wake, promised.until);
  if (ticket.hold) wake = Math.min(wake, ticket.hold.until);
  if (ticket.recoversAt !== undefined) wake = Math.min(wake, ticket.recoversAt);
  if (ticket.acknowledgeExpiresAt !== undefined) wake = Math.min(wake, ticket.acknowledgeExpiresAt);
  // JSON knows no Infinity: a ticket that waits for nothing wakes at the end of time.
  return Math.min(wake, 8_640_000_000_000_000) as Instant;
}
