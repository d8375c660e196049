/** What was wrong with a channel is still known after a power cut: nothing is tried in vain, and its failure is not forgotten. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import type { ChannelSetting } from "#model/site";
import { minutes, seconds } from "#model/time";
import { shippedPolicy } from "../../rules/response/shipped-policy.ts";
import { at, verdict } from "../../support/building.ts";
import { type Story, startStory, storySite } from "../../support/story-house.ts";
import { startVendor, type VendorServer } from "../../support/vendor-server.ts";
import { startReceiver } from "../../support/webhook-receiver.ts";

const SECRET = "a-secret-of-the-office";
const trapped = (lift: string) =>
  verdict("elevator.entrapment", lift, "active", { ticket: "elevator_entrapment", lifeSafety: true });
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

describe("after a power cut", () => {
  let policy: Policy;
  beforeAll(async () => {
    policy = await shippedPolicy();
  });
  const start = (...channels: ChannelSetting[]) => startStory({ site: storySite(policy, { channels }) });
  const standing = (story: Story, id: string) => story.office?.channels().find((one) => one.id === id);
  const journalled = async (story: Story, id: string) =>
    (await story.journal(`paper:TD-${id}`)).map(({ event }) => event);

  test("a robot that was shut out is left alone until its ten minutes are over, and the emergency goes out by text", async () => {
    await using far = await startVendor("dingtalk");
    await using gate = await startVendor("plain");
    far.mood = { code: 130101 };
    await using story = await start(robot(far), sms(gate));
    await story.conditions(trapped("lift-1"));
    await story.when("shut out", () => story.house.papers.has("TD-robot"));
    await story.until(at(1));
    const tries = far.calls.length;
    await story.powerCut(at(2));
    expect(standing(story, "robot")).toMatchObject({ health: "fails", because: expect.stringContaining("130101") });
    // A new emergency does not knock at the closed door either, and its text goes out in the same minute.
    const texts = gate.calls.length;
    await story.conditions(trapped("lift-2"));
    await story.until(at(2, 30));
    await story.when("told by text", () => gate.calls.length > texts);
    await story.until(at(9, 50));
    expect(far.calls).toHaveLength(tries);
    far.mood = "honest";
    await story.until(at(11));
    await story.when("the robot works", () => standing(story, "robot")?.health === "works");
    expect(far.calls.length).toBeGreaterThan(tries);
    await story.when("written down", () => story.house.papers.get("TD-robot")?.state === "closed");
    expect((await journalled(story, "robot")).at(-1)).toBe("channel-works");
    expect(await story.store.verify()).toMatchObject({ ok: true });
  });

  test("an address that wants nothing any more gets nothing, start after start, until a test gets through or the site is edited", async () => {
    await using hook = await startReceiver(SECRET, [410]);
    const settings = { url: hook.url, secret: SECRET, allow: ["loopback"] };
    await using story = await start({ id: "hook", kind: "webhook", settings });
    await story.conditions(trapped("lift-1"));
    await story.when("off", () => story.house.papers.has("TD-hook"));
    await story.until(at(1));
    const tries = hook.calls.length;
    for (const minute of [2, 4]) {
      await story.powerCut(at(minute));
      expect(standing(story, "hook")).toMatchObject({ health: "fails", because: expect.stringContaining("410") });
      await story.conditions(trapped("lift-2"));
      await story.until(at(minute, 30));
    }
    expect(hook.calls).toHaveLength(tries);
    expect(await journalled(story, "hook")).toEqual(["channel-fails"]);
    const site = {
      ...storySite(policy, { channels: [{ id: "hook", kind: "webhook", settings }] }),
      revision: "edited",
    };
    await story.powerCut(at(6), { site });
    await story.until(at(20));
    await story.when("asked once more", () => hook.calls.length > tries);
  });

  test("a wrong secret is still known: the channel fails from the first second on, and one message that gets through ends it", async () => {
    await using far = await startVendor("dingtalk", { secret: "right-secret" });
    await using story = await start(robot(far, { secret: "wrong-secret" }));
    far.mood = { code: 310000 };
    await story.conditions(trapped("lift-1"));
    await story.when("refused", () => story.house.papers.has("TD-robot"));
    const { since } = standing(story, "robot") ?? {};
    await story.until(at(1));
    await story.powerCut(at(3));
    expect(standing(story, "robot")).toMatchObject({ health: "fails", since });
    far.mood = { code: 0 };
    await story.until(at(16));
    await story.when("mended", () => story.house.papers.get("TD-robot")?.state === "closed");
    expect(await journalled(story, "robot")).toEqual(["channel-fails", "channel-works"]);
    await story.powerCut(at(17));
    expect(standing(story, "robot")?.health).not.toBe("fails");
    const rows = JSON.stringify(await story.journal("paper:TD-robot"));
    for (const secret of ["wrong-secret", "right-token"]) expect(rows).not.toContain(secret);
  });

  test("a clock that was set back while the house was off leaves nobody shut out for longer than ten minutes", async () => {
    await using far = await startVendor("dingtalk");
    far.mood = { code: 130101 };
    await using story = await start(robot(far));
    await story.conditions(trapped("lift-1"));
    await story.when("shut out", () => story.house.papers.has("TD-robot"));
    await story.until(at(1));
    const tries = far.calls.length;
    far.mood = "honest";
    await story.powerCut(at(-600));
    await story.clock.advance(minutes(9));
    await story.take({ type: "tick" });
    expect(far.calls).toHaveLength(tries);
    for (let n = 0; n < 30 && far.calls.length === tries; n += 1) {
      await story.clock.advance(seconds(10));
      await story.take({ type: "tick" });
    }
    await story.when("tried again", () => far.calls.length > tries);
  });
});
