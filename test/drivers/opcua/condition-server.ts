/** An OPC UA server with alarm conditions, run as a process of its own; told what to do over IPC. Shares no code with the driver. */
import { join } from "node:path";
import {
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  setErrorLogger,
  setWarningLogger,
  type UAVariable,
  Variant,
  type VariantOptions,
} from "node-opcua";

export interface ConditionServerOptions {
  readonly port: number;
  readonly folder: string;
}

export type ConditionOrder =
  | { readonly set: "Level" | "Gas"; readonly value: number }
  /** As somebody at the server's own screen does it. */
  | { readonly acknowledge: "LevelHigh" | "GasAlarm" }
  | { readonly disable: true }
  /** The gas alarm is raised, and from now on the fields of every event are not of their types. */
  | { readonly garbage: true }
  /** Both alarms quiet and acknowledged, and nothing remembered. */
  | { readonly reset: true }
  | { readonly count: true };

export interface ConditionNews {
  /** Comments of acknowledgements that came from clients. */
  readonly acknowledged: readonly string[];
  readonly refreshes: number;
  readonly levelAcked: boolean;
}

setWarningLogger(() => undefined);
setErrorLogger(() => undefined);
const { port, folder } = JSON.parse(process.argv[2] ?? "{}") as ConditionServerOptions;
const certificates = new OPCUACertificateManager({ rootFolder: join(folder, "pki"), disableFileWatchers: true });
await certificates.initialize();
const users = new OPCUACertificateManager({ rootFolder: join(folder, "users"), disableFileWatchers: true });
await users.initialize();
const server = new OPCUAServer({
  port,
  host: "127.0.0.1",
  hostname: "127.0.0.1",
  serverCertificateManager: certificates,
  userCertificateManager: users,
  allowAnonymous: true,
  securityModes: [MessageSecurityMode.None],
  securityPolicies: [SecurityPolicy.None],
});
await server.initialize();
const space = server.engine.addressSpace;
if (!space) throw new Error("no address space");
space.installAlarmsAndConditionsService();
const plant = space.registerNamespace("urn:test:plant");
const tank = plant.addObject({
  organizedBy: space.rootFolder.objects,
  browseName: "Tank",
  nodeId: "s=Tank",
  notifierOf: space.rootFolder.objects.server,
});
const source = (name: string): UAVariable =>
  plant.addVariable({
    componentOf: tank,
    browseName: name,
    nodeId: `s=${name}`,
    dataType: "Double",
    eventSourceOf: tank,
    value: { dataType: DataType.Double, value: 1 } as never,
  });
const variables = { Level: source("Level"), Gas: source("Gas") };
const normal = plant.addVariable({
  componentOf: tank,
  browseName: "Normal",
  nodeId: "s=Normal",
  dataType: "Double",
  value: { dataType: DataType.Double, value: 1 } as never,
});
const level = plant.instantiateExclusiveLimitAlarm("ExclusiveLimitAlarmType", {
  browseName: "LevelHigh",
  nodeId: "s=LevelHigh",
  conditionName: "LevelHigh",
  conditionSource: variables.Level,
  inputNode: variables.Level,
  highHighLimit: 9,
  highLimit: 5,
  lowLimit: -5,
  lowLowLimit: -9,
  componentOf: tank,
} as never);
const gas = plant.instantiateOffNormalAlarm({
  browseName: "GasAlarm",
  nodeId: "s=GasAlarm",
  conditionName: "GasAlarm",
  conditionSource: variables.Gas,
  inputNode: variables.Gas,
  normalState: normal,
  componentOf: tank,
} as never);
const alarms = { LevelHigh: level, GasAlarm: gas };

const acknowledged: string[] = [];
level.on("acknowledged", (_event: unknown, comment: { text?: string | null } | null) => {
  acknowledged.push(comment?.text ?? "");
});
let refreshes = 0;
let garbled = false;
server.on(
  "request",
  (request: { constructor: { name: string }; methodsToCall?: { methodId: { value: unknown } }[] }) => {
    if (request.methodsToCall?.some(({ methodId }) => methodId.value === 3875)) refreshes += 1;
  },
);

function acknowledge(alarm: typeof level | typeof gas): void {
  const branch = alarm.currentBranch();
  if (!branch.getAckedState()) alarm.acknowledgeAndAutoConfirmBranch(branch, "at the server");
}

/** As the standard's method Disable does it. */
const disable = () => (gas as unknown as { _setEnabledState(wanted: boolean): unknown })._setEnabledState(false);

process.on("message", (order: ConditionOrder) => {
  if ("set" in order) variables[order.set].setValueFromSource({ dataType: DataType.Double, value: order.value });
  else if ("acknowledge" in order) acknowledge(alarms[order.acknowledge]);
  else if ("reset" in order) {
    for (const variable of Object.values(variables))
      variable.setValueFromSource({ dataType: DataType.Double, value: 1 });
    for (const alarm of Object.values(alarms)) if (alarm.currentBranch().getRetain()) acknowledge(alarm);
    acknowledged.length = 0;
  } else if ("disable" in order) disable();
  else if ("garbage" in order) {
    garbled = true;
    variables.Gas.setValueFromSource({ dataType: DataType.Double, value: 4 });
  }
  process.send?.({
    acknowledged,
    refreshes,
    levelAcked: level.ackedState.id.readValue().value.value,
  } satisfies ConditionNews);
});

/** As a server of poor making would say it: every field but the condition's name and id is of a wrong type. */
const nonsense: readonly VariantOptions[] = [
  { dataType: DataType.String, value: "yes" },
  { dataType: DataType.Double, value: Number.NaN },
  { dataType: DataType.ByteString, value: Buffer.from([0, 255]) },
  { dataType: DataType.Null },
];
server.on("response", (response: unknown) => {
  const data = (response as { notificationMessage?: { notificationData?: unknown[] } }).notificationMessage;
  if (!garbled) return;
  for (const list of data?.notificationData ?? []) {
    for (const { eventFields } of (list as { events?: { eventFields: Variant[] }[] }).events ?? []) {
      for (const [i] of eventFields.entries()) {
        const isName = i === 0 || i === 6 || i === 8;
        if (!isName) eventFields[i] = new Variant(nonsense[i % nonsense.length] ?? {});
      }
    }
  }
});
await server.start();
process.send?.({ ready: true });
