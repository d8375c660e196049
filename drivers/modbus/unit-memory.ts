/** What a device teaches about its address space when it refuses a read, and how long to wait before asking again. */
import { milliseconds, minutes, type Span, seconds } from "#model/time";
import { gapBetween, type IllegalRange, type Learnt, type ReadRequest } from "./read-plan.ts";

/** A refused address may be one of a device that is only starting, so the first tries come soon. */
const FIRST_RETRY = seconds(10);
const LAST_RETRY = minutes(5);

/** 10 s, 20 s, 40 s … 5 min. */
export const retryAfter = (tries: number): Span =>
  milliseconds(Math.min(FIRST_RETRY * 2 ** Math.min(tries, 10), LAST_RETRY));

/** The one address of `request` is refused. Learning it twice changes nothing. */
export function learnRefused(learnt: Learnt, request: ReadRequest): Learnt {
  const { table, from, to } = whole(request);
  const known = learnt.illegal.some((range) => range.table === table && range.from === from && range.to === to);
  return known ? learnt : { ...learnt, illegal: [...learnt.illegal, { table, from, to }] };
}

/**
 * A request was refused although both its halves are answered: the addresses between them are the hole. With nothing
 * between them the device does not read across that border, or not so much at once.
 */
export function learnBetween(learnt: Learnt, left: ReadRequest, right: ReadRequest): Learnt {
  const gap = gapBetween(left, right);
  if (gap) return { ...learnt, illegal: [...learnt.illegal, gap] };
  return { ...learnt, cuts: [...learnt.cuts, { table: right.table, at: right.start }] };
}

/** The address that was refused answers now. */
export function forgetRefused(learnt: Learnt, request: ReadRequest): Learnt {
  const { table, from, to } = whole(request);
  return {
    ...learnt,
    illegal: learnt.illegal.filter((range) => range.table !== table || range.from > to || range.to < from),
  };
}

const whole = (request: ReadRequest): IllegalRange => ({
  table: request.table,
  from: request.start,
  to: request.start + request.count - 1,
});
