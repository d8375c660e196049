/** The fire control room at its changes of shift, and how it is manned. */
import { describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { FireLog, FireLogPolicy, FireRoomGap } from "#model/fire-log";
import type { People } from "#model/site";
import { hours, type Instant, instant, later, minutes, seconds } from "#model/time";
import { inFireRoomSince } from "../../../rules/response/in-fire-room.ts";
import { building, operator, people, policy } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

const at = (text: string): Instant => instant(Temporal.Instant.from(`${text}+08:00`).epochMilliseconds);
const EIGHT_PM = at("2026-11-21T20:00:00");
const HALF_PAST = at("2026-11-21T19:30:00");
const ROLE = "control-room-operator";
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const rules: FireLogPolicy = {
  every: hours(2),
  atHandover: true,
  grace: minutes(15),
  roles: [ROLE],
  tell: ["shift-leader"],
  checks: [],
};

type Shift = readonly [from: number, to: number, ...people: string[]];

/** Two shifts of two people that change at half past seven, morning and evening, unless the test says otherwise. */
const HALVES: readonly Shift[] = [
  [7.5, 19.5, "day-1", "day-2"],
  [19.5, 7.5, "night-1", "night-2"],
];

function createRoom(fireLog: FireLogPolicy = rules, shifts: readonly Shift[] = HALVES, more: Partial<People> = {}) {
  const { devices } = building();
  const names = [...new Set(shifts.flatMap(([, , ...who]) => who))];
  const rota: People = {
    ...people,
    people: [...people.people, ...names.map((id) => ({ id, name: id })), { id: "extra", name: "extra" }],
    shifts: shifts.map(([from, to, ...who]) => ({
      team: ROLE,
      days: EVERY_DAY,
      from: from * 60,
      to: to * 60,
      people: who,
    })),
    ...more,
  };
  const site = building({
    policy: {
      ...policy,
      fireLog,
      handover: { roles: [ROLE], grace: minutes(5), tell: ["shift-leader"], checks: [] },
    },
    devices: [...devices, { ...devices[0]!, id: "panel-1", kind: "fire" as const }],
    people: rota,
  });
  const house = createPureHouse(site);
  const logs = (): FireLog[] => [...house.papers.values()].filter((one) => one.kind === "fire-log");
  const gaps = (): FireRoomGap[] => [...house.papers.values()].filter((one) => one.kind === "fire-room");
  const told = (step: string) => house.said.filter((one) => one.step === step && one.channel === "console");
  const fill = (log: string, now: Instant) =>
    house.take(
      {
        type: "command",
        id: `c-${log}-${now}`,
        actor: { ...operator, id: "night-1", name: "夜班" } satisfies Actor,
        command: { do: "fill-fire-log", log, panel: "normal", linkage: "automatic", checks: {}, remarks: "" },
      },
      now,
    );
  return { house, site, logs, gaps, told, fill };
}

const ids = (papers: readonly { readonly id: string }[]) => papers.map(({ id }) => id);

describe("the log at a change of shift", () => {
  test("asks for an entry of its own when the shift changes between the hours, and names who left and who came", () => {
    const { house, logs } = createRoom();
    house.beat(later(HALF_PAST, seconds(-3)), later(HALF_PAST, seconds(5)));
    expect(logs()).toMatchObject([
      {
        id: "XF20261121-1930",
        at: HALF_PAST,
        fillBy: later(HALF_PAST, minutes(15)),
        handover: { leaving: ["day-1", "day-2"], coming: ["night-1", "night-2"] },
        onDuty: ["night-1", "night-2"],
      },
    ]);
    // The handover that both shifts sign stands beside it.
    expect(house.papers.get("JJ20261121-1930-control-room-operator")).toMatchObject({ at: HALF_PAST, state: "open" });
    house.beat(later(EIGHT_PM, seconds(-3)), later(EIGHT_PM, seconds(5)));
    expect(ids(logs())).toEqual(["XF20261121-1930", "XF20261121-2000"]);
    expect(logs()[1]).not.toHaveProperty("handover");
  });

  test("is one entry where the change falls on an hour of the log", () => {
    const { house, logs } = createRoom(rules, [
      [8, 20, "day-1"],
      [20, 8, "night-1"],
    ]);
    house.beat(later(EIGHT_PM, seconds(-3)), later(EIGHT_PM, seconds(5)));
    expect(logs()).toMatchObject([{ id: "XF20261121-2000", handover: { leaving: ["day-1"], coming: ["night-1"] } }]);
  });

  test("is not asked for where the policy does not ask, nor where only somebody joins", () => {
    const { atHandover: _, ...plain } = rules;
    const without = createRoom(plain);
    without.house.beat(later(HALF_PAST, seconds(-3)), later(HALF_PAST, seconds(5)));
    expect(without.logs()).toEqual([]);
    const joins = createRoom(rules, [
      [7.5, 7.5, "day-1"],
      [19.5, 7.5, "night-1"],
    ]);
    joins.house.beat(later(HALF_PAST, seconds(-3)), later(HALF_PAST, seconds(5)));
    expect(joins.logs()).toEqual([]);
  });

  test("is told to the lead once when nobody makes it, as the entry of the handover; a late one is taken", () => {
    const { house, logs, told, fill } = createRoom();
    house.beat(later(HALF_PAST, seconds(-3)), later(HALF_PAST, minutes(14)));
    expect(told("fire-log-overdue")).toEqual([]);
    house.beat(later(HALF_PAST, minutes(14)), later(HALF_PAST, minutes(20)));
    expect(told("fire-log-overdue")).toMatchObject([{ to: "p-shift-leader" }]);
    const text = told("fire-log-overdue")[0]?.text;
    expect(text?.zh).toContain("19:30（交接班） 未填写（在岗：night-1、night-2）");
    expect(text?.en).toContain("no entry for 19:30 (handover)");
    expect(fill("XF20261121-1930", later(HALF_PAST, minutes(30))).refusal).toBeUndefined();
    expect(logs()[0]).toMatchObject({ state: "closed", handover: { leaving: ["day-1", "day-2"] } });
    expect(house.events("paper:XF20261121-1930")).toEqual(["fire-log-due", "fire-log-overdue", "fire-log-filled"]);
  });

  test("is opened afterwards, once, when the house was down over the change, and told with the others in one message", () => {
    const { house, logs, told } = createRoom();
    house.beat(at("2026-11-21T17:59:58"), at("2026-11-21T18:00:05"));
    const up = at("2026-11-21T22:05:00");
    for (let start = 0; start < 3; start += 1) house.beat(later(up, minutes(start)), later(up, minutes(start + 1)));
    expect(ids(logs())).toEqual(["XF20261121-1800", "XF20261121-1930", "XF20261121-2000", "XF20261121-2200"]);
    expect(told("fire-log-overdue")).toHaveLength(1);
    expect(told("fire-log-overdue")[0]?.text.zh).toContain("18:00、19:30（交接班）、20:00 未填写");
    expect(told("fire-log-overdue")[0]?.text.zh).not.toContain("22:00");
  });

  test("is asked for once when the wall clock is set back over the change, and when it jumps ahead over it", () => {
    const { house, logs, told, fill } = createRoom();
    house.beat(later(HALF_PAST, seconds(-3)), later(HALF_PAST, seconds(5)));
    fill("XF20261121-1930", later(HALF_PAST, seconds(6)));
    house.beat(later(HALF_PAST, minutes(-10)), later(HALF_PAST, minutes(1)));
    expect(logs()).toMatchObject([{ id: "XF20261121-1930", state: "closed" }]);
    // Ahead over the change of the next morning, and put right again.
    house.beat(at("2026-11-22T07:40:00"), at("2026-11-22T07:40:03"));
    house.beat(later(HALF_PAST, minutes(1)), later(HALF_PAST, minutes(2)));
    expect(ids(logs()).filter((id) => id === "XF20261122-0730")).toHaveLength(1);
    expect(new Set(ids(logs())).size).toBe(logs().length);
    expect(told("fire-log-overdue").length).toBeLessThanOrEqual(1);
  });

  test("names nobody of the fallback as on duty in a room that the rota leaves empty", () => {
    const { house, logs, told } = createRoom(rules, [[7.5, 19.5, "day-1"]]);
    house.beat(later(HALF_PAST, seconds(-3)), later(HALF_PAST, minutes(16)));
    expect(logs()[0]).toMatchObject({ onDuty: [], handover: { leaving: ["day-1"], coming: [] } });
    expect(told("fire-log-overdue")[0]?.text.zh).toContain("在岗：无人");
  });
});

describe("the manning of the fire control room", () => {
  const manned = { ...rules, atLeast: 2, longestShift: hours(8) };
  /** Two at any time, eight hours each, but one only between 16:00 and 20:00. */
  const THIN: readonly Shift[] = [
    [0, 8, "a-1", "a-2"],
    [8, 16, "b-1", "b-2"],
    [16, 24, "c-1"],
    [20, 24, "c-2"],
  ];
  const FOUR_PM = at("2026-11-21T16:00:00");

  test("is told once when fewer are on duty than the policy asks for, and is over when enough are there", () => {
    const { house, gaps, told } = createRoom(manned, THIN);
    house.beat(later(FOUR_PM, minutes(-1)), later(FOUR_PM, seconds(-1)));
    expect(gaps()).toEqual([]);
    house.beat(later(FOUR_PM, seconds(-1)), later(FOUR_PM, minutes(30)));
    expect(gaps()).toMatchObject([
      { id: "XG20261121-1600-few", state: "open", at: FOUR_PM, onDuty: ["c-1"], asked: { atLeast: 2 } },
    ]);
    expect(told("fire-room")).toMatchObject([{ to: "p-shift-leader" }]);
    expect(told("fire-room")[0]?.text.zh).toBe("消防控制室在岗 1 人（c-1），应不少于 2 人。请立即安排持证人员到岗。");
    house.beat(later(EIGHT_PM, seconds(-3)), later(EIGHT_PM, seconds(5)));
    expect(gaps()).toMatchObject([{ state: "closed", to: EIGHT_PM }]);
    expect(house.events("paper:XG20261121-1600-few")).toEqual(["fire-room-few", "fire-room-right"]);
    expect([...house.outbox.values()].filter(({ step }) => step === "fire-room")).toEqual([]);
  });

  test("is told at once when the house starts in the middle of it, and not again at each start or step of the clock", () => {
    const { house, site, gaps, told } = createRoom(manned, THIN);
    const up = later(FOUR_PM, minutes(40));
    house.beat(up, later(up, seconds(3)));
    expect(told("fire-room")).toHaveLength(1);
    house.edit(site, later(up, seconds(4)), later(up, seconds(3)));
    house.beat(later(up, seconds(4)), later(up, minutes(2)));
    // Back before it began, and forward again.
    house.beat(later(FOUR_PM, minutes(-5)), later(FOUR_PM, minutes(-4)));
    house.beat(up, later(up, seconds(3)));
    expect(told("fire-room")).toHaveLength(1);
    expect(gaps()).toMatchObject([{ state: "open" }]);
  });

  test("is told anew when the last one leaves as well", () => {
    const { house, gaps, told } = createRoom(manned, [
      [0, 16, "a-1", "a-2"],
      [16, 18, "c-1"],
    ]);
    house.beat(later(FOUR_PM, seconds(-3)), later(FOUR_PM, seconds(5)));
    const six = later(FOUR_PM, hours(2));
    house.beat(later(six, seconds(-3)), later(six, seconds(5)));
    const few = gaps().filter(({ id }) => id.endsWith("few"));
    expect(few).toMatchObject([
      { state: "closed", onDuty: ["c-1"] },
      { state: "open", onDuty: [] },
    ]);
    expect(told("fire-room").filter(({ text }) => text.zh.includes("无人"))).toHaveLength(1);
  });

  test("counts leave and stand-ins: one of two on leave is too few, somebody in his place is enough", () => {
    const both: readonly Shift[] = [
      [8, 16, "b-1", "b-2"],
      [16, 24, "c-1", "c-2"],
    ];
    const leave = [{ person: "c-2", from: "2026-11-21", to: "2026-11-21" }];
    const away = createRoom(manned, both, { leave });
    away.house.beat(later(FOUR_PM, seconds(-3)), later(FOUR_PM, seconds(5)));
    expect(away.told("fire-room")).toHaveLength(1);
    const standIns = [{ for: "c-2", by: "extra", from: FOUR_PM, to: at("2026-11-22T00:00:00") }];
    const standing = createRoom(manned, both, { leave, standIns });
    standing.house.beat(later(FOUR_PM, seconds(-3)), later(FOUR_PM, seconds(5)));
    expect(standing.gaps()).toEqual([]);
  });

  test("is told once of whoever goes on into the next shift, and it is over when he leaves", () => {
    const shifts: readonly Shift[] = [
      [0, 8, "a-1", "a-2"],
      [8, 16, "b-1", "b-2"],
      [16, 24, "b-1", "c-2"],
    ];
    const { house, gaps, told } = createRoom(manned, shifts);
    house.beat(later(FOUR_PM, minutes(-1)), later(FOUR_PM, seconds(-1)));
    expect(gaps()).toEqual([]);
    house.beat(later(FOUR_PM, seconds(-1)), later(FOUR_PM, minutes(30)));
    expect(gaps()).toMatchObject([
      { id: "XG20261121-0800-long-b-1", asked: { longest: hours(8), person: "b-1" }, onDuty: ["b-1", "c-2"] },
    ]);
    expect(told("fire-room").map(({ text }) => text.zh)).toEqual([
      "消防控制室 b-1 连续值班已超过 8 小时。请安排人员接班。",
    ]);
    const midnight = at("2026-11-22T00:00:00");
    house.beat(later(midnight, seconds(-3)), later(midnight, seconds(5)));
    expect(gaps()).toMatchObject([{ state: "closed", to: midnight }]);
  });

  test("finds since when each has been there, through stand-ins and midnight, and nobody of a team without shifts", () => {
    const { site } = createRoom(
      manned,
      [
        [20, 4, "n-1", "n-2"],
        [4, 12, "m-1"],
      ],
      { standIns: [{ for: "m-1", by: "n-2", from: at("2026-11-21T04:00:00"), to: at("2026-11-21T10:00:00") }] },
    );
    const since = (time: string) => Object.fromEntries(inFireRoomSince(site, [ROLE], at(time)));
    expect(since("2026-11-21T03:00:00")).toEqual({
      "n-1": at("2026-11-20T20:00:00"),
      "n-2": at("2026-11-20T20:00:00"),
    });
    expect(since("2026-11-21T09:00:00")).toEqual({ "n-2": at("2026-11-20T20:00:00") });
    expect(since("2026-11-21T11:00:00")).toEqual({ "m-1": at("2026-11-21T10:00:00") });
    expect(inFireRoomSince(building(), [ROLE], EIGHT_PM).size).toBe(0);
  });

  test("is not watched where the policy asks for nothing, and what stood is closed when it no longer asks", () => {
    const plain = createRoom(rules, THIN);
    plain.house.beat(later(FOUR_PM, seconds(-3)), later(FOUR_PM, seconds(5)));
    expect(plain.gaps()).toEqual([]);
    const { house, site, gaps } = createRoom(manned, THIN);
    house.beat(later(FOUR_PM, seconds(-3)), later(FOUR_PM, seconds(5)));
    house.edit({ ...site, policy: { ...site.policy, fireLog: rules } }, later(FOUR_PM, seconds(6)));
    house.beat(later(FOUR_PM, seconds(6)), later(FOUR_PM, seconds(8)));
    expect(gaps()).toMatchObject([{ state: "closed" }]);
  });
});
