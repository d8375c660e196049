/** The conversation of a subscription: whatever gets lost or comes twice, each message is taken once and in its order. */
import fc from "fast-check";
import {
  NotificationMessage,
  type PublishRequest,
  PublishResponse,
  type RepublishRequest,
  RepublishResponse,
} from "node-opcua";
import { describe, expect, test } from "vitest";
import { seconds } from "#model/time";
import { converse } from "../../../drivers/opcua/publish.ts";
import type { Services } from "../../../drivers/opcua/services.ts";

const message = (sequenceNumber: number, data: boolean) =>
  new NotificationMessage({ sequenceNumber, notificationData: data ? [null] : [] });

interface Sent {
  readonly number: number;
  readonly data: boolean;
}

/** A server that sends what the script says, and keeps for republishing only what `kept` says. */
async function play(script: readonly Sent[], kept: (number: number) => boolean, end?: Error) {
  const stop = new AbortController();
  const taken: number[] = [];
  const acknowledged: number[] = [];
  let gaps = 0;
  const rest = [...script];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const services = {
    publish(request: PublishRequest) {
      for (const { sequenceNumber } of request.subscriptionAcknowledgements ?? []) acknowledged.push(sequenceNumber);
      const next = rest.shift();
      if (next) {
        return Promise.resolve(
          new PublishResponse({ subscriptionId: 5, notificationMessage: message(next.number, next.data) }),
        );
      }
      if (end) return Promise.reject(end);
      // All was said: the handling of it runs on the microtask queue, which is empty by the next turn.
      setImmediate(resolve);
      return new Promise<never>(() => undefined);
    },
    republish({ retransmitSequenceNumber: number }: RepublishRequest) {
      return kept(number)
        ? Promise.resolve(new RepublishResponse({ notificationMessage: message(number, true) }))
        : Promise.reject(new Error("BadMessageNotAvailable (0x807b0000)"));
    },
  } as unknown as Services;
  const ended = converse(
    {
      services,
      subscriptionId: 5,
      patience: seconds(10),
      onMessage(one) {
        if ((one.notificationData ?? []).length > 0) taken.push(one.sequenceNumber);
      },
      async onGap() {
        gaps += 1;
      },
    },
    stop.signal,
  );
  if (end) {
    const error: unknown = await ended.catch((one: unknown) => one);
    return { taken, acknowledged, gaps, error };
  }
  await done;
  stop.abort();
  await ended;
  return { taken, acknowledged, gaps, error: undefined };
}

const data = (...numbers: number[]): Sent[] => numbers.map((number) => ({ number, data: true }));

describe("the conversation of a subscription", () => {
  test("a message that is missing is fetched before the one that showed the gap", async () => {
    const { taken, gaps } = await play(data(1, 2, 5), () => true);
    expect(taken).toEqual([1, 2, 3, 4, 5]);
    expect(gaps).toBe(0);
  });

  test("a keep-alive that names a later number shows the gap as well", async () => {
    const { taken } = await play([...data(1), { number: 3, data: false }, ...data(3)], () => true);
    expect(taken).toEqual([1, 2, 3]);
  });

  test("what the server no longer keeps is made good by a fresh read", async () => {
    const { taken, gaps } = await play(data(1, 4, 5), () => false);
    expect(taken).toEqual([1, 4, 5]);
    expect(gaps).toBe(1);
  });

  test("the subscription is gone: the conversation ends with the server's word", async () => {
    const { error } = await play(data(1), () => true, new Error("serviceResult = BadNoSubscription (0x80790000)"));
    expect(String(error)).toContain("BadNoSubscription");
  });

  test("with any loss and any repetition each message is taken once, in order, and acknowledged at most as often as it came", async () => {
    const step = fc.record({ lose: fc.boolean(), again: fc.boolean(), rest: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const script: Sent[] = [];
        for (const [i, { lose, again, rest }] of steps.entries()) {
          const number = i + 1;
          if (!lose) script.push({ number, data: true });
          if (again && !lose) script.push({ number, data: true });
          if (rest) script.push({ number: number + 1, data: false });
        }
        const last = script.reduce((most, { number, data: has }) => Math.max(most, has ? number : number - 1), 0);
        const { taken, gaps } = await play(script, () => true);
        expect(taken).toEqual(Array.from({ length: last }, (_, i) => i + 1));
        expect(gaps).toBe(0);
      }),
    );
  });
});
