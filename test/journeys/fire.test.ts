/** A fire through the whole house: call point, ticket, a hasty finding, the detector that confirms, the word from the spot. */
import { expect, test } from "vitest";
import type { TicketBody, TicketDetailBody } from "../../gateway/api/ticket-shapes.ts";
import { call, startHouseProcess } from "../support/house-process.ts";

test("a call point opens one ticket; one person cannot call it false; a detector confirms it, people say so", {
  timeout: 240_000,
}, async () => {
  await using house = await startHouseProcess();
  await house.until("the panel answers", ({ devices }) => devices.get("fire-1")?.state === "online");
  const account = { user: "wang", password: "correct horse 7!" };
  expect((await house.call("POST", "/api/users", { ...account, name: "王工", role: "supervisor" })).status).toBe(201);
  const signedIn = await fetch(`${house.url}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: house.url },
    body: JSON.stringify(account),
  });
  const wang = { cookie: signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "", origin: house.url };

  const played = await house.simulator("POST", "/play", {
    scenario: "fire-call-point",
    device: "fire-1",
    params: { smokeAfter: 20 },
  });
  expect(played.status).toBeLessThan(300);

  const isFire = (ticket: TicketBody) => ticket.class === "fire_alarm" && ticket.device === "fire-1";
  const ticket = await house.until("a fire ticket", ({ tickets }) => [...tickets.values()].find(isFire));
  expect(ticket).toMatchObject({ severity: "S1", state: "new", alarms: ["fire.alarm@fire-1"] });
  expect(house.seen.alarms.get("fire.alarm@fire-1")).toMatchObject({ severity: "S1", state: "unacknowledged" });

  let serial = 0;
  const step = (name: string, note: string, person?: Record<string, string>) => {
    serial += 1;
    const path = `/api/tickets/${ticket.no}/${name}`;
    const body = { commandId: `fire-journey-command-${serial}`, note };
    return person
      ? call<{ code?: string }>(`${house.url}${path}`, "POST", body, person)
      : house.call<{ code?: string }>("POST", path, body);
  };
  const detail = async () => (await house.call<TicketDetailBody>("GET", `/api/tickets/${ticket.no}`)).body;

  // A script's token is no person, and nobody is two.
  const byToken = await step("false-alarm", "七区无烟无火");
  expect([byToken.status, byToken.body.code]).toEqual([403, "person-needed"]);
  expect((await step("false-alarm", "七区无烟无火", wang)).status).toBe(200);
  const again = await step("false-alarm", "七区无烟无火", wang);
  expect([again.status, again.body.code]).toEqual([409, "second-person-needed"]);
  expect(await detail()).toMatchObject({ falseAlarm: false, state: "new", falseAlarmClaimedBy: "王工" });

  await house.until("the detector confirms", ({ tickets }) =>
    tickets.get(ticket.no)?.alarms.includes("fire.confirmed@fire-1"),
  );
  expect((await step("verify", "七区起火，已拨119")).status).toBe(200);
  const after = await detail();
  expect(after.state).toBe("new");
  expect(after.clocks.find((clock) => clock.kind === "verify")?.state).toBe("met");
  expect(after.told.map((one) => one.role)).toContain("fire-safety-officer");

  const fires = [...house.seen.tickets.values()].filter((one) => one.device === "fire-1");
  expect(fires.map((one) => one.no)).toEqual([ticket.no]);
  const unanswered = [...house.seen.alarms.keys()].filter((id) => id.startsWith("fire.feedback"));
  expect(unanswered).toEqual([]);
});
