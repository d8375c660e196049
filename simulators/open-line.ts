/** Opens one line of the fleet in the language that it speaks. */
import type { Chance } from "./chance.ts";
import type { SimulatorClock } from "./clock.ts";
import type { FleetPort } from "./fleet.ts";
import type { SimulatedDevice } from "./simulated-device.ts";
import type { Text } from "./text.ts";
import type { Line } from "./wire/line.ts";
import { listenModbus } from "./wire/modbus-device.ts";
import { NoTerminal, openSerialLine } from "./wire/serial-line.ts";
import type { ShownDevice } from "./wire/shown.ts";

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

export interface Refused {
  readonly wrong: readonly Text[];
}

/** What a fleet file asks for and cannot have. */
export class FleetRefused extends Error implements Refused {
  readonly wrong: readonly Text[];
  constructor(wrong: readonly Text[], cause?: unknown) {
    super(wrong.map(({ en }) => en).join("\n"), { cause });
    this.wrong = wrong;
  }
}

export interface LineDevice {
  readonly device: SimulatedDevice;
  /** Number on the line. */
  readonly unit: number;
}

export interface OpenLineOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock: SimulatorClock;
  readonly chance: Chance;
}

/** Serial devices and those behind a serial server take their time (figures of devices.md 7.6), ms. */
const usualLatency = { "rtu-over-tcp": [50, 500], serial: [20, 200] } as const;

/** Rejects with `FleetRefused`, or with the system's error where a port cannot be opened. */
export async function openLine(
  port: FleetPort,
  devices: readonly LineDevice[],
  options: OpenLineOptions,
): Promise<Line> {
  const { clock, chance, host } = options;
  switch (port.speaks) {
    case "modbus-tcp":
      return listenModbus({ ...modbus(port, devices), clock, chance, host, port: options.port });
    case "rtu-over-tcp":
      return listenModbus({ ...modbus(port, devices), clock, chance, host, port: options.port, framing: "rtu" });
    case "serial":
      return openSerial(port, devices, options);
    case "opcua": {
      // The library takes its time to load: only a fleet with such a line waits for it.
      const { listenOpcua } = await import("./wire/opcua-device.ts");
      return listenOpcua({
        host,
        port: options.port,
        devices: shown(devices),
        clients: port.clients,
        idleSeconds: port.idleSeconds,
        clock,
        chance,
      });
    }
    case "mqtt":
    case "sparkplug": {
      const { openMqttLine } = await import("./wire/mqtt-device.ts");
      const { broker = "", user, password, clientId, every, keepAlive, lost } = port;
      const common = {
        broker,
        user,
        password,
        clientId,
        every,
        keepAlive,
        lost,
        devices: shown(devices),
        clock,
        chance,
        name: port.name,
      };
      return openMqttLine({ ...common, prefix: port.prefix, sparkplug: port.speaks === "sparkplug" });
    }
  }
}

/** Devices whose points have names; one that only answers recorded frames has none. */
const shown = (devices: readonly LineDevice[]): readonly ShownDevice[] =>
  devices.flatMap(({ device: { id, profile, faults, show } }) => (profile ? [{ id, profile, faults, show }] : []));

/** Start bit, eight data bits, and what the parity takes: RTU without parity has a second stop bit. */
const characterBits = { none: 10, even: 11, odd: 11 } as const;

function modbus(port: FleetPort, devices: readonly LineDevice[]) {
  const { latency, lost, clients, idleSeconds } = port;
  const usual = port.speaks === "serial" || port.speaks === "rtu-over-tcp" ? usualLatency[port.speaks] : undefined;
  return {
    units: new Map(devices.map(({ device, unit }) => [unit, device.unit])),
    latency: latency ?? usual,
    lost,
    clients,
    idleSeconds,
    ...(port.baudRate !== undefined && { baud: { rate: port.baudRate, bits: characterBits[port.parity] } }),
  };
}

async function openSerial(
  port: FleetPort,
  devices: readonly LineDevice[],
  { clock, chance }: OpenLineOptions,
): Promise<Line> {
  const path = port.path ?? "";
  try {
    return await openSerialLine({ ...modbus(port, devices), clock, chance, path });
  } catch (cause) {
    if (!(cause instanceof NoTerminal)) throw cause;
    throw new FleetRefused([noTerminal(cause)], cause);
  }
}

function noTerminal({ path, reason, message }: NoTerminal): Text {
  switch (reason) {
    case "missing":
      return {
        zh: "未安装 socat，无法创建虚拟串口。请执行 apt-get install socat",
        en: "A serial line needs socat, which is not installed: apt-get install socat",
      };
    case "taken":
      return { zh: `${path} 已存在，请换一个 path`, en: `${path} is there already; choose another path` };
    case "failed":
      return { zh: `无法创建虚拟串口 ${path}：${message}`, en: `The serial line ${path} cannot be made: ${message}` };
  }
}
