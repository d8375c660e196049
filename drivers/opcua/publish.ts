/** The conversation of a subscription: keeps publish requests at the server, and sees to it that no message is lost or taken twice. */
import { type NotificationMessage, PublishRequest, type PublishResponse, RepublishRequest } from "node-opcua";
import type { Span } from "#model/time";
import type { Services } from "./services.ts";

export interface Conversation {
  readonly services: Services;
  readonly subscriptionId: number;
  /** How long the server may hold a request. */
  readonly patience: Span;
  /** A message in its order, each exactly once; without data it is a keep-alive. */
  readonly onMessage: (message: NotificationMessage) => Promise<void> | void;
  /** Messages were lost for good: only a fresh read tells how things stand. */
  readonly onGap: () => Promise<void>;
}

/** Requests that wait at the server; more than one, so that a slow network does not hold back its answers. */
const IN_FLIGHT = 3;
/** A longer gap is not fetched message by message. */
const FETCH_AT_MOST = 100;
/** Sequence numbers start again at 1 (OPC 10000-4, 7.11). */
const LAST = 0xffff_ffff;
const after = (number: number): number => (number >= LAST ? 1 : number + 1);

/** Rejects when the server ends the conversation; resolves when the signal is raised. */
export function converse(conversation: Conversation, signal: AbortSignal): Promise<void> {
  const { services, subscriptionId, patience } = conversation;
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  let acknowledge: number[] = [];
  let expected = 1;
  let wanted = IN_FLIGHT;
  let inFlight = 0;
  /** Messages are handled one after the other, in the order in which they came. */
  let handled: Promise<void> = Promise.resolve();

  function ask(): void {
    if (signal.aborted || inFlight >= wanted) return;
    inFlight += 1;
    const acknowledging = acknowledge;
    acknowledge = [];
    const request = new PublishRequest({
      requestHeader: { timeoutHint: patience * (IN_FLIGHT + 1) },
      subscriptionAcknowledgements: acknowledging.map((sequenceNumber) => ({ subscriptionId, sequenceNumber })),
    });
    services.publish(request).then(answered, (error: Error) => {
      inFlight -= 1;
      acknowledge.push(...acknowledging);
      if (!signal.aborted) failed(error);
    });
  }

  function answered({ subscriptionId: about, notificationMessage }: PublishResponse): void {
    inFlight -= 1;
    if (signal.aborted) return;
    if (about === subscriptionId) handled = handled.then(() => handle(notificationMessage)).catch(reject);
    ask();
  }

  function failed(error: Error): void {
    if (/BadTooManyPublishRequests/.test(error.message) && wanted > 1) {
      wanted -= 1;
      return;
    }
    // The server gave a request back empty-handed; whether it still lives is judged by its keep-alives.
    if (/BadTimeout|timeout/i.test(error.message) && !/ECONN/.test(error.message)) {
      ask();
      return;
    }
    reject(error);
  }

  async function handle(message: NotificationMessage): Promise<void> {
    const { sequenceNumber } = message;
    const isKeepAlive = (message.notificationData ?? []).length === 0;
    const distance = (sequenceNumber - expected + LAST) % LAST;
    if (distance >= LAST / 2) {
      // Older than expected: taken before, only its acknowledgement was lost.
      if (!isKeepAlive) acknowledge.push(sequenceNumber);
      return;
    }
    if (distance > 0) await fetchMissing(sequenceNumber, distance);
    await conversation.onMessage(message);
    // A keep-alive carries the number that the next message will have.
    expected = isKeepAlive ? sequenceNumber : after(sequenceNumber);
    if (!isKeepAlive) acknowledge.push(sequenceNumber);
  }

  async function fetchMissing(upTo: number, count: number): Promise<void> {
    if (count > FETCH_AT_MOST) return conversation.onGap();
    for (let number = expected; number !== upTo; number = after(number)) {
      const request = new RepublishRequest({ subscriptionId, retransmitSequenceNumber: number });
      const message = await services.republish(request).then(
        (response) => response.notificationMessage,
        () => undefined,
      );
      if (!message) return conversation.onGap();
      await conversation.onMessage(message);
      acknowledge.push(number);
    }
  }

  for (let i = 0; i < IN_FLIGHT; i += 1) ask();
  return ended;
}
