/** Gateways that answer for dead controllers: old data, zeros, FFFF. Only the heartbeat rules may speak. */
import { describe, expect, test } from "vitest";
import { booster, computedSet, setWith } from "./booster.ts";
import { carWith, emergencyStop, lift } from "./car.ts";
import { chanceOf, motion, repeatedFrom0, steps } from "./courses.ts";
import { filledWithOnes, readLibrary } from "./installation.ts";
import { type Play, play } from "./stand.ts";

const rules = await readLibrary();
const plain = await lift();
const set = await booster();
const phases = [0, 0.25, 0.5, 0.75, 0.99];
const minute = 60;

type Line = NonNullable<Play["line"]>;
const zerosFrom0: Line = (_, t, raw) => (t < 0 ? raw : 0);
const onesFrom =
  (from: number): Line =>
  (point, t, raw) =>
    t < from ? raw : filledWithOnes(point);

describe("in front of an elevator", () => {
  const poll = 0.5;
  const span = { from: -100, to: 300 };
  const frozen = ["elevator.heartbeat_frozen"];

  test.each(phases)("old data is told as frozen within 30 s, and nothing else is believed (phase %f)", (phase) => {
    const told = play(plain, rules, repeatedFrom0(emergencyStop(chanceOf(1))), { ...span, phase });
    expect(told.raised).toEqual(frozen);
    expect(told.first("elevator.heartbeat_frozen")).toBeLessThanOrEqual(30 + poll);
  });

  test("old data of an occupied car that was about to leave a landing is no entrapment", () => {
    const inside = motion(-20, -1, chanceOf(2));
    const signals = carWith({
      occupied: (t) => (t > -1 ? 1 : inside(t)),
      door_closed: steps([-100, 1], [-30, 0], [-4, 1]),
      door_open_limit: steps([-100, 0], [-27, 1], [-7, 0]),
    });
    expect(play(plain, rules, repeatedFrom0(signals), span).raised).toEqual(frozen);
  });

  test("a register that froze in inspection mode cannot hide that the data is frozen", () => {
    const signals = { ...carWith({ service_mode: 2 }), heartbeat: steps([-100, 1], [-50, 2]) };
    expect(play(plain, rules, signals, { from: -100, to: 60 }).raised).toEqual(frozen);
  });

  test("zeros are no entrapment, no open safety circuit and no power cut", () => {
    const told = play(plain, rules, emergencyStop(chanceOf(3)), { ...span, line: zerosFrom0 });
    expect(told.raised).toEqual(frozen);
  });

  test("FFFF raises nothing but the frozen heartbeat, and clears no entrapment", () => {
    const told = play(plain, rules, emergencyStop(chanceOf(4)), { ...span, line: onesFrom(-5) });
    expect(told.raised).toEqual(frozen);
    const later = play(plain, rules, emergencyStop(chanceOf(5)), { ...span, line: onesFrom(100) });
    expect(later.active("elevator.entrapment_off_landing")).toBe(true);
  });

  test("a heartbeat that passes through zero delays an entrapment by a second at most", () => {
    const zeroAt31 = (t: number) => (Math.floor(t) + 65_505) % 65_536;
    const signals = emergencyStop(chanceOf(6), { heartbeat: zeroAt31, service_mode: 0 });
    const told = play(plain, rules, signals, { from: -100, to: 60 });
    expect(told.first("elevator.entrapment_off_landing")).toBeLessThanOrEqual(31 + 1 + poll);
  });
});

describe("in front of a pump room", () => {
  const poll = 1;
  const span = { from: -12 * minute, to: 12 * minute };
  const frozen = ["water.heartbeat_frozen"];

  test("old data is told as frozen within a minute, and nothing else is believed", () => {
    const busy = repeatedFrom0(setWith(chanceOf(1), { flow: 14 }));
    const told = play(set, rules, busy, { ...span, from: -minute });
    expect(told.raised).toEqual(frozen);
    expect(told.first("water.heartbeat_frozen")).toBeLessThanOrEqual(minute + poll);
  });

  test("zeros and FFFF raise nothing but the frozen heartbeat", () => {
    expect(play(set, rules, setWith(chanceOf(2)), { ...span, line: zerosFrom0 }).raised).toEqual(frozen);
    expect(play(set, rules, setWith(chanceOf(3)), { ...span, line: onesFrom(0) }).raised).toEqual(frozen);
  });

  test("FFFF ends no burst", () => {
    const told = play(set, rules, computedSet(4, { hole: 20 }, span), { ...span, line: onesFrom(minute) });
    expect(told.active("water.pipe_burst_drop")).toBe(true);
  });
});
