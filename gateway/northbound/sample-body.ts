/** One sample as JSON has it towards the north: `{ v, q, t, reason? }`; `v` is null when it is bad. */
import { BAD, qualities, reasons } from "#model/quality";
import { formatInstant, instant } from "#model/time";
import { qualityOf, reasonOf } from "../history/block.ts";
import type { NorthPoint } from "./sender.ts";
import type { Samples } from "./waiting.ts";

export interface SampleBody {
  readonly v: number | boolean | string | null;
  readonly q: string;
  /** ISO 8601. */
  readonly t: string;
  readonly reason?: string;
}

/** By position in a batch. */
export function sampleBodies(points: readonly NorthPoint[]): (samples: Samples, i: number) => SampleBody {
  const bools = new Set(points.filter(({ type }) => type === "bool").map(({ id }) => id));
  return ({ point, at, value, code, text }, i) => {
    const quality = qualityOf(code[i] as number);
    const reason = reasons[reasonOf(code[i] as number)] ?? "none";
    const number = value[i] as number;
    const plain =
      text.get(i) ?? (Number.isFinite(number) ? (bools.has(point[i] as string) ? number !== 0 : number) : null);
    return {
      v: quality === BAD ? null : plain,
      q: qualities[quality] as string,
      t: formatInstant(instant(at[i] as number)),
      ...(reason === "none" ? {} : { reason }),
    };
  };
}
