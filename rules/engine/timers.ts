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
  /** By place in the heap, never later than its owner's due time: neighbours are compared without asking their owners. */
  const keys = new Float64Array(owners);
  let size = 0;

  const put = (at: number, owner: number, key: number): void => {
    heap[at] = owner;
    keys[at] = key;
    place[owner] = at;
  };
  /** Whether the entry at `at` comes before this one. */
  const isEarlier = (at: number, owner: number, key: number): boolean => {
    const other = keys[at] as number;
    return other < key || (other === key && (heap[at] as number) < owner);
  };
  function up(from: number, owner: number, key: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isEarlier(parent, owner, key)) break;
      put(at, heap[parent] as number, keys[parent] as number);
      at = parent;
    }
    put(at, owner, key);
  }
  function down(owner: number, key: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && isEarlier(child + 1, heap[child] as number, keys[child] as number)) child += 1;
      if (!isEarlier(child, owner, key)) break;
      put(at, heap[child] as number, keys[child] as number);
      at = child;
    }
    put(at, owner, key);
  }
  function removeFirst(): void {
    place[heap[0] as number] = -1;
    size -= 1;
    if (size > 0) down(heap[size] as number, keys[size] as number);
  }
  /** Brings the earliest timer to the top and tells its time. */
  function earliest(): number {
    while (size > 0) {
      const owner = heap[0] as number;
      const due = dues[owner] as number;
      if (due === keys[0]) return due;
      if (due === Number.POSITIVE_INFINITY) removeFirst();
      else down(owner, due);
    }
    return Number.POSITIVE_INFINITY;
  }

  return {
    next: earliest,
    due: (owner) => dues[owner] as number,
    set(owner, due) {
      if (dues[owner] === due) return;
      dues[owner] = due;
      const at = place[owner] as number;
      if (at < 0) {
        if (due === Number.POSITIVE_INFINITY) return;
        size += 1;
        up(size - 1, owner, due);
      } else if (due < (keys[at] as number)) up(at, owner, due);
    },
    take(now) {
      if (size === 0 || (keys[0] as number) > now || earliest() > now) return -1;
      const owner = heap[0] as number;
      removeFirst();
      dues[owner] = Number.POSITIVE_INFINITY;
      return owner;
    },
  };
}
