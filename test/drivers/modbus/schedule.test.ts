/** When to poll what, by counting alone. */
import { describe, expect, test } from "vitest";
import { milliseconds, minutes, type Span, seconds } from "#model/time";
import { ModbusAddress } from "../../../drivers/modbus/address.ts";
import { nothingLearnt } from "../../../drivers/modbus/read-plan.ts";
import {
  answered,
  gaveTime,
  missedPoll,
  nextPoll,
  scheduleUnits,
  type UnitSchedule,
} from "../../../drivers/modbus/schedule.ts";
import { plainPoint } from "../../contracts/driver-tools.ts";

const unit = (device: string, ...every: Span[]) => ({
  device,
  unit: 1,
  maxRegisters: 125,
  points: every.map((span, handle) => plainPoint(handle, ModbusAddress.parse(`holding:${handle * 50}`), span)),
});
const plan = (...units: ReturnType<typeof unit>[]) => scheduleUnits(units, 10, () => nothingLearnt, milliseconds(0));
const due = (schedules: UnitSchedule[], probesFrom = 0) => {
  const next = nextPoll(schedules, milliseconds(probesFrom));
  return next && { device: next.schedule.unit.device, due: next.due, poll: next.poll, schedule: next.schedule };
};

/** No jitter. */
const steady = () => 0;

describe("the schedule", () => {
  test("first polls are spread over a second, or over the period when that is shorter", () => {
    const schedules = plan(
      unit("a", seconds(60)),
      unit("b", seconds(60)),
      unit("c", seconds(0.4)),
      unit("d", seconds(60)),
    );
    expect(schedules.map(({ polls }) => polls[0]?.due)).toEqual([0, 250, 200, 750]);
  });

  test("the poll that is due first comes first, except of a unit that is being asked", () => {
    const schedules = plan(unit("a", seconds(1)), unit("b", seconds(1)));
    expect(due(schedules)).toMatchObject({ device: "a", due: 0 });
    (schedules[0] as UnitSchedule).busy = true;
    expect(due(schedules)).toMatchObject({ device: "b", due: 500 });
  });

  test("a poll that ends late keeps its phase and leaves out the rounds it missed", () => {
    const [a] = plan(unit("a", seconds(1))) as [UnitSchedule];
    const poll = a.polls[0];
    if (!poll) throw new Error("no poll");
    answered(a, poll, milliseconds(40));
    expect(poll.due).toBe(1_000);
    answered(a, poll, milliseconds(3_999));
    expect(poll.due).toBe(4_000);
    answered(a, poll, milliseconds(4_000));
    expect(poll.due).toBe(5_000);
  });

  test("silent units share a quarter of the line while others answer, and the whole line when nobody does", () => {
    const schedules = plan(unit("a", seconds(1)), unit("b", seconds(1)), unit("c", seconds(1)));
    const [a, b, c] = schedules as [UnitSchedule, UnitSchedule, UnitSchedule];
    const now = milliseconds(10_000);
    expect(missedPoll(schedules, b, seconds(1), now, steady)).toBe(13_000);
    expect(due([b], 13_000)).toMatchObject({ due: 13_000 });
    missedPoll(schedules, c, seconds(1), now, steady);
    expect(missedPoll(schedules, a, seconds(1), now, steady)).toBe(now);
    expect(due([a], now)).toMatchObject({ due: 11_000 });
  });

  test("a silent unit is asked before its slow poll is due, and its answer brings every poll at once", () => {
    const schedules = plan(unit("a", seconds(1), minutes(10)));
    const [a] = schedules as [UnitSchedule];
    for (const poll of a.polls) poll.due = milliseconds(600_000);
    missedPoll(schedules, a, seconds(1), milliseconds(10_000), steady);
    const probe = due(schedules);
    expect(probe).toMatchObject({ due: 11_000 });
    if (!probe) throw new Error("no probe");
    answered(a, probe.poll, milliseconds(11_020));
    expect(a.missed).toBe(0);
    expect(a.polls.map((poll) => poll.due).sort((x, y) => x - y)).toEqual([11_020, 600_000]);
  });

  test("pauses differ by up to a fifth, so that units which fell silent together are not asked together again", () => {
    const pauses = [0, 0.5, 0.999].map((luck) => {
      const schedules = plan(unit("a", seconds(1)));
      const [a] = schedules as [UnitSchedule];
      for (let i = 0; i < 4; i += 1) missedPoll(schedules, a, seconds(1), milliseconds(0), () => luck);
      return Math.round(a.probeAt);
    });
    expect(pauses).toEqual([8_000, 7_200, 6_402]);
  });

  test("a busy unit is given time four times, ever more, and then no longer", () => {
    const [a] = plan(unit("a", seconds(1))) as [UnitSchedule];
    const poll = a.polls[0];
    if (!poll) throw new Error("no poll");
    const dues: number[] = [];
    while (gaveTime(a, poll, milliseconds(1_000))) dues.push(poll.due);
    expect(dues).toEqual([1_250, 1_500, 2_000, 3_000]);
    answered(a, poll, milliseconds(4_000));
    expect(gaveTime(a, poll, milliseconds(5_000))).toBe(true);
  });
});
