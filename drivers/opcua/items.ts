/** The nodes of a link, each once, with the points that are read out of it. */
import { AttributeIds, type NodeId } from "node-opcua";
import type { Text } from "#model/text";
import type { Span } from "#model/time";
import type { DriverLink, DriverPoint } from "../driver.ts";
import { type ConditionField, formatAddress, formatPlace, type NodePlace, type OpcuaAddress } from "./address.ts";
import { isNode, type Resolved } from "./resolve.ts";
import type { OpcuaSettings } from "./settings.ts";
import type { Reading } from "./value.ts";

export type OpcuaLink = DriverLink<OpcuaSettings, OpcuaAddress>;
export type OpcuaPoint = DriverPoint<OpcuaAddress>;

/** One point that gets its value from an item. */
export interface Slot {
  /** Position of its unit in the link. */
  readonly unit: number;
  /** Position of the point within the unit. */
  readonly position: number;
  readonly handle: number;
  reading: Reading;
}

export interface Item {
  readonly nodeId: NodeId;
  readonly attributeId: AttributeIds;
  readonly slots: Slot[];
  /** The shortest `every` of its points. */
  every: Span;
  /** The smallest deadband of its points; 0 when one of them wants every change. */
  deadband: number;
}

/** A point that cannot be read in this session, and why. */
export interface Lost {
  readonly unit: number;
  readonly handle: number;
  readonly because: Text;
}

/** The place that a point is read from. */
export const placeRead = (address: OpcuaAddress): NodePlace =>
  address.kind === "method" ? address.method : address.node;

/** Every place that the points of a link read, each once, by its text. */
export function placesOf(link: OpcuaLink): Map<string, NodePlace> {
  const places = new Map<string, NodePlace>();
  for (const unit of link.units) {
    for (const { address } of unit.points) {
      const place = placeRead(address);
      places.set(formatPlace(place), place);
    }
  }
  return places;
}

/** A condition of the server with the points that show something of it. */
export interface AskedCondition {
  /** The condition itself; with a name its source. */
  readonly nodeId: NodeId;
  readonly name?: string;
  readonly items: Partial<Record<ConditionField, Item>>;
}

export interface Wanted {
  readonly items: Item[];
  readonly conditions: AskedCondition[];
  readonly lost: Lost[];
}

export function itemsOf(link: OpcuaLink, resolved: ReadonlyMap<string, Resolved>): Wanted {
  const byNode = new Map<string, Item>();
  const byCondition = new Map<string, AskedCondition>();
  const lost: Lost[] = [];
  for (const [unit, { points }] of link.units.entries()) {
    for (const [position, point] of points.entries()) {
      const place = placeRead(point.address);
      const at = formatAddress(point.address);
      const node = resolved.get(formatPlace(place));
      if (!node || !isNode(node)) {
        if (node)
          lost.push({ unit, handle: point.handle, because: { zh: `${at}：${node.zh}。`, en: `${at}: ${node.en}.` } });
        continue;
      }
      const attributeId = point.address.kind === "method" ? AttributeIds.UserExecutable : AttributeIds.Value;
      const slot: Slot = { unit, position, handle: point.handle, reading: readingOf(point, at) };
      if (point.address.kind === "condition") {
        const { name, field } = point.address;
        const key = `${node.toString()} ${name ?? ""}`;
        const asked = byCondition.get(key) ?? { nodeId: node, ...(name === undefined ? {} : { name }), items: {} };
        byCondition.set(key, asked);
        const same = asked.items[field];
        if (same) same.slots.push(slot);
        else asked.items[field] = { nodeId: node, attributeId, slots: [slot], every: point.every, deadband: 0 };
        continue;
      }
      const key = `${attributeId} ${node.toString()}`;
      const before = byNode.get(key);
      if (before) {
        before.slots.push(slot);
        before.every = Math.min(before.every, point.every) as Span;
        before.deadband = Math.min(before.deadband, deadbandOf(point));
      } else {
        byNode.set(key, { nodeId: node, attributeId, slots: [slot], every: point.every, deadband: deadbandOf(point) });
      }
    }
  }
  return { items: [...byNode.values()], conditions: [...byCondition.values()], lost };
}

/** A server can only weigh plain numbers. */
const deadbandOf = ({ address, deadband, type, words }: OpcuaPoint): number =>
  address.kind === "value" && address.parts.length === 0 && type === "number" && !words ? deadband : 0;

function readingOf(point: OpcuaPoint, at: string): Reading {
  const parts = point.address.kind === "value" ? point.address.parts : [];
  return { parts, type: point.type, at, ...(point.words && { words: point.words }) };
}
