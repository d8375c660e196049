/**
 * What stands in a network: the blueprint of each part, where everything of a part begins in the flat arrays, and all that
 * remembers. Nothing here runs.
 */
import type { PointColumns } from "#model/points";
import type { Frame } from "../language/closures.ts";
import type { Term } from "../language/graph.ts";
import { type Blueprint, drawBlueprint, FLAT, MACHINE, MOMENT, WINDOW } from "./blueprint.ts";
import { createMachine, type MachineOperator } from "./create-machine.ts";
import { createFlats, type Flats } from "./flats.ts";
import type { Part } from "./instances.ts";
import { type Rows, rowsOf } from "./layout.ts";
import type { Machine, StepTime } from "./machine.ts";
import { createMomentCells, isCellOperator, type MomentCells } from "./moment-cells.ts";
import type { Pages } from "./pages.ts";
import type { Shape } from "./shapes.ts";
import { createStale } from "./staleness.ts";
import { createWindows, isWindowOperator, type Windows } from "./windows.ts";

/** Numbers per part, half a cache line: where its nodes, marks, moments, flats, machines, rows and windows begin, and its page. */
export const STRIDE = 8;
export const BASE = 0;
export const MARKS = 1;
export const MOMENTS = 2;
export const FLATS = 3;
export const MACHINES = 4;
export const ROWS = 5;
export const PAGE = 6;
export const WINDOWS = 7;

export interface FittingsInput {
  readonly parts: readonly Part[];
  readonly columns: PointColumns;
  readonly handles: number;
  readonly time: StepTime;
  readonly zone: string;
  /** Closures read here; its values are those of the network. */
  readonly frame: Frame;
  readonly pages: Pages;
}

export interface Fittings {
  /** By part. */
  readonly blueprints: readonly Blueprint[];
  /** By part `STRIDE` numbers; one part more than there is, so that each ends where the next begins. */
  readonly places: Int32Array;
  /** Node → part. */
  readonly partOf: Int32Array;
  /** Node → handle, of nodes that read the point table; -1 otherwise. */
  readonly handleOf: Int32Array;
  /** Handle → nodes that read it. */
  readonly byHandle: Rows;
  readonly moments: MomentCells;
  readonly flats: Flats;
  readonly windows: Windows;
  readonly flatMachines: readonly Machine[];
  readonly machines: readonly Machine[];
  /** Where a node stands among the moments, flats, windows or machines. */
  at(node: number): { readonly kind: number; readonly at: number };
}

/** Where everything of each part begins. */
function place(parts: readonly Part[], blueprints: readonly Blueprint[], pages: Pages): Int32Array {
  const places = new Int32Array((parts.length + 1) * STRIDE);
  parts.forEach(({ base, firstRow }, part) => {
    const { size, moments, flats, windows, machines } = blueprints[part] as Blueprint;
    const o = part * STRIDE;
    places[o + BASE] = base;
    places[o + ROWS] = firstRow;
    places[o + PAGE] = pages.ofNode[base] as number;
    places[o + STRIDE + MARKS] = (places[o + MARKS] as number) + ((size + 31) >> 5);
    places[o + STRIDE + MOMENTS] = (places[o + MOMENTS] as number) + moments;
    places[o + STRIDE + FLATS] = (places[o + FLATS] as number) + flats;
    places[o + STRIDE + WINDOWS] = (places[o + WINDOWS] as number) + windows;
    places[o + STRIDE + MACHINES] = (places[o + MACHINES] as number) + machines;
  });
  return places;
}

export function createFittings(input: FittingsInput): Fittings {
  const { parts, columns, time, zone, frame } = input;
  const { values } = frame;
  const drawn = new Map<Shape, Blueprint>();
  const blueprints = parts.map(({ shape }) => {
    const known = drawn.get(shape) ?? drawBlueprint(shape, frame);
    drawn.set(shape, known);
    return known;
  });
  const places = place(parts, blueprints, input.pages);
  const total = (what: number): number => places[parts.length * STRIDE + what] as number;
  const flats = createFlats(total(FLATS));
  const moments = createMomentCells(total(MOMENTS), values, time);
  const windows = createWindows(total(WINDOWS), values, time);
  const machines: Machine[] = [];
  const flatMachines: Machine[] = [];
  const partOf = new Int32Array(values.length);
  const handleOf = new Int32Array(values.length).fill(-1);

  function machineOf({ operator, numbers }: Term, slot: number, from: number, flat: number): Machine {
    if (operator === "stale")
      return createStale(values, time, slot, columns, handleOf[slot] as number, numbers[0] ?? 0);
    const desk = flat >= 0 ? flats.desk(flat) : undefined;
    return createMachine(operator as MachineOperator, { values, time, slot, input: from, desk }, numbers, zone);
  }

  parts.forEach(({ shape, device, base }, part) => {
    const { kinds, source, inputs, initial, size, place: within } = blueprints[part] as Blueprint;
    const { nodes } = shape.layout;
    const o = part * STRIDE;
    values.set(initial, base);
    partOf.fill(part, base, base + size);
    for (const n of inputs) handleOf[base + n] = shape.handleOn(device, nodes[n]?.term.handle ?? -1);
    for (let n = 0; n < size; n += 1) {
      const kind = kinds[n] as number;
      const term = nodes[n]?.term;
      if (kind < MOMENT || !term) continue;
      const from = base + (source[n] as number);
      const at = within[n] as number;
      if (kind === FLAT) flatMachines.push(machineOf(term, base + n, from, (places[o + FLATS] as number) + at));
      else if (kind === MACHINE) machines.push(machineOf(term, base + n, from, -1));
      else if (isWindowOperator(term.operator))
        windows.open((places[o + WINDOWS] as number) + at, term.operator, from, base + n, term.numbers);
      else if (isCellOperator(term.operator))
        moments.open((places[o + MOMENTS] as number) + at, term.operator, from, term.numbers);
    }
  });

  const byHandle = rowsOf(input.handles, (pair) => {
    parts.forEach(({ base }, part) => {
      for (const n of (blueprints[part] as Blueprint).inputs) {
        const handle = handleOf[base + n] as number;
        if (handle >= 0 && handle < input.handles) pair(handle, base + n);
      }
    });
  });

  return {
    blueprints,
    places,
    partOf,
    handleOf,
    byHandle,
    moments,
    flats,
    windows,
    flatMachines,
    machines,
    at(node) {
      const part = partOf[node] as number;
      const o = part * STRIDE;
      const n = node - (places[o + BASE] as number);
      const { kinds, place: within } = blueprints[part] as Blueprint;
      const kind = kinds[n] as number;
      const first = kind === MOMENT ? MOMENTS : kind === FLAT ? FLATS : kind === WINDOW ? WINDOWS : MACHINES;
      return { kind, at: (places[o + first] as number) + (within[n] as number) };
    },
  };
}
