import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import type { Severity } from "#model/severity";
import { hours, type Instant, later, minutes, type Span } from "#model/time";
import { readPolicy } from "../../../gateway/site/policy.ts";
import { createProblemList } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";
import { building, operator, supervisor, TEN } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

let shipped: Policy;
beforeAll(async () => {
  const problems = createProblemList();
  const path = new URL("../../../rules/response/policy.yaml", import.meta.url);
  const policy = readPolicy(readYaml("policy.yaml", await readFile(path), problems), "urban", problems);
  if (!policy) throw new Error(JSON.stringify(problems.list()));
  shipped = policy;
});

function openComplaint(severity?: Severity) {
  const house = createPureHouse(building({ policy: shipped }));
  let n = 0;
  house.take(
    {
      type: "command",
      id: "open",
      actor: operator,
      command: {
        do: "open-ticket",
        class: "complaint",
        description: "电梯一周坏三次",
        ...(severity ? { severity } : {}),
      },
    },
    TEN,
  );
  const ticket = () => [...house.tickets.values()][0];
  const step = (
    step: "review" | "dispatch" | "acknowledge" | "accept",
    actor: typeof operator,
    now: Instant,
    more = {},
  ) =>
    house.take(
      {
        type: "command",
        id: `c${++n}`,
        actor,
        command: { do: "ticket-step", ticket: ticket()?.no ?? "", step, ...more },
      },
      now,
    );
  const target = (kind: string): Span | undefined => ticket()?.clocks.find((one) => one.kind === kind)?.target;
  const steps = () => [...new Set(house.said.map((message) => message.step))];
  return { house, ticket, step, target, steps };
}

describe("a complaint", () => {
  test.each([
    ["S4", "一般", 12, 48],
    ["S3", "重要", 6, 24],
    ["S2", "紧急", 2, 12],
    ["S1", "危机", 1, 4],
  ] as const)(
    "of level %s (%s) reports every %i h and is settled within %i h (T18)",
    (severity, name, feedback, resolve) => {
      const { ticket, target } = openComplaint(severity);
      expect([target("feedback"), target("resolve")]).toEqual([hours(feedback), hours(resolve)]);
      expect(ticket()?.policy.levels?.[severity]?.zh).toBe(name);
    },
  );

  test("is reviewed by a team lead before anybody is sent (P4)", () => {
    const { step, ticket } = openComplaint();
    expect(step("dispatch", operator, TEN, { assignee: "张强" }).refusal?.code).toBe("review-needed");
    expect(step("accept", operator, TEN).refusal?.code).toBe("review-needed");
    expect(step("review", operator, TEN).refusal?.code).toBe("approval-needed");
    expect(step("review", supervisor, TEN).refusal).toBeUndefined();
    expect(ticket()).toMatchObject({ reviewedBy: "李主管", state: "new" });
    expect(step("dispatch", operator, TEN, { assignee: "张强" }).refusal).toBeUndefined();
  });

  test("nobody cares for climbs its own ladder at 15 min, 30 min and 2 h (E4), not that of an emergency", () => {
    const { house, steps } = openComplaint("S1");
    expect(steps()).toEqual(["complaint-opened"]);
    house.beat(TEN, later(TEN, minutes(15)));
    expect(steps()).toContain("complaint-not-answered");
    expect(steps()).not.toContain("complaint-not-dispatched");
    house.beat(later(TEN, minutes(15)), later(TEN, minutes(30)));
    expect(steps()).toContain("complaint-not-dispatched");
    house.beat(later(TEN, minutes(119)), later(TEN, minutes(120)));
    expect(steps()).toContain("complaint-not-accepted");
    expect(steps().some((one) => one.startsWith("s1-"))).toBe(false);
  });

  test("answered, reviewed and sent in time calls nobody further", () => {
    const { house, step, steps } = openComplaint();
    step("acknowledge", operator, later(TEN, minutes(5)));
    step("review", supervisor, later(TEN, minutes(6)));
    step("dispatch", operator, later(TEN, minutes(7)), { assignee: "张强" });
    step("accept", operator, later(TEN, minutes(8)));
    house.beat(later(TEN, minutes(8)), later(TEN, minutes(31)));
    expect(steps().filter((one) => one.startsWith("complaint-not"))).toEqual([]);
  });
});
