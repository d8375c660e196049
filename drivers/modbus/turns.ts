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
