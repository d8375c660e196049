/** The faults of one device, whatever wire it hangs on: those that change what it says, and whether it says anything. */
import type { SimulatorClock } from "../clock.ts";
import { type FaultName, faultKind } from "./faults.ts";

export interface DeviceFaults {
  /** Faults that are on, with their seconds (0 for those without). */
  readonly faults: ReadonlyMap<FaultName, number>;
  setFault(fault: FaultName, on: boolean, seconds?: number): void;
  /** What the device says of a point: its heartbeat may stand still, its clock may be wrong. */
  read(point: string): number;
  /** It says nothing: switched silent, or starting up again. */
  readonly dead: boolean;
  /** Milliseconds that its own clock is ahead. */
  readonly clockAhead: number;
  /** Called after every switch, also when a fault ends by itself. */
  onSwitch(listener: (fault: FaultName, on: boolean) => void): void;
}

/** Registers that show the device's own clock, in seconds. */
const tellsTime = /(^|_)time$/;
/** A controller that has started up tells the loss of mains, then the return to automatic (GB/T 24476 codes), s after it. */
const startCodes = [
  { until: 2, code: 41 },
  { until: 4, code: 40 },
] as const;

export interface DeviceFaultOptions {
  /** Without one a restart lasts until it is switched off. */
  readonly clock?: SimulatorClock | undefined;
  /** Its `fault_code` tells a restart as lifts do. */
  readonly tellsRestart?: boolean | undefined;
}

/** `read` answers the present value of a point, faults left aside. */
export function createDeviceFaults(
  read: (point: string) => number,
  { clock, tellsRestart = false }: DeviceFaultOptions = {},
): DeviceFaults {
  const faults = new Map<FaultName, number>();
  const listeners: ((fault: FaultName, on: boolean) => void)[] = [];
  let frozenHeartbeat: number | undefined;
  let heartbeatFrom = 0;
  let startedAt: number | undefined;
  let cancelStart: (() => void) | undefined;

  const heartbeat = () => (((read("heartbeat") - heartbeatFrom) % 65_536) + 65_536) % 65_536;
  const start = () => {
    heartbeatFrom = read("heartbeat");
    frozenHeartbeat = faults.has("heartbeat-freeze") ? 0 : undefined;
    startedAt = clock?.monotonic();
  };
  const setFault: DeviceFaults["setFault"] = (fault, on, seconds) => {
    const had = faults.has(fault);
    const lasts = seconds ?? faultKind(fault).seconds?.default ?? 0;
    if (on) faults.set(fault, lasts);
    else faults.delete(fault);
    if (fault === "reboot") {
      cancelStart?.();
      cancelStart = on ? clock?.after(lasts * 1000, () => setFault("reboot", false)) : undefined;
      if (had && !on) start();
    }
    if (had === on) return;
    if (fault === "heartbeat-freeze") frozenHeartbeat = on ? heartbeat() : undefined;
    for (const listener of listeners) listener(fault, on);
  };
  const startCode = () => {
    if (startedAt === undefined || !clock) return undefined;
    const since = (clock.monotonic() - startedAt) / 1000;
    const code = startCodes.find(({ until }) => since < until)?.code;
    if (code === undefined) startedAt = undefined;
    return code;
  };
  return {
    faults,
    setFault,
    read(point) {
      if (point === "heartbeat") return frozenHeartbeat ?? heartbeat();
      if (faults.has("clock-skew") && tellsTime.test(point)) return read(point) + (faults.get("clock-skew") ?? 0);
      if (tellsRestart && point === "fault_code") return startCode() ?? read(point);
      return read(point);
    },
    get dead() {
      return faults.has("silence") || faults.has("reboot");
    },
    get clockAhead() {
      return (faults.get("clock-skew") ?? 0) * 1000;
    },
    onSwitch: (listener) => void listeners.push(listener),
  };
}
