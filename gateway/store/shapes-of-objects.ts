/**
 * The order in which the keys of an object are written. Rows of one table have the same keys in the same order, so that what
 * was sorted once is found again by comparing names: in a storm sorting them for each row took a third of the time.
 */

export interface Shape {
  readonly keys: readonly string[];
  /** By UTF-16 code units. */
  readonly sorted: readonly string[];
  /** The sorted keys as JSON with their colon. */
  readonly labels: readonly string[];
}

/** Kept for each number of keys, and the most keys. Objects whose keys are data come in any shape: they must not fill the memory. */
const KEPT = 16;
const MOST_KEYS = 64;

const shapes: readonly Shape[][] = Array.from({ length: MOST_KEYS + 1 }, () => []);

/** The shape of an object with these own keys. */
export function shapeOf(keys: readonly string[]): Shape {
  const alike = shapes[keys.length];
  if (!alike) return look(keys);
  for (const shape of alike) if (same(shape.keys, keys)) return shape;
  if (alike.length >= KEPT) alike.shift();
  const shape = look(keys);
  alike.push(shape);
  return shape;
}

function look(keys: readonly string[]): Shape {
  const sorted = keys.toSorted();
  return { keys, sorted, labels: sorted.map((key) => `${JSON.stringify(key)}:`) };
}

function same(a: readonly string[], b: readonly string[]): boolean {
  for (let n = 0; n < a.length; n += 1) if (a[n] !== b[n]) return false;
  return true;
}
