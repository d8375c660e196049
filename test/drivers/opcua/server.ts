/** A small OPC UA server of node-opcua, run as a process of its own; told what to do over IPC. Shares no code with the driver. */
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  StatusCodes,
  setErrorLogger,
  setWarningLogger,
  type UAVariable,
  VariantArrayType,
} from "node-opcua";

export interface ServerOptions {
  readonly port: number;
  /** Its certificates. */
  readonly folder: string;
  /** Namespaces that are made before the plant's, so that its index moves. */
  readonly before?: readonly string[];
  /** Extra variables `s=Many<i>`. */
  readonly many?: number;
  readonly secured?: boolean;
  readonly user?: { readonly name: string; readonly password: string };
  readonly minSampling?: number;
  readonly maxSubscriptions?: number;
  /** Granted to every session, in ms: one whose connection was lost ends after it. */
  readonly sessionTimeout?: number;
}

export type Order =
  | { readonly set: string; readonly value: number | boolean | string; readonly status?: keyof typeof StatusCodes }
  /** One value after the other, so far apart (ms) that the server's own sampling sees each. */
  | { readonly play: string; readonly values: readonly (number | boolean)[]; readonly apart: number }
  | { readonly trustClients: true }
  | { readonly count: true }
  | { readonly dropSubscriptions: true };

interface CreateSession {
  readonly request: { requestedSessionTimeout: number };
}

setWarningLogger(() => undefined);
setErrorLogger(() => undefined);
const options = JSON.parse(process.argv[2] ?? "{}") as ServerOptions;
const certificates = new OPCUACertificateManager({
  rootFolder: join(options.folder, "pki"),
  disableFileWatchers: true,
});
await certificates.initialize();
const users = new OPCUACertificateManager({
  rootFolder: join(options.folder, "users"),
  disableFileWatchers: true,
  automaticallyAcceptUnknownCertificate: true,
});
await users.initialize();

const server = new OPCUAServer({
  port: options.port,
  host: "127.0.0.1",
  hostname: "127.0.0.1",
  serverCertificateManager: certificates,
  userCertificateManager: users,
  allowAnonymous: options.user === undefined,
  securityModes: options.secured
    ? [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt]
    : [MessageSecurityMode.None],
  securityPolicies: options.secured
    ? [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes256_Sha256_RsaPss]
    : [SecurityPolicy.None],
  ...(options.user && {
    userManager: {
      isValidUser: (name: string, password: string) =>
        name === options.user?.name && password === options.user?.password,
    },
  }),
  // Sessions of connections that were lost end by their time-out alone.
  maxConnectionsPerEndpoint: 100,
  serverCapabilities: {
    maxSessions: 5_000,
    ...(options.maxSubscriptions !== undefined && {
      maxSubscriptionsPerSession: options.maxSubscriptions,
      maxSubscriptions: options.maxSubscriptions,
    }),
  },
});
await server.initialize();
const { sessionTimeout } = options;
if (sessionTimeout !== undefined) {
  // The library grants whatever is asked for, and shows no setting.
  const asks = server as unknown as Record<string, (message: CreateSession, channel: unknown) => unknown>;
  const create = asks._on_CreateSessionRequest?.bind(server);
  asks._on_CreateSessionRequest = (message, channel) => {
    message.request.requestedSessionTimeout = sessionTimeout;
    return create?.(message, channel);
  };
}
const space = server.engine.addressSpace;
if (!space) throw new Error("no address space");
for (const uri of options.before ?? []) space.registerNamespace(uri);
if (sessionTimeout !== undefined) {
  // Thirty nodes of diagnostics for each session are most of what a session costs this server.
  const { sessionsDiagnosticsSummary: summary } = space.rootFolder.objects.server.serverDiagnostics;
  space.deleteNode(summary);
}
const plant = space.registerNamespace("urn:test:plant");
const folder = plant.addFolder(space.rootFolder.objects, { browseName: "Plant", nodeId: "s=Plant" });
const variables = new Map<string, UAVariable>();

function add(name: string, dataType: string, value: object, more: object = {}): UAVariable {
  const variable = plant.addVariable({
    componentOf: folder,
    browseName: name,
    nodeId: `s=${name}`,
    dataType,
    minimumSamplingInterval: options.minSampling ?? 50,
    value: value as never,
    ...more,
  });
  variables.set(name, variable);
  return variable;
}

add("Level", "Double", { dataType: DataType.Double, value: 1.5 });
add("Count", "Int32", { dataType: DataType.Int32, value: 7 });
add("Total", "UInt64", { dataType: DataType.UInt64, arrayType: VariantArrayType.Scalar, value: [1, 5] });
add("Running", "Boolean", { dataType: DataType.Boolean, value: true });
add("Label", "String", { dataType: DataType.String, value: "B1" });
add("Word", "String", { dataType: DataType.String, value: "open" });
add(
  "Numbers",
  "Double",
  { dataType: DataType.Double, arrayType: VariantArrayType.Array, value: new Float64Array([1, 2, 3, 4]) },
  { valueRank: 1 },
);
add(
  "ReadOnly",
  "Double",
  { dataType: DataType.Double, value: 1 },
  { accessLevel: "CurrentRead", userAccessLevel: "CurrentRead" },
);
const rangeType = space.findDataType("Range");
if (!rangeType) throw new Error("no Range");
plant.addVariable({
  componentOf: folder,
  browseName: "Span",
  nodeId: "s=Span",
  dataType: "Range",
  value: {
    dataType: DataType.ExtensionObject,
    value: space.constructExtensionObject(rangeType, { low: -5, high: 80 }),
  } as never,
});
const mode = plant.addEnumerationType({ browseName: "ModeType", enumeration: ["Off", "Auto", "Manual"] });
plant.addVariable({
  componentOf: folder,
  browseName: "Mode",
  nodeId: "s=Mode",
  dataType: mode.nodeId,
  value: { dataType: DataType.Int32, value: 1 } as never,
});
for (let i = 0; i < (options.many ?? 0); i += 1) add(`Many${i}`, "Int32", { dataType: DataType.Int32, value: i });

let calls: unknown[] = [];
const method = plant.addMethod(folder, {
  browseName: "Reset",
  nodeId: "s=Reset",
  inputArguments: [{ name: "times", dataType: DataType.UInt32 }],
  outputArguments: [],
});
method.bindMethod(async (inputs: { value: unknown }[], _context: unknown) => {
  calls.push(inputs[0]?.value);
  return { statusCode: inputs[0]?.value === 99 ? StatusCodes.BadInvalidArgument : StatusCodes.Good };
});
const simple = plant.addMethod(folder, {
  browseName: "Stop",
  nodeId: "s=Stop",
  inputArguments: [],
  outputArguments: [],
});
simple.bindMethod(async (_inputs: unknown, _context: unknown) => {
  calls.push("stop");
  return { statusCode: StatusCodes.Good };
});

const hang = plant.addMethod(folder, { browseName: "Hang", nodeId: "s=Hang", inputArguments: [], outputArguments: [] });
hang.bindMethod((_inputs: unknown, _context: unknown) => new Promise<never>(() => undefined));

function put(name: string, value: number | boolean | string, status: keyof typeof StatusCodes = "Good"): void {
  const variable = variables.get(name);
  if (!variable) throw new Error(`no variable ${name}`);
  const { dataType } = variable.readValue().value;
  variable.setValueFromSource({ dataType, value }, StatusCodes[status] as typeof StatusCodes.Good);
}

process.on("message", async (order: Order) => {
  if ("set" in order) put(order.set, order.value, order.status);
  else if ("play" in order) {
    for (const value of order.values) {
      put(order.play, value);
      await wait(order.apart);
    }
  } else if ("trustClients" in order) {
    for (const rejected of await rejectedCertificates()) await certificates.trustCertificate(rejected);
  } else if ("dropSubscriptions" in order) {
    for (const session of sessions()) for (const id of subscriptionsOf(session)) session.deleteSubscription(id);
  }
  process.send?.({ done: true, sessions: server.engine.currentSessionCount, calls });
  calls = [];
});

interface Session {
  deleteSubscription(id: number): unknown;
  readonly publishEngine: { readonly subscriptions: readonly { readonly id: number }[] };
}
const sessions = (): Session[] =>
  Object.values((server.engine as unknown as { _sessions: Record<string, Session> })._sessions);
const subscriptionsOf = (session: Session): number[] => session.publishEngine.subscriptions.map(({ id }) => id);

async function rejectedCertificates(): Promise<Buffer[]> {
  const { readdir, readFile } = await import("node:fs/promises");
  const { X509Certificate } = await import("node:crypto");
  const names = await readdir(certificates.rejectedFolder);
  return Promise.all(
    names.map(async (name) => new X509Certificate(await readFile(join(certificates.rejectedFolder, name))).raw),
  );
}

await server.start();
process.send?.({ ready: true });
