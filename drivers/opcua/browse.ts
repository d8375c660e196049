/** Walks the tree of a server, for an engineer who looks for addresses. */
import {
  AttributeIds,
  BrowseDirection,
  browseAll,
  type ClientSession,
  DataType,
  NodeClass,
  NodeId,
  NodeIdType,
  type ReferenceDescription,
  resolveNodeId,
  VariantArrayType,
} from "node-opcua";
import { formatPlace, type NodePlace, STANDARD_NAMESPACE } from "./address.ts";
import { connect, type Dial } from "./connect.ts";
import { raced } from "./raced.ts";
import { readInParts } from "./read.ts";
import { readLimits } from "./resolve.ts";

export interface FoundNode {
  /** 0 for what stands directly below Objects. */
  readonly depth: number;
  readonly kind: "object" | "variable" | "method";
  readonly name: string;
  /** As a point's `at` is written. */
  readonly at: string;
  /** `Double`, `Boolean[]`, …; absent for objects. */
  readonly type?: string;
  readonly value?: string;
  /** UCUM or whatever the server writes. */
  readonly unit?: string;
  readonly writable?: boolean;
}

/** More than these are no help to a reader; said by the caller when reached. */
export const NODES_AT_MOST = 20_000;
const DEPTH_AT_MOST = 12;

/** Everything below Objects but the server's own description of itself. Rejects with a `LinkBroken`. */
export async function browse(dial: Dial, signal: AbortSignal): Promise<FoundNode[]> {
  const connected = await connect(dial, signal);
  try {
    const work = walk(connected.session);
    return await Promise.race([raced(work, signal), raced(connected.lost, signal)]);
  } finally {
    await connected.close();
  }
}

interface Place {
  readonly reference: ReferenceDescription;
  readonly depth: number;
  readonly children: Place[];
}

async function walk(session: ClientSession): Promise<FoundNode[]> {
  const namespaces = await session.readNamespaceArray();
  const limits = await readLimits(session);
  const seen = new Set<string>();
  const all: Place[] = [];
  const roots: Place[] = [];
  let level: { readonly nodeId: NodeId; readonly into: Place[] }[] = [
    { nodeId: resolveNodeId("ObjectsFolder"), into: roots },
  ];
  for (let depth = 0; depth < DEPTH_AT_MOST && level.length > 0 && all.length < NODES_AT_MOST; depth += 1) {
    const next: typeof level = [];
    for (let start = 0; start < level.length; start += limits.translate) {
      const chunk = level.slice(start, start + limits.translate);
      const answers = await browseAll(
        session,
        chunk.map(({ nodeId }) => ({
          nodeId,
          browseDirection: BrowseDirection.Forward,
          referenceTypeId: resolveNodeId("HierarchicalReferences"),
          includeSubtypes: true,
          nodeClassMask: NodeClass.Object | NodeClass.Variable | NodeClass.Method,
          resultMask: 63,
        })),
      );
      for (const [i, { into }] of chunk.entries()) {
        for (const reference of answers[i]?.references ?? []) {
          const key = reference.nodeId.toString();
          // The server's own object is thousands of nodes long and says nothing about the building.
          if (seen.has(key) || key === "ns=0;i=2253" || all.length >= NODES_AT_MOST) continue;
          seen.add(key);
          const place: Place = { reference, depth, children: [] };
          into.push(place);
          all.push(place);
          next.push({ nodeId: plain(reference.nodeId), into: place.children });
        }
      }
    }
    level = next;
  }
  const details = await describeVariables(session, all, limits.read);
  const found: FoundNode[] = [];
  const tell = (places: readonly Place[], parent: NodeId) => {
    for (const place of places) {
      const { reference } = place;
      const at = placeText(reference.nodeId, namespaces);
      const kind = kindOf(reference.nodeClass);
      found.push({
        depth: place.depth,
        kind,
        name: reference.displayName.text ?? reference.browseName.name ?? at,
        at: kind === "method" ? `method:${placeText(parent, namespaces)};${at}` : at,
        ...details.get(reference.nodeId.toString()),
      });
      tell(place.children, reference.nodeId);
    }
  };
  tell(roots, resolveNodeId("ObjectsFolder"));
  return found;
}

const kindOf = (nodeClass: NodeClass): FoundNode["kind"] =>
  nodeClass === NodeClass.Variable ? "variable" : nodeClass === NodeClass.Method ? "method" : "object";

const plain = (id: NodeId): NodeId => new NodeId(id.identifierType, id.value, id.namespace);

function placeText(id: NodeId, namespaces: readonly string[]): string {
  const letter = {
    [NodeIdType.NUMERIC]: "i",
    [NodeIdType.STRING]: "s",
    [NodeIdType.GUID]: "g",
    [NodeIdType.BYTESTRING]: "b",
  } as const;
  const place: NodePlace = {
    by: "id",
    namespace: namespaces[id.namespace] ?? STANDARD_NAMESPACE,
    type: letter[id.identifierType],
    id: Buffer.isBuffer(id.value) ? id.value.toString("base64") : String(id.value),
  };
  return formatPlace(place);
}

type Details = Pick<FoundNode, "type" | "value" | "unit" | "writable">;

const CURRENT_WRITE = 2;
const SHOWN = 60;

async function describeVariables(
  session: ClientSession,
  places: readonly Place[],
  atMost: number,
): Promise<Map<string, Details>> {
  const result = new Map<string, Details>();
  const variables = places.filter(({ reference }) => reference.nodeClass === NodeClass.Variable);
  const step = Math.max(1, Math.floor(atMost / 2));
  for (let start = 0; start < variables.length; start += step) {
    const chunk = variables.slice(start, start + step);
    const values = await readInParts(
      session,
      chunk.flatMap(({ reference: { nodeId } }) => [
        { nodeId, attributeId: AttributeIds.Value },
        { nodeId, attributeId: AttributeIds.UserAccessLevel },
      ]),
    );
    for (const [i, { reference, children }] of chunk.entries()) {
      const variant = values[2 * i]?.value;
      const access: unknown = values[2 * i + 1]?.value?.value;
      const type = variant && variant.dataType !== DataType.Null ? (DataType[variant.dataType] ?? "?") : undefined;
      const isList = variant !== undefined && variant.arrayType !== VariantArrayType.Scalar;
      const units = children.find((child) => child.reference.browseName.name === "EngineeringUnits");
      result.set(reference.nodeId.toString(), {
        ...(type && { type: isList ? `${type}[]` : type }),
        ...(type && { value: shown(variant?.value) }),
        ...(units && { unit: units.reference.nodeId.toString() }),
        writable: typeof access === "number" && (access & CURRENT_WRITE) !== 0,
      });
    }
  }
  const withUnits = [...result].filter(([, details]) => details.unit !== undefined);
  for (let start = 0; start < withUnits.length; start += atMost) {
    const chunk = withUnits.slice(start, start + atMost);
    const units = await session.read(
      chunk.map(([, { unit }]) => ({ nodeId: unit as string, attributeId: AttributeIds.Value })),
    );
    for (const [i, [key, { unit: _, ...details }]] of chunk.entries()) {
      const text = (units[i]?.value?.value as { displayName?: { text?: string | null } } | undefined)?.displayName
        ?.text;
      result.set(key, { ...details, ...(text && { unit: text }) });
    }
  }
  return result;
}

function shown(value: unknown): string {
  const text =
    value instanceof Date
      ? value.toISOString()
      : typeof value === "object" && value !== null
        ? ((value as { text?: string | null }).text ?? JSON.stringify(value) ?? "")
        : String(value);
  const line = text.replaceAll(/[\p{Cc}\s]+/gu, " ");
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
