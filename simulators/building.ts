/** Puts a fleet to work: plants, lines and one heartbeat that lets real time pass for all of them. */
import { createChance } from "./chance.ts";
import type { SimulatorClock } from "./clock.ts";
import { createEnsemble } from "./ensemble.ts";
import { type Fleet, portNumber, wiredTo } from "./fleet.ts";
import { createSimulatedDevice, type SimulatedDevice } from "./simulated-device.ts";
import type { TruthLog } from "./truth.ts";
import { listenModbus, type ModbusLine } from "./wire/modbus-device.ts";
import type { ModbusUnit } from "./wire/modbus-unit.ts";

const tickMs = 50;

export interface BuildingLine {
  readonly name: string;
  readonly line: ModbusLine;
}

export interface BuildingDevice {
  readonly device: SimulatedDevice;
  readonly line: BuildingLine;
  /** Unit number on the line. */
  readonly unit: number;
}

export interface Building {
  readonly lines: readonly BuildingLine[];
  readonly devices: readonly BuildingDevice[];
  readonly truth: TruthLog;
  /** Wall time, ms since the epoch. */
  now(): number;
  close(): Promise<void>;
}

/** A port that could not be opened, with the variable that moves it. */
export class PortRefused extends Error {
  readonly port: number;
  readonly variable: string;
  constructor(port: number, variable: string, cause: unknown) {
    super(`Port ${port} could not be opened`, { cause });
    this.port = port;
    this.variable = variable;
  }
}

export interface BuildingOptions {
  readonly host: string;
  /** First port; replaces the fleet's `basePort`. 0 takes free ports. */
  readonly basePort: number;
  /** Hour of the day at the start. */
  readonly hour: number;
  readonly clock: SimulatorClock;
  readonly truth: TruthLog;
}

/** Opens every line of the fleet or none; rejects with `PortRefused`. */
export async function openBuilding(fleet: Fleet, options: BuildingOptions): Promise<Building> {
  const { clock, truth } = options;
  const lines: BuildingLine[] = [];
  const devices: BuildingDevice[] = [];
  let plays = 0;
  const tools = {
    clock,
    truth,
    nextPlay() {
      plays += 1;
      return plays;
    },
  };
  const closeLines = () => Promise.all(lines.map(({ line }) => line.close()));

  for (const port of fleet.ports) {
    const number = portNumber(port, options.basePort);
    const units = new Map<number, ModbusUnit>();
    const here = port.units.map((unit) => {
      const device = createSimulatedDevice(unit, options.hour, {
        ...tools,
        line: port.name,
        wired() {
          const names = wiredTo(fleet, unit.device);
          return devices.flatMap((one) => (names.includes(one.device.id) ? one.device : []));
        },
        lineFault(fault, on) {
          lines.find((line) => line.name === port.name)?.line.setFault(fault, on);
        },
      });
      units.set(unit.unit, device.unit);
      return { device, unit: unit.unit };
    });
    try {
      const chance = createChance(number, port.name);
      const line = await listenModbus({ host: options.host, port: number, units, clock, chance });
      const opened = { name: port.name, line };
      lines.push(opened);
      for (const one of here) devices.push({ ...one, line: opened });
    } catch (cause) {
      await closeLines();
      throw new PortRefused(number, "GATEHOUSE_MODBUS_PORT", cause);
    }
  }

  const ensemble = createEnsemble(
    devices.map(({ device }) => device),
    fleet,
  );
  let last = clock.monotonic();
  const stop = clock.every(tickMs, () => {
    const now = clock.monotonic();
    const seconds = (now - last) / 1000;
    last = now;
    ensemble.advance(seconds);
  });
  return {
    lines,
    devices,
    truth,
    now: () => clock.wall(),
    async close() {
      stop();
      await closeLines();
    },
  };
}
