/**
 * Reads rows that say the same at length: ten thousand tickets carry a handful of policies and ladder steps between them. Each such
 * part is read once and is then one object for all rows that carry it, so that a start has less to read and memory less to hold.
 */

/** In an ordinary house there are some dozens; a part that is always another one must not fill the memory. */
const MOST = 1_000;

/**
 * The keys whose objects are shared. Inside a text a quote stands behind a backslash, so this finds keys and nothing else.
 * What it finds where `fill` does not look makes the row be read whole.
 */
const SHARED = /"(?:policy|step)":/g;

interface Part {
  readonly text: string;
  readonly value: object;
}

/** Ticket-like: where shared parts may stand. */
interface Filled {
  policy?: unknown;
  ladder?: unknown;
}

/** A reader of rows; what it knows grows with what it reads. Throws what `JSON.parse` throws. */
export function createRowReader(): (row: string) => unknown {
  const parts: Part[] = [];

  /** Which part begins at `from`; one that is new is kept. -1: it cannot be shared. */
  function partAt(row: string, from: number): number {
    for (let n = 0; n < parts.length; n += 1) if (row.startsWith(parts[n]!.text, from)) return n;
    const end = endOfObject(row, from);
    if (end < 0 || parts.length >= MOST) return -1;
    const text = row.slice(from, end);
    return parts.push({ text, value: JSON.parse(text) as object }) - 1;
  }

  return (row) => {
    let short = "";
    let from = 0;
    let cut = 0;
    SHARED.lastIndex = 0;
    while (SHARED.test(row)) {
      const at = SHARED.lastIndex;
      const code = row.charCodeAt(at);
      // The steps of a list are told by name; anything else would be taken for the number of a part.
      if (code === QUOTE) continue;
      const part = code === OPEN ? partAt(row, at) : -1;
      if (part < 0) return JSON.parse(row);
      short += `${row.slice(from, at)}${part}`;
      from = at + parts[part]!.text.length;
      SHARED.lastIndex = from;
      cut += 1;
    }
    if (cut === 0) return JSON.parse(row);
    const read = JSON.parse(short + row.slice(from)) as unknown;
    return fill(read as Filled, parts) === cut ? read : JSON.parse(row);
  };
}

/** Puts the parts back in their places; answers how many. */
function fill(read: Filled, parts: readonly Part[]): number {
  let filled = 0;
  const policy = typeof read.policy === "number" ? parts[read.policy] : undefined;
  if (policy) {
    read.policy = policy.value;
    filled += 1;
  }
  for (const row of Array.isArray(read.ladder) ? (read.ladder as { step?: unknown }[]) : []) {
    const step = typeof row?.step === "number" ? parts[row.step] : undefined;
    if (!step) continue;
    row.step = step.value;
    filled += 1;
  }
  return filled;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** The index behind the object that begins at `from`; -1 when it has no end. */
function endOfObject(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      for (at += 1; at < text.length && text.charCodeAt(at) !== QUOTE; at += 1) {
        if (text.charCodeAt(at) === BACKSLASH) at += 1;
      }
    } else if (code === OPEN) depth += 1;
    else if (code === CLOSE) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}
