/** T21: a question that comes at night is answered by eight in the morning; by day it has the day that F4 gives. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Policy } from "#model/policy";
import { type Instant, instant, milliseconds } from "#model/time";
import { asOf } from "../../../rules/response/by-morning.ts";
import { building, operator } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

let policy: Policy;
beforeAll(async () => {
  policy = await shippedPolicy();
});
const local = (text: string, zone = "Asia/Shanghai"): Instant =>
  instant(Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds);
const shown = (at: number | undefined): string =>
  Temporal.Instant.fromEpochMilliseconds(at ?? 0)
    .toZonedDateTimeISO("Asia/Shanghai")
    .toPlainDateTime()
    .toString();

function ask(at: Instant, kind: "consult" | "complaint" = "consult") {
  const house = createPureHouse(building({ policy }));
  const command = { do: "open-ticket", class: kind, description: "停车证怎么办" } as const;
  house.take({ type: "command", id: "ask", actor: operator, command }, at);
  const ticket = () => {
    const [one] = house.tickets.values();
    if (!one) throw new Error("no ticket");
    return one;
  };
  const due = (clock: string) => shown(ticket().clocks.find((one) => one.kind === clock)?.dueAt);
  return { house, ticket, due, told: () => house.said.map(({ step }) => step) };
}

describe("a question", () => {
  test.each([
    ["2026-11-21T18:00:00", "2026-11-22T08:00:00"],
    ["2026-11-21T22:30:00", "2026-11-22T08:00:00"],
    ["2026-11-22T00:00:00", "2026-11-22T08:00:00"],
    ["2026-11-22T06:59:59", "2026-11-22T08:00:00"],
    ["2026-11-22T07:00:00", "2026-11-23T07:00:00"],
    ["2026-11-22T10:00:00", "2026-11-23T10:00:00"],
    ["2026-11-22T17:59:59", "2026-11-23T17:59:59"],
  ])("of %s is answered by %s", (asked, answered) => {
    const { due } = ask(local(asked));
    expect(due("acknowledge")).toBe(answered);
  });

  test("of the night that nobody answered is told to the team lead at eight, once, and not before", () => {
    const { house, told, ticket } = ask(local("2026-11-21T22:30:00"));
    house.beat(local("2026-11-21T22:30:00"), local("2026-11-22T07:59:59"));
    expect(told()).not.toContain("consult-not-answered");
    house.beat(local("2026-11-22T07:59:59"), local("2026-11-22T08:00:01"));
    expect(told().filter((step) => step === "consult-not-answered")).toHaveLength(1);
    expect(ticket().clocks.find(({ kind }) => kind === "acknowledge")?.breachedAt).toBe(local("2026-11-22T08:00:00"));
  });

  test("that was answered in the night is told to nobody", () => {
    const { house, told, ticket } = ask(local("2026-11-21T22:30:00"));
    const command = { do: "ticket-step", ticket: ticket().no, step: "acknowledge" } as const;
    house.take({ type: "command", id: "a", actor: operator, command }, local("2026-11-21T23:00:00"));
    house.beat(local("2026-11-21T23:00:00"), local("2026-11-22T08:00:01"));
    expect(told()).not.toContain("consult-not-answered");
    expect(ticket().clocks.find(({ kind }) => kind === "acknowledge")?.state).toBe("met");
  });

  test("keeps the three workdays for its written answer", () => {
    const { ticket } = ask(local("2026-11-21T22:30:00"));
    expect(ticket().clocks.find(({ kind }) => kind === "resolve")).toMatchObject({ workdays: true });
  });
});

test("emergencies and complaints know no night", () => {
  for (const one of Object.values(policy.classes)) {
    if (one.class === "consult") continue;
    expect(asOf(one, local("2026-11-21T23:00:00"), "Asia/Shanghai")).toBe(one);
  }
  expect(ask(local("2026-11-21T23:00:00"), "complaint").due("acknowledge")).toBe("2026-11-21T23:15:00");
});

test("a target that ends before the morning stays, and the morning is the site's, also when its clocks are set", () => {
  const { consult } = policy.classes;
  if (!consult) throw new Error("no consult");
  const quick = { ...consult, clocks: [{ kind: "acknowledge" as const, target: milliseconds(3_600_000) }] };
  expect(asOf(quick, local("2026-11-21T22:00:00"), "Asia/Shanghai").clocks).toEqual(quick.clocks);
  // Berlin goes back an hour in that night: it is eleven hours from 22:00 to 08:00.
  const berlin = asOf(consult, local("2026-10-24T22:00:00", "Europe/Berlin"), "Europe/Berlin");
  expect(berlin.clocks.find(({ kind }) => kind === "acknowledge")?.target).toBe(11 * 3_600_000);
});
