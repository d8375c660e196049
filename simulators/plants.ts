/** A row of the fleet file becomes a plant with its register map. */
import type { FleetUnit } from "./fleet.ts";
import { createAccessController } from "./plant/access-controller.ts";
import { createBooster } from "./plant/booster.ts";
import { createElevator } from "./plant/elevator.ts";
import { createFirePanel } from "./plant/fire-panel.ts";
import { createGasDetector } from "./plant/gas-detector.ts";
import { createGenerator } from "./plant/generator.ts";
import type { Plant } from "./plant/plant.ts";
import { createUps } from "./plant/ups.ts";
import { createUtility } from "./plant/utility.ts";
import {
  accessMap,
  boosterMap,
  elevatorMap,
  firePanelMap,
  gasMap,
  generatorMap,
  type RegisterMap,
  upsMap,
  utilityMap,
} from "./wire/maps.ts";

/** Behind recorded frames there is no plant that moves. */
const createReplayed = (): Plant => ({
  kind: "replay",
  stepSeconds: 1,
  elapsed: 0,
  step() {},
  readings: {},
  recover() {},
});

/** `hour`: hour of the day at the start, where the plant's day matters. */
export function createPlant(unit: FleetUnit, hour: number): { readonly plant: Plant; readonly map: RegisterMap } {
  switch (unit.kind) {
    case "elevator":
      return { plant: createElevator(unit.params, unit.seed, hour), map: elevatorMap };
    case "booster":
      return { plant: createBooster(unit.params, unit.seed, hour), map: boosterMap };
    case "fire-panel":
      return { plant: createFirePanel(unit.params, unit.seed), map: firePanelMap };
    case "access":
      return {
        plant: createAccessController(unit.params, unit.seed, hour),
        map: accessMap(unit.params.doors.length),
      };
    case "utility":
      return { plant: createUtility(unit.params, unit.seed), map: utilityMap };
    case "generator":
      return { plant: createGenerator(unit.params, unit.seed), map: generatorMap };
    case "ups":
      return { plant: createUps(unit.params, unit.seed), map: upsMap };
    case "gas":
      return { plant: createGasDetector(unit.params, unit.seed), map: gasMap };
    case "replay":
      return { plant: createReplayed(), map: [] };
  }
}
