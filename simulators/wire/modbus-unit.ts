/** One Modbus unit on a line: its memory, and the faults that are on for it. */
import type { Chance } from "../chance.ts";
import { answer, exception } from "./answer.ts";
import { createDeviceFaults, type DeviceFaultOptions, type DeviceFaults } from "./device-faults.ts";
import type { FaultName } from "./faults.ts";
import type { RegisterMap } from "./maps.ts";
import { createMemory, filledMemory, frozenMemory, type MemoryVariant, type UnitMemory } from "./memory.ts";

/** When a reply goes out: after so many ms, or never; `inOrder` replies do not overtake one another. */
export type Timing = "never" | { readonly ms: number; readonly inOrder: boolean };

export interface ModbusUnit extends Pick<DeviceFaults, "faults" | "setFault"> {
  reply(pdu: Buffer): Buffer;
  /** `usual`: milliseconds of the line from a request to its reply. */
  timing(chance: Chance, usual?: readonly [number, number]): Timing;
}

const exceptionFaults = { "exception-2": 2, "exception-4": 4, "exception-6": 6, "exception-11": 11 } as const;
/** A device on the local network answers within 1–10 ms. */
const latency = [1, 10] as const;

export interface UnitOptions extends DeviceFaultOptions, MemoryVariant {
  /** Most registers that one request may ask for. */
  readonly maxRegisters?: number | undefined;
}

/** `read` answers the present value of a point of `map`; `order` takes what was written to one that may be written. */
export function createUnit(
  map: RegisterMap,
  read: (point: string) => number,
  order?: (point: string, value: number) => void,
  options: UnitOptions = {},
): ModbusUnit {
  const device = createDeviceFaults(read, options);
  return createUnitOn(createMemory(map, device.read, order, options), device, options);
}

/** A unit whose memory is there already and reads its points through `device`. */
export function createUnitOn(
  live: UnitMemory,
  device: DeviceFaults,
  { maxRegisters }: Pick<UnitOptions, "maxRegisters"> = {},
): ModbusUnit {
  const { faults } = device;
  const zeros = filledMemory(live, 0);
  const ffff = filledMemory(live, 0xffff);
  let old: UnitMemory | undefined;
  device.onSwitch((fault, on) => {
    if (fault === "old-data") old = on ? frozenMemory(live) : undefined;
  });
  const memory = () => {
    if (faults.has("zeros")) return zeros;
    if (faults.has("ffff")) return ffff;
    return old ?? live;
  };
  return {
    faults,
    setFault: device.setFault,
    reply(pdu) {
      for (const [fault, code] of Object.entries(exceptionFaults)) {
        if (faults.has(fault as FaultName)) return exception(pdu[0] ?? 0, code);
      }
      return answer(pdu, memory(), maxRegisters);
    },
    timing(chance, [least, most] = latency) {
      if (device.dead) return "never";
      const usual = chance.between(least, most);
      const late = faults.get("late-reply");
      if (late !== undefined) return { ms: late * 1000, inOrder: false };
      const jitter = faults.get("jitter");
      if (jitter !== undefined) return { ms: chance.between(0, jitter * 1000), inOrder: false };
      const slow = faults.get("slow");
      return { ms: slow === undefined ? usual : slow * 1000 * chance.between(0.8, 1.2), inOrder: true };
    },
  };
}
