/** A target as its queue sees it: it takes what waits, or says why not. */
import type { PointType } from "#model/points";
import type { Text } from "#model/text";
import type { Span } from "#model/time";
import type { Waiting } from "./waiting.ts";

export type Sent =
  /** Everything is there. `refused`: so many it did not want and never will. */
  | { readonly outcome: "taken"; readonly refused?: { readonly count: number; readonly because: Text } }
  /** Nothing is wrong with what was sent: the same again later. */
  | { readonly outcome: "try-later"; readonly because: Text; readonly after?: Span }
  /** The same in smaller pieces. */
  | { readonly outcome: "too-large"; readonly because: Text };

/** What a target must know of a point to name it. */
export interface NorthPoint {
  readonly id: string;
  readonly device: string;
  readonly key: string;
  readonly kind: string;
  readonly type: PointType;
  readonly unit?: string;
}

/** An order that came from the north, and the way to answer it. */
export interface Ordered {
  readonly point: string;
  readonly payload: string;
  answer(text: string): void;
}

/** What a target may use of its thread. */
export interface SenderHouse {
  readonly site: string;
  readonly points: readonly NorthPoint[];
  /** A number that lasts across starts. */
  note(name: string, value?: number): number | undefined;
  now(): number;
  /** The newest value of a point by its position in `points`. */
  newest(at: number): { readonly value: number | string; readonly code: number; readonly at: number } | undefined;
  /** Devices that do not answer now. */
  readonly lost: ReadonlySet<string>;
  /** The target is ready for more: look at the queue again. */
  wake(): void;
  order(ordered: Ordered): void;
}

export interface Sender {
  /** Never rejects for what the world does. */
  send(waiting: Waiting, signal: AbortSignal): Promise<Sent>;
  /** Once a second, also when nothing waits. Tells what is wrong with a target that has nothing to send. */
  beat?(signal: AbortSignal): void;
  close(): Promise<void>;
}
