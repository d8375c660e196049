/**
 * Whether the historian ever holds up the house's loop: 10,000 points, 20,000 changes a second, and people asking for trends
 * meanwhile. A machine that others use stalls every loop: what counts is the processor time that the loop's own thread
 * spends in one turn, everything in it (calls, answers of the thread, garbage collection), beside the same turns without.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { PointDefinition } from "#model/points";
import { usualHistory } from "#model/site";
import { instant, milliseconds } from "#model/time";
import { createClock } from "../../gateway/clock.ts";
import { openHistorian } from "../../gateway/history/open-historian.ts";
import { createPointTable } from "../../gateway/points/table.ts";
import { createDataFolder } from "../support/data-folder.ts";

const POINTS = 10_000;
/** Changes of one turn, and turns a second. */
const CHANGES = 400;
const TURNS = 50;
/** Seconds of one stretch with the historian, or without; they take turns. */
const SECONDS = 10;
const STRETCHES = 3;

export interface LoopFigures {
  /** Processor time of one call into the historian, of one whole turn, and of a turn without it: the worst, ms. */
  readonly call: number;
  readonly turn: number;
  readonly bare: number;
  /** By the wall, from monitorEventLoopDelay: with and without, the longest, ms. */
  readonly wall: number;
  readonly bareWall: number;
  readonly turns: number;
  readonly answered: number;
  readonly dropped: number;
}

/** Milliseconds that this thread has computed. */
const spent = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

export async function loopFigures(one: PointDefinition): Promise<LoopFigures> {
  using folder = createDataFolder();
  const table = createPointTable(Array.from({ length: POINTS }, (_, i) => ({ ...one, id: `d.p${i}`, key: `p${i}` })));
  table.quality.fill(0);
  table.reason.fill(0);
  let dropped = 0;
  let answered = 0;
  await using historian = openHistorian({
    folder: folder.path,
    table,
    settings: usualHistory,
    clock: createClock(),
    tell: () => {},
    dropped: (count) => {
      dropped += count;
    },
  });
  const moment = () => ({ now: instant(Date.now()), mono: milliseconds(performance.now()) });
  const changed = new Int32Array(CHANGES);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const worst = { call: 0, turn: 0, bare: 0, wall: 0, bareWall: 0 };
  let turns = 0;

  const timed = (work: () => void): void => {
    const before = spent();
    work();
    worst.call = Math.max(worst.call, spent() - before);
  };
  function turn(round: number, isOn: boolean): void {
    for (let i = 0; i < CHANGES; i += 1) {
      const handle = (round * CHANGES + i) % POINTS;
      changed[i] = handle;
      table.value[handle] = round * 0.01 + handle;
    }
    if (!isOn) return;
    timed(() => historian.append(changed, CHANGES, moment()));
    if (round % TURNS === 0) timed(() => historian.beat(moment()));
    if (round % 10 === 0) {
      const { now } = moment();
      const ask = () =>
        historian.read((round * 7) % POINTS, instant(now - 600_000), now, 500).then(() => {
          answered += 1;
        });
      timed(() => void ask());
    }
  }

  for (let stretch = 0; stretch < 2 * STRETCHES; stretch += 1) {
    const isOn = stretch % 2 === 1;
    delay.reset();
    delay.enable();
    let before = Number.NaN;
    for (let round = 0; round < SECONDS * TURNS; round += 1) {
      turn(stretch * SECONDS * TURNS + round, isOn);
      await new Promise((done) => setTimeout(done, 1_000 / TURNS));
      const now = spent();
      // The first turns compile what they run.
      if (round > TURNS) {
        if (isOn) worst.turn = Math.max(worst.turn, now - before);
        else worst.bare = Math.max(worst.bare, now - before);
      }
      before = now;
      if (isOn) turns += 1;
    }
    delay.disable();
    if (isOn) worst.wall = Math.max(worst.wall, delay.max / 1e6);
    else worst.bareWall = Math.max(worst.bareWall, delay.max / 1e6);
  }
  return { ...worst, turns, answered, dropped };
}
