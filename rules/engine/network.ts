/**
 * The running network of nodes: takes what changed, runs what depends on it, and says which verdicts moved. Devices do not read
 * each other's nodes, so those of one are run to the end before the next: a bit for each node that must run, lowest first,
 * since arguments stand before what uses them. A node whose value stays stops the wave.
 */
import type { PointColumns } from "#model/points";
import type { Frame } from "../language/closures.ts";
import {
  type Blueprint,
  CLOSURE,
  direct,
  FLAT,
  IS_BAD,
  LAST_DIRECT,
  LAST_PURE,
  MACHINE,
  MOMENT,
  POINT,
  WINDOW,
} from "./blueprint.ts";
import { BASE, createFittings, FLATS, MACHINES, MARKS, MOMENTS, PAGE, ROWS, STRIDE, WINDOWS } from "./fittings.ts";
import type { Instances } from "./instances.ts";
import type { Machine, StepTime } from "./machine.ts";
import { createMemories, type Memories } from "./memories.ts";
import type { Pages } from "./pages.ts";
import { badness, createPointNews } from "./point-news.ts";
import type { Timers } from "./timers.ts";

/** Pulses that set off pulses: more rounds than this within one step are a rule that feeds itself, which cannot be written. */
const MOST_ROUNDS = 8;

/** NaN equals NaN. */
const isOther = (before: number, after: number): boolean =>
  after !== before && !(Number.isNaN(after) && Number.isNaN(before));

export interface Network {
  readonly values: Float64Array;
  readonly machineAt: Memories["machineAt"];
  readonly memoryAt: Memories["memoryAt"];
  /** What remembers at this node learns of a sample that came late, and runs in the next step. */
  readonly insertAt: Memories["insertAt"];
  /** Marks a node to run in this step. */
  mark(node: number): void;
  /** The timer of a node has come: marks it, unless it was put off meanwhile. */
  ring(node: number): void;
  /** Takes over what the point table says there now. */
  takeHandle(handle: number): void;
  markAll(): void;
  /** Runs what is marked. */
  drain(): void;
  /** Ends the pulses of this step by marking them again; false when there were none. */
  endPulses(round: number): boolean;
  /** Computes the pure nodes from the others; after a restore. */
  recompute(): void;
}

export interface NetworkInput {
  readonly instances: Instances;
  readonly columns: PointColumns;
  readonly handles: number;
  readonly time: StepTime;
  readonly timers: Timers;
  readonly zone: string;
  /** Closures read here; its values are those of the network. */
  readonly frame: Frame;
  /** Hears of each row of which a node changed. */
  readonly moved: (row: number) => void;
  /** What remembers something new is written down with the page on which it stands. */
  readonly pages: Pages;
}

export function createNetwork(input: NetworkInput): Network {
  const { instances, columns, time, timers, frame, moved } = input;
  const { parts, rowAt } = instances;
  const { values } = frame;
  const { moved: isPageMoved } = input.pages;
  const fittings = createFittings({ ...input, parts });
  const { blueprints, places, partOf, handleOf, byHandle, moments, flats, windows, flatMachines, machines } = fittings;
  const { machineAt, memoryAt, insertAt } = createMemories(fittings);
  const marks = new Int32Array(places[parts.length * STRIDE + MARKS] as number);

  const dirty = new Int32Array(parts.length);
  const isDirty = new Uint8Array(parts.length);
  let dirtyCount = 0;
  const pulses: number[] = [];

  function touch(part: number): void {
    if (isDirty[part] === 1) return;
    isDirty[part] = 1;
    dirty[dirtyCount] = part;
    dirtyCount += 1;
  }

  function mark(node: number): void {
    const part = partOf[node] as number;
    markIn(part, node - (places[part * STRIDE + BASE] as number));
  }

  function markIn(part: number, n: number): void {
    const word = (places[part * STRIDE + MARKS] as number) + (n >> 5);
    marks[word] = (marks[word] as number) | (1 << (n & 31));
    touch(part);
  }

  /** A heartbeat that beats put the matter off without asking for a later timer: it is set anew. */
  function isPutOff(b: Blueprint, n: number, o: number): boolean {
    if (b.kinds[n] !== FLAT) return false;
    const until = flats.falseUntil((places[o + FLATS] as number) + (b.place[n] as number));
    if (!(until > time.mono)) return false;
    timers.set((places[o + BASE] as number) + n, until);
    return true;
  }

  function ring(node: number): void {
    const part = partOf[node] as number;
    const o = part * STRIDE;
    const n = node - (places[o + BASE] as number);
    if (!isPutOff(blueprints[part] as Blueprint, n, o)) markIn(part, n);
  }

  /**
   * The value of node n of a part changed: answers whether something must run. Readers that look at this node alone are told
   * at once, and when they stay nothing else hears of it; the others are marked.
   */
  function spread(b: Blueprint, n: number, base: number, firstWord: number, firstRow: number): boolean {
    const { kinds, readers, watchers } = b;
    let isMarked = false;
    const end = readers.from[n + 1] as number;
    for (let i = readers.from[n] as number; i < end; i += 1) {
      const reader = readers.items[i] as number;
      const kind = kinds[reader] as number;
      if (kind <= LAST_DIRECT) {
        const after = direct(b, kind, reader, values[base + n] as number);
        if (!isOther(values[base + reader] as number, after)) continue;
        values[base + reader] = after;
        if (spread(b, reader, base, firstWord, firstRow)) isMarked = true;
        continue;
      }
      const word = firstWord + (reader >> 5);
      marks[word] = (marks[word] as number) | (1 << (reader & 31));
      isMarked = true;
    }
    const last = watchers.from[n + 1] as number;
    for (let i = watchers.from[n] as number; i < last; i += 1)
      moved(rowAt[firstRow + (watchers.items[i] as number)] as number);
    return isMarked;
  }

  function runMachine(node: number, machine: Machine): number {
    machine.run();
    // Rounding of times must not leave a timer that is due for ever.
    timers.set(node, machine.wake > time.mono ? machine.wake : time.mono + 1);
    return values[node] as number;
  }

  function runMoment(node: number, at: number): number {
    const x = moments.run(at);
    const wake = moments.wakeOf(at);
    timers.set(node, wake > time.mono ? wake : time.mono + 1);
    return x;
  }

  function runWindow(node: number, at: number): number {
    const x = windows.run(at);
    const wake = windows.wakeOf(at);
    timers.set(node, wake > time.mono ? wake : time.mono + 1);
    return x;
  }

  /** A heartbeat that beats need not run. */
  function runFlat(node: number, at: number, source: number): number {
    if (!flats.settle(at, values[source] as number, time.mono)) return runMachine(node, flatMachines[at] as Machine);
    // An earlier timer sees for itself that it is too early (`isPutOff`): that is once per span and not at every beat.
    const due = flats.dueOf(at, time.mono);
    if (timers.due(node) > due) timers.set(node, due);
    return values[node] as number;
  }

  /** What follows from other nodes of the part alone; `frame.base` is that of the part. */
  function pure(b: Blueprint, kind: number, n: number, base: number): number {
    if (kind === CLOSURE) return (b.reads[n] as () => number)();
    return direct(b, kind, n, values[base + (b.source[n] as number)] as number);
  }

  function run(b: Blueprint, kind: number, n: number, o: number): number {
    const base = places[o + BASE] as number;
    const node = base + n;
    if (kind <= LAST_PURE) return pure(b, kind, n, base);
    if (kind === MOMENT) return runMoment(node, (places[o + MOMENTS] as number) + (b.place[n] as number));
    if (kind === FLAT)
      return runFlat(node, (places[o + FLATS] as number) + (b.place[n] as number), base + (b.source[n] as number));
    if (kind === WINDOW) return runWindow(node, (places[o + WINDOWS] as number) + (b.place[n] as number));
    if (kind === MACHINE)
      return runMachine(node, machines[(places[o + MACHINES] as number) + (b.place[n] as number)] as Machine);
    if (kind === POINT) return news.valueAt(handleOf[node] as number);
    return kind === IS_BAD ? badness(news.stateAt(handleOf[node] as number)) : (values[node] as number);
  }

  function drainPart(part: number): void {
    const o = part * STRIDE;
    const b = blueprints[part] as Blueprint;
    const base = places[o + BASE] as number;
    const firstWord = places[o + MARKS] as number;
    const lastWord = places[o + STRIDE + MARKS] as number;
    frame.base = base;
    isPageMoved[places[o + PAGE] as number] = 1;
    for (let word = firstWord; word < lastWord; word += 1) {
      for (let bits = marks[word] as number; bits !== 0; bits = marks[word] as number) {
        marks[word] = bits & (bits - 1);
        const n = ((word - firstWord) << 5) + 31 - Math.clz32(bits & -bits);
        const before = values[base + n] as number;
        const after = run(b, b.kinds[n] as number, n, o);
        if (!isOther(before, after)) continue;
        values[base + n] = after;
        if (b.pulse[n] === 1 && after === 1) pulses.push(base + n);
        spread(b, n, base, firstWord, places[o + ROWS] as number);
      }
    }
  }

  function takeNews(handle: number, x: number, state: number): void {
    const end = byHandle.from[handle + 1] as number;
    for (let i = byHandle.from[handle] as number; i < end; i += 1) {
      const node = byHandle.items[i] as number;
      const part = partOf[node] as number;
      const o = part * STRIDE;
      const n = node - (places[o + BASE] as number);
      const b = blueprints[part] as Blueprint;
      const kind = b.kinds[n] as number;
      if (kind === MACHINE) {
        mark(node);
        continue;
      }
      const now = kind === POINT ? x : badness(state);
      if (!isOther(values[node] as number, now)) continue;
      values[node] = now;
      isPageMoved[places[o + PAGE] as number] = 1;
      if (spread(b, n, node - n, places[o + MARKS] as number, places[o + ROWS] as number)) touch(part);
    }
  }

  const news = createPointNews({
    columns,
    handles: input.handles,
    hearsAll: (handle) => {
      for (let i = byHandle.from[handle] as number; i < (byHandle.from[handle + 1] as number); i += 1)
        if (fittings.at(byHandle.items[i] as number).kind === MACHINE) return true;
      return false;
    },
    tell: takeNews,
  });

  return {
    values,
    machineAt,
    memoryAt,
    insertAt(node, late) {
      insertAt(node, late);
      mark(node);
    },
    mark,
    ring,
    takeHandle: news.take,
    markAll() {
      blueprints.forEach(({ size }, part) => {
        const base = places[part * STRIDE + BASE] as number;
        for (let n = 0; n < size; n += 1) mark(base + n);
      });
    },
    drain() {
      for (let i = 0; i < dirtyCount; i += 1) {
        const part = dirty[i] as number;
        isDirty[part] = 0;
        drainPart(part);
      }
      dirtyCount = 0;
    },
    endPulses(round) {
      const some = pulses.length > 0 && round < MOST_ROUNDS;
      for (const node of pulses) mark(node);
      pulses.length = 0;
      return some;
    },
    recompute() {
      news.forget();
      blueprints.forEach((b, part) => {
        const base = places[part * STRIDE + BASE] as number;
        frame.base = base;
        for (let n = 0; n < b.size; n += 1) {
          const kind = b.kinds[n] as number;
          if (kind <= LAST_PURE) values[base + n] = pure(b, kind, n, base);
        }
      });
    },
  };
}
