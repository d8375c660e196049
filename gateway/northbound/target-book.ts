/** What becomes of one target: told in the log and the journal without filling them, and counted for alarms and metrics. */
import type { JournalEntry } from "#model/journal";
import type { Text } from "#model/text";
import { minutes, type Span, seconds } from "#model/time";
import { createRecentCount } from "../history/recent-count.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { createDropTeller, LATELY } from "./drops.ts";
import type { TargetNews } from "./open-target.ts";
import type { LetGo } from "./queue.ts";
import * as say from "./sentences.ts";

/** A target that is away for less is in the log alone. */
const AWAY_FOR = seconds(60);
/** What is refused all the time is said at once and then this often, with the sum. */
const REFUSED_EVERY = minutes(10);
/** A damaged file is a reason to look at the disk; an alarm stands for it this long. */
const DAMAGED_FOR = minutes(24 * 60);

export interface TargetFigures {
  /** What was let go since the start, by what it was. */
  readonly dropped: readonly LetGo[];
  /** How much of it within the last hour. */
  readonly lately: number;
  /** What the target refused for good within the last hour. */
  readonly refused: number;
  /** Damaged files and batches of the queue within the last day. */
  readonly damaged: number;
}

export interface TargetBook {
  readonly news: Omit<TargetNews, "order">;
  /** Once a second. */
  beat(mono: Span): void;
  end(mono: Span): void;
  figures(mono: Span): TargetFigures;
}

export interface TargetBookInput {
  readonly name: string;
  readonly mono: () => Span;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "dropped">;
  readonly journal: (event: string, data: JournalEntry["data"]) => void;
}

export function createTargetBook({ name, mono, log, metrics, journal }: TargetBookInput): TargetBook {
  const refusedLately = createRecentCount(LATELY);
  const damagedLately = createRecentCount(DAMAGED_FOR);
  let trouble: { readonly because: Text; readonly since: Span } | undefined;
  /** The sentence of the trouble that stands in the journal. */
  let onRecord: string | undefined;
  let refused: { count: number; because: Text } | undefined;
  let refusedSaidAt: Span | undefined;

  const drop = createDropTeller({
    count: (gone) => metrics.dropped(`north-${name}-${gone.what}`, gone.count),
    say(gone, from, to) {
      const because = say.letGo(name, gone, from, to);
      const { count, what } = gone;
      log.error({ target: name, count, what, because: because.en }, "the queue to the north is full");
      journal("north-dropped", { count, what, from, to, because });
    },
  });

  function tellAway(at: Span): void {
    if (!trouble || at - trouble.since < AWAY_FOR || onRecord === trouble.because.en) return;
    onRecord = trouble.because.en;
    journal("north-away", { because: trouble.because });
  }

  function tellRefused(at: Span, isEnd: boolean): void {
    if (!refused || (!isEnd && refusedSaidAt !== undefined && at - refusedSaidAt < REFUSED_EVERY)) return;
    refusedSaidAt = at;
    const { count, because } = refused;
    refused = undefined;
    log.error({ target: name, count, because: because.en }, "the north refused data for good");
    journal("north-refused", { count, because });
  }

  return {
    news: {
      state(because) {
        if (because) {
          log.error({ target: name, because: because.en }, "the north");
          trouble = { because, since: trouble?.since ?? mono() };
          return;
        }
        if (trouble) log.info({ target: name }, "the north takes data again");
        if (onRecord !== undefined) journal("north-back", { because: say.again(name) });
        trouble = undefined;
        onRecord = undefined;
      },
      letGo: (gone) => drop.add(gone, mono()),
      refused(count, because) {
        metrics.dropped(`north-${name}-refused`, count);
        refusedLately.add(count, mono());
        refused = { count: count + (refused?.count ?? 0), because };
      },
      broken(because) {
        damagedLately.add(1, mono());
        metrics.dropped(`north-${name}-damaged`, 1);
        log.error({ target: name, because: because.en }, "the queue to the north");
        journal("north-damaged", { because });
      },
    },
    beat(at) {
      drop.tell(at);
      tellRefused(at, false);
      tellAway(at);
    },
    end(at) {
      drop.tell(at, true);
      tellRefused(at, true);
    },
    figures: (at) => ({
      dropped: drop.all(),
      lately: drop.lately(at),
      refused: refusedLately.within(at),
      damaged: damagedLately.within(at),
    }),
  };
}
