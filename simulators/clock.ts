/** The only file of the simulators that reads the computer's clock or sets a timer. */

export interface SimulatorClock {
  /** Wall time, ms since the epoch. */
  wall(): number;
  /** Milliseconds that never run backwards; only differences mean anything. */
  monotonic(): number;
  /** Calls `task` once after `ms`; the answer cancels it. */
  after(ms: number, task: () => void): () => void;
  /** Calls `task` every `ms` until the answer is called. */
  every(ms: number, task: () => void): () => void;
}

/** The clock of the computer. Its timers keep the process alive only while sockets do. */
export function createSystemClock(): SimulatorClock {
  return {
    wall: () => Date.now(),
    monotonic: () => performance.now(),
    after(ms, task) {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
    every(ms, task) {
      const timer = setInterval(task, ms);
      return () => clearInterval(timer);
    },
  };
}

/** Hour of the day (0–24, with fraction) at `wall` in an IANA zone such as `Asia/Shanghai`. */
export function hourOfDay(wall: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  })
    .format(wall)
    .split(":");
  return Number(parts[0]) + Number(parts[1]) / 60;
}
