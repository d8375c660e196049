/** Cases 20 to 22 and 26 of the thirty: nobody on duty, two who accept, somebody who is taken away, a text that is not needed any more. */
import { beforeAll, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { Policy } from "#model/policy";
import type { ChannelSetting, People } from "#model/site";
import { days, later, milliseconds, seconds } from "#model/time";
import { proveResponse } from "../../../../rules/response/prove.ts";
import { at, TEN, verdict } from "../../../support/building.ts";
import { startStory, stepsRun, storyPeople, storySite } from "../../../support/story-house.ts";
import { startVendor } from "../../../support/vendor-server.ts";
import { shippedPolicy } from "../shipped-policy.ts";

let policy: Policy;
let people: People;
beforeAll(async () => {
  policy = await shippedPolicy();
  people = storyPeople(policy);
});
const trapped = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment", lifeSafety: true });
const pump = verdict("water.pump_trip", "booster-1", "active", { severity: "S3", ticket: "pump_fault" });
const somebody = (id: string, name: string): Actor => ({ kind: "person", id, name, role: "maintainer" });

/** Two technicians who are on duty together. */
const crew = (): People => ({
  ...people,
  people: [...people.people, { id: "a", name: "张工" }, { id: "b", name: "李工" }],
  teams: people.teams.map((team) => (team.id === "technician-on-duty" ? { ...team, people: ["a", "b"] } : team)),
});
const A = somebody("a", "张工");
const B = somebody("b", "李工");

test("case 20: the shift leader's post is empty: told to the fallback in the same beat, written down as 无人值班, and the check had said so the day before", async () => {
  const nights = [
    { team: "shift-leader", people: ["p-shift-leader"], days: [1, 2, 3, 4, 5, 6, 7], from: 1320, to: 480 },
  ];
  const site = storySite(policy, { people: { ...people, shifts: nights } });
  const found = proveResponse(site, later(TEN, milliseconds(-days(1)))).map(({ what }) => what);
  const hole = found.find(({ en }) => en.includes("s1-not-acknowledged"));
  expect(hole?.zh).toContain("监控中心值班长");
  expect(hole?.zh).toMatch(/2026-11-21 08:00 – 2026-11-21 22:00/);
  await using story = await startStory({ site });
  await story.conditions(trapped);
  const no = story.open()[0]?.no ?? "";
  await story.until(at(0, 31));
  const told = (await story.store.messages(no)).filter(({ step }) => step === "s1-not-acknowledged");
  expect(told.map(({ to, createdAt }) => [to, createdAt])).toEqual([["p-last", at(0, 30)]]);
  const rows = (await story.journal(`ticket:${no}`)).filter(({ event }) => event === "nobody-on-duty");
  expect(rows).toMatchObject([{ at: at(0, 30), data: { role: "shift-leader", step: "s1-not-acknowledged" } }]);
  const line = (await story.shown(no)).events.find(({ event }) => event === "nobody-on-duty")?.line;
  expect(line?.zh).toContain("监控中心值班长无人值班，改通知");
  // It was not waited for: the next steps come at their own instants.
  await story.until(at(5));
  expect(stepsRun(await story.journal(`ticket:${no}`)).slice(-2)).toEqual([
    "10:05:00 s1-no-plan",
    "10:05:00 entrapment-not-accepted",
  ]);
});

test("case 21: the first does not answer, the second accepts, and the first accepts five seconds later: one has it, the other hears who", async () => {
  await using story = await startStory({ site: storySite(policy, { people: crew() }) });
  await story.conditions(pump);
  const no = story.open()[0]?.no ?? "";
  const offers = () => story.ticket(no).offers?.map(({ person, state }) => `${person} ${state}`);
  expect(offers()).toEqual(["a open"]);
  await story.until(at(5));
  expect(offers()).toEqual(["a expired", "b open"]);
  await story.until(at(6));
  expect(await story.step(no, "accept", {}, B)).toMatchObject({ ok: true });
  await story.clock.advance(seconds(5));
  expect(await story.step(no, "accept", {}, A)).toEqual({
    ok: false,
    refusal: {
      status: 409,
      code: "already-accepted",
      message: {
        zh: `工单 ${no} 已被 李工 接单。`,
        en: `Ticket ${no} was already accepted by 李工.`,
      },
      detail: { assignee: "李工" },
    },
  });
  expect(story.ticket(no)).toMatchObject({ state: "accepted", assignee: "李工" });
  expect(offers()).toEqual(["a expired", "b accepted"]);
  const accepted = (await story.journal(`ticket:${no}`)).filter(({ event }) => event === "ticket-accept");
  expect(accepted).toHaveLength(1);
  // Nor does it help to try once more after a restart.
  await story.powerCut(at(7));
  expect(await story.step(no, "accept", {}, A)).toMatchObject({ ok: false, refusal: { code: "already-accepted" } });
});

test("case 22: an S1 takes the technician from an S3: on hold as pre-empted on every screen, clocks running, offered again, over a restart, and it goes on", async () => {
  await using story = await startStory({ site: storySite(policy, { people: crew() }) });
  await story.conditions(pump);
  const lesser = story.open()[0]?.no ?? "";
  await story.step(lesser, "accept", {}, A);
  await story.until(at(10));
  const before = story.ticket(lesser).clocks;
  await story.conditions(trapped);
  const grave = story.open().find(({ severity }) => severity === "S1")?.no ?? "";
  await story.step(grave, "accept", {}, A);
  const shown = await story.shown(lesser);
  expect(shown).toMatchObject({
    state: "on-hold",
    hold: {
      reason: "preempted",
      by: "张工",
      emergency: grave,
      text: { zh: "被抢占：人员已转去紧急工单，时限照计", en: expect.stringContaining("Pre-empted") },
    },
    offers: [
      { person: "a", state: "withdrawn" },
      { person: "b", state: "open" },
    ],
    can: expect.arrayContaining(["accept", "dispatch", "resume"]),
  });
  expect(story.ticket(lesser).clocks).toEqual(before);
  expect(shown.events.map(({ line }) => line.zh).join()).toContain("本单挂起（被抢占），另派人，时限照计");
  const told = (await story.store.messages(lesser)).filter(({ step }) => step.startsWith("preempted"));
  expect(told.map(({ to, text }) => [to, text.zh.includes("告知报修人新的时间")])).toEqual([
    ["p-control-room-operator", true],
  ]);
  await story.powerCut(at(12));
  expect(story.ticket(lesser)).toMatchObject({ state: "on-hold", hold: { emergency: grave } });
  // Nobody comes: the clocks breach as they would have, and the step at 30 minutes asks who is there.
  await story.until(at(31));
  expect(story.ticket(lesser).clocks.find(({ kind }) => kind === "onsite")).toMatchObject({
    state: "breached",
    breachedAt: at(30),
  });
  expect(story.ticket(lesser)).toMatchObject({ state: "on-hold" });
  for (const step of ["arrive", "mitigate", "repair"] as const) await story.step(grave, step, {}, A);
  const after = await story.shown(lesser);
  expect(after).toMatchObject({ state: "dispatched", publicState: { zh: "处理中" } });
  expect(after.hold).toBeUndefined();
  expect(after.offers?.filter(({ state }) => state === "open").map(({ to }) => to)).toEqual(["张工"]);
  expect(await story.store.verify()).toMatchObject({ ok: true });
});

const texts = (base: string): ChannelSetting => ({
  id: "sms",
  kind: "sms",
  settings: {
    url: base,
    body: '{"to":"{phone}","text":"{text}"}',
    success: { pointer: "/Code", equals: ["OK"] },
    allow: ["loopback"],
  },
});
const phoneOf = (role: string) => people.people.find(({ id }) => id === `p-${role}`)?.phone;

test("case 26: acknowledged at 59.9 s: the text that was due at 60 s is never sent, the others are", async () => {
  await using far = await startVendor("plain");
  await using story = await startStory({ site: storySite(policy, { channels: [texts(far.base)] }) });
  await story.conditions(trapped);
  const no = story.open()[0]?.no ?? "";
  await story.until(at(0, 59));
  await story.clock.advance(milliseconds(900));
  expect(far.calls).toEqual([]);
  await story.step(no, "acknowledge");
  await story.until(at(1, 5));
  const due = (await story.store.messages(no)).filter(
    ({ channel, nextTryAt }) => channel === "sms" && nextTryAt <= at(1, 1),
  );
  const sent = due.filter(({ state }) => state !== "cancelled");
  await story.when("all sent", () => sent.every(({ key }) => !story.house.outbox.has(key)));
  const to = new Set(far.calls.map(({ body }) => body.to));
  expect(to.has(phoneOf("control-room-operator"))).toBe(false);
  expect(to).toEqual(
    new Set(
      ["technician-on-duty", "security-lead", "lift-maintenance", "department-supervisor", "property-manager"].map(
        phoneOf,
      ),
    ),
  );
  const cancelled = due.filter(({ state }) => state === "cancelled").map(({ to: whom }) => whom);
  expect(new Set(cancelled)).toEqual(new Set(["p-control-room-operator"]));
});

test("case 26: of a lesser fault whose text is out already, nobody is texted once more that it was accepted", async () => {
  await using far = await startVendor("plain");
  await using story = await startStory({ site: storySite(policy, { channels: [texts(far.base)] }) });
  await story.conditions(verdict("elevator.door", "lift-1", "active", { severity: "S3", ticket: "general_fault" }));
  const no = story.open()[0]?.no ?? "";
  await story.until(at(15));
  await far.next();
  await story.when("sent", () => ![...story.house.outbox.values()].some(({ state }) => state === "sending"));
  const written = (await story.store.messages(no)).length;
  const out = far.calls.length;
  await story.step(no, "acknowledge");
  await story.step(no, "accept", {}, somebody("p-technician-on-duty", "值班技工"));
  expect(await story.store.messages(no)).toHaveLength(written);
  await story.until(at(29));
  expect(far.calls.slice(out).map(({ body }) => body.text)).toEqual([]);
});
