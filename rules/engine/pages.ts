/** What stands on which page of a snapshot: some devices each, so many that writing them keeps nobody waiting. */
import { isMemory, type Operator, type Term } from "../language/graph.ts";
import type { Instances, Part, Row } from "./instances.ts";
import type { Shape } from "./shapes.ts";

/** Half a millisecond of writing at most, where windows are not exceptionally full. */
const NUMBERS_PER_PAGE = 2_000;
/** About how many numbers a filled window is; what is not named here is a handful. */
const NUMBERS: Readonly<Partial<Record<Operator, number>>> = {
  avg: 400,
  median: 400,
  baseline: 600,
  baseline_min: 70,
  rate: 100,
  previous: 100,
  min: 100,
  max: 100,
};
const HANDFUL = 8;

/** Everything else follows from these. */
export const isKept = ({ operator }: Term): boolean =>
  operator === "point" || operator === "is_bad" || operator === "stale" || isMemory(operator);

const numbersOf = (terms: readonly Term[]): number =>
  terms.filter(isKept).reduce((sum, { operator }) => sum + (NUMBERS[operator] ?? HANDFUL), 0);

/** What stands on which page, and what moved since it was written. */
export interface Pages {
  readonly parts: readonly (readonly Part[])[];
  readonly rows: readonly (readonly Row[])[];
  readonly ofNode: Int32Array;
  readonly ofRow: Int32Array;
  /** 1 for a page that must be written. */
  readonly moved: Uint8Array;
}

/** Parts stay whole: no node reads one of another part, so a page is right by itself. */
export function createPages({ parts, rows, nodes }: Instances): Pages {
  const ofNode = new Int32Array(nodes);
  const ofPart = new Map<Part, number>();
  const partsOf: Part[][] = [];
  const rowsOf: Row[][] = [];
  let filled = NUMBERS_PER_PAGE;
  const numbers = new Map<Shape, number>();
  for (const part of parts) {
    const { nodes } = part.shape.layout;
    const size = numbers.get(part.shape) ?? numbersOf(nodes.map(({ term }) => term));
    numbers.set(part.shape, size);
    if (filled + size > NUMBERS_PER_PAGE) {
      partsOf.push([]);
      rowsOf.push([]);
      filled = 0;
    }
    const page = partsOf.length - 1;
    partsOf[page]?.push(part);
    filled += size;
    ofPart.set(part, page);
    ofNode.fill(page, part.base, part.base + nodes.length);
  }
  const ofRow = Int32Array.from(rows, (row) => {
    const page = ofPart.get(row.part) ?? 0;
    rowsOf[page]?.push(row);
    return page;
  });
  return { parts: partsOf, rows: rowsOf, ofNode, ofRow, moved: new Uint8Array(partsOf.length).fill(1) };
}
