/**
 * An OPC UA server with an object for each device: variables of the data access types (part 8) with engineering units, names
 * in two languages, status codes for what is bad, and the device's own time stamps.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AddressSpace,
  DataType,
  MessageSecurityMode,
  type Namespace,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  type StatusCode,
  StatusCodes,
  setErrorLogger,
  setWarningLogger,
  type UAObject,
  type UAVariable,
} from "node-opcua";
import type { Chance } from "../chance.ts";
import type { SimulatorClock } from "../clock.ts";
import type { ProfilePoint } from "../profile/profile.ts";
import { type FaultName, faultKind } from "./faults.ts";
import { openGate } from "./gate.ts";
import type { Line } from "./line.ts";
import { engineeringUnit, ownNamespace, placeOf } from "./opcua-types.ts";
import { refusedOnOpcua } from "./refused-faults.ts";
import { createShown, lag, looking, type ShownDevice } from "./shown.ts";

export interface OpcuaLineOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly devices: readonly ShownDevice[];
  /** Most sessions at a time. */
  readonly clients?: number | undefined;
  readonly idleSeconds?: number | undefined;
  readonly clock: SimulatorClock;
  readonly chance: Chance;
}

/** What a server says of a device that answers with these exceptions, or not at all. */
const statuses: readonly (readonly [FaultName, StatusCode])[] = [
  ["silence", StatusCodes.BadNoCommunication],
  ["reboot", StatusCodes.BadNoCommunication],
  ["exception-11", StatusCodes.BadNoCommunication],
  ["exception-4", StatusCodes.BadDeviceFailure],
  ["exception-6", StatusCodes.BadResourceUnavailable],
  ["exception-2", StatusCodes.BadConfigurationError],
];

/** Rejects with the system's error (`EADDRINUSE`, `EACCES`) where the port cannot be had. */
export async function listenOpcua(options: OpcuaLineOptions): Promise<Line> {
  const { clock, chance, host, devices } = options;
  // The library owns its sockets, so the gate has the port that clients know, and gives the system's own answer where it is taken.
  let behindPort = 0;
  const gate = await openGate({
    host,
    port: options.port,
    behind: () => ({ host, port: behindPort }),
    clock,
    idleSeconds: options.idleSeconds,
  });
  const { port } = gate;
  setWarningLogger(() => undefined);
  setErrorLogger(() => undefined);
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-sim-opcua-"));
  const manager = (name: string) =>
    new OPCUACertificateManager({
      rootFolder: join(folder, name),
      automaticallyAcceptUnknownCertificate: true,
      disableFileWatchers: true,
    });
  const [certificates, users] = [manager("server"), manager("users")];
  const server = new OPCUAServer({
    port: 0,
    host,
    hostname: host,
    advertisedEndpoints: `opc.tcp://${host}:${port}`,
    serverCertificateManager: certificates,
    userCertificateManager: users,
    allowAnonymous: true,
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
    buildInfo: { productName: "gatehouse-sim", manufacturerName: "Gatehouse" },
    serverCapabilities: { maxSessions: options.clients ?? 32 },
  });
  let stopLooking = () => {};
  const close = async () => {
    stopLooking();
    await gate.close();
    await server.shutdown(0);
    await Promise.all([certificates.dispose(), users.dispose()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all([certificates.initialize(), users.initialize()]);
    await server.initialize();
    const space = server.engine.addressSpace;
    if (!space) throw new Error("the OPC UA server has no address space");
    const nodes = devices.map((device) => plant(space, device, clock, chance));
    await server.start();
    behindPort = server.endpoints[0]?.port ?? 0;
    hideEndpointsBehind(server, port);
    stopLooking = looking(clock, () => {
      for (const refresh of nodes) refresh();
    });
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  return {
    port,
    where: `opcua opc.tcp://${host}:${port}`,
    get clients() {
      return server.currentSessionCount;
    },
    faults: gate.faults,
    refuses: (fault) => refusedOnOpcua[fault],
    setFault(fault, on, seconds) {
      if (faultKind(fault).scope === "line") gate.setFault(fault, on, seconds);
      else for (const device of devices) device.faults.setFault(fault, on, seconds);
    },
    close,
  };
}

/** Clients are told of the gate alone. */
function hideEndpointsBehind(server: OPCUAServer, port: number): void {
  for (const endpoint of server.endpoints) {
    const told = endpoint.endpointDescriptions();
    const open = told.filter(({ endpointUrl }) => endpointUrl?.endsWith(`:${port}`));
    told.splice(0, told.length, ...open);
  }
}

interface Planted {
  readonly point: ProfilePoint;
  readonly variable: UAVariable;
  readonly dataType: DataType;
  last: number | string | undefined;
  lastStatus: StatusCode | undefined;
  /** The look at the device that brought what is shown. */
  look: number;
}

/** Adds a device with its points; the answer refreshes them. */
function plant(space: AddressSpace, device: ShownDevice, clock: SimulatorClock, chance: Chance): () => void {
  const { profile } = device;
  const own = namespaceOf(space, ownNamespace);
  const object = own.addObject({
    organizedBy: space.rootFolder.objects,
    browseName: device.id,
    nodeId: `s=${device.id}`,
    displayName: [
      { locale: "en", text: profile.name.en },
      { locale: "zh", text: profile.name.zh },
    ],
  });
  const seen = new Set<string>();
  const planted = profile.points.flatMap((point): Planted[] => {
    const { uri, nodeId } = placeOf(profile, device.id, point);
    // Several points may be read from one node: the first says what it holds.
    if (seen.has(`${uri} ${nodeId}`)) return [];
    seen.add(`${uri} ${nodeId}`);
    const [variable, dataType] = variableFor(
      namespaceOf(space, uri),
      object,
      nodeId,
      point,
      profile.protocol === "opcua",
    );
    return [{ point, variable, dataType, last: undefined, lastStatus: undefined, look: 0 }];
  });
  const shown = createShown(device);
  const raw = profile.protocol === "opcua";
  let looks = 0;
  const write = (one: Planted, value: number | string, status: StatusCode, at: number, look: number) => {
    // What comes late never takes the place of what was seen after it.
    if (look < one.look) return;
    one.look = look;
    const { dataType, variable } = one;
    const told =
      dataType === DataType.Boolean
        ? value === 1
        : dataType === DataType.String
          ? `${value}`
          : dataType === DataType.UInt32
            ? Math.max(0, Math.round(Number(value)))
            : Number(value);
    variable.setValueFromSource({ dataType, value: told }, status, new Date(at));
  };
  return () => {
    const status = statuses.find(([fault]) => device.faults.faults.has(fault))?.[1] ?? StatusCodes.Good;
    const at = clock.wall() + device.faults.clockAhead;
    const late = lag(device.faults, chance) * 1000;
    looks += 1;
    const look = looks;
    for (const one of planted) {
      const value = raw ? shown.raw(one.point) : shown.value(one.point);
      if (value === one.last && status === one.lastStatus) continue;
      one.last = value;
      one.lastStatus = status;
      if (late > 0) clock.after(late, () => write(one, value, status, at, look));
      else write(one, value, status, at, look);
    }
  };
}

function namespaceOf(space: AddressSpace, uri: string): Namespace {
  const index = space.getNamespaceIndex(uri);
  return index === -1 ? space.registerNamespace(uri) : (space.getNamespace(index) as Namespace);
}

/** A variable of the data access type that fits the point, with the type of its values. */
function variableFor(
  namespace: Namespace,
  parent: UAObject,
  nodeId: string,
  point: ProfilePoint,
  raw: boolean,
): readonly [UAVariable, DataType] {
  const common = {
    componentOf: parent,
    browseName: point.id,
    nodeId,
    displayName: [
      { locale: "en", text: point.name.en },
      { locale: "zh", text: point.name.zh },
    ],
    accessLevel: "CurrentRead",
    userAccessLevel: "CurrentRead",
    minimumSamplingInterval: 100,
  };
  const { type, range, values } = point;
  if (type === "text") return [namespace.addVariable({ ...common, dataType: DataType.String }), DataType.String];
  if (type === "bool" && !raw)
    return [
      namespace.addTwoStateDiscrete({ ...common, falseState: "0", trueState: "1", value: false }),
      DataType.Boolean,
    ];
  if (type === "bool") return [namespace.addVariable({ ...common, dataType: DataType.UInt32 }), DataType.UInt32];
  const codes = Object.entries(values ?? {}).map(([code, { en }]) => ({
    displayName: { text: en },
    value: Number(code),
  }));
  if (type === "enum" && codes.every(({ value }) => value >= 0) && codes.length > 0) {
    const variable = namespace.addMultiStateValueDiscrete({
      ...common,
      dataType: DataType.UInt32,
      enumValues: codes,
      value: codes[0]?.value ?? 0,
    });
    return [variable, DataType.UInt32];
  }
  const [low, high] = range ?? [-1e9, 1e9];
  const variable = namespace.addAnalogDataItem({
    ...common,
    dataType: DataType.Double,
    engineeringUnitsRange: { low, high },
    engineeringUnits: engineeringUnit(point.unit ?? "1"),
  });
  return [variable, DataType.Double];
}
