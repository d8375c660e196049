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

test("the same seed gives the same story and the same alarms to the last bit, another seed does not", async () => {
  const told = async (seed: number) => {
    const { stage } = await playStory("elevator-entrapment", { seed, params: { rescueAfter: 60 } });
    return JSON.stringify([stage.truth.after(0), stage.alarms(), stage.device("lift-1").plant.readings]);
  };
  expect(await told(3)).toBe(await told(3));
  expect(await told(3)).not.toBe(await told(4));
});
