/** The tuning report of all rules, or of one, over stored history. Runs long: in a thread or a process of its own. */
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import { formatInstant, type Instant, instant } from "#model/time";
import { historyBegins } from "./history-begins.ts";
import { readsOf } from "./reads.ts";
import { replayStored } from "./run-backtest.ts";
import { type Tuning, tuningOf } from "./tuning.ts";

export interface TuningInput {
  readonly site: Site;
  readonly rules: readonly RuleDefinition[];
  readonly from: Instant;
  readonly to: Instant;
  /** Data folder with `history.db`. */
  readonly folder: string;
  readonly progress?: (share: number) => void;
}

export interface TuningReport {
  /** As asked for, or since the history begins. */
  readonly from: string;
  readonly to: string;
  readonly samples: number;
  /** Rows of which there is something to say. */
  readonly rows: readonly Tuning[];
  /** Rows of the history that could not be read. */
  readonly broken: number;
}

/** One kind of device after the other: their rules read the same points, and no more is held in memory at once. */
export function runTuning(input: TuningInput): TuningReport {
  const { site, to, folder, progress } = input;
  // A young house was not blind before it lived.
  const from = instant(Math.min(to, Math.max(input.from, historyBegins(folder) ?? input.from)));
  const kinds = [...Map.groupBy(input.rules, ({ kind }) => kind).values()];
  let samples = 0;
  let broken = 0;
  const rows = kinds.flatMap((rules, done) => {
    const found = replayStored({
      site,
      rules,
      reads: readsOf(site, rules),
      from,
      to,
      source: { folder },
      progress: (share) => progress?.((done + share) / kinds.length),
    });
    samples += found.replayed.samples;
    broken += found.broken;
    return tuningOf(site, rules, found.replayed);
  });
  return { from: formatInstant(from), to: formatInstant(to), samples, rows, broken };
}
