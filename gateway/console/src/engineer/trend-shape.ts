/** Buckets of the past as the paths of a drawing: a band from lowest to highest, a line of means, gaps as gaps. Pure. */
import type { BucketBody } from "../../../api/shapes.ts";
import { instantOf } from "../shared/time-text.ts";

export const WIDTH = 600;
export const HEIGHT = 160;

export interface TrendShape {
  /** Values at the lower and the upper edge; `undefined` when nothing is known. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  readonly band: string;
  readonly line: string;
  /** Stretches without data, or with data that may not be believed. */
  readonly doubtful: readonly { readonly x: number; readonly width: number }[];
}

const EMPTY: TrendShape = { low: undefined, high: undefined, band: "", line: "", doubtful: [{ x: 0, width: WIDTH }] };
const text = (x: number) => x.toFixed(1);

/** `from`, `to`: ms since epoch. */
export function trendShape(buckets: readonly BucketBody[], from: number, to: number): TrendShape {
  const known = buckets.flatMap(({ min, max }) => (min === null || max === null ? [] : [min, max]));
  if (known.length === 0 || to <= from) return EMPTY;
  const least = Math.min(...known);
  const most = Math.max(...known);
  // A constant stands in the middle, and nothing touches the edge.
  const room = most > least ? (most - least) * 0.05 : Math.max(1, Math.abs(most) * 0.05);
  const [low, high] = [least - room, most + room];
  const x = (at: number) => (Math.min(Math.max(at, from), to) - from) * (WIDTH / (to - from));
  const y = (value: number) => HEIGHT - ((value - low) / (high - low)) * HEIGHT;
  const end = (i: number) => {
    const next = buckets[i + 1];
    return next ? instantOf(next.at) : to;
  };

  const band: string[] = [];
  const line: string[] = [];
  const doubtful: { x: number; width: number }[] = [];
  let top: string[] = [];
  let bottom: string[] = [];
  const finish = () => {
    if (top.length > 0) band.push(`M${top.join("L")}L${bottom.toReversed().join("L")}Z`);
    top = [];
    bottom = [];
  };
  buckets.forEach(({ at, min, max, mean, quality }, i) => {
    const left = x(instantOf(at));
    const right = x(end(i));
    if (quality !== "good") {
      const before = doubtful.at(-1);
      if (before && Math.abs(before.x + before.width - left) < 0.01) before.width = right - before.x;
      else doubtful.push({ x: left, width: right - left });
    }
    if (min === null || max === null || mean === null) {
      finish();
      return;
    }
    line.push(`${top.length === 0 ? "M" : "L"}${text(left)},${text(y(mean))}H${text(right)}`);
    top.push(`${text(left)},${text(y(max))}`, `${text(right)},${text(y(max))}`);
    bottom.push(`${text(left)},${text(y(min))}`, `${text(right)},${text(y(min))}`);
  });
  finish();
  return { low: least, high: most, band: band.join(""), line: line.join(""), doubtful };
}
