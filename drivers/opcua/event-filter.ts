/** Which events a server is asked for, which of their fields, and how those are read without believing any of them. */
import {
  AttributeIds,
  ContentFilter,
  ContentFilterElement,
  DataType,
  ElementOperand,
  EventFilter,
  FilterOperator,
  LiteralOperand,
  NodeId,
  ObjectTypeIds,
  QualifiedName,
  resolveNodeId,
  SimpleAttributeOperand,
  type StatusCode,
  Variant,
} from "node-opcua";

const { BaseEventType, ConditionType, AcknowledgeableConditionType, AlarmConditionType } = ObjectTypeIds;

/** In the order in which they are asked for. An empty path is the condition's own node id. */
const columns = {
  eventType: [BaseEventType, "EventType"],
  eventId: [BaseEventType, "EventId"],
  sourceNode: [BaseEventType, "SourceNode"],
  time: [BaseEventType, "Time"],
  message: [BaseEventType, "Message"],
  severity: [BaseEventType, "Severity"],
  conditionId: [ConditionType],
  branchId: [ConditionType, "BranchId"],
  conditionName: [ConditionType, "ConditionName"],
  retain: [ConditionType, "Retain"],
  quality: [ConditionType, "Quality"],
  enabled: [ConditionType, "EnabledState", "Id"],
  acked: [AcknowledgeableConditionType, "AckedState", "Id"],
  active: [AlarmConditionType, "ActiveState", "Id"],
} as const satisfies Record<string, readonly [number, ...string[]]>;
type Column = keyof typeof columns;
const columnNames = Object.keys(columns) as Column[];

/** Those that stand in the address space too, below a condition that the server shows there. */
export const readable = columnNames.flatMap((column) => {
  const [, ...path] = columns[column] as readonly [number, ...string[]];
  const ofEvent = column === "eventType" || column === "sourceNode" || column === "branchId" || path.length === 0;
  return ofEvent ? [] : [{ column, path }];
});

/** Kinds of events that say something about the list of conditions. */
const wantedTypes = [
  ConditionType,
  ObjectTypeIds.RefreshStartEventType,
  ObjectTypeIds.RefreshEndEventType,
  ObjectTypeIds.RefreshRequiredEventType,
  ObjectTypeIds.EventQueueOverflowEventType,
];

/** Without `where` the server sends every event that it has; for servers that cannot weigh. */
export function eventFilter(where: boolean): EventFilter {
  return new EventFilter({
    selectClauses: columnNames.map((column) => {
      const [type, ...path] = columns[column] as readonly [number, ...string[]];
      return new SimpleAttributeOperand({
        typeDefinitionId: resolveNodeId(type),
        browsePath: path.map((name) => new QualifiedName({ name, namespaceIndex: 0 })),
        attributeId: path.length === 0 ? AttributeIds.NodeId : AttributeIds.Value,
      });
    }),
    ...(where ? { whereClause: anyOf(wantedTypes) } : {}),
  });
}

/** `OfType(a) or (OfType(b) or (…))`, as the operators of OPC 10000-4, 7.7.3 want it: two operands each. */
function anyOf(types: readonly number[]): ContentFilter {
  const ors = types.length - 1;
  const elements = types.slice(1).map((_, i) => {
    const right = i + 1 < ors ? i + 1 : ors + types.length - 1;
    return new ContentFilterElement({
      filterOperator: FilterOperator.Or,
      filterOperands: [new ElementOperand({ index: ors + i }), new ElementOperand({ index: right })],
    });
  });
  const tests = types.map(
    (type) =>
      new ContentFilterElement({
        filterOperator: FilterOperator.OfType,
        filterOperands: [
          new LiteralOperand({ value: new Variant({ dataType: DataType.NodeId, value: resolveNodeId(type) }) }),
        ],
      }),
  );
  return new ContentFilter({ elements: [...elements, ...tests] });
}

export type Notice = "refresh-start" | "refresh-end" | "refresh-required" | "overflow" | "condition" | "other";

const notices = new Map<string, Notice>([
  [resolveNodeId(ObjectTypeIds.RefreshStartEventType).toString(), "refresh-start"],
  [resolveNodeId(ObjectTypeIds.RefreshEndEventType).toString(), "refresh-end"],
  [resolveNodeId(ObjectTypeIds.RefreshRequiredEventType).toString(), "refresh-required"],
  [resolveNodeId(ObjectTypeIds.EventQueueOverflowEventType).toString(), "overflow"],
]);

/** One event about a condition; what is missing or of another type than the standard says is `undefined`. */
export interface ConditionEvent {
  readonly notice: Notice;
  readonly eventId: Buffer | undefined;
  readonly sourceNode: NodeId | undefined;
  readonly time: Date | undefined;
  readonly message: string | undefined;
  readonly severity: number | undefined;
  readonly conditionId: NodeId | undefined;
  /** Absent for the present state of the condition. */
  readonly branch: string | undefined;
  readonly conditionName: string | undefined;
  readonly retain: boolean | undefined;
  readonly quality: StatusCode | undefined;
  readonly enabled: boolean | undefined;
  readonly acked: boolean | undefined;
  readonly active: boolean | undefined;
}

/** The fields as a server sent them, in the order of the filter. Never throws. */
export const readEvent = (fields: readonly (Variant | null | undefined)[]): ConditionEvent =>
  fromColumns(new Map(columnNames.map((column, i) => [column, fields[i]] as const)));

export function fromColumns(fields: ReadonlyMap<string, Variant | null | undefined>): ConditionEvent {
  const raw = (column: Column): unknown => fields.get(column)?.value;
  const nodeId = (column: Column) => {
    const value = raw(column);
    return value instanceof NodeId && !value.isEmpty() ? value : undefined;
  };
  const truth = (column: Column) => {
    const value = raw(column);
    return typeof value === "boolean" ? value : undefined;
  };
  const eventId = raw("eventId");
  const time = raw("time");
  const severity = raw("severity");
  const message = raw("message") as { text?: unknown } | string | null | undefined;
  const said = typeof message === "string" ? message : message?.text;
  const name = raw("conditionName");
  const quality = raw("quality") as StatusCode | null | undefined;
  const conditionId = nodeId("conditionId");
  return {
    notice: notices.get(nodeId("eventType")?.toString() ?? "") ?? (conditionId ? "condition" : "other"),
    eventId: Buffer.isBuffer(eventId) && eventId.length > 0 ? eventId : undefined,
    sourceNode: nodeId("sourceNode"),
    time: time instanceof Date && !Number.isNaN(time.getTime()) ? time : undefined,
    message: typeof said === "string" ? said : undefined,
    severity: typeof severity === "number" && Number.isFinite(severity) ? severity : undefined,
    conditionId,
    branch: nodeId("branchId")?.toString(),
    conditionName: typeof name === "string" ? name : undefined,
    retain: truth("retain"),
    quality: typeof quality?.value === "number" && typeof quality.name === "string" ? quality : undefined,
    enabled: truth("enabled"),
    acked: truth("acked"),
    active: truth("active"),
  };
}
