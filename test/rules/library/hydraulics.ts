/**
 * The booster set as equations, for courses that no table gives, such as a step of demand: pump curve, vessel, hole, and a
 * constant-pressure controller with staging. Written from the model's formulas, apart from the simulator's.
 */
import { type Chance, swing } from "./courses.ts";
import type { Signal } from "./stand.ts";

export interface Hydraulics {
  /** m3/h at second t that the taps draw at the setpoint. */
  readonly demand: Signal;
  /** Diameter in mm of a hole that opens within 2 s from second 0. */
  readonly hole?: number;
  /** How much demand swings: 0.1 for 10 %. */
  readonly swing: number;
  readonly from: number;
  readonly to: number;
}

export interface Computed {
  readonly bar: Signal;
  readonly flow: Signal;
  readonly hz: Signal;
  readonly pumps: Signal;
}

const STEP = 0.05;
const SETPOINT = 5.5;

/** bar that one m3 more gives: the vessel (0.2 m3, 5 bar absolute) while it holds water, else pipes alone. */
const stiffness = (bar: number): number => {
  const absolute = bar + 1;
  return absolute < 5 ? 1 / 0.0015 : (absolute * absolute) / (0.2 * 5);
};

/** H = 72·(f/50)² − 0.03·Q², with a tank that stands 2 m above the pumps, a check valve, and run-out at 28·(f/50). */
function pumpFlow(hz: number, bar: number): number {
  const spare = 72 * (hz / 50) ** 2 - (bar * 10.197 - 2);
  return spare <= 0 ? 0 : Math.min(28 * (hz / 50), Math.sqrt(spare / 0.03));
}

/** 0.62·A·√(2p/ρ) in m3/h. */
const holeFlow = (mm: number, bar: number): number =>
  0.62 * (Math.PI / 4) * (mm / 1_000) ** 2 * Math.sqrt((2 * Math.max(0, bar) * 1e5) / 1_000) * 3_600;

export function compute(input: Hydraulics, chance: Chance): Computed {
  const sway = swing(60, chance);
  let bar = SETPOINT;
  let pumps = 1;
  let hz = 44.1;
  let integral = 44.1;
  let wanting = 0;
  let idle = 0;
  const rows: { bar: number; flow: number; hz: number; pumps: number }[] = [];
  const count = Math.round((input.to - input.from) / STEP);
  for (let n = 0; n <= count; n += 1) {
    const t = input.from + n * STEP;
    const error = SETPOINT - bar;
    integral = Math.min(50, Math.max(20, integral + 1.5 * error * STEP));
    const command = Math.min(50, Math.max(20, integral + 4 * error));
    hz += Math.min(5 * STEP, Math.max(-5 * STEP, command - hz));
    wanting = hz >= 49.5 && error > 0.2 ? wanting + STEP : 0;
    if (wanting >= 5) {
      pumps = Math.min(3, pumps + 1);
      wanting = 0;
    }
    const each = pumpFlow(hz, bar);
    // A closed pump needs 43.3 Hz at 5.5 bar, so a pump is shed by its share of the flow.
    idle = pumps > 1 && each < 5 && error < 0.2 ? idle + STEP : 0;
    if (idle >= 20) {
      pumps -= 1;
      idle = 0;
    }
    const flow = pumps * each;
    const drawn = input.demand(t) * Math.sqrt(Math.max(0, bar) / SETPOINT) * (1 + input.swing * sway(t));
    const lost = input.hole && t > 0 ? holeFlow(input.hole, bar) * Math.min(1, t / 2) : 0;
    rows.push({ bar, flow, hz, pumps });
    bar = Math.max(0, bar + (((flow - drawn - lost) * STEP) / 3_600) * stiffness(bar));
  }
  const at = (t: number) => {
    const index = Math.round((t - input.from) / STEP);
    return rows[Math.min(rows.length - 1, Math.max(0, index))] ?? { bar: 0, flow: 0, hz: 0, pumps: 0 };
  };
  return { bar: (t) => at(t).bar, flow: (t) => at(t).flow, hz: (t) => at(t).hz, pumps: (t) => at(t).pumps };
}
