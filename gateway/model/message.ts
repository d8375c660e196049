/** A message to a person, kept in the outbox until it is delivered. */
import type { Severity } from "./severity.ts";
import type { Text } from "./text.ts";
import type { Instant } from "./time.ts";

export type MessageState = "pending" | "sending" | "accepted" | "delivered" | "failed" | "cancelled";

export interface Message {
  /** Made of what it is about: ticket, round, step, loop, recipient, channel. Sending it twice is harmless. */
  readonly key: string;
  /** Number of the ticket, or `alarm:<id>` for what concerns an alarm without one, `paper:<id>` for a paper to sign. */
  readonly ticket: string;
  readonly step: string;
  readonly severity: Severity;
  readonly role: string;
  /** Person id of people.yaml. */
  readonly to: string;
  /** Channel id of site.yaml, or `console`. */
  readonly channel: string;
  readonly text: Text;
  readonly phone: boolean;
  readonly state: MessageState;
  readonly attempts: number;
  readonly nextTryAt: Instant;
  readonly createdAt: Instant;
  readonly deliveredAt?: Instant;
  /** When the person opened the ticket after being told. */
  readonly readAt?: Instant;
  readonly lateBy?: number;
  /** For people outside the house: said as it stands, without what the crew needs. */
  readonly audience?: "residents";
  readonly because?: string;
}

export type Delivery =
  | { readonly outcome: "delivered" | "accepted"; readonly reference?: string }
  /** `pause`: the channel takes nothing at all for this long (ms), so that nothing else is tried either. */
  | { readonly outcome: "try-later"; readonly because: string; readonly after?: number; readonly pause?: number }
  /** `only: "this"`: the message or its person is at fault, not the channel. `gone`: the receiver wants nothing ever again. */
  | { readonly outcome: "refused"; readonly because: string; readonly only?: "this"; readonly gone?: true };
