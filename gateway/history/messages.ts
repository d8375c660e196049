/** What the two ends of the historian say to each other: the house's loop on one side, the thread with the file on the other. */
import type { Text } from "#model/text";
import type { Retention } from "./prune.ts";
import type { Batch } from "./tail.ts";

export interface WorkerInput {
  readonly folder: string;
  readonly points: readonly string[];
  readonly retention: Retention;
  /** Bytes that must stay free on the disk for what matters more than samples. */
  readonly reserve: number;
}

export type ToWorker =
  /** `now`: wall clock, for what is too old; `mono`: for pauses between tries. */
  | { readonly do: "add"; readonly batch: Batch; readonly now: number; readonly mono: number }
  | {
      readonly do: "read";
      readonly id: number;
      readonly handle: number;
      readonly from: number;
      readonly to: number;
      readonly buckets: number;
      readonly now: number;
    }
  /** A copy of the whole file, to be written as `file`. */
  | { readonly do: "copy"; readonly id: number; readonly file: string }
  | { readonly do: "close" };

/** A trend as it crosses the threads: columns, one row per bucket. */
export interface TrendColumns {
  readonly count: number;
  readonly at: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly mean: Float64Array;
  readonly last: Float64Array;
  readonly samples: Float64Array;
  /** GOOD, UNCERTAIN or BAD of quality.ts. */
  readonly quality: Uint8Array;
}

export type FromWorker =
  /** Samples that are on the disk, and those that were let go because too many waited. */
  | { readonly say: "added"; readonly stored: number; readonly dropped: number }
  /** Once per change; absent: the disk is written. */
  | { readonly say: "state"; readonly because?: Text }
  /** So many more rows or files turned out to be damaged. */
  | { readonly say: "broken"; readonly more: number; readonly because: Text }
  | { readonly say: "copied"; readonly id: number }
  | { readonly say: "not-copied"; readonly id: number; readonly because: Text }
  | { readonly say: "trend"; readonly id: number; readonly trend: TrendColumns }
  | { readonly say: "failed"; readonly id: number; readonly because: string };
