/** Dry and blocked pumps, pressure and its sensor, leaks, sump and tank. */
import { describe, expect, test } from "vitest";
import { booster, burstRules, setWith } from "./booster.ts";
import { blurred, chanceOf, during, lines, seeds, steps } from "./courses.ts";
import { readLibrary } from "./installation.ts";
import { type Played, play, type Signals } from "./stand.ts";

const rules = await readLibrary();
const set = await booster();
const poll = 1;
const minute = 60;
const noBurst = (told: Played) => expect(told.raised.filter((rule) => burstRules.includes(rule))).toEqual([]);

describe("pumps without water", () => {
  const dryCourse = (chance = chanceOf(1), more: Signals = {}) =>
    setWith(
      chance,
      {
        bar: lines([0, 5.5], [6, 5.3], [12, 5.0], [22, 4.4], [30, 3], [37, 1.6], [45, 0]),
        flow: lines([0, 8], [12, 0]),
        hz: lines([0, 44.1], [5, 50]),
      },
      { p1_current: blurred(lines([0, 6], [12, 3.3]), 0.05, chance), ...more },
    );

  test.each(seeds)("are told within 22 s where no level is measured, and never as a burst (seed %i)", async (seed) => {
    const bare = await booster({ normalFlow: 8 }, ["tank_level"]);
    const told = play(bare, rules, dryCourse(chanceOf(seed)), {
      from: -15 * minute,
      to: 3 * minute,
      phase: seed / 10 - 0.05,
    });
    expect(told.first("water.dry_run")).toBeLessThanOrEqual(22 + poll);
    noBurst(told);
    expect(told.raised).not.toContain("water.pressure_sensor");
  });

  test("are foreseen by the tank half an hour before", () => {
    // No inflow at 8 m3/h: the level falls by 1.11 cm/min and reaches 0.30 m at second 0.
    const level = lines([-60 * minute, 0.3 + 0.0111 * 60], [0, 0.3], [60, 0.289]);
    const told = play(set, rules, dryCourse(chanceOf(2), { tank_level: level }), {
      from: -60 * minute,
      to: 3 * minute,
    });
    expect(told.first("water.tank_low")).toBeLessThan(-25 * minute);
    expect(told.first("water.tank_low")).toBeGreaterThan(-27 * minute);
    expect(told.first("water.dry_run")).toBeLessThanOrEqual(22 + minute);
    noBurst(told);
  });

  test("a flow meter that reads nothing while the motor draws its usual current is no dry pump", () => {
    const signals = setWith(
      chanceOf(3),
      { bar: lines([0, 5.5], [20, 5.1]), flow: 0, hz: lines([0, 44.1], [10, 50]) },
      { flow: steps([-3_600, 8], [0, 0]) },
    );
    const told = play(set, rules, signals, { from: -15 * minute, to: 5 * minute });
    expect(told.raised).not.toContain("water.dry_run");
  });

  test("pumps against a closed valve are told after ten minutes", () => {
    const signals = setWith(chanceOf(4), { flow: 0, hz: 43.3, bar: 5.5 }, { flow: 0, p1_current: 3.5 });
    const told = play(set, rules, signals, { from: 0, to: 12 * minute });
    expect(told.raised).toEqual(["water.dead_head"]);
    expect(told.first("water.dead_head")).toBeLessThanOrEqual(10 * minute + poll);
  });
});

describe("pressure", () => {
  const span = { from: -15 * minute, to: 5 * minute };

  test("too low at full speed is told after half a minute", () => {
    const signals = setWith(chanceOf(1), { bar: lines([0, 5.5], [5, 4.7]), flow: 10, hz: lines([0, 44.1], [2, 50]) });
    const told = play(set, rules, signals, span);
    expect(told.raised).toEqual(["water.under_pressure"]);
    expect(told.first("water.under_pressure")).toBeLessThanOrEqual(36);
  });

  test("too high is told after ten seconds, the overshoot of a second pump is not", () => {
    const overshoot = setWith(chanceOf(2), {
      bar: lines([0, 5.5], [14, 5.5], [17, 5.9], [22, 6.7], [27, 6], [35, 5.5]),
    });
    expect(play(set, rules, overshoot, span).raised).toEqual([]);
    const high = setWith(chanceOf(3), { bar: lines([0, 5.5], [5, 6.8]) });
    const told = play(set, rules, high, span);
    expect(told.raised).toEqual(["water.over_pressure"]);
    expect(told.first("water.over_pressure")).toBeLessThanOrEqual(16);
  });

  test("a reading outside its range is a failed sensor, a device that does not answer is not", () => {
    const signals = setWith(chanceOf(5));
    const torn = { ...signals, outlet_pressure: steps([-1e4, 0.55], [0, 3]) };
    const told = play(set, rules, torn, span);
    expect(told.raised).toEqual(["water.pressure_sensor"]);
    expect(told.first("water.pressure_sensor")).toBeLessThanOrEqual(minute + poll);
    const silent = Object.fromEntries(
      Object.entries(signals).map(([name, signal]) => [
        name,
        (t: number) => (t > 0 ? Number.NaN : typeof signal === "number" ? signal : signal(t)),
      ]),
    );
    expect(play(set, rules, silent, span).raised).toEqual([]);
  });
});

describe("leaks, sump and tank", () => {
  test.each([0, 0.3, 0.7, 0.99])("a sump whose pumps fail in a burst is told at the float (phase %f)", (phase) => {
    const level = lines([0, 0.9], [9.3 * minute, 1.8]);
    const float = (t: number) => (level(t) >= 1.4 ? 1 : 0);
    const signals = setWith(chanceOf(2), {}, { sump_level: level, sump_high_float: float, s1_fault: 1, s2_auto: 0 });
    const told = play(set, rules, signals, { from: -5 * minute, to: 9 * minute, phase });
    expect(told.first("water.sump_high")).toBeLessThanOrEqual(5.3 * minute + poll);
    expect(told.raised).toEqual(["water.sump_high"]);
  });

  test("a float alone will do, after a minute", async () => {
    const bare = await booster({ normalFlow: 8 }, ["sump_level"]);
    const signals = setWith(chanceOf(3), {}, { sump_high_float: steps([-10, 0], [0, 1]) });
    const told = play(bare, rules, signals, { from: -60, to: 120 });
    expect(told.raised).toEqual(["water.sump_high"]);
    expect(told.first("water.sump_high")).toBeGreaterThan(59);
    expect(told.first("water.sump_high")).toBeLessThanOrEqual(minute + poll);
  });

  test("a sump pump that runs and moves nothing is told after five minutes, one that works is not", () => {
    const running = { s1_run: steps([-600, 0], [0, 1], [11 * minute, 0]) };
    const works = setWith(chanceOf(4), {}, { ...running, sump_level: lines([0, 0.9], [10 * minute, 0.3]) });
    expect(play(set, rules, works, { from: -600, to: 15 * minute }).raised).toEqual([]);
    const clogged = setWith(chanceOf(4), {}, { ...running, sump_level: lines([0, 0.9], [10 * minute, 0.95]) });
    const told = play(set, rules, clogged, { from: -600, to: 15 * minute });
    expect(told.raised).toEqual(["water.sump_pump_no_effect"]);
    expect(told.first("water.sump_pump_no_effect")).toBeLessThanOrEqual(5 * minute + 2 * poll);
  });

  test("a pump that starts too often is told at its 13th start within an hour", () => {
    const often = during(...Array.from({ length: 40 }, (_, n): [number, number] => [n * 67 + 5, 60]));
    const signals = setWith(
      chanceOf(5),
      {},
      { p1_run: often, s1_run: often, sump_level: (t) => 0.9 - 0.05 * often(t) },
    );
    const told = play(set, rules, signals, { from: -10, to: 50 * minute });
    expect(told.first("water.short_cycling")).toBeLessThanOrEqual(12 * 67 + 5 + 2 * poll);
    expect(told.first("water.sump_short_cycling")).toBeLessThanOrEqual(15 * 67 + 5 + 2 * poll);
    expect(told.reached("water.short_cycling", "S2")).toBe(Number.POSITIVE_INFINITY);
  });
});
