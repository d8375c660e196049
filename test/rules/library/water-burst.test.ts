/** Bursts of several sizes: which rule of the water pack must tell, and by when. */
import { describe, expect, test } from "vitest";
import { booster, computedSet, setWith } from "./booster.ts";
import { chanceOf, lines, seeds } from "./courses.ts";
import { compute } from "./hydraulics.ts";
import { install, readLibrary } from "./installation.ts";
import { play } from "./stand.ts";

const rules = await readLibrary();
const set = await booster();
const poll = 1;
const minute = 60;

test("the equations give the published course of a 20 mm hole", () => {
  const { bar, flow, pumps } = compute({ demand: () => 8, hole: 20, swing: 0, from: -10, to: 60 }, chanceOf(1));
  const told = [1, 3, 5, 11, 14, 17, 30].map((t) => Number(bar(t).toFixed(1)));
  expect(told).toEqual([5.4, 5.2, 5.0, 4.9, 5.5, 5.8, 5.5]);
  expect([1, 3, 5, 7, 12, 60].map((t) => Math.round(flow(t)))).toEqual([10, 19, 24, 28, 55, 31]);
  expect(pumps(12)).toBe(2);
});

describe("a burst", () => {
  const span = { from: -12 * minute, to: 6 * minute };

  test.each(seeds)("of 20 mm shows by its drop within 22 s and by its flow within 182 s (seed %i)", (seed) => {
    const told = play(set, rules, computedSet(seed, { hole: 20 }, span), { ...span, phase: seed / 10 - 0.05 });
    expect(told.first("water.pipe_burst_drop")).toBeLessThanOrEqual(22 + poll);
    expect(told.first("water.pipe_burst_drop")).toBeGreaterThan(15);
    expect(told.first("water.pipe_burst_sustained")).toBeLessThanOrEqual(182 + poll);
    expect(told.first("water.pipe_burst_sustained")).toBeGreaterThan(120);
    expect(told.raised).toEqual(["water.pipe_burst_drop", "water.pipe_burst_sustained"]);
    expect(told.times("water.pipe_burst_drop")).toBe(1);
    expect(told.active("water.pipe_burst_drop")).toBe(true);
  });

  test.each(seeds)("of 50 mm collapses the pressure: told within 13 s, and never as dry running (seed %i)", (seed) => {
    const told = play(set, rules, computedSet(seed, { hole: 50 }, span), { ...span, phase: seed / 10 - 0.05 });
    expect(told.first("water.pipe_burst_collapse")).toBeLessThanOrEqual(13 + poll);
    expect(told.first("water.pipe_burst_drop")).toBeLessThanOrEqual(20 + poll);
    expect(told.raised).not.toContain("water.dry_run");
    expect(told.raised).not.toContain("water.all_pumps_failed");
    expect(told.raised).not.toContain("water.pressure_sensor");
    expect(told.active("water.pipe_burst_collapse")).toBe(true);
  });

  test("of 10 mm is too soft for a drop and shows by its flow alone within 185 s", () => {
    const signals = setWith(chanceOf(1), {
      bar: lines([0, 5.5], [6, 5.39], [20, 5.5]),
      flow: lines([0, 8], [1, 9], [2, 10.5], [3, 12], [5, 13.3], [7, 13.8]),
      hz: lines([0, 44.1], [12, 45.6]),
    });
    const still = { ...signals, flow: lines([0, 8], [1, 9], [2, 10.5], [3, 12], [5, 13.3], [7, 13.8]) };
    const told = play(set, rules, still, span);
    expect(told.raised).toEqual(["water.pipe_burst_sustained"]);
    expect(told.first("water.pipe_burst_sustained")).toBeLessThanOrEqual(185 + poll);
  });

  test.each(seeds)("of 10 mm under swinging demand is found within a quarter of an hour (seed %i)", (seed) => {
    const long = { from: -15 * minute, to: 15 * minute };
    const told = play(set, rules, computedSet(seed, { hole: 10 }, long), long);
    expect(told.raised).toEqual(["water.pipe_burst_sustained"]);
  });

  test("is told with pressure, flow and the flow before it", () => {
    const told = play(set, rules, computedSet(1, { hole: 20 }, span), span);
    const found = told.said.find((s) => s.rule === "water.pipe_burst_drop");
    expect(found?.en).toMatch(/fell by more than 0\.025 MPa within 5 s and flow rose to [\d.]+ m3\/h/);
    const sustained = told.said.find((s) => s.rule === "water.pipe_burst_sustained");
    expect(sustained?.en).toContain("8.0 m3/h (set: normalFlow)");
    expect(sustained?.zh).toContain("normalFlow");
  });

  test("becomes graver when water reaches the sump", () => {
    const signals = {
      ...computedSet(2, { hole: 20 }, span),
      sump_level: lines([0, 0.5], [400, 0.5 + (0.097 * 400) / 60]),
    };
    const told = play(set, rules, signals, span);
    expect(told.reached("water.pipe_burst_sustained", "S1")).toBeLessThanOrEqual(182 + poll);
  });

  test("stays an alarm for an hour of high flow and ends when the valve is shut", () => {
    const long = { from: -15 * minute, to: 75 * minute };
    const open = computedSet(3, { hole: 20 }, long);
    const flow = open.flow as (t: number) => number;
    const told = play(set, rules, { ...open, flow: (t) => (t < 60 * minute ? flow(t) : 6) }, long);
    expect(told.times("water.pipe_burst_drop")).toBe(1);
    expect(told.cleared("water.pipe_burst_drop")).toBeGreaterThan(60 * minute);
    expect(told.cleared("water.pipe_burst_drop")).toBeLessThan(65 * minute);
    expect(told.active("water.pipe_burst_sustained")).toBe(false);
  });

  test("stays an alarm also where nobody told the normal flow", async () => {
    const long = { from: -20 * minute, to: 60 * minute };
    const told = play(await booster({}), rules, computedSet(4, { hole: 20 }, long), long);
    expect(told.first("water.pipe_burst_drop")).toBeLessThanOrEqual(22 + poll);
    expect(told.active("water.pipe_burst_drop")).toBe(true);
  });

  test("is found 20 s after the gateway started, when the normal flow is told", () => {
    const early = { from: -20, to: 60 };
    const told = play(set, rules, computedSet(5, { hole: 20 }, early), early);
    expect(told.first("water.pipe_burst_drop")).toBeLessThanOrEqual(22 + poll);
  });
});

test("a set without pumps on the bus still has its burst and tank rules", async () => {
  const pumps = set.points.map((point) => point.key).filter((key) => /^[ps]\d_/.test(key));
  const bare = await install("default-booster", { normalFlow: 8 }, pumps);
  const span = { from: -15 * minute, to: 5 * minute };
  const signals = computedSet(1, { hole: 20 }, span);
  const told = play(bare, rules, signals, span);
  expect(told.raised).toEqual(["water.pipe_burst_drop", "water.pipe_burst_sustained"]);
});
