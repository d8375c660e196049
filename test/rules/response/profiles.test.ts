/** A ticket under a profile of the shipped policy: its numbers come to pass, and it keeps them when the site gives the profile up. */
import { describe, expect, test } from "vitest";
import { hours, minutes } from "#model/time";
import { at, building, operator, TEN, verdict } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";
import { startStory, stepsRun, storySite } from "../../support/story-house.ts";
import { policyUnder, shippedPolicy } from "./shipped-policy.ts";

const people = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment", lifeSafety: true });

describe("an entrapment under hz-draft", () => {
  test("is escalated after one, three and fifteen minutes in place of five, five and thirty", async () => {
    await using story = await startStory({ site: storySite(await policyUnder("hz-draft")) });
    await story.conditions(people);
    const [ticket] = story.open();
    if (!ticket) throw new Error("no ticket");
    await story.until(at(16));
    const run = stepsRun(await story.journal(`ticket:${ticket.no}`));
    expect(run).toContain("10:01:00 entrapment-not-accepted");
    expect(run).toContain("10:03:00 s1-no-plan");
    expect(run).toContain("10:15:00 entrapment-rescue-late");
    const late = story.ticket(ticket.no).clocks.filter(({ breachedAt }) => breachedAt !== undefined);
    expect(late.map(({ kind, breachedAt }) => [kind, breachedAt])).toEqual(
      expect.arrayContaining([
        ["acknowledge", at(0, 30)],
        ["accept", at(1)],
        ["plan", at(3)],
        ["rescue-onsite", at(15)],
      ]),
    );
  });

  test("keeps its numbers when the site gives the profile up while it is open; the next one has those of the shipped policy", async () => {
    await using story = await startStory({ site: storySite(await policyUnder("hz-draft")) });
    await story.conditions(people);
    const [ticket] = story.open();
    if (!ticket) throw new Error("no ticket");
    await story.powerCut(at(0, 20), { site: storySite(await shippedPolicy()) });
    await story.until(at(4));
    expect(story.ticket(ticket.no).policyVersion).toMatch(/\+hz-draft$/);
    const run = stepsRun(await story.journal(`ticket:${ticket.no}`));
    expect(run).toContain("10:01:00 entrapment-not-accepted");
    expect(run).toContain("10:03:00 s1-no-plan");
    expect(story.ticket(ticket.no).clocks.find(({ kind }) => kind === "plan")?.breachedAt).toBe(at(3));
  });
});

describe("a complaint under complaint-004", () => {
  test.each(["S4", "S1"] as const)(
    "of level %s is answered in an hour and settled in two workdays",
    async (severity) => {
      const policy = await policyUnder("complaint-004");
      const workdays = { zone: "Asia/Shanghai", years: policy.workdays?.years ?? {} };
      const house = createPureHouse(building({ policy: { ...policy, workdays } }));
      house.take(
        {
          type: "command",
          id: "open",
          actor: operator,
          command: { do: "open-ticket", class: "complaint", description: "电梯一周坏三次", severity },
        },
        TEN,
      );
      const [ticket] = house.tickets.values();
      const due = (kind: string) => ticket?.clocks.find((one) => one.kind === kind)?.dueAt;
      expect(due("acknowledge")).toBe(TEN + hours(1));
      // TEN is a Saturday: two whole workdays end with Tuesday.
      const local = (time: number | undefined) =>
        Temporal.Instant.fromEpochMilliseconds(time ?? 0)
          .toZonedDateTimeISO("Asia/Shanghai")
          .toPlainDateTime()
          .toString();
      expect(local(due("resolve"))).toBe("2026-11-25T00:00:00");
      expect(due("accept")).toBe(TEN + hours(2));
      house.beat(TEN, at(59));
      expect(house.said.map(({ step }) => step)).not.toContain("complaint-not-answered");
      house.beat(at(59), at(61));
      expect(house.said.map(({ step }) => step)).toContain("complaint-not-answered");
    },
  );
});

test("an S1 under medical is late after five minutes, and whoever must know is told then", async () => {
  const house = createPureHouse(building({ policy: await policyUnder("medical") }));
  house.take({ type: "conditions", transitions: [people] }, TEN);
  const told = () => house.said.flatMap(({ step }) => step.split("+"));
  house.beat(TEN, at(4, 59));
  expect(told()).not.toContain("s1-not-on-site");
  house.beat(at(4, 59), at(5, 1));
  expect(told()).toContain("s1-not-on-site");
  const [ticket] = house.tickets.values();
  const clock = ticket?.clocks.find(({ kind }) => kind === "staff-onsite");
  expect([clock?.target, clock?.breachedAt]).toEqual([minutes(5), at(5)]);
});
