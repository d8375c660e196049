/**
 * What `flat` looks at first, of all flats side by side: a value that steps by more than its limit each time, a heartbeat, is the
 * most frequent sample of a house and changes nothing. It is settled here without waking the machine.
 */

/** Numbers per flat: one cache line. */
const STRIDE = 8;
const LIMIT = 0;
const SPAN = 1;
/** The present value and since when it stands. */
const CURRENT = 2;
const BEGAN = 3;
/** The value before, and until when its own step keeps the answer at false. */
const LAST = 4;
const UNTIL = 5;
/** 1 while the answer is false because the last step was too large. */
const STEPPED = 6;
/** 1 when steps were settled here that the machine has not heard of. */
const AHEAD = 7;

export interface Flats {
  /**
   * The value of flat `at` is `x` from `now` on: true when that settles it, and the answer stays false until `now` plus its
   * span. False: the machine must run.
   */
  settle(at: number, x: number, now: number): boolean;
  dueOf(at: number, now: number): number;
  /** Until when the answer stays false if nothing moves, where that was settled here; NaN otherwise. */
  falseUntil(at: number): number;
  desk(at: number): FlatDesk;
}

/** The same from the side of its machine. */
export interface FlatDesk {
  /** Hands over what was settled meanwhile, if anything was. */
  takeOver(take: (current: number, began: number, last: number, until: number) => void): void;
  /** The machine ran: `stepped` tells whether the answer is false because of the last step. */
  leave(current: number, began: number, stepped: boolean): void;
  open(span: number, limit: number): void;
}

export function createFlats(count: number): Flats {
  const data = new Float64Array(count * STRIDE);
  return {
    settle(at, x, now) {
      const o = at * STRIDE;
      const current = data[o + CURRENT] as number;
      const began = data[o + BEGAN] as number;
      // An unknown is no step: the comparison fails.
      if (data[o + STEPPED] !== 1 || began === now || !(Math.abs(x - current) > (data[o + LIMIT] as number)))
        return false;
      data[o + LAST] = current;
      data[o + UNTIL] = began + (data[o + SPAN] as number);
      data[o + CURRENT] = x;
      data[o + BEGAN] = now;
      data[o + AHEAD] = 1;
      return true;
    },
    dueOf: (at, now) => now + (data[at * STRIDE + SPAN] as number),
    falseUntil(at) {
      const o = at * STRIDE;
      return data[o + STEPPED] === 1 ? (data[o + BEGAN] as number) + (data[o + SPAN] as number) : Number.NaN;
    },
    desk(at) {
      const o = at * STRIDE;
      return {
        takeOver(take) {
          if (data[o + AHEAD] !== 1) return;
          data[o + AHEAD] = 0;
          take(
            data[o + CURRENT] as number,
            data[o + BEGAN] as number,
            data[o + LAST] as number,
            data[o + UNTIL] as number,
          );
        },
        leave(current, began, stepped) {
          data[o + CURRENT] = current;
          data[o + BEGAN] = began;
          data[o + STEPPED] = stepped ? 1 : 0;
          data[o + AHEAD] = 0;
        },
        open(span, limit) {
          data[o + SPAN] = span;
          data[o + LIMIT] = limit;
        },
      };
    },
  };
}
