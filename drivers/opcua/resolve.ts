/** From the addresses of a site to the node ids of this session: namespaces have other indexes after every restart of a server. */
import {
  AttributeIds,
  BrowsePath,
  type ClientSession,
  NodeId,
  NodeIdType,
  QualifiedName,
  RelativePath,
  resolveNodeId,
  VariableIds,
} from "node-opcua";
import type { Text } from "#model/text";
import { formatPlace, type NodePlace } from "./address.ts";

/** A node of this session, or the sentence why there is none. */
export type Resolved = NodeId | Text;
export const isNode = (resolved: Resolved): resolved is NodeId => resolved instanceof NodeId;

/** How much one request may carry; 0 in a server's own limits means that it has none. */
export interface Limits {
  readonly read: number;
  readonly monitor: number;
  readonly translate: number;
}

/** Engineering judgement: what fits one message of every server met so far. */
const AT_MOST = 1_000;

export async function readLimits(session: ClientSession): Promise<Limits> {
  const ids = [
    VariableIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
    VariableIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
    VariableIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerTranslateBrowsePathsToNodeIds,
  ];
  const found = await session.read(ids.map((id) => ({ nodeId: resolveNodeId(id), attributeId: AttributeIds.Value })));
  const [read, monitor, translate] = found.map(({ value }) => {
    const told: unknown = value?.value;
    return typeof told === "number" && told > 0 ? Math.min(told, AT_MOST) : AT_MOST;
  });
  return { read: read ?? AT_MOST, monitor: monitor ?? AT_MOST, translate: translate ?? AT_MOST };
}

/** One answer per place, in the same order. */
export async function resolvePlaces(
  session: ClientSession,
  places: readonly NodePlace[],
  limits: Limits,
): Promise<Resolved[]> {
  const indexes = new Map((await session.readNamespaceArray()).map((uri, index) => [uri, index] as const));
  const result: Resolved[] = new Array(places.length);
  const paths: { readonly at: number; readonly path: BrowsePath }[] = [];
  for (const [at, place] of places.entries()) {
    const missing =
      place.by === "id"
        ? indexes.has(place.namespace)
          ? undefined
          : place.namespace
        : place.steps.find((step) => !indexes.has(step.namespace))?.namespace;
    if (missing !== undefined) result[at] = noNamespace(missing);
    else if (place.by === "id") result[at] = nodeIdOf(place, indexes.get(place.namespace) ?? 0);
    else paths.push({ at, path: browsePathOf(place.steps, indexes) });
  }
  for (let start = 0; start < paths.length; start += limits.translate) {
    const chunk = paths.slice(start, start + limits.translate);
    const answers = await session.translateBrowsePath(chunk.map(({ path }) => path));
    for (const [i, { at }] of chunk.entries()) {
      const target = answers[i]?.targets?.[0]?.targetId;
      result[at] = target ? new NodeId(target.identifierType, target.value, target.namespace) : noPath(places[at]);
    }
  }
  return result;
}

const types = { i: NodeIdType.NUMERIC, s: NodeIdType.STRING, g: NodeIdType.GUID, b: NodeIdType.BYTESTRING } as const;

function nodeIdOf({ type, id }: Extract<NodePlace, { by: "id" }>, namespace: number): NodeId {
  const value = type === "i" ? Number(id) : type === "b" ? Buffer.from(id, "base64") : id;
  return new NodeId(types[type], value, namespace);
}

function browsePathOf(steps: Extract<NodePlace, { by: "path" }>["steps"], indexes: ReadonlyMap<string, number>) {
  return new BrowsePath({
    startingNode: resolveNodeId("RootFolder"),
    relativePath: new RelativePath({
      elements: steps.map(({ namespace, name }) => ({
        referenceTypeId: resolveNodeId("HierarchicalReferences"),
        isInverse: false,
        includeSubtypes: true,
        targetName: new QualifiedName({ name, namespaceIndex: indexes.get(namespace) ?? 0 }),
      })),
    }),
  });
}

const noNamespace = (uri: string): Text => ({
  zh: `服务器没有命名空间 ${uri}。请用 gatehouse browse 核对 nsu=，或检查服务器是否加载了该工程`,
  en: `the server has no namespace ${uri}. Compare nsu= with gatehouse browse, or check that the server has loaded this project`,
});

function noPath(place: NodePlace | undefined): Text {
  const text = place ? formatPlace(place) : "";
  return {
    zh: `服务器没有路径 ${text}。请用 gatehouse browse 核对名称和命名空间`,
    en: `the server has no path ${text}. Compare names and namespaces with gatehouse browse`,
  };
}
