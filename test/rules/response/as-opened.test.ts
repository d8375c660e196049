/** What a class says of one very ticket: projects report once a week (F5), and of a fire pump the fire safety officer hears ([25201]). */
import { beforeAll, describe, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import { days, hours, instant, later, minutes } from "#model/time";
import { TEN } from "../../support/building.ts";
import { aDevice, startStory, storySite } from "../../support/story-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

let policy: Policy;
beforeAll(async () => {
  policy = await shippedPolicy();
});

async function desk() {
  const devices = [aDevice("lift-1", "elevator"), aDevice("fire-1", "fire"), aDevice("booster-1", "water")];
  const story = await startStory({ site: storySite(policy, { devices }), start: TEN, delivers: false });
  let n = 0;
  const open = async (body: object) =>
    (await story.api()).ask("POST", "/api/tickets", {
      as: "operator",
      body: { class: "non_urgent", description: "更换水箱", source: "staff", commandId: `c${++n}`, ...body },
    });
  const feedback = (no: string) => story.ticket(no).clocks.find(({ kind }) => kind === "feedback");
  const toldAtOpening = (no: string) =>
    story.ticket(no).ladder.find(({ step }) => step.id === "class-opening")?.step.tell ?? [];
  return { story, open, feedback, toldAtOpening };
}

describe("a project", () => {
  test("reports once a week, other planned work every day; so it is after a power cut, and told when the week is over", async () => {
    const { story, open, feedback } = await desk();
    await using _ = story;
    const { body: project } = await open({ project: true });
    const { body: small } = await open({ description: "墙面掉漆" });
    expect(project).toMatchObject({ class: "non_urgent", severity: "S4", project: true });
    expect(small.project).toBeUndefined();
    expect(feedback(project.no)).toMatchObject({ target: days(7), dueAt: later(TEN, days(7)) });
    expect(feedback(small.no)).toMatchObject({ target: hours(24) });

    await story.powerCut(later(TEN, hours(2)), { delivers: false });
    expect(feedback(project.no)).toMatchObject({ dueAt: later(TEN, days(7)) });
    await story.powerCut(instant(TEN + days(7) + minutes(1)), { delivers: false });
    const missed = [...story.ticket(project.no).clocks].filter(({ breachedAt }) => breachedAt === later(TEN, days(7)));
    expect(missed.map(({ kind }) => kind)).toContain("feedback");
  });

  test("is planned work: another class has no such times, and nor has what is opened by a plan", async () => {
    const { story, open } = await desk();
    await using _ = story;
    const refused = await open({ class: "general_fault", project: true });
    expect([refused.status, refused.body.code]).toEqual([422, "no-project"]);
    expect(refused.body.message.zh).toContain("非紧急事项");
    expect((await open({ project: false })).status).toBe(400);
    expect(story.open()).toEqual([]);
  });
});

describe("a pump fault", () => {
  test("of a fire panel's pump is told to the fire safety officer at the opening, of a booster it is not", async () => {
    const { story, open, toldAtOpening } = await desk();
    await using _ = story;
    const fire = await open({ class: "pump_fault", device: "fire-1", description: "消防泵控制柜在手动位" });
    const water = await open({ class: "pump_fault", device: "booster-1", description: "2#泵异响" });
    expect(toldAtOpening(fire.body.no)).toEqual(["fire-safety-officer", "control-room-operator"]);
    expect(toldAtOpening(water.body.no)).toEqual([]);
    const told = (no: string) =>
      [...story.house.outbox.values()].filter(({ ticket }) => ticket === no).map(({ to }) => to);
    expect(told(fire.body.no)).toContain("p-fire-safety-officer");
    expect(told(water.body.no)).not.toContain("p-fire-safety-officer");
  });
});
