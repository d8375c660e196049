/** One Modbus unit on a line: its memory, and the faults that are on for it. */
import type { Chance } from "../chance.ts";
import { answer, exception } from "./answer.ts";
import { type FaultName, faultKind } from "./faults.ts";
import type { RegisterMap } from "./maps.ts";
import { createMemory, filledMemory, frozenMemory, type UnitMemory } from "./memory.ts";

/** When a reply goes out: after so many ms, or never; `inOrder` replies do not overtake one another. */
export type Timing = "never" | { readonly ms: number; readonly inOrder: boolean };

export interface ModbusUnit {
  /** Faults that are on, with their seconds (0 for those without). */
  readonly faults: ReadonlyMap<FaultName, number>;
  setFault(fault: FaultName, on: boolean, seconds?: number): void;
  reply(pdu: Buffer): Buffer;
  timing(chance: Chance): Timing;
}

const exceptionFaults = { "exception-2": 2, "exception-4": 4, "exception-6": 6, "exception-11": 11 } as const;
/** A device on the local network answers within 1–10 ms. */
const latency = { min: 1, max: 10 } as const;

/** `read` answers the present value of a point of `map`; `order` takes what was written to one that may be written. */
export function createUnit(
  map: RegisterMap,
  read: (point: string) => number,
  order?: (point: string, value: number) => void,
): ModbusUnit {
  const faults = new Map<FaultName, number>();
  let frozenHeartbeat: number | undefined;
  const live = createMemory(
    map,
    (point) => (point === "heartbeat" && frozenHeartbeat !== undefined ? frozenHeartbeat : read(point)),
    order,
  );
  const zeros = filledMemory(live, 0);
  const ffff = filledMemory(live, 0xffff);
  let old: UnitMemory | undefined;
  const memory = () => {
    if (faults.has("zeros")) return zeros;
    if (faults.has("ffff")) return ffff;
    return old ?? live;
  };
  return {
    faults,
    setFault(fault, on, seconds) {
      const had = faults.has(fault);
      if (on) faults.set(fault, seconds ?? faultKind(fault).seconds?.default ?? 0);
      else faults.delete(fault);
      if (had === on) return;
      if (fault === "heartbeat-freeze") frozenHeartbeat = on ? read("heartbeat") : undefined;
      if (fault === "old-data") old = on ? frozenMemory(live, map) : undefined;
    },
    reply(pdu) {
      for (const [fault, code] of Object.entries(exceptionFaults)) {
        if (faults.has(fault as FaultName)) return exception(pdu[0] ?? 0, code);
      }
      return answer(pdu, memory());
    },
    timing(chance) {
      if (faults.has("silence")) return "never";
      const usual = chance.between(latency.min, latency.max);
      const late = faults.get("late-reply");
      if (late !== undefined) return { ms: late * 1000, inOrder: false };
      const jitter = faults.get("jitter");
      if (jitter !== undefined) return { ms: chance.between(0, jitter * 1000), inOrder: false };
      const slow = faults.get("slow");
      return { ms: slow === undefined ? usual : slow * 1000 * chance.between(0.8, 1.2), inOrder: true };
    },
  };
}
