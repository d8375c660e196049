/**
 * The report about alarms: reads the journal page by page from the store's worker, folds each page, and rests between two,
 * so that the loop and the commits go on whatever the window holds. One reading at a time; what was read lately is used again.
 */
import { type Clock, days, hours, type Instant, instant, type Span, seconds } from "#model/time";
import type { Store } from "../store/store.ts";
import { type Choice, type Figures, figuresOf, type Window } from "./figures.ts";
import { createOccurrences, type Occurrence } from "./occurrences.ts";

export const windows = { "24h": hours(24), "7d": days(7), "30d": days(30) } as const satisfies Record<string, Span>;
export type WindowName = keyof typeof windows;

/** The longest window that may be asked for by its ends. */
export const LONGEST_WINDOW = days(92);
/** So long a window that ends now is not read again. */
const FRESH = seconds(30);
/** Readings that may wait for their turn. */
const MOST_WAITING = 8;

export class ReportsBusy extends Error {}

export interface AlarmReports {
  /** Of the part of the window that the journal knows. Rejects with ReportsBusy when too many ask. */
  figures(window: Window, choice: Choice): Promise<Figures>;
  /** Every occurrence that something happened to within the window, in the order in which they were first met. */
  occurrences(window: Window): Promise<readonly Occurrence[]>;
  /** The window's start, or the journal's when that is later: nothing is known of the time before. */
  known(window: Window): Promise<Window>;
}

/** Lets everything through that waits. */
const rest = () => new Promise<void>((done) => setImmediate(done));

export function createAlarmReports(
  store: Pick<Store, "alarmEvents" | "journalBegins">,
  clock: Pick<Clock, "now">,
): AlarmReports {
  /** Held weakly: a month of occurrences is not worth keeping when memory is needed. */
  let last: { window: Window; at: Instant; all: WeakRef<Promise<readonly Occurrence[]>> } | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** One after the other, so that a dozen reports cost the disk no more than one. */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting >= MOST_WAITING) throw new ReportsBusy();
    waiting += 1;
    const mine = turn.then(work).finally(() => {
      waiting -= 1;
    });
    turn = mine.catch(() => {});
    return mine;
  }

  async function read(window: Window): Promise<readonly Occurrence[]> {
    const found = createOccurrences();
    let cursor: Awaited<ReturnType<Store["alarmEvents"]>>["cursor"];
    do {
      const page = await store.alarmEvents({ ...window, ...(cursor ? { cursor } : {}) });
      for (const event of page.rows) found.add(event);
      cursor = page.cursor;
      await rest();
    } while (cursor);
    return [...found.all.values()];
  }

  const lately = ({ from, to }: Window) =>
    last && last.window.from === from && last.window.to === to && clock.now() - last.at < FRESH
      ? last.all.deref()
      : undefined;

  async function occurrences(window: Window): Promise<readonly Occurrence[]> {
    const known = lately(window);
    if (known) return known;
    const all = inTurn(() => read(window));
    const mine = { window, at: clock.now(), all: new WeakRef(all) };
    last = mine;
    all.catch(() => {
      if (last === mine) last = undefined;
    });
    return all;
  }

  async function known({ from, to }: Window): Promise<Window> {
    const begins = await store.journalBegins();
    return { from: begins === undefined ? to : instant(Math.min(to, Math.max(from, begins))), to };
  }

  return {
    occurrences,
    known,
    async figures(window, choice) {
      const all = await occurrences(window);
      const steps = figuresOf(all, await known(window), choice);
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done) return step.value;
        await rest();
      }
    },
  };
}

/** The window that ends now, its end on a full half minute so that two questions in a row share one reading. */
export function windowNow(name: WindowName, now: Instant): Window {
  const to = instant(Math.ceil(now / FRESH) * FRESH);
  return { from: instant(to - windows[name]), to };
}
