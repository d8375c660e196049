/** How booster sets are brought to the start of a story: one pump holds the set pressure at the given demand. */
import type { Booster } from "../plant/booster.ts";
import type { Approach } from "./scenario.ts";

const settledSeconds = 3;

export function onePumpHoldingPressure(booster: Booster, demand: number): () => Approach {
  booster.fixDemand(demand);
  let settledFor = 0;
  return () => {
    const { state } = booster;
    const running = state.pumps.filter((pump) => pump.running).length;
    const settled = running === 1 && Math.abs(state.pressure - state.setpoint) < 0.05 && !state.control.asleep;
    settledFor = settled ? settledFor + booster.stepSeconds : 0;
    return settledFor >= settledSeconds ? "there" : "fast";
  };
}
