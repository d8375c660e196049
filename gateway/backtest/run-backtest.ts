/** A backtest from the stored history or a CSV to its report. Runs long: in a thread or a process of its own. */
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { type Instant, instant } from "#model/time";
import { readHistoryFile } from "../history/file.ts";
import { csvSamples } from "./csv-samples.ts";
import { readsOf } from "./reads.ts";
import { type Replayed, type ReplayInput, replay } from "./replay.ts";
import { type BacktestReport, report } from "./report.ts";
import { storedSamples } from "./stored-samples.ts";

export interface BacktestInput {
  readonly site: Site;
  readonly rule: RuleDefinition;
  /** The changed copy to compare with. */
  readonly changed?: RuleDefinition;
  readonly from: Instant;
  readonly to: Instant;
  /** The data folder, or the pieces of a CSV in its place, as they are read. */
  readonly source: { readonly folder: string } | { readonly csv: Iterable<string> };
  readonly progress?: (share: number) => void;
}

/** There is nothing to replay, and what to do about it. */
export class NoHistory extends Error {
  readonly because: Text;
  constructor(because: Text) {
    super(because.en);
    this.because = because;
  }
}

export const noHistory = (folder: string): NoHistory =>
  new NoHistory({
    zh: `${folder} 中没有 history.db：网关还没有记录历史。先让网关运行一段时间，或用 --csv 指定数据文件。`,
    en: `There is no history.db in ${folder}: nothing has been recorded yet. Let the gateway run for a while, or name a file with --csv.`,
  });

/** Throws NoHistory, BadCsv, or SQLite's error when a file cannot be read. */
export function runBacktest(input: BacktestInput): BacktestReport {
  const { site, rule, changed } = input;
  const reads = readsOf(site, changed ? [rule, changed] : [rule]);
  const { replayed, range, broken } = replayStored({ ...input, rules: [rule], reads });
  return report({ site, rule, ...(changed ? { changed } : {}), ...range, replayed, broken });
}

/** Several rules together, for what is asked about all of them. */
export function replayStored(input: Omit<BacktestInput, "rule"> & Pick<ReplayInput, "rules" | "reads" | "pending">): {
  readonly replayed: Replayed;
  readonly range: { readonly from: Instant; readonly to: Instant };
  readonly broken: number;
} {
  const { site, source, reads } = input;
  const points = site.points.map((point) => point.id);
  if ("csv" in source) {
    const csv = csvSamples(source.csv, points);
    // A file is replayed as a whole, whatever the range: its last values hold for a minute.
    const range = { from: instant(csv.from), to: instant(csv.to + 60_000) };
    return { replayed: replay({ ...input, ...range, stretches: csv.stretches }), range, broken: 0 };
  }
  using file = readHistoryFile(source.folder);
  if (!file) throw noHistory(source.folder);
  const { from, to } = input;
  let broken = 0;
  const tellBroken = () => {
    broken += 1;
  };
  const stretches = storedSamples(file, points, reads.handles, input, tellBroken, reads.answers);
  return { replayed: replay({ ...input, stretches }), range: { from, to }, broken };
}
