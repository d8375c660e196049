/** The point table of a replay: the columns that rules read, and nothing of settling. */
import type { PointColumns } from "#model/points";
import { BAD, reasonCode } from "#model/quality";

export type PointTable = PointColumns;

/** Every point starts unknown, as after a start of the house. */
export const createPointTable = (count: number): PointTable => ({
  count,
  value: new Float64Array(count).fill(Number.NaN),
  quality: new Uint8Array(count).fill(BAD),
  reason: new Uint8Array(count).fill(reasonCode("restart")),
  sourceAt: new Float64Array(count),
  receivedAt: new Float64Array(count),
  text: new Map(),
});
