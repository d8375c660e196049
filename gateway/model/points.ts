/** The point table as rules and screens see it: columns, addressed by a point's handle. */

import type { Text } from "./text.ts";
import type { Span } from "./time.ts";

export type PointType = "bool" | "number" | "enum" | "text";

/** Who may write what. Every write is a person's or an allowed system's order in two steps; rules never write. */
export interface PointWrite {
  /** Values (after scale and offset) that may be written; absent: the whole `range`. */
  readonly values?: readonly number[];
  /** Roles of `gateway/people/permissions.ts` that may do it. */
  readonly who: readonly string[];
  /** What the person must read before the second step, e.g. what happens in the plant. */
  readonly confirm?: Text;
}

/** How a gateway may fill the data of a device that is dead, without an error. */
export const suspects = ["zeros", "ones"] as const;
export type Suspect = (typeof suspects)[number];

export const suspectText: Record<Suspect, Text> = {
  zeros: { zh: "0", en: "zeros" },
  ones: { zh: "1（FFFF）", en: "ones (FFFF)" },
};

/** One point of the site. Its handle is its position in `Site.points`. */
export interface PointDefinition {
  /** `<device>.<key>`, unique in the site; used in the API. */
  readonly id: string;
  readonly device: string;
  /** The name that rules use, e.g. `outlet_pressure`. */
  readonly key: string;
  readonly name: Text;
  readonly type: PointType;
  /** UCUM code, e.g. `MPa`, `m3/h`, `m/s`; absent for bool, enum, text and plain counts. */
  readonly unit?: string;
  /** The address, parsed by the driver of the device's link; only that driver looks inside. */
  readonly at: unknown;
  /** The address as written in the profile, for messages. */
  readonly atText: string;
  readonly scale: number;
  readonly offset: number;
  readonly range?: readonly [number, number];
  readonly values?: Readonly<Record<number, Text>>;
  /** What a device that sends words means by them: word → raw number. */
  readonly words?: Readonly<Record<string, number>>;
  /** Present when the point may be written, and how. */
  readonly write?: PointWrite;
  /** Whoever acknowledges an alarm that reads this point acknowledges it at the point's source too. */
  readonly acknowledge?: true;
  /** Raw register values that mean "not available", before scale and offset. */
  readonly notAvailable: readonly number[];
  readonly every: Span;
  readonly staleAfter: Span;
  /** The raw number moves at least this often while the device lives; absent: it may stand still for ever. */
  readonly frozenAfter?: Span;
  /** A sample of a source that stamps, older than the newest one by at most this, is late: it goes to history alone. 2 s. */
  readonly lateness?: Span;
  readonly deadband: number;
  readonly tags: readonly string[];
}

/** Parallel columns, one row per handle. A bool is 0 or 1, an enum its code, NaN means no value. */
export interface PointColumns {
  readonly count: number;
  readonly value: Float64Array;
  /** `GOOD`, `UNCERTAIN` or `BAD` of quality.ts. */
  readonly quality: Uint8Array;
  /** Position in `reasons` of quality.ts. */
  readonly reason: Uint8Array;
  /** Instants in ms since epoch; 0 when never seen. */
  readonly sourceAt: Float64Array;
  readonly receivedAt: Float64Array;
  /** Text values live beside the columns. */
  readonly text: Map<number, string>;
}
