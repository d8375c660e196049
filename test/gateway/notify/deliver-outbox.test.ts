/** Which message goes out when: gravest first, none that is over, nobody delayed by somebody else. */
import { expect, test } from "vitest";
import { later, milliseconds, minutes, seconds } from "#model/time";
import { anAlarm, aTicket, noon } from "../../support/stored-things.ts";
import { about, hook, receiver, SECRET, startOffice, ticket } from "./hooked-office.ts";

test("what is told on the screens is delivered at once", async () => {
  await using house = startOffice([about("k", { channel: "console" })], []);
  expect(await house.reached("k", "delivered")).toMatchObject({ attempts: 1, deliveredAt: house.clock.now() });
  expect(house.door.house.outbox.size).toBe(0);
  expect(house.door.journal).toEqual([]);
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

test("a message for a channel that the site no longer has fails at once and says so", async () => {
  await using house = startOffice([about("k", { channel: "old-robot" })], []);
  expect(await house.reached("k", "failed")).toMatchObject({ because: expect.stringContaining("old-robot") });
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
