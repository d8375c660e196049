/** Orders to devices: published once, then read back from what the device itself reports. */
import type { DriverPoint, WriteOrder } from "../driver.ts";
import { WriteFailed } from "../driver.ts";
import type { TopicAddress } from "./address.ts";
import { documentWith } from "./pointer.ts";
import { orderUnknown } from "./sentences.ts";

export interface Readback {
  /** Every live value passes here. */
  noticed(handle: number, value: number | string): void;
  /**
   * Resolves with the value as soon as the device reports what was ordered. When the time is over: with the last report
   * when it is what was ordered (a device that reports changes only), otherwise rejects as unknown.
   */
  expect(
    handle: number,
    wanted: number | string,
    topic: string,
    within: number,
    signal: AbortSignal,
  ): Promise<number | string>;
}

export function createReadback(): Readback {
  const last = new Map<number, number | string>();
  const waiting = new Map<number, Set<(value: number | string) => void>>();
  return {
    noticed(handle, value) {
      last.set(handle, value);
      for (const look of waiting.get(handle) ?? []) look(value);
    },
    expect(handle, wanted, topic, within, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<number | string>();
      const lookers = waiting.get(handle) ?? new Set();
      waiting.set(handle, lookers);
      const look = (value: number | string) => {
        if (same(value, wanted)) resolve(value);
      };
      lookers.add(look);
      const over = AbortSignal.any([signal, AbortSignal.timeout(within)]);
      const end = () => {
        const known = last.get(handle);
        if (known !== undefined && same(known, wanted)) resolve(known);
        else reject(new WriteFailed("unknown", orderUnknown(topic, within)));
      };
      over.addEventListener("abort", end, { once: true });
      if (over.aborted) end();
      return promise.finally(() => {
        lookers.delete(look);
        over.removeEventListener("abort", end);
      });
    },
  };
}

/** Devices may hold a number in 32 bits, which keeps about seven digits. */
const same = (a: number | string, b: number | string): boolean =>
  typeof a === "number" && typeof b === "number" ? Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b)) : a === b;

/**
 * What is published for an order: the plain value, or the smallest JSON document that holds it where the address says.
 * A bool is true or false, a value with a word is the word.
 */
export function orderPayload(point: DriverPoint<TopicAddress>, order: WriteOrder<unknown>): Uint8Array {
  const { command } = point.address;
  const word =
    typeof order.value === "number"
      ? Object.entries(point.words ?? {}).find(([, code]) => code === order.value)?.[0]
      : undefined;
  const value = word ?? (point.type === "bool" && typeof order.value === "number" ? order.value !== 0 : order.value);
  const pointer = command?.pointer ?? [];
  const text = pointer.length === 0 ? String(value) : JSON.stringify(documentWith(pointer, value));
  return new TextEncoder().encode(text);
}
