/** What a queue to the north let go: gathered, so that a target that is away for days does not fill the journal with it. */
import { formatInstant, instant, minutes, type Span } from "#model/time";
import { createRecentCount } from "../history/recent-count.ts";
import type { LetGo } from "./queue.ts";

/** While something is dropped all the time it is said at once and then this often, with the sum. */
const SAID_EVERY = minutes(10);
/** How long what was dropped is news: an alarm stands for it. */
export const LATELY = minutes(60);

export interface DropTeller {
  add(gone: LetGo, mono: Span): void;
  /** Says what has gathered, when it is time. */
  tell(mono: Span, isEnd?: boolean): void;
  /** Since the start. */
  all(): readonly LetGo[];
  /** Samples and changes within the last hour. */
  lately(mono: Span): number;
}

export interface DropOutlets {
  /** At once, for the metrics. */
  readonly count: (gone: LetGo) => void;
  /** With the sum; `from` and `to` in ISO 8601. */
  readonly say: (gone: LetGo, from: string, to: string) => void;
}

export function createDropTeller({ count, say }: DropOutlets): DropTeller {
  const all = new Map<LetGo["what"], LetGo>();
  const gathered = new Map<LetGo["what"], LetGo>();
  const recent = createRecentCount(LATELY);
  let saidAt: Span | undefined;

  return {
    add(gone, mono) {
      count(gone);
      for (const sums of [all, gathered]) sums.set(gone.what, together(sums.get(gone.what), gone));
      recent.add(gone.count, mono);
    },
    tell(mono, isEnd = false) {
      if (gathered.size === 0 || (!isEnd && saidAt !== undefined && mono - saidAt < SAID_EVERY)) return;
      saidAt = mono;
      for (const gone of gathered.values()) {
        const [from = "", to = ""] = [gone.from, gone.to].map((at) => formatInstant(instant(Math.round(at))));
        say(gone, from, to);
      }
      gathered.clear();
    },
    all: () => [...all.values()],
    lately: (mono) => recent.within(mono),
  };
}

const together = (before: LetGo | undefined, gone: LetGo): LetGo => ({
  what: gone.what,
  count: gone.count + (before?.count ?? 0),
  from: Math.min(gone.from, before?.from ?? gone.from),
  to: Math.max(gone.to, before?.to ?? gone.to),
});
