/** The ways out for messages over the API: how they work, and the button that tries one. */
import { expect, test } from "vitest";
import { startStand } from "./stand.ts";

test("the list names the channel that fails, since when and why, and no address", async () => {
  await using stand = await startStand();
  const { status, body } = await stand.ask("GET", "/api/channels", { as: "operator" });
  expect(status).toBe(200);
  expect(body).toEqual([{ id: "robot", kind: "wecom", health: "fails", since: expect.stringMatching(/Z$/), because: "93000" }]);
});

test("a test says how it went and is journalled; who is not there is said in words; others than leads and engineers may not", async () => {
  await using stand = await startStand();
  const to = stand.site.people.people[0]?.id;
  expect(await stand.ask("POST", "/api/channels/robot/test", { as: "engineer", body: { to } })).toMatchObject({
    status: 200,
    body: { outcome: "accepted" },
  });
  expect(stand.door.journal.at(-1)).toMatchObject({ event: "channel-tested", data: { channel: "robot", to, outcome: "accepted" } });
  expect(await stand.ask("POST", "/api/channels/robot/test", { as: "engineer", body: { to: "nobody" } })).toMatchObject({ status: 404 });
  expect(await stand.ask("POST", "/api/channels/robot/test", { as: "engineer", body: {} })).toMatchObject({ status: 400 });
  expect(await stand.ask("POST", "/api/channels/robot/test", { as: "operator", body: { to } })).toMatchObject({ status: 403 });
});
