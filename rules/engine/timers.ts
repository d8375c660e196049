/**
 * One heap of due times with at most one entry per owner; nothing is allocated after the start. A window puts its next look
 * off at every sample: a later time is only noted, and the entry moves there when its old time comes up.
 */

export interface Timers {
  /** Earliest due time; Infinity when none. */
  next(): number;
  /** Sets, moves, or with Infinity removes the owner's timer. */
  set(owner: number, due: number): void;
  /** Due time of an owner; Infinity when none. */
  due(owner: number): number;
  /** Takes the owner of the earliest timer that is due at `now`; -1 when none is. */
  take(now: number): number;
}

/** Owners are 0 … `owners` - 1. Timers of equal time come in the order of their owners. */
export function createTimers(owners: number): Timers {
  const heap = new Int32Array(owners);
  const place = new Int32Array(owners).fill(-1);
  const dues = new Float64Array(owners).fill(Number.POSITIVE_INFINITY);
  /** Where the owner stands in the heap: never later than its due time. */
  const keys = new Float64Array(owners).fill(Number.POSITIVE_INFINITY);
  let size = 0;

  const before = (a: number, b: number): boolean => {
    const x = keys[a] as number;
    const y = keys[b] as number;
    return x < y || (x === y && a < b);
  };
  const put = (at: number, owner: number): void => {
    heap[at] = owner;
    place[owner] = at;
  };
  function up(from: number): void {
    let at = from;
    const owner = heap[at] as number;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as number;
      if (!before(owner, above)) break;
      put(at, above);
      at = parent;
    }
    put(at, owner);
  }
  function down(from: number): void {
    let at = from;
    const owner = heap[at] as number;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && before(heap[child + 1] as number, heap[child] as number)) child += 1;
      const below = heap[child] as number;
      if (!before(below, owner)) break;
      put(at, below);
      at = child;
    }
    put(at, owner);
  }
  function removeFirst(): void {
    place[heap[0] as number] = -1;
    size -= 1;
    if (size === 0) return;
    put(0, heap[size] as number);
    down(0);
  }
  /** Brings the earliest timer to the top and tells its time. */
  function earliest(): number {
    while (size > 0) {
      const owner = heap[0] as number;
      const due = dues[owner] as number;
      if (due === keys[owner]) return due;
      if (due === Number.POSITIVE_INFINITY) removeFirst();
      else {
        keys[owner] = due;
        down(0);
      }
    }
    return Number.POSITIVE_INFINITY;
  }

  return {
    next: earliest,
    due: (owner) => dues[owner] as number,
    set(owner, due) {
      dues[owner] = due;
      if ((place[owner] as number) < 0) {
        if (due === Number.POSITIVE_INFINITY) return;
        keys[owner] = due;
        put(size, owner);
        size += 1;
        up(size - 1);
      } else if (due < (keys[owner] as number)) {
        keys[owner] = due;
        up(place[owner] as number);
      }
    },
    take(now) {
      if (size === 0 || (keys[heap[0] as number] as number) > now || earliest() > now) return -1;
      const owner = heap[0] as number;
      removeFirst();
      dues[owner] = Number.POSITIVE_INFINITY;
      return owner;
    },
  };
}
