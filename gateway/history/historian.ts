/** The history as the house sees it: it takes what changed, answers with trends, and never answers back to the hot path. */
import type { Text } from "#model/text";
import type { Instant, Moment } from "#model/time";
import type { TrendColumns } from "./messages.ts";

export type { TrendColumns } from "./messages.ts";

export interface HistoryStanding {
  /** Samples that are not on the disk yet. */
  readonly queue: number;
  /** Why nothing is written; absent while all is well. */
  readonly because?: Text;
  /** Rows and files that turned out to be damaged within the last day. */
  readonly damaged: number;
}

export interface Historian extends AsyncDisposable {
  /** Handles that changed, with the table as it stands. Copies into columns and returns; never waits. */
  append(changed: Int32Array, count: number, at: Moment): void;
  /** Once a second: hands over what has gathered, and writes points again that have been still for long. */
  beat(at: Moment): void;
  /** What came in until now is part of the answer. Rejects with HistoryAway, or HistoryBusy when too many ask. */
  read(handle: number, from: Instant, to: Instant, buckets: number): Promise<TrendColumns>;
  /** Writes a consistent copy of all that is on the disk. Rejects with HistoryAway, or a HistoryCopyTrouble. */
  copy(file: string): Promise<void>;
  standing(): HistoryStanding;
}

export class HistoryBusy extends Error {}
export class HistoryAway extends Error {}
