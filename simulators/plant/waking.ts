/** Orders that wake a plant which has been resting: what rests is not stepped through in full. */

type Order = (...given: never[]) => unknown;

/** The same orders, each of which calls `wake` first. */
export function waking<Orders extends Readonly<Record<string, Order>>>(orders: Orders, wake: () => void): Orders {
  const woken = Object.entries(orders).map(([name, order]) => [
    name,
    (...given: never[]) => {
      wake();
      return order(...given);
    },
  ]);
  // Object.fromEntries forgets which name belongs to which order.
  return Object.fromEntries(woken) as Orders;
}
