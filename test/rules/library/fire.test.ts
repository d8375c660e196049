/** The fire pack on the real wire's numbers: the simulated panel plays its stories, the rules hear what its registers say. */
import { describe, expect, test } from "vitest";
import { createFirePanel } from "../../../simulators/plant/fire-panel.ts";
import { FirePanelParams } from "../../../simulators/plant/fire-panel-params.ts";
import type { FirePanel } from "../../../simulators/plant/fire-panel-state.ts";
import { findScenario } from "../../../simulators/scenarios/index.ts";
import { createSimulatedDevice } from "../../../simulators/simulated-device.ts";
import { createTruthLog } from "../../../simulators/truth.ts";
import { createHandClock } from "../../simulators/hand-clock.ts";
import { filledWithOnes, install, readLibrary } from "./installation.ts";
import { type Play, type Played, play, type Signals } from "./stand.ts";

const rules = (await readLibrary()).filter((rule) => rule.kind === "fire");
const panelDevice = await install("default-fire-panel");
const keys = panelDevice.points.map((point) => point.key);
/** A poll of a second, and half a step of the plant. */
const poll = 1.1;
const hours = 3600;

/** The readings of something that is asked in order of time; `advance` moves it on to the second `t`. */
function readingsOf(advance: (t: number) => void, read: (key: string) => number): Signals {
  return Object.fromEntries(
    keys.map((key) => [
      key,
      (t: number) => {
        advance(t);
        return read(key);
      },
    ]),
  );
}

/** A panel by itself: `deeds` happen at their seconds. */
function watch(
  deeds: readonly (readonly [t: number, deed: (panel: FirePanel) => void])[],
  span: Play,
  params = {},
): Played {
  const panel = createFirePanel(FirePanelParams.parse(params), 3);
  let next = 0;
  const advance = (t: number) => {
    while (panel.elapsed + span.from < t - 1e-9) {
      for (let deed = deeds[next]; deed && deed[0] <= panel.elapsed + span.from + 1e-9; deed = deeds[next]) {
        next += 1;
        deed[1](panel);
      }
      panel.step();
    }
  };
  return play(
    panelDevice,
    rules,
    readingsOf(advance, (key) => panel.readings[key] ?? 0),
    span,
  );
}

/** A story as a drill plays it; second 0 is its t0. */
function tell(name: string, seed: number, phase: number) {
  const scenario = findScenario(name);
  if (!scenario) throw new Error(name);
  const clock = createHandClock();
  const truth = createTruthLog(clock.wall);
  const device = createSimulatedDevice(
    { kind: "fire-panel", unit: 1, device: "fire-1", seed, params: FirePanelParams.parse({}) },
    10,
    { clock, truth, nextPlay: () => 1 },
  );
  const values: Record<string, number> = {};
  for (const [key, { default: usual }] of Object.entries(scenario.parameters)) values[key] = usual;
  device.play(scenario, { speed: 1, seed, values });
  while (device.playing?.phase === "approach") device.advance(0.01);
  const t0 = device.plant.elapsed;
  const advance = (t: number) => {
    while (device.plant.elapsed - t0 < t - 1e-9) device.advance(0.1);
  };
  const told = play(panelDevice, rules, readingsOf(advance, device.read), {
    from: 0,
    to: scenario.endsAfter(values) + 120,
    phase,
  });
  return { told, scenario, start: truth.after(0).find((record) => record.kind === "start") };
}

const stories = ["fire-confirmed", "fire-false-alarm", "fire-call-point", "fire-loop-open", "fire-feedback-missing"];
const cases = stories.flatMap((name) => [1, 2, 3].map((seed) => [name, seed] as const));

test.each(cases)("%s: everything that must follow comes in time, nothing that must not (seed %i)", (name, seed) => {
  const { told, scenario, start } = tell(name, seed, seed / 4);
  expect(start?.mustFollow?.map(({ rule }) => rule)).toEqual(scenario.mustFollow.map(({ rule }) => rule));
  for (const { rule, severity, within } of start?.mustFollow ?? [])
    expect([rule, told.reached(rule, severity) <= within + poll]).toEqual([rule, true]);
  for (const rule of scenario.mustNotFollow) expect([rule, told.first(rule)]).toEqual([rule, Number.POSITIVE_INFINITY]);
  // What the story does not name must not come either.
  expect(told.raised).toEqual(scenario.mustFollow.map(({ rule }) => rule).sort());
  for (const rule of told.raised) expect([rule, told.times(rule), told.active(rule)]).toEqual([rule, 1, false]);
});

test("no alarm comes early: prealarm 10 s after its mark, feedbacks only when their time is over", () => {
  const { told } = tell("fire-feedback-missing", 1, 0.5);
  expect(told.first("fire.prealarm")).toBeGreaterThanOrEqual(83.4);
  expect(told.first("fire.alarm")).toBeGreaterThanOrEqual(90);
  expect(told.first("fire.confirmed")).toBeGreaterThanOrEqual(156.6);
  expect(told.first("fire.feedback_fan")).toBeGreaterThanOrEqual(188);
  const alarm = told.said.find((said) => said.rule === "fire.alarm");
  expect([alarm?.zh.includes("1023"), alarm?.en.includes("zone 3")]).toEqual([true, true]);
});

test("after the reset the alarm stands until the panel has been quiet for a minute", () => {
  const { told } = tell("fire-false-alarm", 1, 0.5);
  expect(told.cleared("fire.alarm")).toBeGreaterThanOrEqual(360);
  expect(told.cleared("fire.alarm")).toBeLessThanOrEqual(360 + poll + 1);
});

test("a quiet day is silent", { timeout: 60_000 }, () => {
  expect(watch([], { from: 0, to: 24 * hours, poll: 10_000 }).said.filter(({ to }) => to === "active")).toEqual([]);
});

describe("faults", () => {
  test("mains off: told after 60 s, S1 below 22 V, over when it is back", { timeout: 60_000 }, () => {
    const told = watch([[0, (panel) => panel.loseMains()]], { from: -10, to: 24 * hours, poll: 5_000 });
    expect(told.raised).toEqual(["fire.power_supply"]);
    expect(told.first("fire.power_supply")).toBeGreaterThan(70);
    expect(told.first("fire.power_supply")).toBeLessThanOrEqual(95 + 5);
    const low = told.reached("fire.power_supply", "S1") / hours;
    // 24 V after one hour, 21 V after 24: 22 V after 16.3 h.
    expect(low).toBeGreaterThan(15.3);
    expect(low).toBeLessThan(17.3);
  });

  test("one lost detector is S3 after 100 s, ten within a minute are S2 at once", () => {
    const panel = createFirePanel(FirePanelParams.parse({}), 1);
    const lost = (count: (t: number) => number): Signals => ({
      ...Object.fromEntries(keys.map((key) => [key, panel.readings[key] ?? 0])),
      heartbeat: (t) => Math.floor(t + 100),
      panel_fault: (t) => (count(t) > 0 ? 1 : 0),
      fault_count: count,
    });
    const one = play(
      panelDevice,
      rules,
      lost((t) => (t < 0 ? 0 : 1)),
      { from: -100, to: 300 },
    );
    expect(one.raised).toEqual(["fire.fault"]);
    expect(Math.abs(one.first("fire.fault") - 100)).toBeLessThanOrEqual(poll);
    expect(one.reached("fire.fault", "S2")).toBe(Number.POSITIVE_INFINITY);
    const many = play(
      panelDevice,
      rules,
      lost((t) => (t < 0 ? 0 : Math.min(30, Math.floor(t)))),
      { from: -100, to: 60 },
    );
    expect(many.reached("fire.fault", "S2")).toBeLessThanOrEqual(10 + poll);
    expect(many.times("fire.fault")).toBe(1);
  });
});

describe("in test", () => {
  test("alarms of the maintenance crew are notes: nobody is paged, also not when the panel goes back with a quiet loop", () => {
    const told = watch(
      [
        [0, (panel) => panel.setTest(true)],
        [10, (panel) => panel.pressCallPoint(2)],
        [20, (panel) => panel.discoverFire(11, 90)],
        [60, (panel) => panel.airOut()],
        [120, (panel) => void panel.reset()],
        [180, (panel) => panel.setTest(false)],
      ],
      { from: -10, to: 400 },
    );
    expect(told.raised).toEqual(["fire.test_alarm", "fire.test_mode"]);
    for (const said of told.said.filter(({ to }) => to === "active")) expect(said.severity).toBe("S4");
    expect([told.active("fire.test_alarm"), told.active("fire.test_mode")]).toEqual([false, false]);
  });

  test("a fire that still stands when the test ends is an alarm at once, and one that stood before stays one", () => {
    const told = watch(
      [
        [0, (panel) => panel.setTest(true)],
        [10, (panel) => panel.pressCallPoint(2)],
        [60, (panel) => panel.setTest(false)],
        [100, (panel) => panel.setTest(true)],
      ],
      { from: -10, to: 300 },
    );
    expect(told.first("fire.alarm")).toBeLessThanOrEqual(60 + poll);
    expect(told.active("fire.alarm")).toBe(true);
  });
});

describe("what cannot be read", () => {
  const fireAt0: readonly [number, (panel: FirePanel) => void][] = [[0, (panel) => panel.pressCallPoint(2)]];
  const play0 = (line: NonNullable<Play["line"]>) => watch(fireAt0, { from: -10, to: 200, line });

  test.each(["fire_count", "zone2_state", "zone9_state", "first_fire_addr", "normal_mode"])(
    "never hides a fire that another register tells: %s",
    (lost) => {
      const panel = createFirePanel(FirePanelParams.parse({}), 1);
      const advance = (t: number) => {
        while (panel.elapsed - 10 < t - 1e-9) {
          if (Math.abs(panel.elapsed - 10) < 0.01) panel.pressCallPoint(2);
          panel.step();
        }
      };
      const signals = readingsOf(advance, (key) => (key === lost ? Number.NaN : (panel.readings[key] ?? 0)));
      expect(play(panelDevice, rules, signals, { from: -10, to: 20 }).first("fire.alarm")).toBeLessThanOrEqual(poll);
    },
  );

  test("zeros of a dead gateway are frozen data after 60 s and nothing else", () => {
    const told = play0((_point, t, raw) => (t < -5 ? raw : 0));
    expect(told.raised).toEqual(["fire.heartbeat_frozen"]);
    expect(told.first("fire.heartbeat_frozen")).toBeLessThanOrEqual(56 + poll);
  });

  test("ones of a dead gateway read as a fire, since nothing may filter one, and as frozen data after 60 s", () => {
    const told = play0((point, t, raw) => (t < -5 ? raw : filledWithOnes(point)));
    expect(told.raised).toContain("fire.alarm");
    expect(told.raised).toContain("fire.heartbeat_frozen");
    expect(told.raised).not.toContain("fire.confirmed");
  });
});
