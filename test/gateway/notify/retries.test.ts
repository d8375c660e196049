/** Tries that fail, processes that die and clocks that jump: a message goes out at least once, under one id. */
import { expect, test } from "vitest";
import { later, milliseconds, minutes, seconds } from "#model/time";
import { noon } from "../../support/stored-things.ts";
import { about, hook, receiver, startOffice } from "./hooked-office.ts";

test("after two answers of 500 the third try gets through: 2 s and 5 s later, under the same id", async () => {
  await using far = await receiver(500, 500, 200);
  await using house = startOffice([about("k")], [hook(far.url)]);
  await far.next();
  expect(await house.reached("k", "pending")).toMatchObject({
    attempts: 1,
    nextTryAt: later(house.clock.now(), seconds(2)),
    because: expect.stringContaining("HTTP 500"),
  });
  await house.clock.advance(milliseconds(1_999));
  expect(far.calls).toHaveLength(1);
  await house.clock.advance(milliseconds(1));
  await house.reached("k", "pending", 2);
  await house.clock.advance(seconds(5));
  await house.reached("k", "delivered", 3);
  expect(new Set(far.calls.map((call) => call.id))).toEqual(new Set(["k"]));
  expect(far.calls.every((call) => call.signed)).toBe(true);
  expect(house.logged.map((line) => line.split(" ").slice(0, 6).join(" "))).toEqual([
    "warn a channel does not take",
    "info a channel takes messages again",
  ]);
});

test("tries go on after 2, 5, 15, 30 and then every 60 seconds for as long as the ticket is open", async () => {
  await using far = await receiver(503);
  await using house = startOffice([about("k")], [hook(far.url)]);
  for (const [i, wait] of [2, 5, 15, 30, 60, 60, 60].entries()) {
    const again = await house.reached("k", "pending", i + 1);
    expect(again.nextTryAt).toBe(later(house.clock.now(), seconds(wait)));
    await house.clock.advance(seconds(wait));
  }
  await house.reached("k", "pending", 8);
  house.door.house.tickets.clear();
  await house.clock.advance(minutes(5));
  expect(await house.reached("k", "cancelled")).toBeDefined();
  expect(far.calls).toHaveLength(8);
});

test.each([401, 403, 404, 410])(
  "an answer of %i is final: no retry, one line in the journal of the ticket and one of the channel",
  async (status) => {
    await using far = await receiver(status);
    await using house = startOffice([about("k")], [hook(far.url)]);
    const failed = await house.reached("k", "failed");
    expect(failed.because).toContain(`HTTP ${status}`);
    await house.clock.advance(minutes(30));
    expect(far.calls).toHaveLength(1);
    expect(house.door.journal.filter(({ about }) => about === "paper:TD-hook").map(({ event }) => event)).toEqual([
      "channel-fails",
    ]);
    expect(house.door.journal.filter(({ about }) => about.startsWith("ticket:"))).toMatchObject([
      { about: "ticket:GD-1", event: "message-failed", data: { message: "k", because: failed.because } },
    ]);
    expect(house.door.house.outbox.size).toBe(0);
  },
);

test("when the socket is cut in the middle of a 200, the message is sent again, and the receiver knows it by its id", async () => {
  await using far = await receiver("cut", 200);
  await using house = startOffice([about("k")], [hook(far.url)]);
  await house.reached("k", "pending");
  await house.clock.advance(seconds(2));
  await house.reached("k", "delivered");
  expect(far.calls).toHaveLength(2);
  expect(far.messages.size).toBe(1);
});

test("a message that was being sent when the last process died is sent again: twice at the door, one to the receiver", async () => {
  await using far = await receiver(200);
  const message = about("k");
  {
    await using house = startOffice([message], [hook(far.url)]);
    await far.next();
    await house.reached("k", "delivered");
  }
  // The row on the disk still says "sending": the process died before the outcome was stored.
  const stored = { ...message, state: "sending", attempts: 1, nextTryAt: later(noon, minutes(9)) } as const;
  await using house = startOffice([stored], [hook(far.url)]);
  await far.next();
  expect(await house.reached("k", "delivered")).toMatchObject({ attempts: 2 });
  expect(far.calls).toHaveLength(2);
  expect(far.messages.size).toBe(1);
});

test("a step of the wall clock neither hurries nor holds a retry", async () => {
  await using far = await receiver(500);
  await using house = startOffice([about("k")], [hook(far.url)]);
  await far.next();
  await house.reached("k", "pending");
  house.clock.stepWall(minutes(60));
  await house.clock.advance(milliseconds(1_900));
  expect(far.calls).toHaveLength(1);
  house.clock.stepWall(minutes(-180));
  await house.clock.advance(milliseconds(100));
  await far.next();
});

test("while the store is away messages go out all the same", async () => {
  await using far = await receiver(204);
  await using house = startOffice([], [hook(far.url)]);
  house.door.store = "away";
  const take = house.door.take;
  // As the house does it: adopted at once, answered when written, which is never in this test.
  house.door.take = (happening) => {
    void take(happening);
    return new Promise(() => {});
  };
  void house.door.take({ type: "record", rows: { messages: [about("a"), about("b", { channel: "console" })] } });
  house.office.wake();
  await far.next();
  await house.reached("a", "delivered");
  await house.reached("b", "delivered");
  house.door.store = "here";
  const stopped = house.office[Symbol.asyncDispose]();
  await house.clock.advance(seconds(2));
  await stopped;
});

test("a clock that was set back while the house was off holds nothing longer than it would have waited anyhow", async () => {
  await using far = await receiver(204);
  // Written three hours ahead of the clock under which the house now starts.
  const ahead = (ms: number) => later(noon, milliseconds(minutes(180) + ms));
  const messages = [
    about("now", { createdAt: ahead(0), nextTryAt: ahead(0) }),
    about("text", { createdAt: ahead(0), nextTryAt: ahead(60_000) }),
    about("retry", { createdAt: ahead(0), nextTryAt: ahead(5_000), attempts: 2, state: "pending" }),
  ];
  await using house = startOffice(messages, [hook(far.url)]);
  await house.reached("now", "delivered");
  await house.clock.advance(seconds(59));
  expect(house.history("text")).toEqual([]);
  await house.clock.advance(seconds(1));
  await house.reached("text", "delivered");
  await house.clock.advance(minutes(9));
  await house.reached("retry", "delivered");
});
