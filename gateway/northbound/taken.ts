/**
 * How far each target has come in the journal, kept as a note in `house.db`: a queue that is lost, damaged or not restored goes
 * on behind it, so that no change of an alarm or ticket is left out.
 */
import { type Instant, minutes, type Span, seconds } from "#model/time";
import type { Store } from "../store/store.ts";

const KEEP_EVERY = seconds(5);
/** Also when nothing changes: the note tells when the target was seen last. */
const REFRESH = minutes(10);

const noteOf = (target: string): string => `north-taken ${target}`;

/** The row of the journal; `undefined` when there is none, or one older than `keep`: what is older would be dropped anyway. */
export function takenOf(
  notes: ReadonlyMap<string, string>,
  target: string,
  keep: Span,
  now: Instant,
): number | undefined {
  const [seq, at] = (notes.get(noteOf(target)) ?? "").split(" ").map(Number);
  if (seq === undefined || at === undefined || !Number.isSafeInteger(seq) || seq < 0) return undefined;
  return Math.abs(now - at) <= keep ? seq : undefined;
}

export interface TakenKeeper {
  /** Once a second, with what is known of the target now. A store that is away is asked again later. */
  keep(taken: number | undefined, now: Instant, mono: Span): void;
  /** At the end. */
  close(taken: number | undefined, now: Instant): Promise<void>;
}

export function keepTaken(store: Pick<Store, "note">, target: string): TakenKeeper {
  let kept: { readonly taken: number; readonly mono: Span } | undefined;
  let going: Promise<void> | undefined;

  const write = (taken: number, now: Instant): Promise<void> =>
    store.note(noteOf(target), `${taken} ${now}`).catch(() => {
      kept = undefined;
    });

  return {
    keep(taken, now, mono) {
      if (taken === undefined || going) return;
      if (kept && mono - kept.mono < (kept.taken === taken ? REFRESH : KEEP_EVERY)) return;
      kept = { taken, mono };
      going = write(taken, now).finally(() => {
        going = undefined;
      });
    },
    async close(taken, now) {
      await going;
      if (taken !== undefined && taken !== kept?.taken) await write(taken, now);
    },
  };
}
