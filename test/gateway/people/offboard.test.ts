/** Somebody leaves in the middle of the night: from then on they are told nothing, are on duty for nothing and are offered nothing. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Account } from "#model/account";
import type { Policy } from "#model/policy";
import type { ChannelSetting } from "#model/site";
import { changeWithAccess } from "../../../gateway/people/offboard.ts";
import { shippedPolicy } from "../../rules/response/shipped-policy.ts";
import { at, TEN, verdict } from "../../support/building.ts";
import { type Story, startStory, storyPeople, storySite } from "../../support/story-house.ts";
import { startVendor, type VendorServer } from "../../support/vendor-server.ts";

const trapped = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment", lifeSafety: true });
const LEADER: Account = {
  id: "p-shift-leader",
  name: "值班长",
  role: "operator",
  password: "-",
  state: "active",
  createdAt: TEN,
};

describe("somebody who leaves", () => {
  let policy: Policy;
  beforeAll(async () => {
    policy = await shippedPolicy();
  });
  const texts = (far: VendorServer): ChannelSetting => ({
    id: "sms",
    kind: "sms",
    settings: {
      url: far.base,
      body: '{"to":"{phone}","text":"{text}"}',
      success: { pointer: "/Code", equals: ["OK"] },
      allow: ["loopback"],
    },
  });
  const phoneOf = (person: string) => storyPeople(policy).people.find(({ id }) => id === person)?.phone;

  /** What the admin's button does, at the door of the house. */
  async function account(story: Story, state: Account["state"]): Promise<void> {
    const { accounts, sessions, tokens, tickets } = story.house;
    const before = accounts.get(LEADER.id) ?? LEADER;
    const known = { sessions: sessions.values(), tokens: tokens.values(), tickets: tickets.values() };
    const { rows } = changeWithAccess(before, { state }, known, "chief", story.clock.now());
    await story.take({ type: "record", rows });
  }
  const toldOf = async (story: Story, step: string) => {
    const no = story.open()[0]?.no ?? "";
    return (await story.store.messages(no)).filter((one) => one.step === step && one.channel === "console");
  };

  test("answers for no role any more: the step goes to the last resort as if nobody held the post, over a power cut too", async () => {
    await using story = await startStory({ site: storySite(policy) });
    await account(story, "disabled");
    await story.powerCut(at(0, 1));
    await story.conditions(trapped);
    await story.until(at(0, 40));
    expect((await toldOf(story, "s1-not-acknowledged")).map(({ to }) => to)).toEqual(["p-last"]);
    const no = story.open()[0]?.no ?? "";
    expect((await story.journal(`ticket:${no}`)).map(({ event }) => event)).toContain("nobody-on-duty");
  });

  test("is on duty again when the account is opened again", async () => {
    await using story = await startStory({ site: storySite(policy) });
    await account(story, "disabled");
    await account(story, "active");
    await story.conditions(trapped);
    await story.until(at(0, 40));
    expect((await toldOf(story, "s1-not-acknowledged")).map(({ to }) => to)).toEqual(["p-shift-leader"]);
  });

  test("gets no text that still waited for its minute, while the others get theirs", async () => {
    await using far = await startVendor("plain");
    await using story = await startStory({ site: storySite(policy, { channels: [texts(far)] }) });
    await story.conditions(trapped);
    await story.until(at(0, 40));
    const waiting = () => [...story.house.outbox.values()].filter(({ channel }) => channel === "sms");
    expect(waiting().map(({ to }) => to)).toContain("p-shift-leader");
    await account(story, "disabled");
    await story.until(at(3));
    await story.when("all sent", () => waiting().every(({ nextTryAt }) => nextTryAt > at(3)));
    const reached = new Set(far.calls.map(({ body }) => body.to));
    expect(reached.has(phoneOf("p-control-room-operator"))).toBe(true);
    expect(reached.has(phoneOf("p-shift-leader"))).toBe(false);
  });
});
