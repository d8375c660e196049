/**
 * The running network of nodes: takes what changed, runs what depends on it in order of rank, and says which verdicts moved.
 * Everything is flat arrays over nodes; a node whose value stays stops the wave.
 */
import type { PointColumns } from "#model/points";
import { GOOD, reasonCode } from "#model/quality";
import type { Device } from "#model/site";
import { compile, type Frame, type Read } from "../language/closures.ts";
import { constantOf, isConstant, isInput, isMemory, type Operator, type Term } from "../language/graph.ts";
import { createMachine, isPulse } from "./create-machine.ts";
import { createFlats } from "./flats.ts";
import { isLimit, type Rows, rowsOf } from "./layout.ts";
import type { LateInput, Machine, StepTime } from "./machine.ts";
import { createMomentCells, isCellOperator } from "./moment-cells.ts";
import type { Shape } from "./shapes.ts";
import type { Pages } from "./snapshot.ts";
import { createStale } from "./staleness.ts";
import type { Timers } from "./timers.ts";

const RESTART = reasonCode("restart");
/** Pulses that set off pulses: more rounds than this within one step are a rule that feeds itself, which cannot be written. */
const MOST_ROUNDS = 8;

/** A shape on one of its devices: node n of the shape is node `base + n` of the network. */
export interface Part {
  readonly shape: Shape;
  readonly device: Device;
  readonly base: number;
}

/** How a node gets its value. The first six compare a node with a fixed limit. */
const EQUAL = 0;
const UNLIKE = 1;
const BELOW = 2;
const AT_MOST = 3;
const ABOVE = 4;
const AT_LEAST = 5;
const LAST_COMPARE = AT_LEAST;
const POINT = 6;
const IS_BAD = 7;
const MACHINE = 8;
const CLOSURE = 9;
const FIXED = 10;
const FLAT = 11;
const MOMENT = 12;

const COMPARE: Readonly<Partial<Record<Operator, number>>> = {
  "==": EQUAL,
  "!=": UNLIKE,
  "<": BELOW,
  "<=": AT_MOST,
  ">": ABOVE,
  ">=": AT_LEAST,
};

function kindOf(term: Term): number {
  if (isConstant(term)) return FIXED;
  if (term.operator === "point") return POINT;
  if (term.operator === "is_bad") return IS_BAD;
  if (isCellOperator(term.operator)) return MOMENT;
  if (term.operator === "stale" || isMemory(term.operator)) return MACHINE;
  return CLOSURE;
}

/** No value of `is_bad`. */
const NEVER_SEEN = -1;

/** NaN equals NaN. */
const isOther = (before: number, after: number): boolean =>
  after !== before && !(Number.isNaN(after) && Number.isNaN(before));

/** As `kleene.ts` has it: a comparison with an unknown is unknown. */
function compare(kind: number, x: number, limit: number): number {
  if (Number.isNaN(x) || Number.isNaN(limit)) return Number.NaN;
  switch (kind) {
    case EQUAL:
      return x === limit ? 1 : 0;
    case UNLIKE:
      return x !== limit ? 1 : 0;
    case BELOW:
      return x < limit ? 1 : 0;
    case AT_MOST:
      return x <= limit ? 1 : 0;
    case ABOVE:
      return x > limit ? 1 : 0;
    default:
      return x >= limit ? 1 : 0;
  }
}

const count = (parts: readonly Part[], is: (operator: Operator) => boolean): number =>
  parts.reduce((sum, { shape }) => sum + shape.layout.nodes.filter(({ term }) => is(term.operator)).length, 0);

export type Memory = Pick<Machine, "save" | "load">;

export interface Network {
  readonly values: Float64Array;
  readonly machines: readonly (Machine | undefined)[];
  /** What remembers at this node, to be saved and loaded. */
  memoryAt(node: number): Memory | undefined;
  /** What remembers at this node learns of a sample that came late, and runs in the next step. */
  insertAt(node: number, late: LateInput): void;
  /** Marks a node to run in this step. */
  mark(node: number): void;
  /** Takes over what the point table says there now. */
  takeHandle(handle: number): void;
  markAll(): void;
  /** Runs what is marked, rank by rank. */
  drain(): void;
  /** Ends the pulses of this step by marking them again; false when there were none. */
  endPulses(round: number): boolean;
  /** Computes the pure nodes from the others; after a restore. */
  recompute(): void;
}

export interface NetworkInput {
  readonly parts: readonly Part[];
  readonly columns: PointColumns;
  readonly handles: number;
  readonly time: StepTime;
  readonly timers: Timers;
  readonly zone: string;
  /** Closures read here; its values are those of the network. */
  readonly frame: Frame;
  /** Node → rows whose verdict it is; `moved` hears of each when the node's value changed. */
  readonly watchers: Rows;
  readonly moved: (row: number) => void;
  /** What remembers something new is written down with the page on which it stands. */
  readonly pages: Pages;
}

export function createNetwork(input: NetworkInput): Network {
  const { parts, columns, time, timers, zone, frame, watchers, moved } = input;
  const { values } = frame;
  const size = values.length;
  const kinds = new Uint8Array(size);
  const pulse = new Uint8Array(size);
  const rankOf = new Uint16Array(size);
  /** Where it reads: the base of its part for closures, the compared node for comparisons, else the handle. */
  const origin = new Int32Array(size).fill(-1);
  const limits = new Float64Array(size);
  /** Pure and with a single source: answered at once when the source moves, since nothing else can move it in this step. */
  const isInstant = new Uint8Array(size);
  /** Flats stand side by side; `origin` is their place there. */
  const flats = createFlats(count(parts, (operator) => operator === "flat"));
  let flatCount = 0;
  /** So do moments. */
  const moments = createMomentCells(count(parts, isCellOperator), values, time);
  let momentCount = 0;
  const machines: (Machine | undefined)[] = new Array(size);
  const reads: (Read | undefined)[] = new Array(size);
  const { quality, reason, value } = columns;
  const { ofNode, moved: isPageMoved } = input.pages;

  function machineOf(term: Term, slot: number, { shape, base }: Part): Machine | undefined {
    if (term.operator === "stale")
      return createStale(values, time, slot, columns, origin[slot] as number, term.numbers[0] ?? 0);
    if (!isMemory(term.operator) || isCellOperator(term.operator)) return undefined;
    const [first] = term.args;
    const source = first && shape.layout.slotOf.get(first);
    const desk = term.operator === "flat" ? flats.desk(origin[slot] as number) : undefined;
    const wiring = { values, time, slot, input: source === undefined ? -1 : base + source, desk };
    return createMachine(term.operator, wiring, term.numbers, zone);
  }

  /** One closure per node of a shape, whatever the number of devices. */
  const closures = new Map<Shape, readonly (Read | undefined)[]>();
  function closuresOf(shape: Shape): readonly (Read | undefined)[] {
    const present = closures.get(shape);
    if (present) return present;
    const { nodes, slotOf } = shape.layout;
    const made = nodes.map(({ term }) =>
      kindOf(term) === CLOSURE ? compile(term, frame, (child) => slotOf.get(child)) : undefined,
    );
    closures.set(shape, made);
    return made;
  }

  for (const part of parts) {
    const { shape, device, base } = part;
    const { nodes, slotOf } = shape.layout;
    const made = closuresOf(shape);
    nodes.forEach(({ term, rank, sources }, n) => {
      const node = base + n;
      const [first, second] = term.args;
      const source = first && slotOf.get(first);
      const kind = kindOf(term);
      kinds[node] = kind;
      rankOf[node] = rank;
      reads[node] = made[n];
      if (isPulse(term)) pulse[node] = 1;
      if (term.handle >= 0) origin[node] = shape.handleOn(device, term.handle);
      if (isConstant(term)) values[node] = constantOf(term);
      if (isLimit(term) && source !== undefined && second) {
        kinds[node] = COMPARE[term.operator] ?? CLOSURE;
        origin[node] = base + source;
        limits[node] = constantOf(second);
      } else if (kind === CLOSURE) origin[node] = base;
      if (kind === CLOSURE && sources.length === 1) isInstant[node] = 1;
      if (term.operator === "flat") {
        kinds[node] = FLAT;
        origin[node] = flatCount;
        flatCount += 1;
      }
      if (isCellOperator(term.operator) && source !== undefined) {
        origin[node] = momentCount;
        moments.open(momentCount, term.operator, base + source, term.numbers);
        momentCount += 1;
      }
      if (kind === MACHINE) machines[node] = machineOf(term, node, part);
    });
  }

  // Who must hear of a node: nodes, then rows as `size + row`.
  const readers = rowsOf(size, (pair) => {
    for (const { shape, base } of parts)
      shape.layout.nodes.forEach(({ sources }, n) => {
        for (const source of sources) pair(base + source, base + n);
      });
    for (let node = 0; node < size; node += 1) {
      const last = watchers.from[node + 1] as number;
      for (let i = watchers.from[node] as number; i < last; i += 1) pair(node, size + (watchers.items[i] as number));
    }
  });
  const byHandle = rowsOf(input.handles, (pair) => {
    for (const { shape, base } of parts)
      shape.layout.nodes.forEach(({ term }, n) => {
        const handle = origin[base + n] as number;
        if (isInput(term.operator) && handle >= 0 && handle < input.handles) pair(handle, base + n);
      });
  });

  /** What was last taken over of each point. */
  const seen = new Float64Array(input.handles).fill(Number.NaN);
  const seenBad = new Float64Array(input.handles).fill(NEVER_SEEN);
  /** Points of which somebody must hear every sample. */
  const hearsAll = new Uint8Array(input.handles);
  for (let handle = 0; handle < input.handles; handle += 1) {
    for (let i = byHandle.from[handle] as number; i < (byHandle.from[handle + 1] as number); i += 1)
      if (kinds[byHandle.items[i] as number] === MACHINE) hearsAll[handle] = 1;
  }

  const { from, items } = readers;
  const ranks = parts.reduce((most, { shape }) => Math.max(most, shape.layout.ranks), 0);
  const width = new Int32Array(ranks);
  for (const rank of rankOf) width[rank] = (width[rank] as number) + 1;
  const waiting = Array.from(width, (n) => new Int32Array(n));
  const waitingCount = new Int32Array(ranks);
  const marked = new Uint8Array(size);
  const pulses = new Int32Array(pulse.reduce((sum, is) => sum + is, 0));
  let pulseCount = 0;

  function mark(node: number): void {
    if (marked[node] === 1) return;
    marked[node] = 1;
    const rank = rankOf[node] as number;
    const at = waitingCount[rank] as number;
    (waiting[rank] as Int32Array)[at] = node;
    waitingCount[rank] = at + 1;
  }

  /** The node's value changed. */
  function spread(node: number): void {
    const x = values[node] as number;
    const end = from[node + 1] as number;
    for (let i = from[node] as number; i < end; i += 1) {
      const reader = items[i] as number;
      if (reader >= size) moved(reader - size);
      else if (isInstant[reader] === 0) {
        if (kinds[reader] !== FLAT || !settle(reader, x)) mark(reader);
      } else {
        const kind = kinds[reader] as number;
        if (put(reader, kind <= LAST_COMPARE ? compare(kind, x, limits[reader] as number) : evaluate(reader)))
          spread(reader);
      }
    }
  }

  /** True when a flat need not run for its new value. */
  function settle(node: number, x: number): boolean {
    const flat = origin[node] as number;
    if (marked[node] === 1 || !flats.settle(flat, x, time.mono)) return false;
    isPageMoved[ofNode[node] as number] = 1;
    timers.set(node, flats.dueOf(flat, time.mono));
    return true;
  }

  function evaluate(node: number): number {
    frame.base = origin[node] as number;
    return (reads[node] as Read)();
  }

  /** True when that is news. */
  function put(node: number, x: number): boolean {
    if (!isOther(values[node] as number, x)) return false;
    values[node] = x;
    return true;
  }

  const pointAt = (handle: number): number => {
    const x = value[handle] as number;
    return quality[handle] === GOOD && Number.isFinite(x) ? x : Number.NaN;
  };

  /** Before the first sample not even the badness is known. */
  const badAt = (handle: number): number =>
    quality[handle] === GOOD ? 0 : reason[handle] === RESTART ? Number.NaN : 1;

  function runMachine(node: number): void {
    const machine = machines[node] as Machine;
    machine.run();
    isPageMoved[ofNode[node] as number] = 1;
    // Rounding of times must not leave a timer that is due for ever.
    timers.set(node, machine.wake > time.mono ? machine.wake : time.mono + 1);
  }

  function runMoment(node: number): void {
    const at = origin[node] as number;
    values[node] = moments.run(at);
    isPageMoved[ofNode[node] as number] = 1;
    const wake = moments.wakeOf(at);
    timers.set(node, wake > time.mono ? wake : time.mono + 1);
  }

  function run(node: number): void {
    const kind = kinds[node] as number;
    if (kind === MOMENT) runMoment(node);
    else if (kind === MACHINE || kind === FLAT) runMachine(node);
    else if (kind === CLOSURE) values[node] = evaluate(node);
    else if (kind === POINT) values[node] = pointAt(origin[node] as number);
    else if (kind === IS_BAD) values[node] = badAt(origin[node] as number);
    else if (kind <= LAST_COMPARE)
      values[node] = compare(kind, values[origin[node] as number] as number, limits[node] as number);
  }

  return {
    values,
    machines,
    memoryAt(node) {
      if (kinds[node] !== MOMENT) return machines[node];
      const at = origin[node] as number;
      return { save: (mono) => moments.save(at, mono), load: (saved, mono) => moments.load(at, saved, mono) };
    },
    insertAt(node, late) {
      if (kinds[node] === MOMENT) moments.insert(origin[node] as number, late);
      else machines[node]?.insert?.(late);
      mark(node);
    },
    mark,
    takeHandle(handle) {
      if (handle >= input.handles) return;
      const x = pointAt(handle);
      const bad = badAt(handle);
      // Most samples say what the last one said; only `stale` wants to know that they came.
      const isNews = isOther(seen[handle] as number, x) || isOther(seenBad[handle] as number, bad);
      if (!isNews && hearsAll[handle] === 0) return;
      seen[handle] = x;
      seenBad[handle] = bad;
      const end = byHandle.from[handle + 1] as number;
      for (let i = byHandle.from[handle] as number; i < end; i += 1) {
        const node = byHandle.items[i] as number;
        if (kinds[node] === MACHINE) mark(node);
        else if (put(node, kinds[node] === POINT ? x : bad)) {
          isPageMoved[ofNode[node] as number] = 1;
          spread(node);
        }
      }
    },
    markAll() {
      for (let node = 0; node < size; node += 1) mark(node);
    },
    drain() {
      for (let rank = 0; rank < ranks; rank += 1) {
        const list = waiting[rank] as Int32Array;
        for (let i = 0; i < (waitingCount[rank] as number); i += 1) {
          const node = list[i] as number;
          marked[node] = 0;
          const before = values[node] as number;
          run(node);
          const after = values[node] as number;
          if (!isOther(before, after)) continue;
          if (pulse[node] === 1 && after === 1) {
            pulses[pulseCount] = node;
            pulseCount += 1;
          }
          spread(node);
        }
        waitingCount[rank] = 0;
      }
    },
    endPulses(round) {
      const some = pulseCount > 0 && round < MOST_ROUNDS;
      for (let i = 0; i < pulseCount; i += 1) mark(pulses[i] as number);
      pulseCount = 0;
      return some;
    },
    recompute() {
      seenBad.fill(NEVER_SEEN);
      for (let node = 0; node < size; node += 1) {
        const kind = kinds[node] as number;
        if (kind === CLOSURE || kind <= LAST_COMPARE) run(node);
      }
    },
  };
}
