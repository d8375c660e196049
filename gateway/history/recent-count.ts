/** How much of something happened within the last hour, or another span: what an alarm stands for until it is over. */
import { minutes, type Span } from "#model/time";

/** Fine enough for "within the last hour". */
const STEP = minutes(1);

export interface RecentCount {
  add(count: number, mono: Span): void;
  within(mono: Span): number;
}

export function createRecentCount(span: Span): RecentCount {
  let recent: { readonly mono: Span; count: number }[] = [];
  return {
    add(count, mono) {
      const last = recent.at(-1);
      if (last && mono - last.mono < STEP) last.count += count;
      else recent.push({ mono, count });
    },
    within(mono) {
      recent = recent.filter((one) => mono - one.mono < span);
      return recent.reduce((sum, one) => sum + one.count, 0);
    },
  };
}
