/** Whose turn it is: one at a time per key, in the order of asking. */

/** Resolves with the function that ends the turn. */
export type Turns = (key: number) => Promise<() => void>;

export function createTurns(): Turns {
  const last = new Map<number, Promise<void>>();
  return async (key) => {
    const before = last.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    last.set(key, promise);
    await before;
    return () => {
      if (last.get(key) === promise) last.delete(key);
      resolve();
    };
  };
}

/** Lets in at most `places` at once, in the order of asking. Resolves with the function that leaves the place. */
export function createGate(places: number): () => Promise<() => void> {
  const queue: (() => void)[] = [];
  let free = places;
  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else free += 1;
  };
  return async () => {
    if (free > 0) {
      free -= 1;
      return leave;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.push(resolve);
    await promise;
    return leave;
  };
}
