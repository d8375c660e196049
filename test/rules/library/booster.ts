/** A booster set with three pumps that supplies 8 m3/h at 0.55 MPa, with its tank and sump. */
import { blurred, type Chance, chanceOf, swing } from "./courses.ts";
import { compute } from "./hydraulics.ts";
import { type Installed, install } from "./installation.ts";
import type { Signal, Signals } from "./stand.ts";

export const booster = (
  params: Readonly<Record<string, number | boolean>> = { normalFlow: 8 },
  lacking: readonly string[] = [],
): Promise<Installed> => install("default-booster", params, lacking);

const heartbeat: Signal = (t) => Math.floor(t + 50_000) % 65_536;

/** Pump 1 runs at 44.1 Hz, the others wait. Pressures in bar, as the courses of devices are usually given. */
export interface Course {
  readonly bar?: Signal | number;
  readonly flow?: Signal | number;
  readonly hz?: Signal | number;
}

const signalOf = (signal: Signal | number): Signal => (typeof signal === "number" ? () => signal : signal);

/**
 * A set that follows `course`, with the noise of its sensors: pressure 0.002 MPa, flow with 10 % of the ordinary demand
 * as a slow swing. `signals` replaces single points.
 */
export function setWith(chance: Chance, course: Course = {}, signals: Signals = {}): Signals {
  const demand = swing(60, chance);
  const bar = blurred(signalOf(course.bar ?? 5.5), 0.02, chance);
  const flow = signalOf(course.flow ?? 8);
  const swung: Signal = (t) => {
    const mean = flow(t);
    return Math.max(0, mean + 0.1 * Math.min(8, mean) * demand(t));
  };
  const hz = signalOf(course.hz ?? 44.1);
  const waiting = (n: number): Signals => ({
    [`p${n}_run`]: 0,
    [`p${n}_fault`]: 0,
    [`p${n}_auto`]: 1,
    [`p${n}_comm_ok`]: 1,
    [`p${n}_freq`]: 0,
    [`p${n}_current`]: 0,
    [`p${n}_power`]: 0,
    [`p${n}_temp`]: 30,
    [`p${n}_hours`]: 5_000,
    [`p${n}_starts`]: 4_000,
    [`p${n}_alarm`]: 0,
  });
  return {
    heartbeat,
    sump_high_float: 0,
    leak_rope: 0,
    room_flood: 0,
    control_power: 1,
    valve_open: 1,
    plc_fault: 0,
    all_auto: 1,
    inlet_pressure: 0.2,
    outlet_pressure: (t) => bar(t) / 10,
    pressure_setpoint: 0.55,
    flow: swung,
    flow_total: 90_000,
    tank_level: 2,
    sump_level: 0.5,
    turbidity: 0.3,
    chlorine: 0.3,
    ph: 7.5,
    ...waiting(1),
    ...waiting(2),
    ...waiting(3),
    p1_run: 1,
    p1_freq: hz,
    p1_current: blurred(() => 6, 0.1, chance),
    p1_power: 2.4,
    p1_temp: 50,
    s1_run: 0,
    s1_fault: 0,
    s1_auto: 1,
    s1_current: 0,
    s1_hours: 800,
    s2_run: 0,
    s2_fault: 0,
    s2_auto: 1,
    s2_current: 0,
    s2_hours: 800,
    ...signals,
  };
}

/**
 * A set whose pressure, flow and pumps follow the equations: demand 8 m3/h plus `extra`, swinging by 10 %, and a `hole` (mm) that
 * opens at second 0.
 */
export function computedSet(
  seed: number,
  { hole, extra = () => 0 }: { readonly hole?: number; readonly extra?: Signal },
  span: { readonly from: number; readonly to: number },
): Signals {
  const chance = chanceOf(seed);
  const { from, to } = span;
  const found = compute({ from, to, ...(hole ? { hole } : {}), demand: (t) => 8 + extra(t), swing: 0.1 }, chance);
  const runs = (n: number) => (t: number) => (found.pumps(t) >= n ? 1 : 0);
  const at = (n: number) => (t: number) => (found.pumps(t) >= n ? found.hz(t) : 0);
  return setWith(
    chance,
    { bar: found.bar, hz: found.hz },
    {
      flow: blurred(found.flow, 0.05, chance),
      p2_run: runs(2),
      p2_freq: at(2),
      p2_current: (t) => 6 * runs(2)(t),
      p3_run: runs(3),
      p3_freq: at(3),
      p3_current: (t) => 6 * runs(3)(t),
    },
  );
}

export const burstRules: readonly string[] = [
  "water.pipe_burst_drop",
  "water.pipe_burst_collapse",
  "water.pipe_burst_sustained",
];
