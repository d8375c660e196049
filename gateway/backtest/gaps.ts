/** Stretches of time in which a rule could not be judged on a device, because something that it reads was not known. */
import type { PointColumns } from "#model/points";
import { BAD } from "#model/quality";
import type { Watch } from "./reads.ts";

export interface Gap {
  readonly rule: string;
  readonly device: string;
  /** ms since epoch, to the minute. */
  readonly from: number;
  readonly to: number;
}

export interface Gaps {
  /** Called at every minute. */
  look(at: number): void;
  end(at: number): readonly Gap[];
}

const MINUTE = 60_000;

export function createGaps(watches: readonly Watch[], columns: PointColumns): Gaps {
  const since = new Float64Array(watches.length).fill(Number.NaN);
  const found: Gap[] = [];
  const { quality } = columns;

  function isUnknown(handles: readonly number[]): boolean {
    for (const handle of handles) if (quality[handle] === BAD) return true;
    return false;
  }
  const tell = ({ rule, device }: Watch, from: number, to: number) => {
    if (to > from) found.push({ rule: rule.id, device, from, to });
  };

  return {
    look(at) {
      watches.forEach((watch, i) => {
        const began = since[i] as number;
        const unknown = isUnknown(watch.needed);
        if (unknown && Number.isNaN(began)) since[i] = at - MINUTE;
        if (unknown || Number.isNaN(began)) return;
        tell(watch, began, at - MINUTE);
        since[i] = Number.NaN;
      });
    },
    end(at) {
      watches.forEach((watch, i) => {
        tell(watch, since[i] as number, at);
      });
      return found.sort((a, b) => a.from - b.from);
    },
  };
}
