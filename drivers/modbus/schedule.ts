/** When to poll what: due times per unit and poll class, back-off for units that do not answer. It only counts, it never waits. */
import { milliseconds, type Span, seconds } from "#model/time";
import type { DriverUnit } from "../driver.ts";
import { formatAddress, type ModbusAddress } from "./address.ts";
import { type Block, prepareBlock } from "./deliver.ts";
import { type Learnt, type ModbusPoint, planReads } from "./read-plan.ts";
import { retryAfter } from "./unit-memory.ts";

export interface Poll {
  readonly blocks: readonly Block[];
  /** Grows for an address that is refused again and again. */
  every: Span;
  /** Monotonic. */
  due: Span;
  /** How often a refused address was tried in vain; `undefined` for a poll class. */
  tries?: number;
}

/** A device on its line: what it is asked, and how it has answered. */
export interface UnitSchedule {
  readonly unit: DriverUnit<ModbusAddress>;
  learnt: Learnt;
  polls: Poll[];
  tooWide: readonly ModbusPoint[];
  busy: boolean;
  /** Monotonic time of the last reply with data. */
  dataAt: number;
  /** Polls missed in a row. */
  missed: number;
  /** When a unit that missed a poll is asked again. */
  probeAt: Span;
  /** Polls in a row that the unit was too busy to answer. */
  busyReplies: number;
}

/** First values come soon, but not all requests at once. */
const SPREAD = seconds(1);
const LAST_BACKOFF = seconds(60);
/** Units that do not answer may take at most a quarter of the line's time from those that do. */
const PROBE_SHARE = 3;

/** Pauses are shorter by up to this share, so that units that fell silent together are not asked together again. */
const JITTER = 0.2;
/** A unit that says it is busy is asked again soon, ever less so, and after so many times its poll has failed. */
const BUSY_PAUSE = milliseconds(250);
const BUSY_TRIES = 4;

/** 1, 2, 4 … 60 s, or up to a fifth less. */
const backoff = (missed: number, random: () => number): Span =>
  milliseconds(Math.min(1_000 * 2 ** Math.min(missed - 1, 6), LAST_BACKOFF) * (1 - JITTER * random()));

export function scheduleUnits(
  units: readonly DriverUnit<ModbusAddress>[],
  maxGap: number,
  learntBy: (device: string) => Learnt,
  now: Span,
): UnitSchedule[] {
  const schedules = units.map((unit): UnitSchedule => {
    const learnt = learntBy(unit.device);
    return {
      unit,
      learnt,
      polls: [],
      tooWide: [],
      busy: false,
      dataAt: Number.NEGATIVE_INFINITY,
      missed: 0,
      probeAt: now,
      busyReplies: 0,
    };
  });
  for (const schedule of schedules) replan(schedule, maxGap, now);
  const polls = schedules.flatMap((schedule) => schedule.polls);
  for (const [place, poll] of polls.entries()) {
    poll.due = milliseconds(now + (Math.min(poll.every, SPREAD) * place) / polls.length);
  }
  return schedules;
}

/** Plans again after something was learnt; polls that stay keep their due time. */
export function replan(schedule: UnitSchedule, maxGap: number, now: Span): void {
  const { unit } = schedule;
  const plan = planReads(unit.points, { maxRegisters: unit.maxRegisters, maxGap }, schedule.learnt);
  const before = schedule.polls;
  const regular = plan.polls.map(({ every, requests }): Poll => {
    const old = before.find((poll) => poll.tries === undefined && poll.every === every);
    return { every, blocks: requests.map(prepareBlock), due: old?.due ?? now };
  });
  const refused = plan.refused.map((request): Poll => {
    const name = placeOf(request.points);
    const old = before.find((poll) => poll.tries !== undefined && placeOf(poll.blocks[0]?.request.points) === name);
    const tries = old?.tries ?? 0;
    const every = retryAfter(tries);
    return { every, blocks: [prepareBlock(request)], due: old?.due ?? milliseconds(now + every), tries };
  });
  schedule.polls = [...regular, ...refused];
  schedule.tooWide = plan.tooWide;
}

const placeOf = (points: readonly ModbusPoint[] | undefined): string | undefined =>
  points?.[0] && `${formatAddress(points[0].address)} ${points[0].address.width}`;

/** The poll that is due first among units that are not being asked right now. */
export function nextPoll(
  schedules: readonly UnitSchedule[],
  probesFrom: Span,
): { readonly schedule: UnitSchedule; readonly poll: Poll; readonly due: Span } | undefined {
  let best: { schedule: UnitSchedule; poll: Poll; due: Span } | undefined;
  for (const schedule of schedules) {
    if (schedule.busy) continue;
    for (const poll of schedule.polls) {
      // A silent unit is asked with whatever would be next, but not before its time.
      const due = schedule.missed > 0 ? milliseconds(Math.max(schedule.probeAt, probesFrom)) : poll.due;
      const first =
        best === undefined ||
        due < best.due ||
        (best.schedule === schedule && due === best.due && poll.due < best.poll.due);
      if (first) best = { schedule, poll, due };
    }
  }
  return best;
}

/** After an answer: the next round keeps the rhythm, and rounds that were missed are not made up for. */
export function answered(schedule: UnitSchedule, poll: Poll, now: Span): void {
  // A probe of a silent unit may come before the poll's own time: that time then stays.
  if (poll.due <= now) {
    poll.due = milliseconds(poll.due + poll.every * (1 + Math.floor((now - poll.due) / poll.every)));
  }
  schedule.busyReplies = 0;
  if (schedule.missed === 0) return;
  schedule.missed = 0;
  for (const other of schedule.polls) {
    if (other !== poll && other.tries === undefined) other.due = milliseconds(Math.min(other.due, now));
  }
}

/** True when a unit that says it is busy has been given time again, 0.25, 0.5, 1 and 2 s; false when that is enough. */
export function gaveTime(schedule: UnitSchedule, poll: Poll, now: Span): boolean {
  if (schedule.busyReplies >= BUSY_TRIES) {
    schedule.busyReplies = 0;
    return false;
  }
  const again = milliseconds(now + BUSY_PAUSE * 2 ** schedule.busyReplies);
  schedule.busyReplies += 1;
  if (schedule.missed > 0) schedule.probeAt = again;
  else poll.due = again;
  return true;
}

/** After a poll without an answer. Returns from when on silent units of this line may be asked again. */
export function missedPoll(
  schedules: readonly UnitSchedule[],
  schedule: UnitSchedule,
  took: Span,
  now: Span,
  random: () => number = Math.random,
): Span {
  schedule.missed += 1;
  schedule.busyReplies = 0;
  schedule.probeAt = milliseconds(now + backoff(schedule.missed, random));
  const anyoneAnswers = schedules.some((other) => other !== schedule && other.missed === 0);
  return anyoneAnswers ? milliseconds(now + PROBE_SHARE * took) : now;
}
