/** Cases 12 to 15 and 24 of the thirty: the same alarm again and again, twice at once, graver than before, and sixty of them. */
import { beforeAll, expect, test } from "vitest";
import type { Command } from "#model/plan";
import type { Policy } from "#model/policy";
import { later, milliseconds, seconds } from "#model/time";
import { at, operator, supervisor, TEN, verdict } from "../../../support/building.ts";
import { aDevice, startStory, stepsRun, storySite } from "../../../support/story-house.ts";
import { shippedPolicy } from "../shipped-policy.ts";

let policy: Policy;
beforeAll(async () => {
  policy = await shippedPolicy();
});
const people = (to: "active" | "normal", on = "lift-1", rule = "elevator.entrapment") =>
  verdict(rule, on, to, { ticket: "elevator_entrapment", lifeSafety: true });
const fault = (to: "active" | "normal", on = "lift-1") =>
  verdict("elevator.door", on, to, { severity: "S3", ticket: "general_fault" });

test("case 12: the same alarm forty times in three minutes: one ticket, one set of messages, and a count that everybody sees", async () => {
  await using story = await startStory({ site: storySite(policy), delivers: false });
  await story.conditions(people("active"));
  const [ticket] = story.open();
  const told = await story.store.messages(ticket?.no ?? "");
  for (let n = 1; n < 40; n += 1) {
    await story.clock.advance(milliseconds(4_500));
    await story.conditions(people("normal"), people("active"));
  }
  expect(story.clock.now() - TEN).toBeLessThan(180_000);
  expect(story.open().map(({ no }) => no)).toEqual([ticket?.no]);
  expect(await story.store.messages(ticket?.no ?? "")).toEqual(told);
  const stand = await story.api();
  const { body } = await stand.ask("GET", "/api/alarms?state=all", { as: "operator" });
  expect(body).toMatchObject([{ id: "elevator.entrapment@lift-1", count: 40, occurrence: 1, ticket: ticket?.no }]);
});

test("case 13: the same order delivered again, also after its ticket was closed and after a restart, opens none", async () => {
  await using story = await startStory({ site: storySite(policy) });
  const order: Command = { do: "open-ticket", class: "general_fault", device: "lift-1", description: "门关不上" };
  const first = await story.command(order, operator, "event-77");
  if (!first.ok || first.ticket === undefined) throw new Error("not opened");
  expect(await story.command(order, operator, "event-77")).toEqual(first);
  expect(story.open()).toHaveLength(1);
  await story.step(first.ticket, "false-alarm", { note: "现场正常" }, supervisor);
  await story.step(first.ticket, "close", {}, supervisor);
  const rows = (await story.journal()).length;
  expect(await story.command(order, operator, "event-77")).toEqual(first);
  await story.powerCut(at(10));
  expect(await story.command(order, operator, "event-77")).toEqual(first);
  expect(story.open()).toEqual([]);
  expect(story.ticket(first.ticket)).toMatchObject({ state: "closed", round: 1 });
  // Beside the start of the house, and the policy it keeps from its first start on, nothing was written.
  const events = (await story.journal()).slice(rows).map(({ event }) => event);
  expect(events.filter((event) => event !== "engine-started" && event !== "policy-in-force")).toEqual([]);
});

test("case 14: two sources and a caller raise the same emergency in the same millisecond: one ticket, the others join it or learn its number", async () => {
  await using story = await startStory({ site: storySite(policy) });
  const byHand: Command = { do: "open-ticket", class: "elevator_entrapment", device: "lift-1", description: "困人" };
  const [, , refused] = await Promise.all([
    story.conditions(people("active")),
    story.conditions(people("active", "lift-1", "elevator.button")),
    story.command(byHand),
  ]);
  const [ticket, ...more] = story.open();
  expect(more).toEqual([]);
  expect([...(ticket?.alarms ?? [])].sort()).toEqual(["elevator.button@lift-1", "elevator.entrapment@lift-1"]);
  expect(refused).toMatchObject({ ok: false, refusal: { code: "already-open", detail: { ticket: ticket?.no } } });
  for (const alarm of story.house.alarms.values()) expect(alarm.ticket).toBe(ticket?.no);
  const runs = stepsRun(await story.journal(`ticket:${ticket?.no}`));
  expect(new Set(runs).size).toBe(runs.length);
  expect(await story.store.tickets("all", 10)).toHaveLength(1);
});

test("case 15: a lift fault that was seen, then people inside: S1, unseen, its ladder and clocks from that moment, the fault's kept, phones rung", async () => {
  const channels = ["sms", "voice"].map((kind) => ({ id: kind, kind, settings: {} }));
  await using story = await startStory({ site: storySite(policy, { channels }), delivers: false });
  await story.conditions(fault("active"));
  const lesser = story.open()[0]?.no ?? "";
  await story.until(at(3));
  await story.step(lesser, "acknowledge");
  expect(story.ticket(lesser).acknowledgedBy).toBe(operator.name);
  await story.until(at(20));
  const before = story.ticket(lesser);
  await story.conditions(people("active"));
  const [grave, ...more] = story.open();
  expect(more).toEqual([]);
  expect(grave).toMatchObject({ severity: "S1", class: "elevator_entrapment", openedAt: at(20) });
  expect(grave?.acknowledgedBy).toBeUndefined();
  for (const clock of grave?.clocks ?? []) expect(clock.startedAt, clock.kind).toBe(at(20));
  expect(grave?.ladder.find(({ step }) => step.id === "s1-not-acknowledged")).toMatchObject({ dueAt: at(20, 30) });
  expect(story.ticket(lesser)).toMatchObject({ state: "merged", mergedInto: grave?.no });
  const kept = (await story.shown(lesser)).clocks;
  expect(kept.map(({ kind, startedAt }) => [kind, startedAt])).toEqual(
    before.clocks.map(({ kind, startedAt }) => [kind, new Date(startedAt).toISOString()]),
  );
  const rung = [...story.house.outbox.values()].filter(({ channel }) => channel === "voice");
  expect(rung.map(({ to }) => to)).toEqual(
    expect.arrayContaining(["p-department-supervisor", "p-property-manager", "p-lift-maintenance"]),
  );
  expect(new Set(rung.map(({ nextTryAt }) => nextTryAt))).toEqual(new Set([at(22)]));
  expect(grave?.calls?.map(({ person }) => person)).toEqual(["p-department-supervisor", "p-property-manager"]);
  await story.until(at(20, 30));
  expect(stepsRun(await story.journal(`ticket:${grave?.no}`)).at(-1)).toBe("10:20:30 s1-not-acknowledged");
});

test("case 24: the mains fail, sixty lifts report faults within a minute, and in one somebody is trapped: one thread, and the emergency in full at once", async () => {
  const lifts = Array.from({ length: 61 }, (_, n) => aDevice(`lift-${n + 1}`, "elevator", { dependsOn: ["mains"] }));
  const { rule } = fault("active").instance;
  const site = storySite(policy, {
    devices: [aDevice("mains", "power"), ...lifts],
    rules: [
      { ...rule, suppressBy: [{ where: "depends_on", rule: "power.utility_lost" }] },
      verdict("power.utility_lost", "mains", "active", { severity: "S2", ticket: "power_outage" }).instance.rule,
    ],
  });
  await using story = await startStory({ site, delivers: false });
  await story.conditions(verdict("power.utility_lost", "mains", "active", { severity: "S2", ticket: "power_outage" }));
  const parent = story.open()[0]?.no ?? "";
  const saidBefore = story.house.outbox.size;
  for (let n = 0; n < 60; n += 6) {
    if (n === 30) {
      await story.conditions(people("active", "lift-61"));
      const trapped = story.open().find((one) => one.class === "elevator_entrapment");
      // Nothing of the storm stands before it: its ladder, its clocks and its messages are there in the same instant.
      expect(trapped).toMatchObject({ severity: "S1", openedAt: story.clock.now(), device: "lift-61" });
      expect(stepsRun(await story.journal(`ticket:${trapped?.no}`))).toHaveLength(3);
      expect([...story.house.outbox.values()].filter(({ ticket }) => ticket === trapped?.no).length).toBeGreaterThan(5);
    }
    await story.conditions(...lifts.slice(n, n + 6).map(({ id }) => fault("active", id)));
    await story.clock.advance(seconds(5.5));
  }
  expect(story.open().map((one) => one.class)).toEqual(["power_outage", "elevator_entrapment"]);
  const folded = [...story.house.alarms.values()].filter(({ rule: of }) => of === "elevator.door");
  expect(folded).toHaveLength(60);
  for (const alarm of folded) expect(alarm.suppressedBy, alarm.id).toEqual(["power.utility_lost@mains"]);
  const about = [...story.house.outbox.values()].filter(({ ticket }) => ticket === parent);
  expect(about.length).toBe(saidBefore);
  expect(later(TEN, seconds(60))).toBeGreaterThan(story.clock.now());
});
