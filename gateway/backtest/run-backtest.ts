/** A backtest from the stored history or a CSV to its report. Runs long: in a thread or a process of its own. */
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { type Instant, instant } from "#model/time";
import { readHistoryFile } from "../history/file.ts";
import { csvSamples } from "./csv-samples.ts";
import { handlesOf, replay, type Stretch } from "./replay.ts";
import { type BacktestReport, report } from "./report.ts";
import { storedSamples } from "./stored-samples.ts";

export interface BacktestInput {
  readonly site: Site;
  readonly rule: RuleDefinition;
  /** The changed copy to compare with. */
  readonly changed?: RuleDefinition;
  readonly from: Instant;
  readonly to: Instant;
  /** The data folder, or the text of a CSV in its place. */
  readonly source: { readonly folder: string } | { readonly csv: string };
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

/** Throws NoHistory, BadCsv, or SQLite's error when the file cannot be read. */
export function runBacktest(input: BacktestInput): BacktestReport {
  const { site, source } = input;
  const points = site.points.map((point) => point.id);
  if ("csv" in source) {
    const csv = csvSamples(source.csv, points);
    // A file is replayed as a whole, whatever the range: its last values hold for a minute.
    return whole({ ...input, from: instant(csv.from), to: instant(csv.to + 60_000) }, csv.stretches, () => 0);
  }
  using file = readHistoryFile(source.folder);
  if (!file) {
    throw new NoHistory({
      zh: `${source.folder} 中没有 history.db：网关还没有记录历史。先让网关运行一段时间，或用 --csv 指定数据文件。`,
      en: `There is no history.db in ${source.folder}: nothing has been recorded yet. Let the gateway run for a while, or name a file with --csv.`,
    });
  }
  const handles = handlesOf(site, input.changed ? [input.rule, input.changed] : [input.rule]);
  let broken = 0;
  const stretches = storedSamples(file, points, handles, input, () => {
    broken += 1;
  });
  return whole(input, stretches, () => broken);
}

function whole(input: BacktestInput, stretches: Iterable<Stretch>, broken: () => number): BacktestReport {
  const { site, rule, changed, from, to } = input;
  const both = { site, rule, ...(changed ? { changed } : {}), from, to };
  const handles = handlesOf(site, changed ? [rule, changed] : [rule]);
  const replayed = replay({
    ...both,
    handles,
    stretches,
    ...(input.progress ? { progress: input.progress } : {}),
  });
  return report({ ...both, replayed, broken: broken() });
}
