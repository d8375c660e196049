/** The controller of the booster set: constant pressure by one common frequency, staging, sleep, change-over. */

const ratedHz = 50;
const minimumHz = 20;
/** Hz per bar, Hz per bar and second, Hz per second. */
const gains = { proportional: 4, integral: 1.5, ramp: 5 } as const;
const stageOn = { hz: 49.5, error: 0.2, seconds: 5 } as const;
/**
 * Below 36 Hz a pump is shed. At 5.5 bar even a closed pump needs 43.3 Hz, so the frequency alone would never shed one:
 * the controller also sheds when each running pump gives less than 5 m³/h.
 */
const stageOff = { hz: 36, flowPerPump: 5, seconds: 20 } as const;
const sleep = { flow: 1, seconds: 60, wakeBelow: 0.5 } as const;
/** A tripped pump is replaced after this many seconds. */
const changeOverSeconds = 3;

export interface ControlledPump {
  running: boolean;
  fault: boolean;
  auto: boolean;
  starts: number;
}

export interface PumpControl {
  /** Common frequency of all running pumps. */
  readonly hz: number;
  readonly asleep: boolean;
  /** The pressure to hold from now on, bar. */
  aim(pressure: number): void;
  /** Whether it may fall asleep at no demand. */
  maySleep(on: boolean): void;
  /** Whether the lead changes with every wake-up. */
  rotate(on: boolean): void;
  /** Without power nothing runs; with it the pumps come back one by one, so many seconds apart. */
  power(on: boolean, apart: number): void;
  /** One step of `seconds`, with the pressure (bar) and the flow (m³/h) that the controller measures. */
  step(seconds: number, pressure: number, flow: number): void;
}

/** Starts with the first pump running at `hz`. Lead pumps take turns: the next wake-up starts another one. */
export function createPumpControl(pumps: readonly ControlledPump[], aim: number, hz: number): PumpControl {
  let setpoint = aim;
  let frequency = hz;
  let integral = hz;
  let asleep = false;
  let lead = 0;
  let wanted = 1;
  let onFor = 0;
  let offFor = 0;
  let idleFor = 0;
  let changeOver = 0;
  let sleeps = true;
  let rotates = true;
  let powered = true;
  let restartIn = 0;
  const count = pumps.length;
  const able = (pump: ControlledPump) => pump.auto && !pump.fault;
  const running = () => {
    let sum = 0;
    for (const pump of pumps) if (pump.running) sum += 1;
    return sum;
  };
  const startOne = () => {
    for (let turn = 0; turn < count; turn += 1) {
      const pump = pumps[(lead + turn) % count];
      if (!pump || pump.running || !able(pump)) continue;
      pump.running = true;
      pump.starts += 1;
      return;
    }
  };
  const stopOne = () => {
    for (let turn = count - 1; turn >= 0; turn -= 1) {
      const pump = pumps[(lead + turn) % count];
      if (!pump?.running) continue;
      pump.running = false;
      return;
    }
  };
  const clamp = (value: number) => Math.min(ratedHz, Math.max(minimumHz, value));
  startOne();

  return {
    get hz() {
      return frequency;
    },
    get asleep() {
      return asleep;
    },
    aim(pressure) {
      setpoint = pressure;
    },
    maySleep(on) {
      sleeps = on;
    },
    rotate(on) {
      rotates = on;
    },
    power(on, apart) {
      if (powered === on) return;
      powered = on;
      restartIn = apart;
      if (on) {
        asleep = false;
        wanted = 1;
        integral = minimumHz;
        frequency = minimumHz;
      }
    },
    step(seconds, pressure, flow) {
      restartIn = powered ? Math.max(0, restartIn - seconds) : restartIn;
      if (!powered || restartIn > 0) {
        for (const pump of pumps) pump.running = false;
        frequency = minimumHz;
        integral = minimumHz;
        changeOver = changeOverSeconds;
        return;
      }
      for (const pump of pumps) if (!able(pump)) pump.running = false;
      const error = setpoint - pressure;
      if (asleep) {
        if (error < sleep.wakeBelow) return;
        asleep = false;
        wanted = 1;
        if (rotates) lead = (lead + 1) % count;
        // The drive ramps up from its minimum; the integral still knows where it was.
        frequency = minimumHz;
        startOne();
      }
      integral = clamp(integral + gains.integral * error * seconds);
      const command = clamp(gains.proportional * error + integral);
      const most = gains.ramp * seconds;
      frequency += Math.min(most, Math.max(-most, command - frequency));

      let n = running();
      if (n < wanted) {
        changeOver += seconds;
        if (changeOver >= changeOverSeconds - 1e-9) {
          changeOver = 0;
          startOne();
          n = running();
        }
      } else changeOver = 0;

      onFor = frequency >= stageOn.hz && error > stageOn.error ? onFor + seconds : 0;
      if (onFor >= stageOn.seconds - 1e-9) {
        onFor = 0;
        wanted = Math.min(count, wanted + 1);
        startOne();
      }
      const light = frequency < stageOff.hz || flow < stageOff.flowPerPump * n;
      offFor = n > 1 && light && error < stageOn.error ? offFor + seconds : 0;
      if (offFor >= stageOff.seconds) {
        offFor = 0;
        wanted = Math.max(1, wanted - 1);
        stopOne();
      }
      idleFor = sleeps && n === 1 && flow < sleep.flow && error < sleep.wakeBelow ? idleFor + seconds : 0;
      if (idleFor >= sleep.seconds) {
        idleFor = 0;
        asleep = true;
        for (const pump of pumps) pump.running = false;
      }
    },
  };
}
