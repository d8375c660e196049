/** What resembles a burst and is none: demand, tripped and dead pumps, power cuts, a broken sensor, sleeping pumps. */
import { describe, expect, test } from "vitest";
import { booster, burstRules, computedSet, setWith } from "./booster.ts";
import { chanceOf, lines, seeds, steps } from "./courses.ts";
import { readLibrary } from "./installation.ts";
import { type Play, type Played, play, type Signals } from "./stand.ts";

const rules = await readLibrary();
const set = await booster();
const poll = 1;
const minute = 60;
const noBurst = (told: Played) => expect(told.raised.filter((rule) => burstRules.includes(rule))).toEqual([]);

describe("what resembles a burst", () => {
  const span = { from: -12 * minute, to: 8 * minute };

  test.each([3, 5, 8].flatMap((step) => seeds.map((seed) => [step, seed] as const)))(
    "a step of demand by %i m3/h for two and a half minutes (seed %i)",
    (step, seed) => {
      const signals = computedSet(seed, { extra: (t) => (t > 0 && t < 150 ? step : 0) }, span);
      expect(play(set, rules, signals, { ...span, phase: seed / 10 - 0.05 }).raised).toEqual([]);
    },
  );

  test.each([3, 5, 8])("a lasting step of %i m3/h is no sudden drop", (step) => {
    for (const seed of seeds.slice(0, 5)) {
      const told = play(set, rules, computedSet(seed, { extra: (t) => (t > 0 ? step : 0) }, span), span);
      expect(told.raised.filter((rule) => rule !== "water.pipe_burst_sustained")).toEqual([]);
    }
  });

  test.each(seeds)("forty minutes of an ordinary day (seed %i)", (seed) => {
    const long = { from: 0, to: 40 * minute };
    expect(play(set, rules, computedSet(seed, {}, long), long).raised).toEqual([]);
  });

  const tripped = (seed: number) => {
    const chance = chanceOf(seed);
    return setWith(
      chance,
      {
        bar: lines([0, 5.5], [1, 5.4], [3, 5.22], [5, 5.15], [7, 5.2], [12, 5.5], [14, 5.6], [20, 5.5]),
        flow: lines([0, 8], [0.5, 0], [3, 0], [6, 6], [8, 14], [10, 18], [13, 16], [17, 8]),
        hz: 44.1,
      },
      {
        p1_fault: steps([-10, 0], [0, 1]),
        p1_run: steps([-10, 1], [0, 0]),
        p1_freq: steps([-10, 44.1], [0, 0]),
        p1_current: steps([-10, 6], [0, 0]),
        p2_run: steps([-10, 0], [3, 1]),
        p2_freq: lines([3, 0], [3.1, 20], [9, 50], [12, 47], [18, 44]),
        p2_current: lines([3, 0], [9, 7], [18, 6]),
      },
    );
  };

  test.each(seeds)("a duty pump that trips while the standby takes over is a pump fault (seed %i)", (seed) => {
    const told = play(set, rules, tripped(seed), { ...span, phase: seed / 10 - 0.05 });
    expect(told.raised).toEqual(["water.pump_fault"]);
    expect(told.first("water.pump_fault")).toBeLessThanOrEqual(3 + poll);
    expect(told.said.find((s) => s.to === "active")?.severity).toBe("S3");
    expect(told.said.find((s) => s.to === "active")?.en).toContain("Pump 1 reports a fault");
  });

  test("the same fault is graver when the standby is not in automatic", () => {
    const signals = { ...tripped(1), p2_auto: 0, p3_auto: 1 };
    const told = play(set, rules, signals, span);
    expect(told.reached("water.pump_fault", "S2")).toBeLessThanOrEqual(3 + poll);
  });

  /** Nothing runs from second 0 on; the vessel feeds the building until it is empty. */
  const dead = (seed: number, more: Signals = {}) =>
    setWith(
      chanceOf(seed),
      {
        bar: lines(
          [0, 5.5],
          [1, 5.41],
          [5, 5.07],
          [10, 4.7],
          [15, 4.39],
          [20, 4.12],
          [22.5, 3.98],
          [23, 3.68],
          [25, 1.64],
          [28, 0],
        ),
        flow: lines([0, 8], [0.3, 0]),
        hz: steps([-10, 44.1], [0, 0]),
      },
      { p1_run: steps([-10, 1], [0, 0]), p1_current: steps([-10, 6], [0, 0]), ...more },
    );
  const faults = { p1_fault: steps([-10, 0], [0, 1]), p2_fault: 1, p3_fault: 1 };

  test.each(seeds)("all pumps failed: told within 30 s, and never as a burst (seed %i)", (seed) => {
    for (const more of [{}, faults]) {
      const told = play(set, rules, dead(seed, more), { ...span, phase: seed / 10 - 0.05 });
      expect(told.first("water.all_pumps_failed")).toBeLessThanOrEqual(30 + poll);
      noBurst(told);
      expect(told.raised).not.toContain("water.dry_run");
    }
  });

  test.each([20, 45, 300].flatMap((back) => seeds.slice(0, 4).map((seed) => [back, seed] as const)))(
    "a power cut of %i s, and the refilling after it (seed %i)",
    (back, seed) => {
      const chance = chanceOf(seed);
      const low = back < 30 ? 4.1 : 0;
      const signals = setWith(
        chance,
        {
          bar: (t) =>
            t < back
              ? lines([0, 5.5], [5, 5.07], [20, 4.12], [23, 3.68], [28, 0])(t)
              : lines([0, low], [30, 0.8 + low], [60, Math.max(2.5, low)], [85, 5.5])(t - back),
          flow: (t) =>
            t < back
              ? lines([0, 8], [0.3, 0])(t)
              : lines([0, 0], [6, 28], [20, 56], [70, 50], [85, 12], [100, 8])(t - back),
          hz: (t) =>
            t < back ? lines([0, 44.1], [0.1, 0])(t) : lines([0, 0], [6, 50], [80, 50], [95, 44.1])(t - back),
        },
        {
          control_power: steps([-10, 1], [0, 0], [back - 2, 1]),
          p1_run: steps([-10, 1], [0, 0], [back, 1]),
          p1_current: steps([-10, 6], [0, 0], [back, 7]),
        },
      );
      const told = play(set, rules, signals, { ...span, phase: seed / 10 - 0.05 });
      noBurst(told);
      expect(told.active("water.all_pumps_failed")).toBe(false);
      const silentPlc = Object.fromEntries(Object.entries(signals).filter(([name]) => name !== "control_power"));
      noBurst(play(set, rules, { ...silentPlc, control_power: 1 }, { ...span, phase: seed / 10 - 0.05 }));
    },
  );

  test.each(seeds)("a broken pressure sensor: told within 20 s, and never as a burst (seed %i)", (seed) => {
    const chance = chanceOf(seed);
    const signals = setWith(
      chance,
      {
        bar: 0,
        flow: lines([0, 8], [5, 9.1]),
        hz: lines([0, 44.1], [1.2, 50]),
      },
      {
        outlet_pressure: (t) => (t < 0 ? 0.55 + 0.002 * chance.normal() : 0),
        p2_run: steps([-10, 0], [8, 1]),
        p2_freq: lines([8, 20], [14, 50]),
      },
    );
    const told = play(set, rules, signals, { ...span, phase: seed / 10 - 0.05 });
    expect(told.raised).toEqual(["water.pressure_sensor"]);
    expect(told.first("water.pressure_sensor")).toBeLessThanOrEqual(20 + poll);
  });

  test("a night of sleeping and waking pumps", () => {
    // At 0.6 m3/h the vessel lasts 77 s from 5.5 to 5.0 bar; then a pump runs for a minute. Every fourth turn is this pump's.
    const cycle = 144;
    const into = (t: number) => ((t % cycle) + cycle) % cycle;
    const night: Play = { from: 0, to: 120 * minute };
    const awake = (t: number) => (into(t) < 67 ? 1 : 0);
    const signals = setWith(
      chanceOf(1),
      {
        bar: (t) => (awake(t) ? Math.min(5.5, 5 + into(t) / 10) : 5.5 - (into(t) - 67) / 154),
        flow: (t) => (awake(t) ? (into(t) < 6 ? 9 : 0.6) : 0),
        hz: (t) => (awake(t) ? Math.min(43.5, 20 + 5 * into(t)) : 0),
      },
      {
        p1_run: (t) => (Math.floor(t / cycle) % 3 === 0 ? awake(t) : 0),
        p2_run: (t) => (Math.floor(t / cycle) % 3 === 1 ? awake(t) : 0),
        p3_run: (t) => (Math.floor(t / cycle) % 3 === 2 ? awake(t) : 0),
      },
    );
    expect(play(set, rules, signals, night).raised).toEqual([]);
  });
});
