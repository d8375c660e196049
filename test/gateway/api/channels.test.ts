/** The ways out for messages over the API: how they work, and the button that tries one. */
import { expect, test } from "vitest";
import { formatInstant, later, minutes, seconds } from "#model/time";
import { aMessage, aTicket, noon } from "../../support/stored-things.ts";
import { startStand, testSite } from "./stand.ts";

test("the list names the channel that fails, since when and why, and no address", async () => {
  await using stand = await startStand();
  const { status, body } = await stand.ask("GET", "/api/channels", { as: "operator" });
  expect(status).toBe(200);
  expect(body).toEqual([
    { id: "robot", kind: "wecom", health: "fails", since: expect.stringMatching(/Z$/), because: "93000" },
  ]);
});

test("a test says how it went and is journalled; who is not there is said in words; others than leads and engineers may not", async () => {
  await using stand = await startStand();
  const to = stand.site.people.people[0]?.id;
  expect(await stand.ask("POST", "/api/channels/robot/test", { as: "engineer", body: { to } })).toMatchObject({
    status: 200,
    body: { outcome: "accepted" },
  });
  expect(stand.door.journal.at(-1)).toMatchObject({
    event: "channel-tested",
    data: { channel: "robot", to, outcome: "accepted" },
  });
  expect(await stand.ask("POST", "/api/channels/robot/test", { as: "engineer", body: { to: "nobody" } })).toMatchObject(
    { status: 404 },
  );
  expect(await stand.ask("POST", "/api/channels/robot/test", { as: "engineer", body: {} })).toMatchObject({
    status: 400,
  });
  expect(await stand.ask("POST", "/api/channels/robot/test", { as: "operator", body: { to } })).toMatchObject({
    status: 403,
  });
});

test("told, delivered, read, accepted: how far the news got with each person, read by opening the ticket and counted once", async () => {
  // The stand's tokens are called "<role> script": such a person has the operator's account.
  const site = testSite();
  const people = [{ id: "op", name: "operator script" }, ...site.people.people];
  await using stand = await startStand({ site: { ...site, people: { ...site.people, people } } });
  const ticket = aTicket("GD20261121-000001");
  stand.stored.set(ticket.no, ticket);
  const sent = later(noon, seconds(60));
  stand.messages.push(
    aMessage("a", { ticket: ticket.no, to: "op", channel: "console", state: "delivered", deliveredAt: noon }),
    aMessage("b", { ticket: ticket.no, to: "op", channel: "hook", state: "delivered", deliveredAt: sent }),
    aMessage("c", { ticket: ticket.no, to: "other", channel: "robot", state: "accepted" }),
  );
  const as = (role: "operator" | "viewer") => stand.ask("GET", `/api/tickets/${ticket.no}`, { as: role });
  expect((await as("viewer")).body.trace).toEqual([
    { to: "operator script", told: formatInstant(noon), delivered: formatInstant(sent) },
    { to: "other", told: formatInstant(noon) },
  ]);
  await stand.clock.advance(minutes(1));
  const { body } = await as("operator");
  expect(body.trace[0]).toMatchObject({ read: expect.stringMatching(/Z$/) });
  expect(body.trace[1].read).toBeUndefined();
  expect(body.trace[0].accepted).toBeUndefined();
  expect(stand.door.journal.filter((entry) => entry.event === "message-read")).toHaveLength(1);
  // A robot's yes and an opened page are no acceptance: only the person's own word is.
  const at = later(noon, minutes(2));
  const row = { occurredAt: at, at, about: `ticket:${ticket.no}`, event: "ticket-accept", data: {} };
  stand.journal.push({ ...row, seq: 7, actor: "op", hash: "" });
  const { trace } = (await as("viewer")).body;
  expect(trace[0]).toMatchObject({ to: "operator script", accepted: formatInstant(at) });
  expect(trace[1].accepted).toBeUndefined();
});
