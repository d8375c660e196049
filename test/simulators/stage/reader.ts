/** One unit as a gateway reads it: its polls, their blocks, and when another look would find nothing new. */
import type { DriverUnit } from "../../../drivers/driver.ts";
import type { ModbusAddress } from "../../../drivers/modbus/address.ts";
import { type Block, prepareBlock } from "../../../drivers/modbus/deliver.ts";
import { nothingLearnt, planReads } from "../../../drivers/modbus/read-plan.ts";
import type { SimulatedDevice } from "../../../simulators/simulated-device.ts";
import type { RegisterMap } from "../../../simulators/wire/maps.ts";
import { createFeed, type Feed } from "./column-feed.ts";

/** A plant at rest is looked at every 5 s: well within the half minute after which its heartbeat would be missed. */
const restingTicks = 10;

interface Fed {
  readonly block: Block;
  readonly feed: Feed | undefined;
}

export interface Poll {
  readonly every: number;
  readonly blocks: readonly Fed[];
  /** The tick of the last look, and the plant's seconds then. */
  tick: number;
  seen: number;
}

export interface Reader {
  readonly device: SimulatedDevice;
  readonly unit: DriverUnit<ModbusAddress>;
  readonly line: string;
  readonly polls: readonly Poll[];
}

/**
 * Whether another look would find nothing but the heartbeat and noise. Such a plant is looked at every few seconds all the
 * same, and at its own pace from the moment on at which it stirs, so that nothing is told later than it would be outside.
 */
export function unchanged(poll: Poll, device: SimulatedDevice, tick: number): boolean {
  const { stirred } = device.plant;
  if (stirred !== undefined && stirred < poll.seen && tick - poll.tick < restingTicks) return true;
  poll.tick = tick;
  poll.seen = device.plant.elapsed;
  return false;
}

/** `slowest`: see `StageOptions`. */
export function createReader(
  device: SimulatedDevice,
  unit: DriverUnit<ModbusAddress>,
  line: string,
  map: RegisterMap,
  slowest: number,
): Reader {
  const plan = planReads(unit.points, { maxRegisters: unit.maxRegisters, maxGap: 0 }, nothingLearnt);
  const least = device.plant.stirred === undefined ? slowest * 1000 : 0;
  return {
    device,
    unit,
    line,
    polls: plan.polls.map(({ every, requests }) => ({
      every: Math.max(every, least),
      tick: 0,
      seen: Number.NEGATIVE_INFINITY,
      blocks: requests.map((request) => {
        const block = prepareBlock(request);
        return { block, feed: createFeed(block, map, device.plant.readings) };
      }),
    })),
  };
}
