/** What every line of the simulated building offers, whatever it speaks. */
import type { Text } from "../text.ts";
import type { FaultName } from "./faults.ts";

export interface Line {
  /** TCP port that it listens on; undefined where it listens on none. */
  readonly port: number | undefined;
  /** Where a client finds it: `127.0.0.1:15020`, a path, a broker. */
  readonly where: string;
  readonly clients: number;
  /** Faults of the whole line that are on, with their seconds. */
  readonly faults: ReadonlyMap<FaultName, number>;
  /** Why a fault of this name means nothing on this wire; undefined where it can be switched. */
  refuses(fault: FaultName): Text | undefined;
  /** Switches a fault: one of scope `line` for the line, one of scope `unit` for all its devices. */
  setFault(fault: FaultName, on: boolean, seconds?: number): void;
  close(): Promise<void>;
}

/** How a line takes its time, and what it takes at all. */
export interface LineManners {
  /** Milliseconds from a request to its reply. */
  readonly latency?: readonly [number, number] | undefined;
  /** Share of requests that are never answered, 0 to 1. */
  readonly lost?: number | undefined;
  /** Most clients at a time. */
  readonly clients?: number | undefined;
  /** Connections that say nothing for so many seconds are closed. */
  readonly idleSeconds?: number | undefined;
  /** Of the serial line; a character has `bits` on the wire (start, data, parity, stop). */
  readonly baud?: { readonly rate: number; readonly bits: number } | undefined;
}
