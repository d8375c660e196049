/** The sump of the pump room: seepage comes in, two pumps take turns to empty it. */

const area = 4;
const pumpFlow = 15;
const seepage = 0.5;
/** Metres: pumps stop, first pump starts, second joins, high float, over the edge. */
export const sumpMarks = { stop: 0.3, first: 0.9, second: 1.2, float: 1.4, edge: 1.8 } as const;
const runningCurrent = 4.2;

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
  /** Goes on by `seconds` with `inflow` m³/h besides the seepage. */
  step(seconds: number, inflow: number): void;
}

export function createSump(level: number, hours: readonly [number, number]): Sump {
  let height = level;
  let duty = 0;
  const pumps: SumpPump[] = hours.map((h) => ({ running: false, fault: false, auto: true, hours: h }));
  const able = (pump: SumpPump) => pump.auto && !pump.fault;
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
    step(seconds, inflow) {
      const wasRunning = pumps.some((pump) => pump.running);
      for (const pump of pumps) if (!able(pump) || height <= sumpMarks.stop) pump.running = false;
      if (wasRunning && !pumps.some((pump) => pump.running)) duty = (duty + 1) % pumps.length;
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
