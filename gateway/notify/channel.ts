/** A way out for messages to people. A channel sends once and says how it went; when to try again is not its business. */
import type { ZodType } from "zod";
import type { Delivery, Message } from "#model/message";
import type { Text } from "#model/text";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";

export interface ChannelContext {
  readonly site: { readonly id: string; readonly name: Text };
  /** The ticket that the message is about, as it stands now. */
  readonly ticket?: Ticket;
  /** Who is told. Contacts are secrets and not here; a channel that needs them gets them in its settings. */
  readonly person: { readonly id: string; readonly name: string };
  readonly now: Instant;
}

export interface Channel<S> {
  /** The `kind` in a site file. */
  readonly kind: string;
  readonly settings: ZodType<S>;
  /**
   * `delivered`: the receiver has it. `accepted`: somebody in between has it. `refused`: no retry will help.
   * Expected outcomes are values; what is thrown counts as `try-later`. Must end soon after the signal.
   */
  send(message: Message, settings: S, context: ChannelContext, signal: AbortSignal): Promise<Delivery>;
}
