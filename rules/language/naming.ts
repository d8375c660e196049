/** What points are called in the sentences of rules. */
import type { PointDefinition } from "#model/points";
import type { Device, DeviceKind } from "#model/site";
import type { Text } from "#model/text";

/** What a point is called, what its codes mean, and whether it says yes or no. */
export interface PointName {
  readonly name: Text;
  readonly values?: Readonly<Record<number, Text>>;
  readonly state: boolean;
}

/** The point of that key on devices of the rule's kind, or (for dotted names) on any device. */
export type Naming = (key: string, anywhere: boolean) => PointName | undefined;

/** Names from the points of a site: the first device of the kind that has the point, or for others the first at all. */
export function namingOf(kind: DeviceKind, devices: readonly Device[], points: readonly PointDefinition[]): Naming {
  const own = new Map<string, PointName>();
  const anywhere = new Map<string, PointName>();
  for (const device of devices) {
    for (const handle of device.points) {
      const point = points[handle];
      if (!point) continue;
      const name = { name: point.name, state: point.type === "bool", ...(point.values && { values: point.values }) };
      if (device.kind === kind && !own.has(point.key)) own.set(point.key, name);
      if (!anywhere.has(point.key)) anywhere.set(point.key, name);
    }
  }
  return (key, elsewhere) => (elsewhere ? anywhere : own).get(key);
}
