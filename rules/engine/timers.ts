/** One heap of due times with at most one entry per owner: setting again moves it, nothing is allocated after the start. */

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
  let size = 0;

  const before = (a: number, b: number): boolean => {
    const x = dues[a] as number;
    const y = dues[b] as number;
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
  function remove(owner: number): void {
    const at = place[owner] as number;
    if (at < 0) return;
    place[owner] = -1;
    dues[owner] = Number.POSITIVE_INFINITY;
    size -= 1;
    if (at === size) return;
    put(at, heap[size] as number);
    up(at);
    down(at);
  }

  return {
    next: () => (size === 0 ? Number.POSITIVE_INFINITY : (dues[heap[0] as number] as number)),
    due: (owner) => dues[owner] as number,
    set(owner, due) {
      if (due === Number.POSITIVE_INFINITY) return remove(owner);
      const old = dues[owner] as number;
      if (due === old) return;
      dues[owner] = due;
      if ((place[owner] as number) < 0) {
        put(size, owner);
        size += 1;
        up(size - 1);
      } else if (due < old) up(place[owner] as number);
      else down(place[owner] as number);
    },
    take(now) {
      if (size === 0) return -1;
      const owner = heap[0] as number;
      if ((dues[owner] as number) > now) return -1;
      remove(owner);
      return owner;
    },
  };
}
