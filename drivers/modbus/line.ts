/** What the poller knows of a line: it asks, and gets the answer to exactly that question or none. */
import type { Text } from "#model/text";
import type { Span } from "#model/time";
import type { Asked } from "./asked.ts";

export type Answer =
  | { readonly kind: "data"; readonly bytes: Buffer }
  | { readonly kind: "exception"; readonly code: number }
  | { readonly kind: "silent"; readonly because: Text }
  /** Something came, but not the answer to this question. */
  | { readonly kind: "foreign"; readonly because: Text };

/** An order changes the device, so it goes out once or not at all. */
export interface Once {
  /** Raised before the order went out: it never goes out. */
  readonly signal: AbortSignal;
  /** Called when the request is on its way. */
  onSent(): void;
}

export interface Line {
  /**
   * Rejects with `LinkBroken` when nobody is there. `took` is the time from the request to the reply. A question whose
   * answer was spoilt by somebody else's reply is asked once more, unless it is an order.
   */
  ask(asked: Asked, once?: Once): Promise<{ readonly answer: Answer; readonly took: Span }>;
  /** Whoever waits is given `because`. Resolves when the line may be opened by somebody else. */
  close(because: unknown): Promise<void>;
}
