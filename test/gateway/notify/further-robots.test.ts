/** Several robots in one group: the next takes over where one is out of posts, shut out or broken, and nothing is said twice. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "#model/message";
import type { ChannelSetting } from "#model/site";
import { later, milliseconds, minutes, seconds } from "#model/time";
import { createBucket, robotPace } from "../../../gateway/notify/pace.ts";
import { aMessage, aTicket, noon } from "../../support/stored-things.ts";
import { startVendor, type VendorServer } from "../../support/vendor-server.ts";
import { startOffice } from "./office.ts";

const people = [{ id: "zhang", name: "zhang", phone: "00010000000" }];
const tickets = Array.from({ length: 40 }, (_, i) => aTicket(`GD-${i + 1}`));
const url = (far: VendorServer) => `${far.base}/robot/send?access_token=right-token`;
const group = (first: VendorServer, second: VendorServer, more: object = {}): ChannelSetting => ({
  id: "robot",
  kind: "dingtalk",
  settings: { url: url(first), overflow: [{ url: url(second) }], allow: ["loopback"], ...more },
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
const told = (key: string, n: number, changes: Partial<Message> = {}): Message =>
  aMessage(key, {
    ticket: `GD-${n}`,
    to: "zhang",
    channel: "robot",
    severity: "S1",
    text: { zh: `第${n}号事件`, en: `event ${n}` },
    ...changes,
  });
const said = (...fars: VendorServer[]) =>
  fars.flatMap(({ calls }) => calls.map(({ body }) => body.text.content as string));

describe("a group with two robots", () => {
  test("goes on with the second when the first is out of posts, each keeps its share for emergencies, and nothing is said twice", async () => {
    await using first = await startVendor("dingtalk");
    await using second = await startVendor("dingtalk");
    await using house = startOffice({
      messages: [],
      channels: [group(first, second, { perMinute: 6 })],
      tickets,
      people,
    });
    const put = async (...messages: Message[]) => {
      await house.door.take({ type: "record", rows: { messages } });
      house.office.wake();
    };
    for (let i = 1; i <= 8; i++) {
      await put(told(`f${i}`, i, { severity: "S3" }));
      await house.reached(`f${i}`, "accepted");
    }
    // Four lesser posts each; the last two of either are not for them.
    expect([first.calls.length, second.calls.length]).toEqual([4, 4]);
    await put(told("f9", 9, { severity: "S3" }));
    for (let i = 11; i <= 14; i++) {
      await put(told(`s${i}`, i));
      await house.reached(`s${i}`, "accepted");
    }
    expect([first.calls.length, second.calls.length]).toEqual([6, 6]);
    expect(said(first).join()).toContain("第11号事件");
    expect(said(second).join()).toContain("第14号事件");
    expect(said(first, second).join()).not.toContain("第9号事件");
    await house.clock.advance(minutes(1));
    await house.reached("f9", "accepted");
    for (let i = 1; i <= 14; i++) {
      if (i === 10) continue;
      expect(said(first, second).filter((text) => text.includes(`第${i}号事件`))).toHaveLength(1);
    }
    expect(house.office.channels()).toEqual([{ id: "robot", kind: "dingtalk", health: "works" }]);
  });

  test("hands the very post that a robot is shut out with to the next one, and leaves the first alone for ten minutes", async () => {
    await using first = await startVendor("dingtalk");
    await using second = await startVendor("dingtalk");
    first.mood = { code: 130101 };
    await using house = startOffice({ messages: [told("a", 1)], channels: [group(first, second)], tickets, people });
    await house.reached("a", "accepted");
    expect(house.history("a")).toEqual(["sending", "accepted"]);
    await house.door.take({ type: "record", rows: { messages: [told("b", 2)] } });
    house.office.wake();
    await house.reached("b", "accepted");
    expect([first.calls.length, second.calls.length]).toEqual([1, 2]);
    expect(house.logged).toEqual([expect.stringContaining("takes messages again")].slice(1));
    first.mood = "honest";
    await house.clock.advance(minutes(10));
    await house.door.take({ type: "record", rows: { messages: [told("c", 3)] } });
    house.office.wake();
    await house.reached("c", "accepted");
    expect([first.calls.length, second.calls.length]).toEqual([2, 2]);
  });

  test("says of a robot whose secret is wrong that it is broken, while the other takes the posts; a test finds it mended", async () => {
    await using first = await startVendor("dingtalk");
    await using second = await startVendor("dingtalk");
    first.mood = { code: 310000 };
    await using house = startOffice({
      messages: [told("a", 1), told("b", 2)],
      channels: [group(first, second)],
      tickets,
      people,
    });
    for (const key of ["a", "b"]) await house.reached(key, "accepted");
    await house.door.take({ type: "record", rows: { messages: [told("c", 3)] } });
    house.office.wake();
    await house.reached("c", "accepted");
    // Both that were on their way at once met it; what came later did not.
    expect(first.calls.length).toBeLessThanOrEqual(2);
    expect(second.calls).toHaveLength(3);
    expect(house.office.channels()).toMatchObject([
      { health: "fails", because: expect.stringMatching(/第 1 个机器人：.*310000.*robot 1: /) },
    ]);
    expect(await house.office.tryChannel("robot", "zhang")).toMatchObject({ outcome: "refused" });
    first.mood = "honest";
    expect(await house.office.tryChannel("robot", "zhang")).toEqual({ outcome: "accepted" });
    expect(house.office.channels()).toEqual([{ id: "robot", kind: "dingtalk", health: "works" }]);
    expect(second.calls).toHaveLength(5);
  });

  test("does not hand on a post of which nobody knows whether it arrived: it is tried again where it was", async () => {
    await using first = await startVendor("dingtalk");
    await using second = await startVendor("dingtalk");
    first.mood = "cut";
    await using house = startOffice({ messages: [told("a", 1)], channels: [group(first, second)], tickets, people });
    await house.reached("a", "pending", 1);
    expect(second.calls).toEqual([]);
    first.mood = "honest";
    await house.clock.advance(seconds(2));
    await house.reached("a", "accepted");
    expect([first.calls.length, second.calls.length]).toEqual([2, 0]);
  });

  test("sends the emergency by text at once when every robot is shut out, or out of posts for a while", async () => {
    await using first = await startVendor("dingtalk");
    await using second = await startVendor("dingtalk");
    await using gate = await startVendor("plain");
    first.mood = { code: 130101 };
    second.mood = { code: 130101 };
    const backup = (key: string, n: number) => told(key, n, { channel: "sms", nextTryAt: later(noon, minutes(5)) });
    await using shut = startOffice({
      messages: [told("a", 1), backup("a-sms", 1)],
      channels: [group(first, second), sms(gate)],
      tickets,
      people,
    });
    await shut.reached("a-sms", "accepted");
    expect([first.calls.length, second.calls.length, gate.calls.length]).toEqual([1, 1, 1]);

    first.mood = "honest";
    second.mood = "honest";
    const all = Array.from({ length: 13 }, (_, i) => [told(`k${i}`, i + 1), backup(`k${i}-sms`, i + 1)]).flat();
    await using spent = startOffice({
      messages: all,
      channels: [group(first, second, { perMinute: 6 }), sms(gate)],
      tickets,
      people,
    });
    // Twelve found a robot; the thirteenth does not wait a minute for one.
    const late = () => all.filter(({ key }) => key.endsWith("sms") && spent.history(key).includes("accepted"));
    while (first.calls.length + second.calls.length < 2 + 12) await new Promise((turn) => setImmediate(turn));
    for (let n = 0; n < 4 && gate.calls.length === 1; n += 1) await spent.clock.advance(seconds(1));
    while (late().length === 0) await new Promise((turn) => setImmediate(turn));
    expect(first.calls.length + second.calls.length).toBe(2 + 12);
    expect(late()).toHaveLength(1);
  });

  test("counts the robots of WeCom and Feishu too, the secret of each its own", async () => {
    await using one = await startVendor("feishu", { secret: "secret-of-one", now: () => noon });
    await using two = await startVendor("feishu", { secret: "secret-of-two", now: () => noon });
    const hook = (far: VendorServer) => `${far.base}/open-apis/bot/v2/hook/right-hook`;
    const feishu = {
      id: "robot",
      kind: "feishu",
      settings: {
        url: hook(one),
        secret: "secret-of-one",
        overflow: [{ url: hook(two), secret: "secret-of-two" }],
        allow: ["loopback"],
      },
    };
    one.mood = { code: 9499 };
    await using house = startOffice({ messages: [told("a", 1)], channels: [feishu], tickets, people });
    await house.reached("a", "accepted");
    expect([one.calls.length, two.calls.length]).toEqual([1, 1]);

    await using plain = await startVendor("wecom");
    await using other = await startVendor("wecom");
    const key = (far: VendorServer) => `${far.base}/cgi-bin/webhook/send?key=right-key`;
    plain.mood = { code: 45009 };
    const wecom = {
      id: "robot",
      kind: "wecom",
      settings: { url: key(plain), overflow: [{ url: key(other) }], allow: ["loopback"] },
    };
    await using wide = startOffice({ messages: [told("a", 1)], channels: [wecom], tickets, people });
    await wide.reached("a", "accepted");
    expect([plain.calls.length, other.calls.length]).toEqual([1, 1]);
  });
});

test("in no minute does a robot get more than it takes, and lesser news never the share of emergencies", () => {
  const posts = fc.array(fc.tuple(fc.integer({ min: 0, max: 30_000 }), fc.boolean()), { maxLength: 200 });
  fc.assert(
    fc.property(posts, fc.integer({ min: 6, max: 20 }), (wishes, perMinute) => {
      const { count, kept } = robotPace(perMinute);
      const bucket = createBucket(robotPace(perMinute));
      const taken: { at: number; grave: boolean }[] = [];
      let at = 0;
      for (const [wait, grave] of wishes) {
        at += wait;
        const severity = grave ? "S1" : "S3";
        const free = bucket.freeAt(severity, milliseconds(at)) <= at;
        expect(bucket.take(severity, milliseconds(at))).toBe(free);
        if (free) taken.push({ at, grave });
      }
      for (const { at: end } of taken) {
        const within = taken.filter((one) => one.at > end - 60_000 && one.at <= end);
        expect(within.length).toBeLessThanOrEqual(count);
        if (within.every(({ grave }) => !grave)) expect(within.length).toBeLessThanOrEqual(count - kept);
      }
      // After a minute of silence all of it is there again.
      expect(bucket.freeAt("S3", milliseconds(at + 60_000))).toBe(at + 60_000);
    }),
    { numRuns: 200 },
  );
});
