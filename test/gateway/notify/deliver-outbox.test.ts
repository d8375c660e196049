import { expect, test } from "vitest";
import type { Message } from "#model/message";
import type { ChannelSetting } from "#model/site";
import { later, milliseconds, minutes, seconds } from "#model/time";
import { aMessage, anAlarm, aTicket, noon } from "../../support/stored-things.ts";
import { type Behaviour, startReceiver } from "../../support/webhook-receiver.ts";
import { startOffice as start } from "./office.ts";

const SECRET = "a secret of sixteen or more characters";
const ticket = aTicket("GD-1");
const about = (key: string, changes: Partial<Message> = {}): Message =>
  aMessage(key, { ticket: ticket.no, channel: "hook", ...changes });

const startOffice = (messages: readonly Message[], channels: readonly ChannelSetting[], tickets = [ticket]) =>
  start({ messages, channels, tickets });

const hook = (url: string, id = "hook"): ChannelSetting => ({
  id,
  kind: "webhook",
  settings: { url, secret: SECRET, allow: ["loopback"] },
});
const receiver = (...behaviours: Behaviour[]) => startReceiver(SECRET, behaviours);

test("what is told on the screens is delivered at once", async () => {
  await using house = startOffice([about("k", { channel: "console" })], []);
  expect(await house.reached("k", "delivered")).toMatchObject({ attempts: 1, deliveredAt: house.clock.now() });
  expect(house.door.house.outbox.size).toBe(0);
  expect(house.door.journal).toEqual([]);
});

test("a webhook gets a signed message that says what, where, to whom and for which ticket, and it is journalled", async () => {
  await using far = await receiver(204);
  const message = about("GD-1/1/opened/0/p-team-lead/hook", { to: "p-team-lead", phone: true, lateBy: minutes(12) });
  await using house = startOffice([message], [hook(far.url)]);
  const call = await far.next();
  expect(call).toMatchObject({ id: message.key, timestamp: Math.floor(house.clock.now() / 1000), signed: true });
  expect(call.body).toEqual({
    type: "ticket.message",
    timestamp: "2026-11-21T08:00:00.000Z",
    data: {
      key: message.key,
      site: { id: "test", name: { zh: "测试", en: "Test" } },
      ticket: "GD-1",
      step: "opened",
      severity: "S2",
      role: "duty",
      to: { id: "p-team-lead", name: "team-lead" },
      text: message.text,
      phone: true,
      createdAt: expect.any(String),
      lateBy: "PT12M",
      class: "pump_fault",
      state: "new",
      title: ticket.title,
      place: ticket.place,
      device: ticket.device,
      openedAt: expect.any(String),
      simulated: false,
    },
  });
  await house.reached(message.key, "delivered");
  expect(house.door.journal).toMatchObject([
    { about: "ticket:GD-1", event: "message-delivered", data: { channel: "hook", to: "p-team-lead" } },
  ]);
});

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

test.each([401, 403, 404, 410])("an answer of %i is final: no retry, one line in the journal", async (status) => {
  await using far = await receiver(status);
  await using house = startOffice([about("k")], [hook(far.url)]);
  const failed = await house.reached("k", "failed");
  expect(failed.because).toContain(`HTTP ${status}`);
  await house.clock.advance(minutes(30));
  expect(far.calls).toHaveLength(1);
  expect(house.door.journal).toMatchObject([
    { about: "ticket:GD-1", event: "message-failed", data: { message: "k", because: failed.because } },
  ]);
  expect(house.door.house.outbox.size).toBe(0);
});

test("a redirect is not followed: it counts as no delivery", async () => {
  await using far = await receiver(302);
  await using house = startOffice([about("k")], [hook(far.url)]);
  expect(await house.reached("k", "pending")).toMatchObject({ because: expect.stringContaining("HTTP 302") });
});

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

test("a channel that hangs holds four seats of its own and delays nobody else, and is left after 15 s", async () => {
  await using dead = await receiver("hang");
  await using far = await receiver(204);
  const stuck = Array.from({ length: 6 }, (_, i) => about(`stuck-${i}`, { channel: "dead" }));
  await using house = startOffice([...stuck, about("k")], [hook(dead.url, "dead"), hook(far.url)]);
  await house.reached("k", "delivered");
  for (let i = 0; i < 4; i++) await dead.next();
  expect(house.steps.filter((row) => row.state === "sending" && row.channel === "dead")).toHaveLength(4);
  await house.clock.advance(seconds(15));
  expect(await house.reached("stuck-0", "pending")).toMatchObject({ because: expect.stringContaining("15 s") });
  await house.reached("stuck-5", "sending");
});

test("the gravest goes first, then whoever waited longest", async () => {
  await using far = await receiver("hang");
  const late = (n: number) => later(noon, milliseconds(-n));
  const messages = [
    about("s3", { severity: "S3", nextTryAt: late(9_000) }),
    about("s2-late", { nextTryAt: late(100) }),
    about("s2-early", { nextTryAt: late(5_000) }),
    about("s4", { severity: "S4" }),
    about("s1", { severity: "S1" }),
  ];
  await using house = startOffice(messages, [hook(far.url)]);
  await far.next();
  expect(house.steps.map((row) => row.key)).toEqual(["s1", "s2-early", "s2-late", "s3"]);
});

test("messages of a closed or merged ticket, and messages that were cancelled, are not sent", async () => {
  await using far = await receiver(500, 204);
  const merged = aTicket("GD-2", { state: "merged" });
  const messages = [about("k"), about("closed", { ticket: "GD-9" }), about("merged", { ticket: "GD-2" })];
  await using house = startOffice(messages, [hook(far.url)], [ticket, merged]);
  expect(await far.next()).toMatchObject({ id: "k" });
  await house.reached("k", "pending");
  expect(house.history("closed")).toEqual(["cancelled"]);
  expect(house.history("merged")).toEqual(["cancelled"]);
  await house.door.take({ type: "record", rows: { cancelMessages: [{ ticket: "GD-1" }] } });
  await house.clock.advance(minutes(1));
  expect(far.calls).toHaveLength(1);
});

test("a reminder about an alarm goes out while it is out of service, and its journal is the alarm's", async () => {
  await using far = await receiver(204, 204);
  await using house = startOffice([], [hook(far.url)]);
  const out = anAlarm("door.fault@lift-1", { service: "out" });
  const back = anAlarm("door.fault@lift-2");
  for (const alarm of [out, back]) house.door.house.alarms.set(alarm.id, alarm);
  const messages = [
    about("due", { ticket: `alarm:${out.id}` }),
    about("done", { ticket: `alarm:${back.id}` }),
    about("gone", { ticket: "alarm:no.rule@lift-1" }),
  ];
  await house.door.take({ type: "record", rows: { messages } });
  house.office.wake();
  await house.reached("due", "delivered");
  await house.reached("done", "cancelled");
  await house.reached("gone", "cancelled");
  expect(house.door.journal.map((entry) => entry.about)).toEqual(["alarm:door.fault@lift-1"]);
  expect(far.calls).toHaveLength(1);
});

test("a message cancelled while it is on its way does not come back when the try fails", async () => {
  await using far = await receiver("hang");
  await using house = startOffice([about("k")], [hook(far.url)]);
  await far.next();
  await house.reached("k", "sending");
  await house.door.take({ type: "record", rows: { cancelMessages: [{ ticket: "GD-1" }] } });
  await house.clock.advance(minutes(2));
  expect(house.history("k")).toEqual(["sending"]);
  expect(house.door.house.outbox.size).toBe(0);
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

test("a message for later waits for its time, and what is new goes out without waiting", async () => {
  await using far = await receiver(204);
  await using house = startOffice([], [hook(far.url)]);
  const sms = about("later", { nextTryAt: later(house.clock.now(), seconds(60)) });
  await house.door.take({ type: "record", rows: { messages: [sms, about("now")] } });
  house.office.wake();
  expect(await far.next()).toMatchObject({ id: "now" });
  await house.clock.advance(seconds(59));
  expect(far.calls).toHaveLength(1);
  await house.clock.advance(seconds(1));
  expect(await far.next()).toMatchObject({ id: "later" });
});

test("without a wake the outbox is looked at every second", async () => {
  await using house = startOffice([], []);
  await house.door.take({ type: "record", rows: { messages: [about("k", { channel: "console" })] } });
  await house.clock.advance(seconds(1));
  await house.reached("k", "delivered");
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

test("a message for a channel that the site no longer has fails at once and says so", async () => {
  await using house = startOffice([about("k", { channel: "old-robot" })], []);
  expect(await house.reached("k", "failed")).toMatchObject({ because: expect.stringContaining("old-robot") });
});

test("when more than 10,000 wait, the newest of S3 and S4 are refused visibly, S1 and S2 never", async () => {
  await using far = await receiver("hang");
  const messages = Array.from({ length: 10_030 }, (_, i) =>
    about(`k${String(i).padStart(5, "0")}`, {
      severity: (["S1", "S2", "S3", "S4"] as const)[i % 4]!,
      createdAt: later(noon, milliseconds(i)),
      nextTryAt: later(noon, minutes(-1)),
    }),
  );
  await using house = startOffice(messages, [hook(far.url)]);
  await far.next();
  const refused = house.steps.filter((row) => row.state === "failed");
  expect(refused).toHaveLength(30);
  expect(new Set(refused.map((row) => row.severity))).toEqual(new Set(["S3", "S4"]));
  expect(Math.min(...refused.map((row) => row.createdAt))).toBeGreaterThan(noon + 10_030 - 61);
  expect(house.dropped).toEqual([["outbox", 30]]);
  expect(house.door.journal).toMatchObject([{ about: "site", event: "messages-refused", data: { count: 30 } }]);
  await house.clock.advance(seconds(5));
  expect(house.dropped).toHaveLength(1);
});

test("ten thousand messages for the screens are few transactions, and the house gets its turn in between", async () => {
  const messages = Array.from({ length: 10_000 }, (_, i) => about(`k${i}`, { channel: "console" }));
  await using house = startOffice(messages, []);
  let turns = 0;
  for (; house.door.house.outbox.size > 0; turns++) await house.clock.advance(milliseconds(0));
  expect(house.steps.filter((row) => row.state === "delivered")).toHaveLength(10_000);
  expect(turns).toBeGreaterThan(10);
  expect(house.door.taken.length).toBeLessThan(100);
});

test("no log line and no row of the journal holds the secret or the query of an address", async () => {
  await using far = await receiver(401);
  const closed = "http://127.0.0.1:1/hook?token=very-secret";
  await using house = startOffice(
    [about("k"), about("n", { channel: "nobody" })],
    [hook(far.url), hook(closed, "nobody")],
  );
  await house.reached("k", "failed");
  await house.reached("n", "pending");
  const all = JSON.stringify([house.logged, house.door.journal, house.steps]);
  expect(all).not.toContain("very-secret");
  expect(all).not.toContain(SECRET);
});

test.each([
  ["a kind that does not exist", { id: "x", kind: "pigeon", settings: {} }, "Channel x is of kind pigeon"],
  ["no url", { id: "x", kind: "webhook", settings: { secret: SECRET } }, "at url"],
  [
    "a url of another kind",
    { id: "x", kind: "webhook", settings: { url: "file:///etc/passwd", secret: SECRET } },
    "at url",
  ],
  ["a short secret", { id: "x", kind: "webhook", settings: { url: "http://a.example", secret: "short" } }, "at secret"],
  [
    "an unknown key",
    { id: "x", kind: "webhook", settings: { url: "http://a.example", secret: SECRET, retry: 3 } },
    "retry",
  ],
])("a channel with %s is refused at the start, by name", (_, setting, words) => {
  const start = () => startOffice([], [setting]);
  expect(start).toThrow(words);
});
