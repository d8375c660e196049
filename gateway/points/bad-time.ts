/** Counts how long points of each device are bad, and hands over a row now and then: what is kept of it is a sum, not each flicker. */
import { BAD_TIME_ABOUT, BAD_TIME_EVENT, type BadTime } from "#model/bad-time";
import type { JournalEntry } from "#model/journal";
import { BAD } from "#model/quality";
import { type Moment, minutes, seconds } from "#model/time";
import type { PointTable } from "./table.ts";

/** A row at most so often: 96 a day while a sensor is broken, none while all is well. A power cut costs so much of the sum. */
export const WRITE_EVERY = minutes(15);
/** The house looks once a second; what lies between two looks further apart nobody saw. */
const BLIND = seconds(5);

export interface BadTimeWatch {
  beat(at: Moment): void;
  /** Writes what was counted since the last row. */
  close(now: Moment): Promise<void>;
}

export function watchBadTime(
  table: Pick<PointTable, "definitions" | "quality" | "count">,
  record: (entry: JournalEntry) => Promise<unknown>,
): BadTimeWatch {
  const { definitions, quality, count } = table;
  const devices = [...new Set(definitions.map((point) => point.device))];
  const places = new Map(devices.map((device, place) => [device, place]));
  /** By handle: which device. */
  const owner = Int32Array.from(definitions, (point) => places.get(point.device) ?? 0);
  const points = new Int32Array(devices.length);
  for (const place of owner) points[place] = (points[place] ?? 0) + 1;
  const bad = new Int32Array(devices.length);
  const any = new Float64Array(devices.length);
  const all = new Float64Array(devices.length);
  let looked = 0;
  let last: Moment["mono"] | undefined;
  let written: Moment["mono"] | undefined;

  function look({ mono }: Moment): void {
    written ??= mono;
    const span = last === undefined ? 0 : mono - last;
    last = mono;
    if (span <= 0 || span > BLIND) return;
    looked += span;
    bad.fill(0);
    for (let handle = 0; handle < count; handle += 1) {
      if (quality[handle] !== BAD) continue;
      const place = owner[handle] as number;
      bad[place] = (bad[place] as number) + 1;
    }
    for (let place = 0; place < devices.length; place += 1) {
      if (bad[place] === 0) continue;
      any[place] = (any[place] as number) + span;
      if (bad[place] === points[place]) all[place] = (all[place] as number) + span;
    }
  }

  async function write({ now, mono }: Moment): Promise<void> {
    const found = devices.flatMap((device, place) =>
      any[place] === 0 ? [] : [[device, [Math.round(any[place] as number), Math.round(all[place] as number)]] as const],
    );
    const data = { for: Math.round(looked), devices: Object.fromEntries(found) } as BadTime;
    looked = 0;
    written = mono;
    any.fill(0);
    all.fill(0);
    if (found.length === 0) return;
    await record({ at: now, occurredAt: now, about: BAD_TIME_ABOUT, event: BAD_TIME_EVENT, actor: "gatehouse", data });
  }

  return {
    beat(at) {
      look(at);
      if (written !== undefined && at.mono - written >= WRITE_EVERY) void write(at);
    },
    close: write,
  };
}
