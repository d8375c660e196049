/** Two people must find that a fire was none: a second window, a second sign-in or a second name of the same account is not one. */
import { expect, test } from "vitest";
import type { Role } from "#model/account";
import { days, later } from "#model/time";
import { digest, newSecret } from "../../../gateway/people/secrets.ts";
import { sessionCookie } from "../../../gateway/people/sessions.ts";
import { shippedPolicy } from "../../rules/response/shipped-policy.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { START, startStand, testSite, ticket } from "./stand.ts";

const NO = "GD20261121-000001";

test("the same account is refused from another session and under another name, and the next person's word makes it so", async () => {
  const policy = await shippedPolicy();
  const fire = policy.classes.fire_alarm;
  if (!fire) throw new Error("no such class");
  const site = testSite({ policy });
  await using stand = await startStand({ site });
  letDecide(stand.door, site, () => stand.clock.now());
  const { accounts, sessions, tickets } = stand.door.house;
  const account = (id: string, name: string, role: Role) =>
    accounts.set(id, { id, name, role, password: "-", state: "active", createdAt: START });
  const signIn = (id: string): string => {
    const secret = newSecret();
    const expiresAt = later(START, days(1));
    sessions.set(digest(secret), { id: digest(secret), account: id, createdAt: START, expiresAt, state: "active" });
    return `${sessionCookie(false).name}=${secret}`;
  };
  account("wang", "王工", "operator");
  account("li", "李班长", "supervisor");
  tickets.set(NO, ticket(NO, { class: "fire_alarm", policy: fire, device: "fire-1", alarms: [], state: "on-site" }));
  let n = 0;
  const say = (cookie: string) =>
    stand.ask("POST", `/api/tickets/${NO}/false-alarm`, {
      headers: { cookie, origin: stand.url },
      body: { commandId: `second-${++n}`, note: "无烟无火" },
    });
  const [first, other] = [signIn("wang"), signIn("wang")];
  expect(first).not.toBe(other);
  expect(await say(first)).toMatchObject({ status: 200, body: { falseAlarm: false, falseAlarmClaimedBy: "王工" } });
  expect(await say(other)).toMatchObject({ status: 409, body: { code: "second-person-needed" } });
  account("wang", "王五", "supervisor");
  expect(await say(signIn("wang"))).toMatchObject({ status: 409, body: { code: "second-person-needed" } });
  expect(tickets.get(NO)).toMatchObject({ falseAlarm: false, state: "on-site" });
  const second = signIn("li");
  expect(await say(second)).toMatchObject({ status: 200, body: { falseAlarm: true, state: "verifying" } });
  expect(
    stand.door.journal.filter(({ event }) => event.startsWith("ticket-false-alarm")).map(({ actor }) => actor),
  ).toEqual(["wang", "li"]);
});
