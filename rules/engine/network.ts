/**
 * The running network of nodes: takes what changed, runs what depends on it, and says which verdicts moved. Devices do not read
 * each other's nodes, so those of one are run to the end before the next: a bit for each node that must run, lowest first,
 * since arguments stand before what uses them. A node whose value stays stops the wave.
 */
import type { PointColumns } from "#model/points";
import { GOOD, reasonCode } from "#model/quality";
import type { Frame } from "../language/closures.ts";
import {
  type Blueprint,
  CLOSURE,
  compare,
  FLAT,
  IS_BAD,
  LAST_COMPARE,
  LAST_PURE,
  MACHINE,
  MOMENT,
  POINT,
  SIZE,
} from "./blueprint.ts";
import { BASE, createFittings, FLATS, MACHINES, MARKS, MOMENTS, PAGE, ROWS, STRIDE } from "./fittings.ts";
import type { Instances } from "./instances.ts";
import type { LateInput, Machine, StepTime } from "./machine.ts";
import type { Pages } from "./pages.ts";
import type { Timers } from "./timers.ts";

const RESTART = reasonCode("restart");
/** Pulses that set off pulses: more rounds than this within one step are a rule that feeds itself, which cannot be written. */
const MOST_ROUNDS = 8;

/** What was last seen of a point, beside its value. */
const FINE = 0;
const BAD = 1;
/** Before the first sample not even the badness is known. */
const UNSEEN = 2;
const NEVER_ASKED = 3;

/** NaN equals NaN. */
const isOther = (before: number, after: number): boolean =>
  after !== before && !(Number.isNaN(after) && Number.isNaN(before));

export type Memory = Pick<Machine, "save" | "load">;

export interface Network {
  readonly values: Float64Array;
  machineAt(node: number): Machine | undefined;
  /** What remembers at this node, to be saved and loaded. */
  memoryAt(node: number): Memory | undefined;
  /** What remembers at this node learns of a sample that came late, and runs in the next step. */
  insertAt(node: number, late: LateInput): void;
  /** Marks a node to run in this step. */
  mark(node: number): void;
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
  const { quality, reason, value } = columns;
  const { moved: isPageMoved } = input.pages;
  const fittings = createFittings({ ...input, parts });
  const { blueprints, places, partOf, handleOf, byHandle, moments, flats, flatMachines, machines } = fittings;
  const marks = new Int32Array(places[parts.length * STRIDE + MARKS] as number);

  /** What was last taken over of each point: its good value, and its state. */
  const seen = new Float64Array(input.handles).fill(Number.NaN);
  const seenState = new Uint8Array(input.handles).fill(NEVER_ASKED);
  /** Points of which somebody must hear every sample: nothing is ever seen of them. */
  const hearsAll = new Uint8Array(input.handles);

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
    const n = node - (places[part * STRIDE + BASE] as number);
    const word = (places[part * STRIDE + MARKS] as number) + (n >> 5);
    marks[word] = (marks[word] as number) | (1 << (n & 31));
    touch(part);
  }

  /** The value of node n of a part changed. */
  function spread({ readers, watchers }: Blueprint, n: number, firstWord: number, firstRow: number): void {
    const end = readers.from[n + 1] as number;
    for (let i = readers.from[n] as number; i < end; i += 1) {
      const reader = readers.items[i] as number;
      const word = firstWord + (reader >> 5);
      marks[word] = (marks[word] as number) | (1 << (reader & 31));
    }
    const last = watchers.from[n + 1] as number;
    for (let i = watchers.from[n] as number; i < last; i += 1)
      moved(rowAt[firstRow + (watchers.items[i] as number)] as number);
  }

  const pointAt = (handle: number): number => {
    const x = value[handle] as number;
    return quality[handle] === GOOD && Number.isFinite(x) ? x : Number.NaN;
  };
  const stateAt = (handle: number): number =>
    quality[handle] === GOOD ? FINE : reason[handle] === RESTART ? UNSEEN : BAD;
  const badness = (state: number): number => (state === UNSEEN ? Number.NaN : state);

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

  /** A heartbeat that beats need not run. */
  function runFlat(node: number, at: number, source: number): number {
    if (!flats.settle(at, values[source] as number, time.mono)) return runMachine(node, flatMachines[at] as Machine);
    timers.set(node, flats.dueOf(at, time.mono));
    return values[node] as number;
  }

  /** What follows from other nodes of the part alone; `frame.base` is that of the part. */
  function pure(b: Blueprint, kind: number, n: number, base: number): number {
    if (kind === CLOSURE) return (b.reads[n] as () => number)();
    const x = values[base + (b.source[n] as number)] as number;
    if (kind <= LAST_COMPARE)
      return Number.isNaN(x) ? (b.unknowns[n] as number) : compare(kind, x, b.limits[n] as number);
    if (kind === SIZE) return Math.abs(x);
    return Number.isNaN(x) ? x : x === 0 ? 1 : 0;
  }

  function run(b: Blueprint, kind: number, n: number, o: number): number {
    const base = places[o + BASE] as number;
    const node = base + n;
    if (kind <= LAST_PURE) return pure(b, kind, n, base);
    if (kind === MOMENT) return runMoment(node, (places[o + MOMENTS] as number) + (b.place[n] as number));
    if (kind === FLAT)
      return runFlat(node, (places[o + FLATS] as number) + (b.place[n] as number), base + (b.source[n] as number));
    if (kind === MACHINE)
      return runMachine(node, machines[(places[o + MACHINES] as number) + (b.place[n] as number)] as Machine);
    if (kind === POINT) return pointAt(handleOf[node] as number);
    return kind === IS_BAD ? badness(stateAt(handleOf[node] as number)) : (values[node] as number);
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
        spread(b, n, firstWord, places[o + ROWS] as number);
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
      spread(b, n, places[o + MARKS] as number, places[o + ROWS] as number);
      touch(part);
    }
  }

  for (let handle = 0; handle < input.handles; handle += 1) {
    for (let i = byHandle.from[handle] as number; i < (byHandle.from[handle + 1] as number); i += 1)
      if (fittings.at(byHandle.items[i] as number).kind === MACHINE) hearsAll[handle] = 1;
  }

  const machineAt = (node: number): Machine | undefined => {
    const { kind, at } = fittings.at(node);
    return kind === MACHINE ? machines[at] : kind === FLAT ? flatMachines[at] : undefined;
  };

  return {
    values,
    machineAt,
    memoryAt(node) {
      const { kind, at } = fittings.at(node);
      if (kind !== MOMENT) return machineAt(node);
      return { save: (mono) => moments.save(at, mono), load: (saved, mono) => moments.load(at, saved, mono) };
    },
    insertAt(node, late) {
      const { kind, at } = fittings.at(node);
      if (kind === MOMENT) moments.insert(at, late);
      else machineAt(node)?.insert?.(late);
      mark(node);
    },
    mark,
    takeHandle(handle) {
      if (handle >= input.handles) return;
      // Most samples say what the last one said: a good value that was seen before was good then, too.
      if (value[handle] === seen[handle] && quality[handle] === GOOD) return;
      const x = pointAt(handle);
      const state = stateAt(handle);
      if (hearsAll[handle] === 0) {
        if (state === seenState[handle] && !isOther(seen[handle] as number, x)) return;
        seen[handle] = x;
        seenState[handle] = state;
      }
      takeNews(handle, x, state);
    },
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
      seen.fill(Number.NaN);
      seenState.fill(NEVER_ASKED);
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
