/** Since when the house has kept samples: what lies before says nothing about how well rules can be judged. */
import { type Instant, instant } from "#model/time";
import { readHistoryFile } from "../history/file.ts";
import { createPast } from "../history/past.ts";

/** The first sample of any point, in blocks or not yet in one; undefined without a history. Rows that cannot be read are passed over. */
export function historyBegins(folder: string): Instant | undefined {
  using file = readHistoryFile(folder);
  if (!file) return undefined;
  const past = createPast(file, () => {});
  const series = file.prepare("SELECT id FROM series").all() as { id: number }[];
  let first = series.reduce((least, { id }) => Math.min(least, past.oldest(id)), Number.POSITIVE_INFINITY);
  for (const { batch } of past.tail(0)) {
    for (let i = 0; i < batch.count; i += 1) first = Math.min(first, batch.at[i] as number);
  }
  return Number.isFinite(first) ? instant(first) : undefined;
}
