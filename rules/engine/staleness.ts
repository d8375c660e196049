/** `stale(point, T)`: no good sample for T. Unchanged samples come without news, so the column of receipt is asked. */
import type { PointColumns } from "#model/points";
import { GOOD } from "#model/quality";
import { type Machine, NEVER, type StepTime } from "./machine.ts";

const RECHECK = 1_000;

/**
 * The wall clock is used only to date a receipt between two looks, and never beyond them: a step of the clock can shift the
 * verdict by no more than one look.
 */
export function createStale(
  values: Float64Array,
  time: StepTime,
  slot: number,
  columns: PointColumns,
  handle: number,
  span: number,
): Machine {
  const state = { good: Number.NaN, received: Number.NaN, looked: Number.NaN };
  const machine: Machine = {
    wake: NEVER,
    run() {
      const now = time.mono;
      // A house that has just started gives every point the whole span to appear.
      if (Number.isNaN(state.good)) state.good = now;
      const received = columns.receivedAt[handle] as number;
      if (columns.quality[handle] === GOOD && received !== state.received && received > 0) {
        const age = time.now - received;
        const most = Number.isNaN(state.looked) ? 0 : now - state.looked;
        state.good = now - (age >= 0 && age <= most ? age : 0);
      }
      state.received = received;
      state.looked = now;
      const due = state.good + span;
      values[slot] = now >= due ? 1 : 0;
      machine.wake = now >= due ? now + RECHECK : due;
    },
    save: (mono) => [state.good - mono, state.received, state.looked - mono],
    load([good = Number.NaN, received = Number.NaN, looked = Number.NaN], mono) {
      state.good = good + mono;
      state.received = received;
      state.looked = looked + mono;
    },
  };
  return machine;
}
