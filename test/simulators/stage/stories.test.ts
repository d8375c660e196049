/**
 * Every story through the gateway's own decoding, rules, alarms and tickets: each alarm that must follow comes in time, with
 * its severity and ticket class, and nothing else is told. `npm run bench detection` plays them with more seeds.
 */
import { describe, expect, test } from "vitest";
import { scenarios } from "../../../simulators/scenarios/index.ts";
import { playStory } from "./play-story.ts";

/** Stories that take days outside are shortened here; the bench plays them whole. */
const shortened: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "elevator-levelling": { perDay: 190 },
  "elevator-parked": { lasts: 2400 },
  "fire-disablement-left": { lasts: 7500 },
};
/** Needs a week of history before it begins. */
const benchOnly = new Set(["night-leak"]);

describe("a story is told in time, with its ticket, and nothing else is", () => {
  test.each(scenarios.map(({ name }) => name).filter((name) => !benchOnly.has(name)))(
    "%s",
    async (name) => {
      const { score } = await playStory(name, { params: shortened[name] ?? {} });
      expect(score.results.filter(({ verdict }) => verdict !== "detected")).toEqual([]);
      expect(score.falseAlarms).toEqual([]);
    },
    120_000,
  );

  // What a story becomes by its parameters, beside its defaults.
  const variants: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
    ["elevator-power-fail-trapped", { dead: 1, rescueAfter: 200 }],
    ["pipe-burst", { hole: 10 }],
    ["pressure-sensor-broken", { demand: 14, repairAfter: 60 }],
    ["pipe-burst-large", { hole: 65, demand: 14, repairAfter: 1200 }],
    ["fire-confirmed", { metres: 20, resetAfter: 400 }],
    ["fire-call-point", { smokeAfter: 0, resetAfter: 400 }],
    ["door-bounce", { staysOpen: 1 }],
    ["door-held", { openFor: 31 }],
    ["bus-cut", { lasts: 30 }],
    ["access-offline", { lasts: 30 }],
    ["power-outage", { lasts: 60, generatorStarts: 0 }],
  ];
  test.each(variants)(
    "%s with %o",
    async (name, params) => {
      const { score } = await playStory(name, { seed: 7, params });
      expect(score.results.filter(({ verdict }) => verdict !== "detected")).toEqual([]);
      expect(score.falseAlarms).toEqual([]);
    },
    120_000,
  );

  test("what must follow is more than nothing: a story without its cause tells of nothing, and is scored as missed", async () => {
    const { stage, score } = await playStory("door-forced");
    expect(score.detected).toBeGreaterThan(0);
    const { score: judge } = await import("../../../simulators/score.ts");
    const deaf = judge(stage.truth.after(0), [], stage.now());
    expect([deaf.detected, deaf.missed]).toEqual([0, score.detected]);
  });

  test("a generator that does not start is told, and that nothing carries the load", async () => {
    const { score } = await playStory("power-outage", { params: { generatorStarts: 0, lasts: 200 } });
    expect(score.results.map(({ rule, verdict }) => [rule, verdict])).toEqual([
      ["power.utility_lost", "detected"],
      ["generator.no_start", "detected"],
      ["power.no_backup", "detected"],
    ]);
    expect(score.falseAlarms).toEqual([]);
  }, 120_000);
});

/** Tickets that are left when those that were taken over are not counted: class and device, and whose child each is. */
async function ticketsOf(name: string, params: Readonly<Record<string, number>> = {}): Promise<readonly string[]> {
  const { stage } = await playStory(name, { params });
  const tickets = [...stage.house.tickets.values()].filter(({ state }) => state !== "merged");
  return tickets.map((ticket) => `${ticket.class} ${(ticket.device ?? "nobody").replace(/^link:.*/, "line")}`).sort();
}

describe("one emergency is one ticket", () => {
  test.each([
    ["elevator-entrapment", { rescueAfter: 200 }, ["elevator_entrapment lift-1"]],
    ["sump-overflow", {}, ["pipe_burst booster-1"]],
    ["pipe-burst-large", { repairAfter: 240 }, ["pipe_burst booster-1"]],
    ["fire-confirmed", { resetAfter: 400 }, ["fire_alarm fire-1"]],
    ["fire-loop-open", {}, ["general_fault fire-1"]],
    ["bus-cut", {}, ["comms_loss line"]],
    ["access-offline", {}, ["comms_loss line"]],
    ["power-outage", {}, ["power_outage utility-1"]],
    [
      "alarm-storm",
      {},
      ["forced_door door-1", "forced_door door-2", "forced_door door-3", "forced_door door-4", "general_fault fire-1"],
    ],
    ["fire-lift-stuck", { resetAfter: 400 }, ["elevator_entrapment lift-1", "fire_alarm fire-1", "fire_alarm lift-1"]],
  ] as const)(
    "%s %o",
    async (name, params, tickets) => expect(await ticketsOf(name, params)).toEqual(tickets),
    120_000,
  );
});

test("the same seed gives the same story and the same alarms to the last bit, another seed does not", async () => {
  const told = async (seed: number) => {
    const { stage } = await playStory("elevator-entrapment", { seed, params: { rescueAfter: 60 } });
    return JSON.stringify([stage.truth.after(0), stage.alarms(), stage.device("lift-1").plant.readings]);
  };
  expect(await told(3)).toBe(await told(3));
  expect(await told(3)).not.toBe(await told(4));
});
