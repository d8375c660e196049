/** The sump of the pump room: seepage comes in, two pumps take turns to empty it. */

const area = 4;
const pumpFlow = 15;
const seepage = 0.5;
/** Metres: pumps stop, first pump starts, second joins, high float, over the edge. */
export const sumpMarks = { stop: 0.3, first: 0.9, second: 1.2, float: 1.4, edge: 1.8 } as const;
const runningCurrent = 4.2;
const slippedBand = 0.05;

export interface SumpPump {
  running: boolean;
  fault: boolean;
  auto: boolean;
  hours: number;
}

export interface Sump {
  readonly level: number;
  readonly highFloat: boolean;
  readonly pumps: readonly SumpPump[];
  /** Amperes of a pump, 0 when it stands. */
  current(pump: number): number;
  set(level: number): void;
  /** The floats have slipped: only 5 cm lie between start and stop, and one pump always leads. */
  narrow(on: boolean): void;
  power(on: boolean): void;
  /** Goes on by `seconds` with `inflow` m³/h besides the seepage. */
  step(seconds: number, inflow: number): void;
}

export function createSump(level: number, hours: readonly [number, number]): Sump {
  let height = level;
  let duty = 0;
  let narrowed = false;
  let powered = true;
  const pumps: SumpPump[] = hours.map((h) => ({ running: false, fault: false, auto: true, hours: h }));
  const able = (pump: SumpPump) => powered && pump.auto && !pump.fault;
  const stopAt = () => (narrowed ? sumpMarks.first - slippedBand : sumpMarks.stop);
  const start = (count: number) => {
    for (let turn = 0; turn < pumps.length; turn += 1) {
      if (pumps.filter((pump) => pump.running).length >= count) return;
      const pump = pumps[(duty + turn) % pumps.length];
      if (pump && able(pump)) pump.running = true;
    }
  };
  return {
    get level() {
      return height;
    },
    get highFloat() {
      return height >= sumpMarks.float;
    },
    pumps,
    current: (pump) => (pumps[pump]?.running ? runningCurrent : 0),
    set(level) {
      height = level;
    },
    narrow(on) {
      narrowed = on;
    },
    power(on) {
      powered = on;
    },
    step(seconds, inflow) {
      let ran = false;
      let runs = false;
      for (const pump of pumps) {
        ran ||= pump.running;
        if (!able(pump) || height <= stopAt()) pump.running = false;
        runs ||= pump.running;
      }
      if (!narrowed && ran && !runs) duty = (duty + 1) % pumps.length;
      if (height >= sumpMarks.second) start(2);
      else if (height >= sumpMarks.first) start(1);
      let out = 0;
      for (const pump of pumps) {
        if (!pump.running) continue;
        out += pumpFlow;
        pump.hours += seconds / 3600;
      }
      height += ((seepage + inflow - out) * seconds) / 3600 / area;
      height = Math.min(sumpMarks.edge, Math.max(0, height));
    },
  };
}
