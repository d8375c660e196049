/** What waits for a target, as a sender gets it: changes of alarms and tickets, or samples of many batches in one piece. */
import type { Batch } from "../history/tail.ts";
import type { Told } from "./record.ts";

/** Of one batch: position in it → text. */
export type Texts = readonly (readonly [position: number, text: string])[];

export interface Samples {
  readonly count: number;
  /** Ids of points, `<device>.<key>`. */
  readonly point: readonly string[];
  readonly at: Float64Array;
  readonly value: Float64Array;
  /** `codeOf` of the historian's block.ts. */
  readonly code: Uint8Array;
  readonly text: ReadonlyMap<number, string>;
}

/** The next thing to send; `ids` are handed back to `done`. */
export type Waiting =
  | { readonly kind: "urgent"; readonly ids: readonly number[]; readonly rows: readonly Told[] }
  | { readonly kind: "samples"; readonly ids: readonly number[]; readonly samples: Samples };

export const noSamples: Batch = {
  count: 0,
  series: new Int32Array(0),
  at: new Float64Array(0),
  value: new Float64Array(0),
  code: new Uint8Array(0),
};

/** Batches behind each other; `nameOf` gives the id of a point by its number in the file. */
export function joined(
  batches: readonly { readonly batch: Batch; readonly texts: Texts }[],
  nameOf: ReadonlyMap<number, string>,
): Samples {
  const count = batches.reduce((sum, { batch }) => sum + batch.count, 0);
  const whole = {
    count,
    point: [] as string[],
    at: new Float64Array(count),
    value: new Float64Array(count),
    code: new Uint8Array(count),
    text: new Map<number, string>(),
  };
  let start = 0;
  for (const { batch, texts } of batches) {
    whole.at.set(batch.at, start);
    whole.value.set(batch.value, start);
    whole.code.set(batch.code, start);
    for (let i = 0; i < batch.count; i += 1) whole.point.push(nameOf.get(batch.series[i] as number) ?? "");
    for (const [position, text] of texts) whole.text.set(start + position, text);
    start += batch.count;
  }
  return whole;
}
