/** A way out for messages to people. A channel sends once and says how it went; when to try again is not its business. */
import type { ZodType } from "zod";
import type { Delivery, Message } from "#model/message";
import type { Text } from "#model/text";
import type { Ticket } from "#model/ticket";
import type { Instant, Span } from "#model/time";

/** Contacts are secrets: a channel puts them where the person is reached and nowhere else. */
export interface Recipient {
  readonly id: string;
  readonly name: string;
  readonly phone?: string;
  readonly email?: string;
}

export interface ChannelContext {
  readonly site: { readonly id: string; readonly name: Text };
  /** The ticket that the message is about, as it stands now. */
  readonly ticket?: Ticket;
  readonly person: Recipient;
  readonly now: Instant;
  /** Opens this ticket as this person, once. Never in a post that others read as well. */
  readonly link?: string;
  /** What goes out in the same post: the same news for other people, or lesser news of other tickets. Only for a group. */
  readonly beside: readonly { readonly message: Message; readonly person: Recipient }[];
}

/** So many sends within a span; the last `kept` of them are for S1 and S2. */
export interface Pace {
  readonly count: number;
  readonly within: Span;
  readonly kept: number;
  /** At least so long from one send to the next, whatever it is about. */
  readonly gap?: Span;
}

export interface Channel<S> {
  /** The `kind` in a site file. */
  readonly kind: string;
  readonly settings: ZodType<S>;
  /** Tells a group and not one person: messages to several people go out as one post. */
  readonly group?: true;
  pace?(settings: S): Pace;
  /** Settings of further robots of the same group, which take what the first one cannot. */
  further?(settings: S): readonly S[];
  /**
   * `delivered`: the receiver has it. `accepted`: somebody in between has it. `refused`: no retry will help.
   * Expected outcomes are values; what is thrown counts as `try-later`. Must end soon after the signal.
   */
  send(message: Message, settings: S, context: ChannelContext, signal: AbortSignal): Promise<Delivery>;
}
