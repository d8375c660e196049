/** The newest value of each point, as a target may ask for it. */
import type { SamplesIn } from "./intake.ts";

export interface Newest {
  readonly value: number | string;
  readonly code: number;
  readonly at: number;
}

export function createNewest(points: number) {
  const value = new Float64Array(points).fill(Number.NaN);
  const code = new Uint8Array(points);
  const at = new Float64Array(points);
  const text = new Map<number, string>();
  return {
    remember({ batch, texts }: SamplesIn): void {
      for (let i = 0; i < batch.count; i += 1) {
        const point = batch.series[i] as number;
        value[point] = batch.value[i] as number;
        code[point] = batch.code[i] as number;
        at[point] = batch.at[i] as number;
      }
      for (const [position, told] of texts) text.set(batch.series[position] as number, told);
    },
    /** By position in the target's points; `undefined` while nothing was said of it. */
    of(point: number): Newest | undefined {
      if (at[point] === 0) return undefined;
      return {
        value: text.get(point) ?? (value[point] as number),
        code: code[point] as number,
        at: at[point] as number,
      };
    },
  };
}
