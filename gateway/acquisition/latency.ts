/** How long reads take, as a sketch of fixed size: buckets that grow by a fifth, so a percentile is right within a tenth. */
import { milliseconds, minutes, type Span } from "#model/time";

const LEAST = 0.1;
const GROWTH = 1.2;
const MOST = 60_000;
const BUCKETS = Math.ceil(Math.log(MOST / LEAST) / Math.log(GROWTH)) + 1;
/** Figures cover the last five to ten minutes: an engineer who has changed a cable wants to see that it is better now. */
const WINDOW = minutes(5);

export interface Latency {
  add(took: Span, mono: Span): void;
  /** `undefined` when nothing was read in the window; `share` is 0 … 1. */
  percentile(share: number, mono: Span): Span | undefined;
}

export function createLatency(): Latency {
  let present = new Uint32Array(BUCKETS);
  let before = new Uint32Array(BUCKETS);
  let since = Number.NEGATIVE_INFINITY;

  function turn(mono: Span): void {
    const passed = mono - since;
    if (passed < WINDOW) return;
    [present, before] = [before, present];
    present.fill(0);
    if (passed >= 2 * WINDOW) before.fill(0);
    since = mono;
  }

  return {
    add(took, mono) {
      turn(mono);
      const place = took <= LEAST ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(took / LEAST) / Math.log(GROWTH)));
      present[place] = (present[place] as number) + 1;
    },
    percentile(share, mono) {
      turn(mono);
      let all = 0;
      for (let i = 0; i < BUCKETS; i += 1) all += (present[i] as number) + (before[i] as number);
      if (all === 0) return undefined;
      let left = Math.max(1, Math.ceil(all * share));
      for (let i = 0; i < BUCKETS; i += 1) {
        left -= (present[i] as number) + (before[i] as number);
        // The middle of the bucket, as a ratio: its upper edge is LEAST · GROWTH^i.
        if (left <= 0) return milliseconds(LEAST * GROWTH ** (i === 0 ? 0 : i - 0.5));
      }
      return milliseconds(MOST);
    },
  };
}
