/** The alarm conditions of a server (OPC 10000-9): from its events to the points that show them, and what may be acknowledged. */
import {
  AttributeIds,
  BrowseDirection,
  BrowsePath,
  DataType,
  DataValue,
  LocalizedText,
  MethodIds,
  NodeId,
  ObjectTypeIds,
  QualifiedName,
  ReferenceTypeIds,
  RelativePath,
  resolveNodeId,
  type StatusCode,
  StatusCodes,
  Variant,
} from "node-opcua";
import type { ConditionField } from "./address.ts";
import { type ConditionEvent, fromColumns, readable, readEvent } from "./event-filter.ts";
import type { AskedCondition } from "./items.ts";
import type { Reader } from "./read.ts";

/** One state that the server wants acknowledged by the id of its event. */
interface Branch {
  readonly eventId: Buffer | undefined;
  readonly acked: boolean;
}

interface Condition {
  readonly asked: AskedCondition;
  /** Where the server shows it, or where it said that it is; methods are called there. */
  id: NodeId | undefined;
  /** It stands in the address space, so that its state can be read. */
  shown: boolean;
  /** The latest event of its present state. */
  present: ConditionEvent | undefined;
  /** Earlier states that nobody has acknowledged yet. */
  readonly branches: Map<string, Branch>;
  /** Heard of since the last refresh began. */
  heard: boolean;
}

export interface Conditions {
  readonly count: number;
  /** Takes one event; resolves once everything that it means has been reported to the sink. */
  take(fields: readonly (Variant | null | undefined)[]): Promise<void>;
  /** Asks the server to tell of every condition that matters once more. */
  refresh(): Promise<void>;
  /** The server will send no events: by its status. */
  refuse(status: string): void;
  /** What of the condition with this point is to be acknowledged; nothing when it told of nothing that could be. */
  pending(handle: number): { readonly id: NodeId; readonly eventIds: readonly Buffer[] } | undefined;
}

export async function openConditions(
  reader: Reader,
  asked: readonly AskedCondition[],
  subscriptionId: () => number,
): Promise<Conditions> {
  const { session, sink } = reader;
  const conditions = asked.map(
    (one): Condition => ({
      asked: one,
      id: one.name === undefined ? one.nodeId : undefined,
      shown: false,
      present: undefined,
      branches: new Map(),
      heard: false,
    }),
  );
  await findShown(reader, conditions);
  const sameId = new Map(conditions.flatMap((one) => (one.id ? [[one.id.toString(), one] as const] : [])));
  const sameName = new Map(conditions.map((one) => [`${one.asked.nodeId} ${one.asked.name ?? ""}`, one] as const));

  const about = ({ conditionId, sourceNode, conditionName }: ConditionEvent): Condition | undefined =>
    sameId.get(conditionId?.toString() ?? "") ?? sameName.get(`${sourceNode} ${conditionName}`);

  function takeState(event: ConditionEvent): void {
    const condition = about(event);
    if (!condition) return;
    condition.id = event.conditionId ?? condition.id;
    if (event.branch === undefined) {
      condition.heard = true;
      condition.present = event;
      for (const [field, variant] of valuesOf(event)) put(condition, field, variant);
    } else if (event.retain === false || event.acked !== false) condition.branches.delete(event.branch);
    else condition.branches.set(event.branch, { eventId: event.eventId, acked: false });
    put(condition, "acked", ackedOf(condition));
  }

  function put({ asked: { items }, present }: Condition, field: ConditionField, variant: Variant): void {
    const item = items[field];
    if (!item) return;
    const statusCode = present?.enabled === false ? StatusCodes.BadConditionDisabled : present?.quality;
    const sourceTimestamp = present?.time ?? null;
    sink.take(item, new DataValue({ value: variant, sourceTimestamp, ...(statusCode && { statusCode }) }));
  }

  /** What the refresh did not speak of needs nobody's attention: how it stands is read where the server shows it. */
  async function readTheRest(): Promise<void> {
    const quiet = conditions.filter(({ heard }) => !heard);
    const states = await readStates(
      reader,
      quiet.filter(({ shown }) => shown),
    );
    for (const condition of quiet) {
      condition.branches.clear();
      const state = states.get(condition);
      // Whatever waits for an acknowledgement is retained, so that a refresh speaks of it (OPC 10000-9, 5.5.2).
      const { acked = true, severity = 0, message = "" } = state ?? {};
      if (state) takeState({ ...state, acked, severity, message, conditionId: condition.id });
      else {
        condition.present = undefined;
        for (const item of Object.values(condition.asked.items)) sink.refuse(item, "BadNoEntryExists");
      }
    }
    sink.flush();
  }

  async function refresh(): Promise<void> {
    for (const condition of conditions) {
      condition.heard = false;
      condition.branches.clear();
    }
    const { statusCode } = await session.call({
      objectId: resolveNodeId(ObjectTypeIds.ConditionType),
      methodId: resolveNodeId(MethodIds.ConditionType_ConditionRefresh),
      inputArguments: [new Variant({ dataType: DataType.UInt32, value: subscriptionId() })],
    });
    // A server without the method tells of changes alone.
    if (statusCode.value >>> 30 === 2 && statusCode.value !== StatusCodes.BadRefreshInProgress.value)
      await readTheRest();
  }

  return {
    count: conditions.length,
    refresh,
    async take(fields) {
      const event = readEvent(fields);
      switch (event.notice) {
        case "condition":
          return takeState(event);
        case "refresh-end":
          return readTheRest();
        case "refresh-required":
        case "overflow":
          return refresh();
        case "refresh-start":
        case "other":
          return undefined;
      }
    },
    refuse(status) {
      for (const { asked: one } of conditions) for (const item of Object.values(one.items)) sink.refuse(item, status);
      sink.flush();
    },
    pending(handle) {
      const found = conditions.find(({ asked: { items } }) =>
        Object.values(items).some(({ slots }) => slots.some((slot) => slot.handle === handle)),
      );
      if (!found?.id || found.present?.acked === undefined) return undefined;
      const open = [found.present, ...found.branches.values()].filter(({ acked }) => acked === false);
      const eventIds = open.flatMap(({ eventId }) => (eventId ? [eventId] : []));
      return eventIds.length === open.length ? { id: found.id, eventIds } : undefined;
    },
  };
}

const NOTHING = new Variant({ dataType: DataType.Null });
const truth = (value: boolean | undefined): Variant =>
  value === undefined ? NOTHING : new Variant({ dataType: DataType.Boolean, value });

function valuesOf({ active, severity, message }: ConditionEvent): (readonly [ConditionField, Variant])[] {
  return [
    ["active", truth(active)],
    ["severity", severity === undefined ? NOTHING : new Variant({ dataType: DataType.Double, value: severity })],
    [
      "message",
      message === undefined
        ? NOTHING
        : new Variant({ dataType: DataType.LocalizedText, value: new LocalizedText({ text: message }) }),
    ],
  ];
}

/** Acknowledged when the present state is, and no earlier one waits. */
const ackedOf = ({ present, branches }: Condition): Variant =>
  branches.size > 0 ? truth(false) : truth(present?.acked);

/** Which of the conditions stand in the address space. Servers need not show any. */
async function findShown({ session, limits }: Reader, conditions: readonly Condition[]): Promise<void> {
  for (let start = 0; start < conditions.length; start += limits.read) {
    const chunk = conditions.slice(start, start + limits.read);
    const plain = chunk.filter(({ asked }) => asked.name === undefined);
    const classes =
      plain.length === 0
        ? []
        : await session.read(plain.map(({ asked: { nodeId } }) => ({ nodeId, attributeId: AttributeIds.NodeClass })));
    for (const [i, condition] of plain.entries()) condition.shown = isGood(classes[i]?.statusCode);
    const named = chunk.filter(({ asked }) => asked.name !== undefined);
    if (named.length === 0) continue;
    const found = await session.browse(
      named.map(({ asked: { nodeId } }) => ({
        nodeId,
        referenceTypeId: resolveNodeId(ReferenceTypeIds.HasCondition),
        browseDirection: BrowseDirection.Forward,
        includeSubtypes: true,
        nodeClassMask: 0,
        resultMask: 63,
      })),
    );
    for (const [i, condition] of named.entries()) {
      const reference = found[i]?.references?.find(({ browseName }) => browseName.name === condition.asked.name);
      if (!reference) continue;
      const { identifierType, value, namespace } = reference.nodeId;
      condition.id = new NodeId(identifierType, value, namespace);
      condition.shown = true;
    }
  }
}

const isGood = (status: StatusCode | undefined): boolean => status !== undefined && status.value >>> 30 === 0;

/** The present state of conditions that the server shows, read from their own variables. */
async function readStates(
  { session, limits }: Reader,
  conditions: readonly Condition[],
): Promise<Map<Condition, ConditionEvent>> {
  const wanted = conditions.flatMap((condition) =>
    condition.id ? readable.map((one) => ({ ...one, condition, at: condition.id as NodeId })) : [],
  );
  const columns = new Map<Condition, Map<string, Variant>>();
  const step = Math.min(limits.translate, limits.read);
  for (let start = 0; start < wanted.length; start += step) {
    const chunk = wanted.slice(start, start + step);
    const answers = await session.translateBrowsePath(chunk.map(({ at, path }) => pathFrom(at, path)));
    const nodes = chunk.flatMap((one, i) => {
      const target = answers[i]?.targets?.[0]?.targetId;
      return target ? [{ ...one, nodeId: new NodeId(target.identifierType, target.value, target.namespace) }] : [];
    });
    if (nodes.length === 0) continue;
    const values = await session.read(nodes.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value })));
    for (const [i, { condition, column }] of nodes.entries()) {
      const own = columns.get(condition) ?? new Map<string, Variant>();
      columns.set(condition, own);
      const value = values[i];
      if (value?.value && isGood(value.statusCode)) own.set(column, value.value);
    }
  }
  return new Map([...columns].map(([condition, own]) => [condition, fromColumns(own)] as const));
}

const pathFrom = (startingNode: NodeId, path: readonly string[]): BrowsePath =>
  new BrowsePath({
    startingNode,
    relativePath: new RelativePath({
      elements: path.map((name) => ({
        referenceTypeId: resolveNodeId(ReferenceTypeIds.HierarchicalReferences),
        isInverse: false,
        includeSubtypes: true,
        targetName: new QualifiedName({ name, namespaceIndex: 0 }),
      })),
    }),
  });
