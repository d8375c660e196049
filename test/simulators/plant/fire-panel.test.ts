/** The fire panel against its figures: smoke curve, latch, confirmation, linkage, lost loop, battery, reset. */
import { describe, expect, test } from "vitest";
import { createFirePanel } from "../../../simulators/plant/fire-panel.ts";
import { FirePanelParams } from "../../../simulators/plant/fire-panel-params.ts";
import { type FirePanel, type Output, outputs } from "../../../simulators/plant/fire-panel-state.ts";
import { smouldering, steam } from "../../../simulators/plant/smoke.ts";

const panelWith = (params: object = {}, seed = 1): FirePanel => createFirePanel(FirePanelParams.parse(params), seed);
const run = (panel: FirePanel, seconds: number, look?: () => void) => {
  for (let step = 0; step < seconds / panel.stepSeconds; step += 1) {
    panel.step();
    look?.();
  }
};
/** Seconds from now until it is so; Infinity when it never is within `most`. */
const when = (panel: FirePanel, most: number, isSo: () => boolean): number => {
  const from = panel.elapsed;
  for (let step = 0; step < most / panel.stepSeconds; step += 1) {
    panel.step();
    if (isSo()) return Math.round((panel.elapsed - from) * 10) / 10;
  }
  return Number.POSITIVE_INFINITY;
};
const seen = (panel: FirePanel, point: string) => panel.readings[point] ?? Number.NaN;
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

test("smoke of a smouldering fire grows with the square of time: 0.10 dB/m at 73 s, 0.15 dB/m at 90 s", () => {
  const near = smouldering(0);
  expect(near(73.5)).toBeCloseTo(0.1, 3);
  expect(near(90)).toBeCloseTo(0.15, 9);
  expect(near(45)).toBeCloseTo(0.15 / 4, 9);
  expect(smouldering(10)(90 + 10 / 0.15)).toBeCloseTo(0.15, 9);
  expect([smouldering(10)(60), steam(60), steam(300) < 0.001]).toEqual([0, 0.15, true]);
});

describe("a fire at L1D23 whose neighbour is 10 m away", () => {
  const burning = (seed = 1) => {
    const panel = panelWith({}, seed);
    run(panel, 5);
    panel.startFire(23, [{ address: 24, metres: 10 }]);
    return panel;
  };

  test("is a prealarm at 73 s, an alarm at 90 s, confirmed at 157 s", () => {
    const panel = burning();
    expect(when(panel, 100, () => seen(panel, "zone3_state") === 1)).toBeCloseTo(73.5, 1);
    expect(73.5 + when(panel, 100, () => seen(panel, "fire_alarm") === 1)).toBeCloseTo(90, 1);
    expect(
      ["fire_count", "zone3_state", "first_fire_zone", "first_fire_addr"].map((point) => seen(panel, point)),
    ).toEqual([1, 2, 3, 1023]);
    expect(panel.state.confirmed).toBe(false);
    expect(90 + when(panel, 100, () => seen(panel, "fire_count") === 2)).toBeCloseTo(156.7, 1);
    expect(panel.state.confirmed).toBe(true);
  });

  test.each(seeds)(
    "commands every output within 3 s of the confirmation, feedbacks in their own times (seed %i)",
    (seed) => {
      const panel = burning(seed);
      run(panel, 156);
      const at = new Map<string, number>();
      run(panel, 70, () => {
        for (const point of outputs.flatMap((output) => [`out_${output}_cmd`, `out_${output}_fb`])) {
          if (seen(panel, point) === 1 && !at.has(point)) at.set(point, panel.elapsed - 5);
        }
      });
      const limits: Record<Output, readonly [number, number]> = {
        door_release: [1.5, 2.5],
        power_cut: [4, 6],
        pump: [7, 9],
        fan: [11, 13],
        lift_recall: [20, 50],
      };
      for (const output of outputs) {
        const commanded = at.get(`out_${output}_cmd`) ?? Number.NaN;
        const took = (at.get(`out_${output}_fb`) ?? Number.NaN) - commanded;
        expect(commanded, output).toBeGreaterThan(157.9);
        expect(commanded, output).toBeLessThanOrEqual(159.9);
        expect(took, output).toBeGreaterThan(limits[output][0] - 0.15);
        expect(took, output).toBeLessThan(limits[output][1] + 0.15);
      }
    },
  );

  test("stays in alarm until it is reset, and cannot be reset while it smokes", () => {
    const panel = burning();
    run(panel, 200);
    expect(panel.reset()).toBe(false);
    panel.airOut();
    run(panel, 60);
    expect(seen(panel, "fire_count")).toBe(2);
    expect(panel.reset()).toBe(true);
    run(panel, 1);
    expect(
      ["panel_reset", "fire_count", "fire_alarm", "zone3_state", "out_fan_cmd", "first_fire_addr"].map((point) =>
        seen(panel, point),
      ),
    ).toEqual([1, 0, 0, 0, 0, 0]);
    run(panel, 10);
    expect([seen(panel, "panel_reset"), seen(panel, "out_fan_fb")]).toEqual([0, 0]);
  });

  test("starts nothing by itself while the linkage is in manual", () => {
    const panel = burning();
    panel.setManual(true);
    run(panel, 300);
    expect(panel.state.confirmed).toBe(true);
    expect([seen(panel, "manual_mode"), panel.state.commands.size]).toEqual([1, 0]);
  });

  test("an output that does not feed back stays commanded", () => {
    const panel = burning();
    panel.withholdFeedback("fan");
    run(panel, 400);
    expect(["out_fan_cmd", "out_fan_fb", "out_pump_fb"].map((point) => seen(panel, point))).toEqual([1, 0, 1]);
  });
});

test("steam is one alarm that latches and is never confirmed", () => {
  const panel = panelWith();
  panel.steamAt(43);
  expect(when(panel, 100, () => seen(panel, "fire_alarm") === 1)).toBeCloseTo(60, 1);
  run(panel, 600);
  expect([seen(panel, "fire_count"), panel.state.confirmed]).toEqual([1, false]);
  expect(panel.reset()).toBe(true);
});

test("a call point is an alarm at once; two components of different zones confirm nothing", () => {
  const panel = panelWith();
  panel.pressCallPoint(7);
  panel.step();
  expect([seen(panel, "fire_alarm"), seen(panel, "zone7_state"), seen(panel, "first_fire_addr")]).toEqual([1, 2, 1070]);
  panel.pressCallPoint(8);
  run(panel, 10);
  expect([seen(panel, "fire_count"), panel.state.confirmed]).toEqual([2, false]);
  panel.discoverFire(63, 90);
  run(panel, 1);
  expect(panel.state.confirmed).toBe(true);
});

test("a disabled detector never raises", () => {
  const panel = panelWith();
  panel.setDisabled(23, true);
  panel.startFire(23, []);
  run(panel, 200);
  expect(["fire_alarm", "prealarm_count", "disable_count", "disablement"].map((point) => seen(panel, point))).toEqual([
    0, 0, 1, 1,
  ]);
});

test.each(seeds)(
  "a broken loop is told after 5 s and loses its thirty components within 20 s; others still alarm (seed %i)",
  (seed) => {
    const panel = panelWith({}, seed);
    panel.openLoop(101, 130);
    expect(when(panel, 100, () => seen(panel, "loop_fault") === 1)).toBeCloseTo(5, 1);
    expect(5 + when(panel, 100, () => panel.state.components.some((one) => one.lost))).toBeGreaterThanOrEqual(9.9);
    run(panel, 21);
    expect(["fault_count", "panel_fault", "zone11_state", "fire_count"].map((point) => seen(panel, point))).toEqual([
      31, 1, 3, 0,
    ]);
    panel.pressCallPoint(2);
    run(panel, 1);
    expect(seen(panel, "fire_alarm")).toBe(1);
    panel.closeLoop();
    run(panel, 1);
    expect(["fault_count", "loop_fault", "zone11_state"].map((point) => seen(panel, point))).toEqual([0, 0, 0]);
  },
);

test("without mains: told after 10 to 30 s, 26 V after a quarter of an hour, 24 V after an hour, empty after a day", () => {
  const panel = panelWith();
  panel.loseMains();
  const told = when(panel, 60, () => seen(panel, "mains_fail") === 1);
  expect(told).toBeGreaterThanOrEqual(10);
  expect(told).toBeLessThanOrEqual(30);
  run(panel, 900 - told);
  expect(panel.state.volts).toBeCloseTo(26, 1);
  run(panel, 2700);
  expect(panel.state.volts).toBeCloseTo(24, 1);
  expect(seen(panel, "battery_fail")).toBe(0);
  run(panel, 86_400 - 3600);
  expect([panel.state.volts, seen(panel, "battery_fail")]).toEqual([21, 1]);
  panel.restoreMains();
  run(panel, 60);
  expect([seen(panel, "mains_fail"), seen(panel, "battery_fail")]).toEqual([0, 0]);
});

test("every event takes the next number and its slot of the ring; the heartbeat counts seconds", () => {
  const panel = panelWith();
  const before = seen(panel, "event_seq");
  panel.pressCallPoint(1);
  run(panel, 12);
  expect(seen(panel, "event_seq")).toBe(before + 1);
  const slot = `event${(before + 1) % 32}`;
  expect(["seq", "type", "loop", "address", "component"].map((part) => seen(panel, `${slot}_${part}`))).toEqual([
    (before + 1) % 65_536,
    1,
    1,
    10,
    23,
  ]);
  expect(seen(panel, "heartbeat")).toBe(12);
});

test("the same seed gives the same readings, step by step", () => {
  const [one, other] = [panelWith({}, 9), panelWith({}, 9)];
  for (const panel of [one, other]) panel.startFire(23, [{ address: 24, metres: 5 }]);
  for (let step = 0; step < 2000; step += 1) {
    one.step();
    other.step();
    if (step % 100 === 0) expect(one.readings).toEqual(other.readings);
  }
});

test("recovery leaves a panel that watches, whatever a story did to it", () => {
  const panel = panelWith();
  panel.startFire(23, [{ address: 24, metres: 1 }]);
  panel.openLoop(101, 130);
  panel.loseMains();
  panel.setTest(true);
  panel.closeValve(true);
  run(panel, 300);
  panel.recover();
  run(panel, 30);
  const quiet = panelWith();
  run(quiet, 330);
  for (const [point, value] of Object.entries(quiet.readings)) {
    if (/^(event|battery_v)/.test(point)) continue;
    expect([point, seen(panel, point)]).toEqual([point, value]);
  }
});
