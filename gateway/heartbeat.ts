/** Once a second: what is due? Stale points, rule timers, response clocks; the state of the engine; the wall clock's steps. */
import type { Site } from "#model/site";
import { between, type Clock, type Moment, milliseconds, seconds } from "#model/time";
import type { RuleEngine } from "../rules/engine/engine.ts";
import type { Door } from "./door.ts";
import { CLOCK_NOTE } from "./store/accepted-clock.ts";
import type { Store } from "./store/store.ts";

const BEAT = seconds(1);
/** The engine's windows and the high-water mark of the clock are written this often. */
const KEEP_EVERY = seconds(5);
/** A larger difference between wall and monotonic time within one beat is a step and not drift. */
const STEP = seconds(2);

export interface HeartbeatInput {
  readonly site: Site;
  readonly door: Door;
  readonly engine: RuleEngine;
  readonly store: Store;
  readonly clock: Clock;
  /** Turns points that are too old bad; returns how many handles it wrote into `changed`. */
  readonly expire: (changed: Int32Array) => number;
  readonly onBeat?: (at: Moment) => void;
}

/** Beats until the signal. A beat waits for the one before it, so a slow store delays beats and never piles them up. */
export async function heartbeat(input: HeartbeatInput, signal: AbortSignal): Promise<void> {
  const { door, engine, store, clock } = input;
  const changed = new Int32Array(input.site.points.length);
  let last: Moment = { now: clock.now(), mono: clock.monotonic() };
  let kept = last.mono;
  while (!signal.aborted) {
    try {
      await clock.sleep(BEAT, signal);
    } catch {
      return;
    }
    const at: Moment = { now: clock.now(), mono: clock.monotonic() };
    const drift = milliseconds(between(last.now, at.now) - (at.mono - last.mono));
    last = at;
    if (Math.abs(drift) > STEP) await door.take({ type: "clock-step", by: drift });
    door.samples(changed, input.expire(changed));
    await door.take({ type: "tick" });
    input.onBeat?.(at);
    if (at.mono - kept >= KEEP_EVERY) {
      kept = at.mono;
      await keep(store, engine, at);
    }
  }
}

/** What a restart needs beside the rows: windows and delays of the engine, and how far the clock had come. */
export async function keep(store: Store, engine: RuleEngine, at: Moment): Promise<void> {
  // One page at a time: the house goes on between them.
  for (const [name, text] of engine.pages(at)) await store.note(name, text);
  await store.note(CLOCK_NOTE, String(at.now));
}
