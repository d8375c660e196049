/** A simulators' clock held in the hand: nothing happens until the test moves it. */
import type { SimulatorClock } from "../../simulators/clock.ts";

export interface HandClock extends SimulatorClock {
  /** Moves time on by `ms` and runs what falls due, in order. */
  advance(ms: number): void;
}

/** Starts at 2026-11-21T02:00:00Z. */
export function createHandClock(start = Date.UTC(2026, 10, 21, 2)): HandClock {
  let now = 0;
  let tasks: { due: number; every: number | undefined; run: () => void }[] = [];
  const add = (ms: number, every: number | undefined, run: () => void) => {
    const task = { due: now + ms, every, run };
    tasks.push(task);
    return () => {
      tasks = tasks.filter((other) => other !== task);
    };
  };
  return {
    wall: () => start + now,
    monotonic: () => now,
    after: (ms, run) => add(ms, undefined, run),
    every: (ms, run) => add(ms, ms, run),
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const next = tasks.filter((task) => task.due <= end).sort((one, other) => one.due - other.due)[0];
        if (!next) break;
        now = Math.max(now, next.due);
        if (next.every === undefined) tasks = tasks.filter((other) => other !== next);
        else next.due += next.every;
        next.run();
      }
      now = end;
    },
  };
}
