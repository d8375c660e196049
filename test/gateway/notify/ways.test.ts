import { expect, test } from "vitest";
import type { Message } from "#model/message";
import type { ChannelSetting } from "#model/site";
import { later, milliseconds, minutes, seconds } from "#model/time";
import { aMessage, aTicket, noon } from "../../support/stored-things.ts";
import { startVendor, type VendorServer } from "../../support/vendor-server.ts";
import { startOffice } from "./office.ts";

const people = ["zhang", "li", "wu"].map((id, i) => ({ id, name: id, phone: `0001000000${i}` }));
const tickets = [aTicket("GD-1"), ...Array.from({ length: 70 }, (_, i) => aTicket(`GD-${i + 2}`))];
const robot = (far: VendorServer, more: object = {}): ChannelSetting => ({
  id: "robot",
  kind: "dingtalk",
  settings: { url: `${far.base}/robot/send?access_token=right-token`, allow: ["loopback"], ...more },
});
const sms = (far: VendorServer): ChannelSetting => ({
  id: "sms",
  kind: "sms",
  settings: {
    url: far.base,
    body: '{"to":"{phone}","text":"{text}"}',
    success: { pointer: "/Code", equals: ["OK"] },
    allow: ["loopback"],
  },
});
const told = (key: string, changes: Partial<Message> = {}): Message =>
  aMessage(key, { ticket: "GD-1", to: "zhang", channel: "robot", severity: "S1", ...changes });
/** The same news by text message, a minute later. */
const backup = (key: string, changes: Partial<Message> = {}): Message =>
  told(key, { channel: "sms", nextTryAt: later(noon, minutes(1)), ...changes });

test("a robot's yes is that a group has it: accepted, never delivered to a person", async () => {
  await using far = await startVendor("dingtalk");
  await using house = startOffice({ messages: [told("a")], channels: [robot(far)], tickets, people });
  const row = await house.reached("a", "accepted");
  expect(row.deliveredAt).toBeUndefined();
  expect(house.door.journal).toEqual([]);
});

test("the same news for three people is one post that mentions all three", async () => {
  await using far = await startVendor("dingtalk");
  const messages = people.map(({ id }) => told(`k-${id}`, { to: id }));
  await using house = startOffice({ messages, channels: [robot(far)], tickets, people });
  for (const { key } of messages) await house.reached(key, "accepted");
  expect(far.calls).toHaveLength(1);
  expect(far.calls[0]?.body.at.atMobiles.toSorted()).toEqual(people.map(({ phone }) => phone));
});

test("case 23: shut out by the vendor: the robot rests ten minutes, and the emergency goes out by text at once", async () => {
  await using far = await startVendor("dingtalk");
  await using gate = await startVendor("plain");
  far.mood = { code: 130101 };
  await using house = startOffice({
    messages: [told("a"), backup("a-sms")],
    channels: [robot(far), sms(gate)],
    tickets,
    people,
  });
  await house.reached("a", "pending", 1);
  expect((await gate.next()).body.to).toBe(people[0]?.phone);
  await house.reached("a-sms", "accepted");
  // What comes meanwhile does not even try the robot, and is not slower for it.
  await house.door.take({
    type: "record",
    rows: { messages: [told("b", { step: "next" }), backup("b-sms", { step: "next" })] },
  });
  house.office.wake();
  await house.reached("b-sms", "accepted");
  await house.clock.advance(minutes(9));
  expect(far.calls).toHaveLength(1);
  far.mood = "honest";
  await house.clock.advance(minutes(1));
  await house.reached("a", "accepted");
  await house.reached("b", "accepted");
});

test("case 25: a wrong secret all day: one try per message, the next way at once, one line in the log", async () => {
  await using far = await startVendor("feishu", { secret: "right-secret" });
  await using gate = await startVendor("plain");
  const feishu: ChannelSetting = {
    id: "robot",
    kind: "feishu",
    settings: { url: `${far.base}/open-apis/bot/v2/hook/right-hook`, secret: "wrong-secret", allow: ["loopback"] },
  };
  const messages = ["a", "b", "c"].flatMap((key) => [
    told(key, { step: key, severity: "S3", ticket: "GD-2" }),
    backup(`${key}-sms`, { step: key, severity: "S3", ticket: "GD-2", nextTryAt: later(noon, minutes(15)) }),
  ]);
  await using house = startOffice({ messages, channels: [feishu, sms(gate)], tickets, people });
  for (const key of ["a", "b", "c"]) {
    expect((await house.reached(key, "failed")).because).toContain("19021");
    await house.reached(`${key}-sms`, "accepted");
  }
  await house.clock.advance(minutes(30));
  expect(house.office.channels()).toMatchObject([
    { id: "robot", health: "fails", because: expect.stringContaining("19021") },
    { id: "sms", health: "works" },
  ]);
  expect(house.logged.filter((line) => line.startsWith("warn"))).toHaveLength(1);
  expect(JSON.stringify(house.logged)).not.toContain("wrong-secret");
});

test("somebody without a phone is no fault of the channel", async () => {
  await using gate = await startVendor("plain");
  await using house = startOffice({
    messages: [told("a", { channel: "sms", to: "nobody" })],
    channels: [sms(gate)],
    tickets,
    people: [...people, { id: "nobody", name: "nobody" }],
  });
  await house.reached("a", "failed");
  expect(house.office.channels()).toMatchObject([{ health: "unused" }]);
});

test("case 24: sixty faults in a minute are a few digests, and the emergency among them finds a token that was kept for it", async () => {
  await using far = await startVendor("dingtalk");
  await using house = startOffice({ messages: [], channels: [robot(far, { perMinute: 6 })], tickets, people });
  const put = async (messages: Message[]) => {
    await house.door.take({ type: "record", rows: { messages } });
    house.office.wake();
  };
  for (let i = 0; i < 60; i++) {
    await put([told(`f${i}`, { severity: "S3", ticket: `GD-${i + 2}`, text: { zh: `GD-${i + 2} 灯坏`, en: "x" } })]);
    if (i < 4) await house.reached(`f${i}`, "accepted");
  }
  // Four lesser posts went out; the others wait, since the last two tokens are not for them.
  expect(far.calls).toHaveLength(4);
  await put([told("trapped", { text: { zh: "GD-1 电梯困人", en: "x" } })]);
  await house.reached("trapped", "accepted");
  expect(far.calls).toHaveLength(5);
  expect(far.calls[4]?.body.text.content).toContain("电梯困人");
  for (let i = 0; i < 4 && house.door.house.outbox.size > 0; i++) await house.clock.advance(seconds(20));
  for (let i = 4; i < 60; i++) await house.reached(`f${i}`, "accepted");
  expect(far.calls.length).toBeLessThan(10);
  const said = far.calls.map((call) => call.body.text.content).join("\n");
  for (let i = 0; i < 60; i++) expect(said).toContain(`GD-${i + 2} 灯坏`);
});

test("a channel can be tried: it says how it went, and leaves nothing in the outbox", async () => {
  await using far = await startVendor("dingtalk");
  await using house = startOffice({ messages: [], channels: [robot(far)], tickets, people });
  expect(await house.office.tryChannel("robot", "li")).toEqual({ outcome: "accepted" });
  expect(far.calls[0]?.body.text.content).toContain("测试");
  far.mood = { code: 310000 };
  expect(await house.office.tryChannel("robot", "li")).toMatchObject({ outcome: "refused" });
  expect(house.office.channels()).toMatchObject([{ health: "fails" }]);
  expect(await house.office.tryChannel("robot", "nobody")).toBeUndefined();
  expect(await house.office.tryChannel("pigeon", "li")).toBeUndefined();
  expect(house.door.house.outbox.size).toBe(0);
});

test("ten emergencies at once go to Feishu no faster than it takes them, and all within three seconds", async () => {
  await using far = await startVendor("feishu");
  const feishu: ChannelSetting = {
    id: "robot",
    kind: "feishu",
    settings: { url: `${far.base}/open-apis/bot/v2/hook/right-hook`, allow: ["loopback"] },
  };
  const messages = Array.from({ length: 10 }, (_, i) => told(`s${i}`, { ticket: `GD-${i + 2}` }));
  await using house = startOffice({ messages, channels: [feishu], tickets, people });
  await house.reached("s0", "accepted");
  expect(far.calls).toHaveLength(1);
  for (let i = 1; i < 10; i++) {
    await house.clock.advance(milliseconds(249));
    expect(far.calls).toHaveLength(i);
    await house.clock.advance(milliseconds(1));
    await house.reached(`s${i}`, "accepted");
  }
});
