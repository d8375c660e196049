/** Point definitions for tests: what matters is told, the rest is plain. */
import type { PointDefinition } from "#model/points";
import { seconds } from "#model/time";

export function point(key: string, more: Partial<PointDefinition> = {}): PointDefinition {
  return {
    id: `pump.${key}`,
    device: "pump",
    key,
    name: { zh: key, en: key },
    type: "number",
    at: key,
    atText: key,
    scale: 1,
    offset: 0,
    notAvailable: [],
    every: seconds(1),
    staleAfter: seconds(10),
    deadband: 0,
    tags: [],
    ...more,
  };
}
