/** For how long the data of each device was bad within a window, from the sums that the house wrote into the journal. */
import { BAD_TIME_ABOUT, BadTime } from "#model/bad-time";
import { milliseconds, type Span } from "#model/time";
import type { Store } from "../store/store.ts";
import type { Window } from "./figures.ts";

export interface BadDevice {
  readonly device: string;
  /** With any of its points bad. */
  readonly bad: Span;
  /** Of that, with all of them bad: nothing was known of the device. */
  readonly silent: Span;
}

export interface BadQuality {
  /** The longest first. */
  readonly devices: readonly BadDevice[];
  /** All of them together. */
  readonly bad: Span;
  /** Of the time of all devices asked about, 0 to 1; NaN of none, and of no time. */
  readonly share: number;
}

export async function badQuality(
  store: Pick<Store, "journalPage">,
  window: Window,
  devices: ReadonlySet<string>,
): Promise<BadQuality> {
  const { from, to } = window;
  const sums = new Map<string, { bad: number; silent: number }>();
  let cursor: Awaited<ReturnType<Store["journalPage"]>>["cursor"];
  do {
    const page = await store.journalPage({ from, to, about: BAD_TIME_ABOUT, ...(cursor ? { cursor } : {}) });
    cursor = page.cursor;
    for (const row of page.rows) {
      const read = BadTime.safeParse(row.data);
      if (!read.success) continue;
      // A row that reaches back over the window's start counts by the part that lies inside.
      const inside = read.data.for > row.at - from ? (row.at - from) / read.data.for : 1;
      for (const [device, [bad, silent]] of Object.entries(read.data.devices)) {
        if (!devices.has(device)) continue;
        const sum = sums.get(device) ?? { bad: 0, silent: 0 };
        sums.set(device, { bad: sum.bad + bad * inside, silent: sum.silent + silent * inside });
      }
    }
  } while (cursor);
  const found = [...sums]
    .map(([device, { bad, silent }]) => ({ device, bad: milliseconds(bad), silent: milliseconds(silent) }))
    .filter(({ bad }) => bad > 0)
    .sort((a, b) => b.bad - a.bad || (a.device < b.device ? -1 : 1));
  const all = found.reduce((sum, { bad }) => sum + bad, 0);
  return { devices: found, bad: milliseconds(all), share: all / (devices.size * (to - from)) };
}
