/** `gatehouse check` proves the policy: every step has somebody for thirty days, every clock is heard, every class has its list. */
import { expect, test } from "vitest";
import type { Site } from "#model/site";
import { instant, minutes } from "#model/time";
import { proveResponse } from "../../../rules/response/prove.ts";
import { shipped } from "../../gateway/site/written-site.ts";
import { building, people, policy, TEN } from "../../support/building.ts";

const sms = { id: "sms", kind: "sms", settings: {} };
const list = [{ id: "look", text: { zh: "看", en: "Look" }, mandatory: false }];
const withLists = Object.fromEntries(Object.entries(policy.classes).map(([id, one]) => [id, { ...one, sop: list }]));
const whole = (changes: Partial<Site> = {}): Site =>
  building({
    channels: [sms],
    people: { ...people, people: people.people.map((one) => ({ ...one, phone: "0001" })) },
    policy: { ...policy, classes: withLists, overdue: { tell: ["team-lead"] } },
    ...changes,
  });
const holes = (site: Site) => proveResponse(site, TEN).map(({ what }) => what.en);
const around = (changes: Partial<Site["people"]>) => whole({ people: { ...whole().people, ...changes } });

test("a policy that holds has no hole", () => {
  expect(holes(whole())).toEqual([]);
});

test("an hour without a shift is found, with the role, the step that needs it, and the times", () => {
  const shifts = [
    { team: "shift-leader", people: ["p-shift-leader"], days: [1, 2, 3, 4, 5, 6, 7], from: 8 * 60, to: 7 * 60 },
  ];
  const found = holes(around({ shifts }));
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/\(shift-leader, step no-acknowledge\).*2026-11-22 07:00 – 2026-11-22 08:00.*.* … \(29\)/);
});

test("days off in three weeks are found, unless somebody stands in", () => {
  const leave = [{ person: "p-team-lead", from: "2026-12-10", to: "2026-12-11" }];
  expect(holes(around({ leave }))[0]).toContain("2026-12-10 00:00 – 2026-12-12 00:00");
  const standIns = [{ for: "p-team-lead", by: "p-management", from: instant(TEN), to: instant(TEN + 40 * 86_400_000) }];
  expect(holes(around({ leave, standIns }))).toEqual([]);
  expect(holes(around({ leave: [{ person: "p-team-lead", from: "2027-01-10", to: "2027-01-11" }] }))).toEqual([]);
});

test("a clock that runs out unheard, a class without a list, and a site that reaches nobody", () => {
  const bare = whole({ policy: { ...policy, classes: withLists } });
  expect(holes(bare).some((what) => what.includes("Entrapment (S1)") && what.includes("rescue-onsite"))).toBe(true);
  const listless = whole({ policy: { ...policy, overdue: { tell: ["team-lead"] } } });
  expect(holes(listless)).toEqual([
    "the class general_fault has no list of steps",
    "the class comms_loss has no list of steps",
  ]);
  expect(holes(whole({ channels: [] }))).toEqual(["no channels: nobody away from a screen is told anything"]);
  expect(holes(whole({ channels: [{ id: "r", kind: "wecom", settings: {} }] }))[0]).toMatch(
    /a group robot or a mail reaches no single person/,
  );
  expect(holes(whole({ people }))[0]).toMatch(/have no phone and are not reached by it: p-control-room-operator/);
});

test("the policy and the people that the product ships hold, but for channels, which a demo has none of", async () => {
  const { loadSite } = await import("../../../gateway/site/load-site.ts");
  const { drivers } = await import("../../../drivers/catalog.ts");
  const loaded = await loadSite({ folder: shipped.demo, drivers, environment: {}, ...shipped });
  if (!("site" in loaded)) throw new Error(JSON.stringify(loaded.problems));
  expect(holes(loaded.site)).toEqual(["no channels: nobody away from a screen is told anything"]);
  expect(loaded.site.policy.acknowledgeExpires).toMatchObject({ S1: minutes(10), S2: minutes(60), S3: minutes(240) });
});

test("a fire control room that asks for two people and eight hours is held against its rota, in both languages", () => {
  const days = [1, 2, 3, 4, 5, 6, 7];
  const room = {
    every: minutes(120),
    grace: minutes(15),
    roles: ["control-room-operator"],
    tell: ["shift-leader"],
    checks: [],
  };
  const rules = { ...room, atLeast: 2, longestShift: minutes(480) };
  const team = people.teams.find(({ roles }) => roles.includes("control-room-operator"));
  if (!team) throw new Error("no team keeps the room");
  const two = ["p-control-room-operator", "p-shift-leader"];
  const shift = (from: number, to: number, who = two) => ({
    team: team.id,
    people: who,
    days,
    from: from * 60,
    to: to * 60,
  });
  const found = (fireLog: typeof rules | typeof room, shifts: Site["people"]["shifts"]) => {
    const site = around({ shifts });
    return proveResponse({ ...site, policy: { ...site.policy, fireLog } }, TEN).map(({ what }) => what);
  };
  const day = ["p-security-lead", "p-team-lead"];
  const good = [shift(0, 8), shift(8, 16, day), shift(16, 0, ["p-management", "p-project-manager"])];
  expect(found(rules, good)).toEqual([]);
  const alone = [shift(0, 8, two.slice(1)), ...good.slice(1)];
  expect(found(rules, alone)).toEqual([
    {
      en: expect.stringMatching(/fewer than 2 people .*2026-11-22 00:00 – 2026-11-22 08:00.* … \(29\)$/),
      zh: expect.stringMatching(/^消防控制室未来 30 天有值班不足 2 人的时段：2026-11-22 00:00/),
    },
  ]);
  // Eight hours each, and nobody goes home between two of them.
  expect(found(rules, [shift(0, 8), shift(8, 16, day), shift(16, 0, ["p-management", "p-shift-leader"])])).toEqual([
    {
      en: "shift-leader is on duty in the fire control room for more than 8 h without a break: 2026-11-21 16:00 – 2026-11-22 08:00",
      zh: "消防控制室 shift-leader 连续值班超过 8 小时：2026-11-21 16:00 – 2026-11-22 08:00",
    },
  ]);
  const long = [shift(20, 8), shift(8, 20, day)];
  expect(found(rules, long).map(({ en }) => en)).toEqual([
    `the shift 20:00–08:00 of ${team.id} in the fire control room is longer than 8 h`,
    `the shift 08:00–20:00 of ${team.id} in the fire control room is longer than 8 h`,
  ]);
  // A policy that does not ask says nothing.
  expect(found(room, [...alone, ...long])).toEqual([]);
});
