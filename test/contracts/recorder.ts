/** A report that remembers what a driver said, and lets a test wait until it has said enough. */
import type { Reason } from "#model/quality";
import type { Text } from "#model/text";
import type { Report } from "../../drivers/driver.ts";

export type Said =
  | { readonly kind: "samples"; readonly device: string; readonly values: ReadonlyMap<number, number> }
  | { readonly kind: "text"; readonly device: string; readonly handle: number; readonly value: string }
  | { readonly kind: "confirmed"; readonly device: string; readonly handles: readonly number[] }
  | {
      readonly kind: "fault";
      readonly device: string;
      readonly handles: readonly number[];
      readonly reason: Reason;
      readonly because: Text;
    }
  | { readonly kind: "missed"; readonly device: string; readonly reason: Reason; readonly because: Text };

export interface Recorder extends Report {
  readonly said: Said[];
  /** The latest number of a handle. */
  value(handle: number): number | undefined;
  of<K extends Said["kind"]>(kind: K, device?: string): Extract<Said, { kind: K }>[];
  /** Resolves as soon as the condition holds; looked at after every report. */
  until(condition: () => boolean): Promise<void>;
}

export function createRecorder(): Recorder {
  const said: Said[] = [];
  const values = new Map<number, number>();
  const waiting = new Set<() => void>();
  const note = (one: Said) => {
    said.push(one);
    for (const look of [...waiting]) look();
  };
  return {
    said,
    value: (handle) => values.get(handle),
    of: (kind, device) =>
      said.filter((one): one is Extract<Said, { kind: typeof kind }> => {
        return one.kind === kind && (device === undefined || one.device === device);
      }),
    until(condition) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        if (!condition()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      return promise;
    },
    samples(device, handles, raw, count) {
      const batch = new Map<number, number>();
      for (let i = 0; i < count; i += 1) batch.set(handles[i] as number, raw[i] as number);
      for (const [handle, value] of batch) values.set(handle, value);
      note({ kind: "samples", device, values: batch });
    },
    text: (device, handle, value) => note({ kind: "text", device, handle, value }),
    confirmed: (device, handles, count) =>
      note({ kind: "confirmed", device, handles: [...handles.subarray(0, count)] }),
    fault: (device, handles, count, reason, because) =>
      note({ kind: "fault", device, handles: [...handles.subarray(0, count)], reason, because }),
    missed: (device, reason, because) => note({ kind: "missed", device, reason, because }),
  };
}
