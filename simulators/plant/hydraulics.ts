/** The formulas of the booster set: pump curve, vessel, hole, demand. Pressures in bar (gauge), flows in m³/h, heads in m. */

const metresPerBar = 10.197;
/** The tank stands a little above the pumps. */
const suctionHead = 2;
const ratedHz = 50;
const shutOffHead = 72;
const curve = 0.03;
const runOut = 28;
const gravity = 9.81;

/** Flow of one pump at `hz` against `pressure`: H = 72·(f/50)² − 0.03·Q², a check valve, run-out at 28·(f/50). */
export function pumpFlow(hz: number, pressure: number): number {
  const ratio = hz / ratedHz;
  const spare = shutOffHead * ratio * ratio - (pressure * metresPerBar - suctionHead);
  if (spare <= 0) return 0;
  return Math.min(runOut * ratio, Math.sqrt(spare / curve));
}

/** Frequency at which one pump gives `flow` at `pressure`; used to start in equilibrium. */
export function frequencyFor(flow: number, pressure: number): number {
  return ratedHz * Math.sqrt((pressure * metresPerBar - suctionHead + curve * flow * flow) / shutOffHead);
}

/** Shaft power in kW. Efficiency 0.55–0.68 with its best point near 17 m³/h; a closed pump still takes 45 % of duty. */
export function shaftPower(hz: number, flow: number): number {
  const ratio = hz / ratedHz;
  if (ratio <= 0) return 0;
  const head = Math.max(0, shutOffHead * ratio * ratio - curve * flow * flow);
  const scaled = flow / ratio;
  const efficiency = Math.min(0.68, Math.max(0.55, 0.66 - 0.00123 * (scaled - 17) ** 2));
  const hydraulic = (gravity * head * flow) / 3600;
  return Math.max(hydraulic / efficiency, 0.95 * (hz / 44.1) ** 3);
}

/** Motor current in A: magnetising current of the inverter's constant flux and the active part, which follows torque. */
export function motorCurrent(hz: number, electricalPower: number): number {
  if (hz <= 0) return 0;
  const active = electricalPower / (Math.sqrt(3) * 0.38 * (hz / ratedHz) * 0.85);
  return Math.sqrt(3.3 * 3.3 + active * active);
}

const vessel = { volume: 0.2, precharge: 5 } as const;
/** What pipes and water alone give once the vessel is empty. */
const stiffness = 0.0015;

/** m³ that the manifold takes up per bar: V0·P0/pabs², or 0.0015 when the vessel is empty. */
export function capacity(pressure: number): number {
  const absolute = pressure + 1;
  return absolute < vessel.precharge ? stiffness : (vessel.volume * vessel.precharge) / (absolute * absolute);
}

/** Flow through a round hole of `diameter` mm, of which the share `open` (0–1) has opened: 0.62·A·√(2p/ρ). */
export function holeFlow(diameter: number, open: number, pressure: number): number {
  const area = (Math.PI / 4) * (diameter / 1000) ** 2 * open;
  return 0.62 * area * Math.sqrt((2 * Math.max(0, pressure) * 1e5) / 1000) * 3600;
}

/** What taps draw at `pressure` when they draw `flow` at the set pressure. */
export function demandFlow(flow: number, pressure: number, setpoint: number): number {
  return flow * Math.sqrt(Math.max(0, pressure) / setpoint);
}
