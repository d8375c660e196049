/** Names of codes: EnumStrings and EnumValues of a variable, or of its data type. */
import {
  AttributeIds,
  BrowsePath,
  type ClientSession,
  NodeId,
  QualifiedName,
  RelativePath,
  resolveNodeId,
} from "node-opcua";
import type { Item } from "./items.ts";
import type { Limits } from "./resolve.ts";

const PROPERTIES = ["EnumStrings", "EnumValues"] as const;

/** Looks up the names for every point that can use them: texts, and points with words. */
export async function nameCodes(session: ClientSession, items: readonly Item[], limits: Limits): Promise<void> {
  const wanting = items.filter(
    (item) =>
      item.attributeId === AttributeIds.Value &&
      item.slots.some(({ reading }) => reading.type === "text" || reading.words !== undefined),
  );
  for (let start = 0; start < wanting.length; start += limits.read) {
    const chunk = wanting.slice(start, start + limits.read);
    const types = await session.read(chunk.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.DataType })));
    const owners = chunk.flatMap(({ nodeId }, i) => {
      const type: unknown = types[i]?.value?.value;
      return type instanceof NodeId ? [nodeId, type] : [nodeId];
    });
    const known = await namesOf(session, owners, limits);
    for (const [i, item] of chunk.entries()) {
      const type: unknown = types[i]?.value?.value;
      const names = known.get(item.nodeId.toString()) ?? (type instanceof NodeId && known.get(type.toString()));
      if (names) for (const slot of item.slots) slot.reading = { ...slot.reading, names };
    }
  }
}

async function namesOf(
  session: ClientSession,
  owners: readonly NodeId[],
  limits: Limits,
): Promise<Map<string, ReadonlyMap<number, string>>> {
  const asked = [...new Map(owners.map((owner) => [owner.toString(), owner])).values()].flatMap((owner) =>
    PROPERTIES.map((name) => ({ owner, name })),
  );
  const found = new Map<string, ReadonlyMap<number, string>>();
  for (let start = 0; start < asked.length; start += limits.translate) {
    const chunk = asked.slice(start, start + limits.translate);
    const answers = await session.translateBrowsePath(chunk.map(({ owner, name }) => pathTo(owner, name)));
    const nodes = chunk.flatMap(({ owner }, i) => {
      const target = answers[i]?.targets?.[0]?.targetId;
      if (!target) return [];
      return [{ owner, nodeId: new NodeId(target.identifierType, target.value, target.namespace) }];
    });
    if (nodes.length === 0) continue;
    const values = await session.read(nodes.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value })));
    for (const [i, { owner }] of nodes.entries()) found.set(owner.toString(), namesIn(values[i]?.value?.value));
  }
  return found;
}

const pathTo = (startingNode: NodeId, name: string): BrowsePath =>
  new BrowsePath({
    startingNode,
    relativePath: new RelativePath({
      elements: [
        {
          referenceTypeId: resolveNodeId("HasProperty"),
          isInverse: false,
          includeSubtypes: true,
          targetName: new QualifiedName({ name, namespaceIndex: 0 }),
        },
      ],
    }),
  });

/** `LocalizedText[]` by position (EnumStrings), or `EnumValueType[]` by their own value. */
function namesIn(value: unknown): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  if (!Array.isArray(value)) return names;
  for (const [position, entry] of value.entries()) {
    const {
      text,
      value: code,
      displayName,
    } = (entry ?? {}) as {
      text?: unknown;
      value?: unknown;
      displayName?: { text?: unknown };
    };
    if (typeof text === "string") names.set(position, text);
    // EnumValueType.value is an Int64: [high, low].
    else if (Array.isArray(code) && typeof displayName?.text === "string")
      names.set(Number(code[1]) | 0, displayName.text);
  }
  return names;
}
