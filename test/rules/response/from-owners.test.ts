/** What an owner tells is asked for whole (W1–W5, W18), and how many it reaches decides how urgent it is (C13, W15). */
import { beforeAll, describe, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import { seconds } from "#model/time";
import { on, startStory, storySite } from "../../support/story-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

const LATE = on("2026-11-21", "23:59:59");
let policy: Policy;
beforeAll(async () => {
  policy = await shippedPolicy();
});

async function desk() {
  const story = await startStory({ site: storySite(policy), start: LATE, delivers: false });
  const stand = await story.api();
  let n = 0;
  const open = (body: object) =>
    stand.ask("POST", "/api/tickets", {
      as: "operator",
      body: { class: "general_fault", description: "厨房水管漏水", commandId: `c${++n}`, ...body },
    });
  return { story, stand, open };
}
const caller = { reporter: { name: "王小明", phone: "13800001234" }, place: { building: "3栋", room: "1202" } };

test("an owner's report has its number of the day, its place, time and where it came from", async () => {
  const { story, stand, open } = await desk();
  await using _ = story;
  const first = await open({ source: "phone", ...caller });
  expect(first.status).toBe(201);
  expect(first.body).toMatchObject({
    no: "GD20261121-000001",
    source: "phone",
    place: { building: "3栋", room: "1202" },
    title: { zh: "厨房水管漏水" },
    publicState: { zh: "待派单" },
    openedAt: "2026-11-21T15:59:59.000Z",
  });
  // Midnight is the site's; the serial goes on, so that no number comes twice.
  await story.clock.advance(seconds(1));
  expect((await open({ source: "patrol" })).body.no).toBe("GD20261122-000002");
  await story.powerCut(on("2026-11-22", "00:10:00"), { delivers: false });
  const later = await (await story.api()).ask("POST", "/api/tickets", {
    as: "operator",
    body: { class: "non_urgent", description: "墙面掉漆", source: "staff", commandId: "after" },
  });
  expect(later.body).toMatchObject({ no: "GD20261122-000003", source: "staff" });
  const kept = await (await story.api()).ask("GET", "/api/tickets/GD20261121-000001", { as: "viewer" });
  expect(kept.body).toMatchObject({ source: "phone" });
  expect(stand.logged.join("")).not.toContain("王小明");
});

describe.each(["phone", "desk", "app"])("an owner (%s)", (source) => {
  test("who leaves out name and phone, or the flat, is asked for them; nothing is opened", async () => {
    const { story, open } = await desk();
    await using _ = story;
    const { reporter, place } = caller;
    for (const [told, missing] of [
      [{}, ["reporter", "place.room"]],
      [{ place }, ["reporter"]],
      [{ reporter }, ["place.room"]],
      [{ reporter, place: { building: "3栋" } }, ["place.room"]],
    ] as const) {
      const { status, body } = await open({ source, ...told });
      expect([status, body.code, body.detail]).toEqual([422, "fields-needed", { missing }]);
      expect(body.message.zh).toContain("姓名、联系电话和房号");
      expect(body.message.en).toContain("name, phone and room");
    }
    expect(story.open()).toEqual([]);
  });
});

test.each([{}, { source: "patrol" }, { source: "staff" }])("as %j nobody needs to be named", async (told) => {
  const { story, open } = await desk();
  await using _ = story;
  expect((await open(told)).status).toBe(201);
});

describe("how many households it reaches", () => {
  test.each([
    ["power_outage", { affected: 1 }, "S3"],
    ["power_outage", { affected: 2 }, "S2"],
    ["power_outage", {}, "S2"],
    ["power_outage", { affected: 1, severity: "S1" }, "S1"],
    ["power_outage", { affected: 40, severity: "S4" }, "S2"],
    ["pump_fault", { affected: 120 }, "S2"],
    ["pump_fault", { affected: 1 }, "S3"],
    ["pump_fault", {}, "S3"],
    // Water runs out of a wall: how many flats it reaches makes it no smaller.
    ["pipe_burst", { affected: 1 }, "S2"],
    ["gas_leak", { affected: 1 }, "S1"],
  ])("%s with %j is %s, and goes by the ladder of that", async (name, told, severity) => {
    const { story, open } = await desk();
    await using _ = story;
    const { body } = await open({ class: name, ...told });
    expect(body.severity).toBe(severity);
    expect(body.affected).toBe((told as { affected?: number }).affected);
    expect(story.ticket(body.no).ladder[0]?.step.id).toBe(`${severity.toLowerCase()}-opened`);
  });

  test.each([0, -1, 1.5, "36", 100_001, null])("told as %j is refused", async (affected) => {
    const { story, open } = await desk();
    await using _ = story;
    expect((await open({ class: "power_outage", affected })).status).toBe(400);
    expect((await open({ class: "power_outage", source: "fax" })).status).toBe(400);
    expect(story.open()).toEqual([]);
  });
});
