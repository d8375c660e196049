/** An elevator that stands empty at floor 7, and the rides that bring it into trouble. */
import { type Chance, chanceOf, lines, motion, noisy, steps } from "./courses.ts";
import { type Installed, install } from "./installation.ts";
import type { Signal, Signals } from "./stand.ts";

export const facts = { ratedSpeed: 1.75, floors: 20, homeFloor: 1 } as const;

export const lift = (params: Readonly<Record<string, number | boolean>> = {}): Promise<Installed> =>
  install("default-elevator", { ...facts, ...params });

/** Landings are 3 m apart; the zone reaches 0.2 m to either side, so a car at 1.75 m/s is in it for 0.23 s. */
export const passing: Signal = (t) => (((t % 1.714) + 1.714) % 1.714 < 0.23 ? 1 : 0);

/** Counts once a second and wraps. */
export const heartbeat: Signal = (t) => Math.floor(t + 40_000) % 65_536;

export function carWith(signals: Signals): Signals {
  return {
    heartbeat,
    service_mode: 1,
    car_status: 0,
    direction: 0,
    floor_index: 7,
    speed: 0,
    door_zone: 1,
    door_closed: 1,
    door_open_limit: 0,
    door_state: 0,
    landing_lock: 1,
    safety_circuit: 1,
    brake_released: 0,
    occupied: 0,
    alarm_button: 0,
    limit_up: 0,
    limit_down: 0,
    main_power: 1,
    fire_recall: 0,
    fault_code: 0,
    load_pct: 0,
    leveling_error: 2,
    run_count: 40_000,
    run_hours: 900,
    door_cycles: 60_000,
    machine_temp: 26,
    ...signals,
  };
}

/** Boards at second -20, leaves at -12, cruises upwards from -9 until an emergency stop at 0; stands from 0.9 s on. */
export function emergencyStop(chance: Chance, signals: Signals = {}): Signals {
  return carWith({
    car_status: steps([-100, 0], [-12, 1], [0.9, 0]),
    direction: steps([-100, 0], [-12, 1], [0.9, 0]),
    floor_index: (t) => 3 + Math.floor(Math.min(Math.max(t + 10, 0), 10.4) / 1.714),
    speed: noisy(lines([-12, 0], [-9, 1.75], [0, 1.75], [0.9, 0]), 0.02, chance),
    door_zone: (t) => (t < -11.5 ? 1 : t < 0 ? passing(t) : 0),
    door_closed: steps([-100, 1], [-25, 0], [-13, 1]),
    door_open_limit: steps([-100, 0], [-22.5, 1], [-16, 0]),
    landing_lock: steps([-100, 1], [-25, 0], [-13, 1]),
    brake_released: steps([-100, 0], [-12, 1], [0, 0]),
    occupied: motion(-20, 10_000, chance),
    ...signals,
  });
}

interface Leg {
  readonly leaves: number;
  readonly arrives: number;
  readonly from: number;
  readonly to: number;
  readonly people: boolean;
}

/** An hour of ordinary traffic: rides between floors, doors that open and close, passengers that move, ghosts when empty. */
export function traffic(seed: number, seconds: number): Signals {
  const chance = chanceOf(seed);
  const legs: Leg[] = [];
  const opens: [number, number][] = [];
  const moves: Signal[] = [];
  let floor = 1;
  let t = 20;
  while (t < seconds) {
    const to = 1 + Math.floor(chance.next() * 20);
    if (to === floor) continue;
    const people = chance.next() < 0.8;
    // Opens 2.5 s, stays 4 to 8 s, closes 3 s, sometimes opens again.
    const again = chance.next() < 0.2 ? 7 : 0;
    const open = chance.between(4, 8) + again;
    opens.push([t, open]);
    const leaves = t + 2.5 + open + 3 + 0.5;
    const flight = (Math.abs(to - floor) * 3) / 1.75 + 3;
    const arrives = leaves + flight;
    legs.push({ leaves, arrives, from: floor, to, people });
    if (people) moves.push(motion(t + 2.5, arrives + 6, chance));
    floor = to;
    opens.push([arrives + 0.3, 5]);
    t = arrives + 12 + (chance.next() < 0.5 ? 0 : chance.between(0, 120));
  }
  const leg = (at: number) => legs.find((l) => at >= l.leaves && at < l.arrives);
  const ramp = 2;
  const profile: Signal = (at) => {
    const l = leg(at);
    if (!l) return 0;
    const top = Math.min(1.75, (l.arrives - l.leaves) / 3);
    const size = top * Math.min(1, (at - l.leaves) / ramp, (l.arrives - at) / ramp);
    return l.to > l.from ? size : -size;
  };
  const spans = [...opens].sort((a, b) => a[0] - b[0]);
  const inDoor = (at: number, before: number, after: number) =>
    spans.some(([from, open]) => at >= from + before && at < from + 2.5 + open + after) ? 1 : 0;
  const ghosts: number[] = [];
  for (let g = chance.wait(1_800); g < seconds; g += chance.wait(1_800)) ghosts.push(g);
  return carWith({
    car_status: (at) => (leg(at) ? 1 : 0),
    direction: (at) => {
      const l = leg(at);
      return l ? (l.to > l.from ? 1 : 2) : 0;
    },
    floor_index: (at) => {
      const l = leg(at);
      if (!l) return legs.filter((x) => x.arrives <= at).at(-1)?.to ?? 1;
      const share = (at - l.leaves) / (l.arrives - l.leaves);
      return Math.round(l.from + (l.to - l.from) * share);
    },
    speed: noisy(profile, 0.02, chance),
    door_zone: (at) => {
      const l = leg(at);
      if (!l) return 1;
      return at - l.leaves < 0.7 || l.arrives - at < 1.2 ? 1 : passing(at);
    },
    door_closed: (at) => 1 - inDoor(at, 0, 3),
    landing_lock: (at) => 1 - inDoor(at, 0, 3),
    door_open_limit: (at) => inDoor(at, 2.5, 0),
    brake_released: (at) => (leg(at) ? 1 : 0),
    occupied: (at) => (moves.some((move) => move(at) === 1) || ghosts.some((g) => at >= g && at < g + 1.2) ? 1 : 0),
  });
}
