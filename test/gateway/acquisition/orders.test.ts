/** Orders to write, as a driver of strings takes them: what goes out, what is believed, and when nobody knows. */
import { describe, expect, test } from "vitest";
import type { PointDefinition } from "#model/points";
import { seconds } from "#model/time";
import { WriteFailed, type WriteOrder } from "../../../drivers/driver.ts";
import { toRaw } from "../../../gateway/acquisition/orders.ts";
import { say } from "./puppet-driver.ts";
import { acquire, siteWith } from "./site-of.ts";

const number = { scale: 0.1, offset: -10, range: [0, 100] as const, write: { who: ["engineer"] } };

async function ready(points: Readonly<Record<string, Partial<PointDefinition>>> = { setpoint: number }) {
  const running = acquire(siteWith({ pump: { points } }));
  const life = await running.puppet.life(0);
  const orders: WriteOrder<unknown>[] = [];
  const reply: { with: (order: WriteOrder<unknown>, signal: AbortSignal) => Promise<number | string> } = {
    with: async (order) => order.value,
  };
  life.tools.takesOrders((order, signal) => {
    orders.push(order);
    return reply.with(order, signal);
  });
  return { ...running, life, orders, reply };
}

describe("an order", () => {
  test("goes out in the device's own numbers, and is done when the device then holds them", async () => {
    const { acquisition, orders } = await ready();
    expect(await acquisition.write(0, 20.3)).toEqual({ outcome: "done", held: expect.closeTo(20.3, 9) });
    expect(orders).toEqual([{ device: "pump", unit: 1, handle: 0, address: "setpoint", value: 303 }]);
    await acquisition[Symbol.asyncDispose]();
  });

  test.each([
    { scale: 0.001, offset: 0, value: 0.3, raw: 300 },
    { scale: 0.1, offset: 0, value: 0.7, raw: 7 },
    { scale: -1, offset: 1, value: 1, raw: 0 },
    { scale: 1, offset: 0, value: 0.25, raw: 0.25 },
  ])("of $value with scale $scale is $raw on the wire", ({ scale, offset, value, raw }) => {
    expect(toRaw({ scale, offset }, value)).toBe(raw);
  });

  test("is refused when the device holds something else, and that is told", async () => {
    const { acquisition, reply } = await ready();
    reply.with = async () => 304;
    expect(await acquisition.write(0, 20.3)).toMatchObject({
      outcome: "refused",
      held: expect.closeTo(20.4, 9),
      because: { zh: expect.stringContaining("回读为 20.4"), en: expect.stringContaining("reads back as 20.4") },
    });
    reply.with = async () => "open";
    expect(await acquisition.write(0, 20.3)).toMatchObject({ outcome: "refused" });
    await acquisition[Symbol.asyncDispose]();
  });

  test("of a float is compared as a float, of a register within half a step", async () => {
    const { acquisition, reply } = await ready({ ratio: { write: { who: ["engineer"] } }, level: { scale: 0.5 } });
    reply.with = async () => Math.fround(0.3);
    expect(await acquisition.write(0, 0.3)).toMatchObject({ outcome: "done" });
    reply.with = async () => 0.7;
    expect(await acquisition.write(0, 0.3)).toMatchObject({ outcome: "refused" });
    reply.with = async () => 3;
    expect(await acquisition.write(1, 1.7)).toMatchObject({ outcome: "done", held: 1.5 });
    await acquisition[Symbol.asyncDispose]();
  });

  test.each(["refused", "unreachable", "unknown"] as const)(
    "that the driver calls %s is told in its words",
    async (outcome) => {
      const { acquisition, reply } = await ready();
      reply.with = async () => {
        throw new WriteFailed(outcome, say("exception 3"));
      };
      expect(await acquisition.write(0, 20)).toEqual({ outcome, because: say("exception 3") });
      await acquisition[Symbol.asyncDispose]();
    },
  );

  test("that gets no result is withdrawn after 5 s; a driver that does not even end leaves it unknown", async () => {
    const { acquisition, clock, reply } = await ready();
    const withdrawn = Promise.withResolvers<void>();
    reply.with = (_, signal) => {
      signal.addEventListener("abort", () => withdrawn.resolve());
      return new Promise(() => {});
    };
    const written = acquisition.write(0, 20);
    await clock.advance(seconds(4.9));
    await clock.advance(seconds(0.2));
    await withdrawn.promise;
    await clock.advance(seconds(1));
    expect(await written).toMatchObject({ outcome: "unknown", because: { en: expect.stringContaining("5 s") } });
    await acquisition[Symbol.asyncDispose]();
  });

  test("that a driver ends by its deadline, saying it never went out, is believed", async () => {
    const { acquisition, clock, reply } = await ready();
    reply.with = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new WriteFailed("unreachable", say("still in the queue"))));
      });
    const written = acquisition.write(0, 20);
    await clock.advance(seconds(5));
    expect(await written).toEqual({ outcome: "unreachable", because: say("still in the queue") });
    await acquisition[Symbol.asyncDispose]();
  });

  test("with an error nobody foresaw is unknown and never taken for done", async () => {
    const { acquisition, reply } = await ready();
    reply.with = async () => {
      throw new TypeError("x is undefined");
    };
    expect(await acquisition.write(0, 20)).toMatchObject({ outcome: "unknown" });
    await acquisition[Symbol.asyncDispose]();
  });

  test("is not sent while the link is down, nor to a driver that takes none, nor to a life that is over", async () => {
    const { acquisition, clock, life, orders, puppet } = await ready();
    life.breakLink();
    await clock.advance(seconds(0));
    expect(await acquisition.write(0, 20)).toMatchObject({ outcome: "unreachable" });
    await clock.advance(seconds(1));
    await puppet.life(1);
    expect(await acquisition.write(0, 20)).toMatchObject({ outcome: "unreachable" });
    expect(orders).toEqual([]);
    await acquisition[Symbol.asyncDispose]();
  });
});
