/** Every story reaches its truth marks in simulated time, quickly, from wherever the plant happens to be. */
import { describe, expect, test } from "vitest";
import { BoosterParams } from "../../../simulators/plant/booster-params.ts";
import { ElevatorParams } from "../../../simulators/plant/elevator-params.ts";
import { FirePanelParams } from "../../../simulators/plant/fire-panel-params.ts";
import { findScenario, scenarios } from "../../../simulators/scenarios/index.ts";
import { createSimulatedDevice, type SimulatedDevice } from "../../../simulators/simulated-device.ts";
import { createTruthLog, type TruthLog, type TruthRecord } from "../../../simulators/truth.ts";
import { createHandClock, type HandClock } from "../hand-clock.ts";

interface Stage {
  readonly device: SimulatedDevice;
  readonly clock: HandClock;
  readonly truth: TruthLog;
  /** Lets real seconds pass in ticks of 50 ms. */
  pass(seconds: number, look?: () => void): void;
  play(name: string, options?: { speed?: number; seed?: number; params?: Record<string, number> }): void;
  kinds(): string[];
  record(kind: string): TruthRecord | undefined;
}

function stage(kind: "elevator" | "booster" | "fire-panel", params: object = {}, seed = 1): Stage {
  const clock = createHandClock();
  const truth = createTruthLog(clock.wall);
  const unit =
    kind === "elevator"
      ? { kind, unit: 1, device: "lift-1", seed, params: ElevatorParams.parse(params) }
      : kind === "booster"
        ? { kind, unit: 1, device: "booster-1", seed, params: BoosterParams.parse(params) }
        : { kind, unit: 1, device: "fire-1", seed, params: FirePanelParams.parse(params) };
  const device = createSimulatedDevice(unit, 10, { clock, truth, nextPlay: () => 1 });
  return {
    device,
    clock,
    truth,
    pass(seconds, look) {
      for (let tick = 0; tick < seconds * 20; tick += 1) {
        clock.advance(50);
        device.advance(0.05);
        look?.();
      }
    },
    play(name, { speed = 1, seed: chance = 1, params: given = {} } = {}) {
      const scenario = findScenario(name);
      if (!scenario) throw new Error(name);
      const values: Record<string, number> = { ...given };
      for (const [key, { default: usual }] of Object.entries(scenario.parameters)) values[key] ??= usual;
      device.play(scenario, { speed, seed: chance, values });
    },
    kinds: () => truth.after(0).map((record) => record.kind),
    record: (wanted) => truth.after(0).find((record) => record.kind === wanted),
  };
}
const secondsBetween = (one: TruthRecord | undefined, other: TruthRecord | undefined) =>
  (Date.parse(other?.at ?? "") - Date.parse(one?.at ?? "")) / 1000;
/** The first mark whose English text contains the words. */
const mark = (on: Stage, words: string) => on.truth.after(0).find((record) => record.tells.en.includes(words));

describe("elevator-entrapment", () => {
  test("is on its way at once from anywhere: t0 within 6 s, off the landing, two persons, seen moving by any poll", () => {
    const waits: number[] = [];
    for (let seed = 1; seed <= 40; seed += 1) {
      const on = stage("elevator", { startsPerDay: 3000 }, seed);
      on.pass(20 + seed * 3.7);
      on.play("elevator-entrapment");
      // An observer who polls once a second, as the slowest lawful gateway does.
      let rises = 0;
      let was = on.device.read("occupied");
      let ticks = seed % 20;
      on.pass(35, () => {
        ticks += 1;
        if (ticks % 20 !== 0) return;
        const is = on.device.read("occupied");
        if (is === 1 && was === 0) rises += 1;
        was = is;
      });
      const began = on.record("start");
      waits.push(secondsBetween(on.record("play"), began));
      expect([seed, rises >= 3]).toEqual([seed, true]);
      expect([seed, on.device.read("speed"), on.device.read("door_zone"), on.device.read("door_closed")]).toEqual([
        seed,
        0,
        0,
        1,
      ]);
      expect(on.device.plant.readings.person_count).toBe(2);
      expect([on.device.read("fault_code"), on.device.read("safety_circuit")]).toEqual([1, 0]);
    }
    expect(Math.max(...waits)).toBeLessThan(6);
    expect(waits.reduce((sum, wait) => sum + wait, 0) / waits.length).toBeLessThan(5);
  });

  test("has its marks in time: stop, button, rescue at +14 min, door at +14.5 min, back in service", () => {
    const on = stage("elevator");
    on.play("elevator-entrapment");
    let presses = 0;
    let was = 0;
    on.pass(17.5 * 60, () => {
      const is = on.device.read("alarm_button");
      if (is > was) presses += 1;
      was = is;
    });
    const t0 = on.record("start");
    expect(secondsBetween(t0, mark(on, "opens, the brake"))).toBeCloseTo(0, 1);
    expect(mark(on, "stands between")?.values).toMatchObject({ speed: 0, door_zone: 0, door_closed: 1, fault_code: 1 });
    const press = secondsBetween(t0, mark(on, "presses the alarm"));
    expect(press).toBeGreaterThanOrEqual(5);
    expect(press).toBeLessThanOrEqual(25.1);
    expect(presses).toBeGreaterThan(840 / 60 - 2);
    expect(secondsBetween(t0, mark(on, "Rescuers arrive"))).toBeCloseTo(840, 0);
    expect(secondsBetween(t0, mark(on, "Rescuers open"))).toBeCloseTo(870, 0);
    expect(mark(on, "back in service")?.values).toMatchObject({ person_count: 0, door_zone: 1, door_closed: 0 });
    on.pass(10);
    expect([on.device.read("service_mode"), on.device.read("safety_circuit"), on.device.read("fault_code")]).toEqual([
      1, 1, 0,
    ]);
    expect(on.device.playing).toBeUndefined();
    expect(on.kinds().at(-1)).toBe("end");
  });

  test("tells what must follow and by when, and what must not", () => {
    const on = stage("elevator");
    on.play("elevator-entrapment");
    on.pass(8);
    const start = on.record("start");
    const by = (rule: string) => start?.mustFollow?.find((expected) => expected.rule === rule);
    expect(by("elevator.entrapment_off_landing")).toMatchObject({
      alarm: "elevator.entrapment_off_landing@lift-1",
      severity: "S1",
      ticketClass: "elevator_entrapment",
      within: 31,
      by: new Date(Date.parse(start?.at ?? "") + 33_000).toISOString(),
    });
    expect(start?.mustNotFollow).toContain("elevator.entrapment_at_landing");
  });

  test("played fast, demands only alarms whose timers can run out before the rescue", () => {
    const on = stage("elevator");
    on.play("elevator-entrapment", { speed: 60 });
    on.pass(30);
    const rules = on.record("start")?.mustFollow?.map(({ rule }) => rule);
    expect(rules).toContain("elevator.safety_circuit_open");
    expect(rules).not.toContain("elevator.entrapment_off_landing");
    expect(on.kinds().at(-1)).toBe("end");
  });

  test("stopped in the middle, the car homes to a landing, lets the people out and serves again", () => {
    const on = stage("elevator");
    on.play("elevator-entrapment");
    on.pass(15);
    on.device.stop();
    let freed = false;
    on.pass(60, () => {
      freed ||= on.device.read("door_open_limit") === 1 && on.device.read("door_zone") === 1;
    });
    expect(freed).toBe(true);
    expect(on.device.plant.readings.person_count).toBe(0);
    expect(on.record("stopped")?.scenario).toBe("elevator-entrapment");
    on.play("elevator-entrapment");
    on.pass(8);
    expect(on.device.playing?.phase).toBe("running");
  });
});

describe("elevator-entrapment-at-landing", () => {
  test("three tries with short blips of the door contact, fault 3 at +39 s, nobody gets out before the rescue", () => {
    const on = stage("elevator");
    on.play("elevator-entrapment-at-landing");
    on.pass(8);
    const t0 = on.record("start");
    expect(secondsBetween(on.record("play"), t0)).toBeLessThan(6);
    const blips: { at: number; length: number }[] = [];
    let openSince: number | undefined;
    let opened = false;
    const start = Date.parse(t0?.at ?? "");
    on.pass(70, () => {
      const now = (on.clock.wall() - start) / 1000;
      if (on.device.read("door_closed") === 0) openSince ??= now;
      else if (openSince !== undefined) {
        blips.push({ at: openSince, length: now - openSince });
        openSince = undefined;
      }
      opened ||= on.device.read("door_open_limit") === 1;
    });
    expect(opened).toBe(false);
    expect(blips.map(({ at }) => Math.round(at)).filter((at) => at > 8)).toEqual([13, 26]);
    for (const { length } of blips) expect(length).toBeLessThanOrEqual(2.1);
    expect(mark(on, "Door fault")?.values).toMatchObject({
      fault_code: 3,
      door_zone: 1,
      door_closed: 1,
      person_count: 1,
    });
    on.pass(14 * 60 + 120);
    expect(on.device.plant.readings.person_count).toBe(0);
    expect([on.device.read("service_mode"), on.device.read("fault_code")]).toEqual([1, 0]);
  });

  test("starts within 6 s from anywhere", () => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const on = stage("elevator", { startsPerDay: 3000 }, seed);
      on.pass(15 + seed * 4.3);
      on.play("elevator-entrapment-at-landing");
      on.pass(8);
      expect(secondsBetween(on.record("play"), on.record("start"))).toBeLessThan(6);
      expect([seed, on.device.read("door_zone"), on.device.read("speed")]).toEqual([seed, 1, 0]);
    }
  });
});

describe("booster stories", () => {
  test("start within a second by day and within 3 s from a set that sleeps at night", () => {
    const day = stage("booster", { day: "steady" });
    day.play("pipe-burst");
    day.pass(2);
    expect(secondsBetween(day.record("play"), day.record("start"))).toBeLessThan(1);
    const night = stage("booster", { flow: 2 });
    night.pass(200);
    night.play("pipe-burst");
    night.pass(5);
    expect(secondsBetween(night.record("play"), night.record("start"))).toBeLessThan(3);
  });

  test("pipe-burst: 31 m³/h with normal pressure until the valve is shut", () => {
    const on = stage("booster", { day: "steady" });
    on.play("pipe-burst", { params: { repairAfter: 240 } });
    on.pass(60);
    expect(mark(on, "11 s after")?.values?.outlet_pressure).toBeCloseTo(0.486, 1);
    expect(Math.abs(on.device.read("flow") - 31.3)).toBeLessThan(3);
    expect(Math.abs(on.device.read("outlet_pressure") - 0.55)).toBeLessThan(0.02);
    on.pass(300);
    expect(on.device.read("flow")).toBeLessThan(12);
    expect(on.kinds().at(-1)).toBe("end");
  });

  test("pipe-burst with a small hole demands only what a small hole must raise", () => {
    const on = stage("booster", { day: "steady" });
    on.play("pipe-burst", { params: { hole: 12 } });
    on.pass(2);
    expect(on.record("start")?.mustFollow?.map(({ rule }) => rule)).toEqual(["water.pipe_burst_sustained"]);
  });

  test("pipe-burst-large: pressure below half of the setpoint with all pumps at full speed", () => {
    const on = stage("booster", { day: "steady" });
    on.play("pipe-burst-large");
    on.pass(32);
    expect(mark(on, "30 s after")?.values?.outlet_pressure).toBeLessThan(0.2);
    expect([1, 2, 3].map((pump) => on.device.read(`p${pump}_freq`))).toEqual([50, 50, 50]);
    expect(Math.abs(on.device.read("flow") - 84)).toBeLessThan(0.5);
  });

  test("pump-trip: fault at t0, the standby from +3 s, the pump reset in the end", () => {
    const on = stage("booster", { day: "steady" });
    on.play("pump-trip", { params: { repairAfter: 60 } });
    on.pass(5);
    expect([on.device.read("p1_fault"), on.device.read("p1_run"), on.device.read("p2_run")]).toEqual([1, 0, 1]);
    on.pass(120);
    expect(on.device.read("p1_fault")).toBe(0);
    expect(on.kinds().at(-1)).toBe("end");
  });

  test("pumps-all-failed: no flow at all while the pressure falls to nothing, and no burst may follow", () => {
    const on = stage("booster", { day: "steady" });
    on.play("pumps-all-failed");
    on.pass(1);
    let most = 0;
    on.pass(35, () => {
      // The meter damps what it shows by half a second: ten times that, and nothing of the flow before is left.
      if (on.clock.wall() > Date.parse(on.record("start")?.at ?? "") + 5_000)
        most = Math.max(most, on.device.read("flow"));
    });
    expect(most).toBeLessThan(0.01);
    expect(on.device.read("outlet_pressure")).toBeLessThan(0.01);
    expect(on.record("start")?.mustNotFollow).toEqual(
      expect.arrayContaining(["water.pipe_burst_drop", "water.pipe_burst_collapse", "water.pipe_burst_sustained"]),
    );
    on.pass(900);
    expect(Math.abs(on.device.read("outlet_pressure") - 0.55)).toBeLessThan(0.03);
  });
});

describe("fire panel", () => {
  test.each(["fire-confirmed", "fire-false-alarm", "fire-call-point", "fire-loop-open", "fire-feedback-missing"])(
    "%s is on its way within a second, ends with a quiet panel, and can be played again at once",
    (name) => {
      const on = stage("fire-panel");
      for (const round of [1, 2]) {
        on.play(name, { speed: 10 });
        on.pass(1);
        expect(on.record("start")).toBeDefined();
        on.pass(170);
        expect(on.kinds().filter((kind) => kind === "end")).toHaveLength(round);
        const left = ["fire_count", "fault_count", "loop_fault", "out_fan_cmd", "out_fan_fb", "panel_reset"];
        expect(left.map((point) => on.device.read(point))).toEqual([0, 0, 0, 0, 0, 0]);
      }
    },
  );

  test("stopped in the middle it watches again, without alarms and commands", () => {
    const on = stage("fire-panel");
    on.play("fire-feedback-missing");
    on.pass(200);
    expect([on.device.read("fire_count"), on.device.read("out_fan_cmd")]).toEqual([2, 1]);
    on.device.stop();
    on.pass(10);
    expect(["fire_count", "out_fan_cmd", "out_pump_fb", "zone3_state"].map((point) => on.device.read(point))).toEqual([
      0, 0, 0, 0,
    ]);
  });

  test("played twice as fast the prealarm is over before its rule can speak, and is not demanded", () => {
    const rules = (speed: number) => {
      const on = stage("fire-panel");
      on.play("fire-confirmed", { speed });
      on.pass(1);
      return on.record("start")?.mustFollow?.map(({ rule }) => rule);
    };
    expect(rules(1)).toEqual(["fire.prealarm", "fire.alarm", "fire.confirmed"]);
    expect(rules(2)).toEqual(["fire.alarm", "fire.confirmed"]);
  });

  test("takes no writes: every write function is answered with exception 01", () => {
    const { unit } = stage("fire-panel").device;
    for (const write of [
      "0500640001ff00",
      "0600640001",
      "0f006400050103",
      "1000640001020001",
      "16006400000001",
      "1700000001006400010201",
    ]) {
      const pdu = Buffer.from(write, "hex");
      expect([write, unit.reply(pdu)]).toEqual([write, Buffer.from([(pdu[0] ?? 0) | 0x80, 1])]);
    }
  });
});

test("a story at double speed needs half the time", () => {
  const on = stage("booster", { day: "steady" });
  on.play("pump-trip", { speed: 2, params: { repairAfter: 60 } });
  on.pass(60);
  expect(secondsBetween(on.record("start"), on.record("end"))).toBeCloseTo(45, 0);
});

test("the same seeds give the same story to the last bit", () => {
  const play = () => {
    const on = stage("elevator", { startsPerDay: 3000 }, 9);
    on.pass(33);
    on.play("elevator-entrapment", { seed: 4 });
    on.pass(120);
    return JSON.stringify([on.device.plant.readings, on.truth.after(0)]);
  };
  expect(play()).toBe(play());
});

test("every story has texts in both languages, sensible ranges, and known kinds", () => {
  for (const scenario of scenarios) {
    for (const text of [scenario.title, scenario.tells]) {
      expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(text.en).not.toMatch(/[\u4e00-\u9fff]/);
    }
    for (const parameter of Object.values(scenario.parameters)) {
      expect(parameter.default).toBeGreaterThanOrEqual(parameter.min);
      expect(parameter.default).toBeLessThanOrEqual(parameter.max);
    }
  }
});
