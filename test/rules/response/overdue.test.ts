/** E11, C7: whatever runs out is heard of at that instant, by a step of the ladder or by a reminder, and by one of them alone. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Policy, type TicketClass, ticketClasses } from "#model/policy";
import type { Severity } from "#model/severity";
import type { Ticket } from "#model/ticket";
import { hours, type Instant, instant, later, seconds } from "#model/time";
import { readPolicy } from "../../../gateway/site/policy.ts";
import { createProblemList } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";
import { shipped } from "../../gateway/site/written-site.ts";
import { operator, TEN } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";
import { storySite } from "../../support/story-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

let policy: Policy;
beforeAll(async () => {
  const read = await shippedPolicy();
  policy = { ...read, workdays: { zone: "Asia/Shanghai", years: read.workdays?.years ?? {} } };
});

/** A ticket that nobody touches, looked at whenever something may be due. */
function forgotten(name: TicketClass, severity: Severity, under = policy) {
  const house = createPureHouse(storySite(under));
  const command = { do: "open-ticket", class: name, severity, description: "无人处理" } as const;
  const { refusal } = house.take({ type: "command", id: "o", actor: operator, command }, TEN);
  if (refusal) throw new Error(refusal.message.en);
  const ticket = (): Ticket => [...house.tickets.values()][0] as Ticket;
  const until = (end: Instant): void => {
    for (let now: number = TEN; now < end; ) {
      const { wakeAt } = ticket();
      now = Math.min(end, Math.max(now + 1_000, Math.ceil(wakeAt / 1_000) * 1_000));
      house.take({ type: "tick" }, instant(now));
    }
  };
  const saidAt = (at: Instant) => house.said.filter(({ createdAt }) => createdAt === at);
  return { house, ticket, until, saidAt };
}
const hour = (n: number): Instant => later(TEN, hours(n));
const roles = (messages: readonly { role: string; step: string }[], step: string) =>
  [...new Set(messages.filter((one) => one.step.startsWith(step)).map(({ role }) => role))].sort();

describe("a complaint that is not settled in its time (T18)", () => {
  test.each([
    ["S3", "重要", 24],
    ["S2", "紧急", 12],
    ["S1", "危机", 4],
  ] as const)(
    "of level %s (%s) is told to team lead and supervisor after %i h, not after two days",
    (severity, _, due) => {
      const { until, saidAt, house } = forgotten("complaint", severity);
      until(later(hour(due), seconds(-1)));
      expect(house.said.filter(({ step }) => step.startsWith("overdue-resolve"))).toEqual([]);
      until(hour(due + 1));
      expect(roles(saidAt(hour(due)), "overdue-resolve")).toEqual(["department-supervisor", "team-lead"]);
    },
  );

  test("of the ordinary level is told by its ladder after 48 h, and by nothing else", () => {
    const { until, saidAt, house } = forgotten("complaint", "S4");
    until(hour(49));
    expect(roles(saidAt(hour(48)), "complaint-not-resolved")).toEqual(["project-manager"]);
    expect(house.said.filter(({ step }) => step.startsWith("overdue-resolve"))).toEqual([]);
  });
});

describe("a repair that takes longer than its day (C7)", () => {
  test("is told to team lead and supervisor after 24 h in S2 and S1, where the ladder asks later or not at all", () => {
    for (const [name, severity] of [
      ["pipe_burst", "S2"],
      ["gas_leak", "S1"],
    ] as const) {
      const { until, saidAt } = forgotten(name, severity);
      until(hour(25));
      expect(roles(saidAt(hour(24)), "overdue-resolve")).toEqual(["department-supervisor", "team-lead"]);
    }
  });

  test("and to the project manager after 48 h; in S3 the ladder says both itself, once", () => {
    const burst = forgotten("pipe_burst", "S2");
    burst.until(hour(49));
    expect(roles(burst.saidAt(hour(48)), "s2-not-resolved")).toEqual(["project-manager"]);
    const fault = forgotten("general_fault", "S3");
    fault.until(hour(49));
    expect(roles(fault.saidAt(hour(24)), "s3-one-day")).toEqual(["department-supervisor", "team-lead"]);
    expect(roles(fault.saidAt(hour(48)), "s3-two-days")).toEqual(["project-manager"]);
    expect(fault.house.said.filter(({ step }) => step.startsWith("overdue-resolve"))).toEqual([]);
  });
});

test.each(ticketClasses)(
  "every clock of a forgotten %s, at every severity, is heard of in the second in which it runs out, or was before",
  (name) => {
    const one = policy.classes[name];
    if (!one) throw new Error(name);
    for (const severity of (["S1", "S2", "S3", "S4"] as const).filter((severity) => severity <= one.severity)) {
      const { house, ticket, until } = forgotten(name, severity);
      until(hour(24 * 8));
      for (const clock of ticket().clocks.filter(({ kind, target }) => kind !== "feedback" && target > 0)) {
        const by = ticket().ladder.filter(
          ({ step, doneAt }) => step.unless.includes(clock.kind) && doneAt !== undefined && doneAt <= clock.dueAt,
        );
        const reminded = house.said.filter(({ step }) => step.startsWith(`overdue-${clock.kind}-`));
        expect([
          name,
          severity,
          clock.kind,
          by.length > 0 ? "ladder" : reminded.map(({ createdAt }) => createdAt - clock.dueAt)[0],
        ]).toEqual([name, severity, clock.kind, by.length > 0 ? "ladder" : 0]);
        // Never both: who is called by the ladder is not written to beside it.
        if (by.length > 0) expect(reminded).toEqual([]);
      }
    }
  },
);

test("a role that is misspelt among those who hear of a late clock is refused at its place", async () => {
  const { readFile } = await import("node:fs/promises");
  const text = (await readFile(shipped.policy, "utf8")).replace(
    "resolve: [team-lead, department-supervisor]",
    "resolve: [team-laed, department-supervisor]",
  );
  const problems = createProblemList();
  readPolicy(readYaml("policy.yaml", new TextEncoder().encode(text), problems), "urban", problems);
  const line = text.split("\n").findIndex((one) => one.includes("team-laed")) + 1;
  expect(problems.list().map(({ line: at, what }) => [at, what.en])).toEqual([[line, "there is no role team-laed"]]);
});
