/** `personal:` of a site's response.yaml: what it says is what the ticket page tells and what the eraser does. */
import { expect, test } from "vitest";
import { days, later, milliseconds, seconds } from "#model/time";
import { eraseInTime } from "../../../gateway/people/contacts.ts";
import { problemsOf, siteOf } from "../site/written-site.ts";
import { START, startStand, testSite, ticket } from "./stand.ts";

const NO = "GD20261121-000001";
const written = (text: string) => siteOf({ "response.yaml": text });

test("a site that keeps callers for 30 days says so, erases them then, and keeps files for the usual year", async () => {
  const { policy } = await written("personal: { contacts: 30d }\n");
  const keep = policy.personal;
  if (!keep) throw new Error("the file is not heard");
  expect(keep).toEqual({ contacts: days(30), files: days(365) });
  await using stand = await startStand({ site: testSite({ policy }) });
  const { door, vault, stored } = stand;
  door.house.tickets.set(NO, ticket(NO));
  const body = { commandId: "c-1", name: "王小明", phone: "13800001234" };
  const kept = await stand.ask("POST", `/api/tickets/${NO}/contact`, { as: "operator", body });
  expect(kept.body).toMatchObject({ keptDays: 30 });

  door.house.tickets.delete(NO);
  stored.set(NO, ticket(NO, { state: "closed", closedAt: START }));
  const store = { ticket: async (no: string) => stored.get(no) };
  const erase = (now = START) => eraseInTime({ vault, door, store, keep }, now);
  expect(await erase(later(START, milliseconds(days(30) - seconds(1))))).toBe(0);
  expect(await erase(later(START, days(30)))).toBe(1);
  expect(await vault.entries()).toEqual([]);
});

test("what a site leaves out keeps its usual time, and no ticket is opened under another version for it", async () => {
  const changed = await written("personal: { files: 30d }\n");
  expect(changed.policy.personal).toEqual({ contacts: days(90), files: days(30) });
  expect(changed.policy.version).toBe((await siteOf()).policy.version);
});

test.each(["personal: 30", "personal: { contacts: soon }", "personal: { photos: 30d }", "personal: { files: -1d }"])(
  "%s is a problem at its place",
  async (text) => {
    const problems = await problemsOf({ "response.yaml": `${text}\n` });
    expect(problems).toEqual([expect.stringMatching(/^response\.yaml:1:\d+ /)]);
  },
);
