/** Puts a fleet to work: plants, lines and one heartbeat that lets real time pass for all of them. */
import { createChance } from "./chance.ts";
import type { SimulatorClock } from "./clock.ts";
import { createEnsemble } from "./ensemble.ts";
import { type Fleet, type FleetPort, type FleetUnit, portNumber, wiredTo } from "./fleet.ts";
import { FleetRefused, openLine, PortRefused, type Refused } from "./open-line.ts";
import { profileOf } from "./profile/find-profile.ts";
import type { Profile } from "./profile/profile.ts";
import { createReplay, readCapture } from "./replay.ts";
import { createSimulatedDevice, type SimulatedDevice } from "./simulated-device.ts";
import { createStorm, type Storm } from "./storm.ts";
import type { Text } from "./text.ts";
import type { TruthLog } from "./truth.ts";
import type { DeviceFaults } from "./wire/device-faults.ts";
import type { Line } from "./wire/line.ts";
import type { ModbusUnit } from "./wire/modbus-unit.ts";

const tickMs = 50;

export interface BuildingLine {
  readonly name: string;
  readonly line: Line;
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
  readonly storm: Storm;
  close(): Promise<void>;
}

export interface BuildingOptions {
  readonly host: string;
  /** First port; replaces the fleet's `basePort`. 0 takes free ports. */
  readonly basePort: number;
  /** Hour of the day at the start. */
  readonly hour: number;
  readonly clock: SimulatorClock;
  readonly truth: TruthLog;
  /** Where the fleet file stands: paths in it count from there. */
  readonly folder?: string;
}

/** What a row of the fleet file needs beside its plant, read before anything is opened. */
interface Brought {
  readonly profile?: Profile | undefined;
  readonly recorded?: ((faults: DeviceFaults) => ModbusUnit) | undefined;
}

/** Reads what every row of the fleet names, so that one start tells all that is wrong. */
function bring(fleet: Fleet, folder: string): ReadonlyMap<FleetUnit, Brought> {
  const brought = new Map<FleetUnit, Brought>();
  const wrong: Text[] = [];
  for (const port of fleet.ports) {
    for (const unit of port.units) {
      const one = unit.kind === "replay" ? bringCapture(unit, folder) : bringProfile(unit, port, folder);
      if ("wrong" in one) wrong.push(...one.wrong);
      else brought.set(unit, one);
    }
  }
  if (wrong.length > 0) throw new FleetRefused(wrong);
  return brought;
}

function bringCapture(unit: Extract<FleetUnit, { kind: "replay" }>, folder: string): Brought | Refused {
  const capture = readCapture(unit.capture, folder, unit.capturedUnit ?? unit.unit);
  return "wrong" in capture ? capture : { recorded: (faults) => createReplay(capture, faults) };
}

/** A device on a Modbus line has the map of its kind unless it names a profile. */
function bringProfile(unit: FleetUnit, port: FleetPort, folder: string): Brought | Refused {
  const modbus = port.speaks === "modbus-tcp" || port.speaks === "rtu-over-tcp" || port.speaks === "serial";
  if (modbus && unit.profile === undefined) return {};
  const found = profileOf(unit, folder, {
    door: "1",
    point: "0",
    topic: `${port.prefix ?? `fm/${port.name}`}/${unit.device}`,
    namespace: "urn:gatehouse:simulator",
    group: port.prefix ?? "gatehouse",
    node: port.name,
    device: unit.device,
  });
  if (!found || "wrong" in found) return found ?? {};
  if (modbus && found.profile.protocol !== "modbus") {
    const { protocol } = found.profile;
    return {
      wrong: [
        {
          zh: `设备 ${unit.device} 的点表是 ${protocol} 的，线路 ${port.name} 却是 ${port.speaks}`,
          en: `The profile of ${unit.device} is for ${protocol}, but the line ${port.name} speaks ${port.speaks}`,
        },
      ],
    };
  }
  return found;
}

/** Points that a row of the fleet file names and its device does not have. */
function unknownPoints(unit: FleetUnit | undefined, { id, plant }: SimulatedDevice): readonly Text[] {
  return [...(unit?.notFitted ?? []), ...(unit?.latches ?? [])]
    .filter((point) => !Object.hasOwn(plant.readings, point))
    .map((point) => ({
      zh: `设备 ${id} 没有测点 ${point}，请改正 notFitted 或 latches`,
      en: `${id} has no point ${point}; mend notFitted or latches`,
    }));
}

/** Opens every line of the fleet or none; rejects with `PortRefused` or `FleetRefused`. */
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

  const brought = bring(fleet, options.folder ?? ".");

  for (const port of fleet.ports) {
    const number = portNumber(port, options.basePort);
    const here = port.units.map((unit) => {
      const device = createSimulatedDevice(unit, options.hour, {
        ...tools,
        ...brought.get(unit),
        line: port.name,
        wired() {
          const names = wiredTo(fleet, unit.device);
          return devices.flatMap((one) => (names.includes(one.device.id) ? one.device : []));
        },
        lineFault(fault, on) {
          lines.find((line) => line.name === port.name)?.line.setFault(fault, on);
        },
      });
      return { device, unit: unit.unit };
    });
    const unknown = here.flatMap(({ device }, at) => unknownPoints(port.units[at], device));
    if (unknown.length > 0) {
      await closeLines();
      throw new FleetRefused(unknown);
    }
    try {
      const line = await openLine(port, here, { ...options, port: number, chance: createChance(number, port.name) });
      const opened = { name: port.name, line };
      lines.push(opened);
      for (const one of here) devices.push({ ...one, line: opened });
    } catch (cause) {
      await closeLines();
      if (cause instanceof FleetRefused) throw cause;
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
  const storm = createStorm(clock, truth);
  return {
    lines,
    devices,
    truth,
    storm,
    now: () => clock.wall(),
    async close() {
      stop();
      storm.stop();
      await closeLines();
    },
  };
}
