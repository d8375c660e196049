/** What the point table says of each point, and whether that is news: a sample that says what the last one said is none. */
import type { PointColumns } from "#model/points";
import { GOOD, reasonCode } from "#model/quality";

const RESTART = reasonCode("restart");

/** What is known of a point beside its value. */
const FINE = 0;
const BAD = 1;
/** Before the first sample not even the badness is known. */
const UNSEEN = 2;
const NEVER_ASKED = 3;

/** What `is_bad` says in this state. */
export const badness = (state: number): number => (state === UNSEEN ? Number.NaN : state);

export interface PointNews {
  /** The good value of a point, NaN otherwise; and its state, see `badness`. */
  valueAt(handle: number): number;
  stateAt(handle: number): number;
  /** Takes over what the table says now, and tells it if it is news. */
  take(handle: number): void;
  /** Everything is news again. */
  forget(): void;
}

export interface NewsInput {
  readonly columns: PointColumns;
  readonly handles: number;
  /** Of which somebody must hear every sample. */
  readonly hearsAll: (handle: number) => boolean;
  readonly tell: (handle: number, x: number, state: number) => void;
}

export function createPointNews({ columns, handles, hearsAll, tell }: NewsInput): PointNews {
  const { quality, reason, value } = columns;
  /** What was last taken over of each point. Nothing is ever seen of those of which every sample counts. */
  const seen = new Float64Array(handles).fill(Number.NaN);
  const seenState = new Uint8Array(handles).fill(NEVER_ASKED);
  const isAllNews = Uint8Array.from(seen, (_, handle) => Number(hearsAll(handle)));

  const valueAt = (handle: number): number => {
    const x = value[handle] as number;
    return quality[handle] === GOOD && Number.isFinite(x) ? x : Number.NaN;
  };
  const stateAt = (handle: number): number =>
    quality[handle] === GOOD ? FINE : reason[handle] === RESTART ? UNSEEN : BAD;

  return {
    valueAt,
    stateAt,
    take(handle) {
      if (handle >= handles) return;
      // Most samples say what the last one said: a good value that was seen before was good then, too.
      if (value[handle] === seen[handle] && quality[handle] === GOOD) return;
      const x = valueAt(handle);
      const state = stateAt(handle);
      if (isAllNews[handle] === 0) {
        const before = seen[handle] as number;
        if (state === seenState[handle] && (x === before || (Number.isNaN(x) && Number.isNaN(before)))) return;
        seen[handle] = x;
        seenState[handle] = state;
      }
      tell(handle, x, state);
    },
    forget() {
      seen.fill(Number.NaN);
      seenState.fill(NEVER_ASKED);
    },
  };
}
