import fc from "fast-check";
import { expect, test } from "vitest";
import { instant, later, minutes, seconds } from "#model/time";
import { FLOOD, floodsOf, floodTime, type Told } from "../../../gateway/reports/floods.ts";

const START = instant(1_795_248_000_000);
const end = later(START, minutes(120));
const every = (count: number, step: number, from = 0): Told[] =>
  Array.from({ length: count }, (_, i) => ({ at: instant(START + from + i * step), alarm: `a${i}@d` }));

test("ten alarms in ten minutes are no flood, the eleventh begins one", () => {
  expect(floodsOf(every(10, 1_000), end)).toEqual([]);
  const [flood, ...more] = floodsOf(every(11, 1_000), end);
  expect(more).toEqual([]);
  expect(flood).toMatchObject({ from: START + 10_000, alarms: 11, peak: 11, firstUp: "a0@d" });
  // It ends when fewer than five are younger than ten minutes: the seventh is ten minutes old.
  expect(flood?.to).toBe(START + 6_000 + FLOOD.within);
});

test("an alarm exactly ten minutes old counts no more", () => {
  expect(floodsOf([...every(10, 0), ...every(1, 0, FLOOD.within)], end)).toEqual([]);
  expect(floodsOf([...every(10, 0), ...every(1, 0, FLOOD.within - 1)], end)).toHaveLength(1);
});

test("a flood that still lasts ends with the window", () => {
  const told = every(30, 1_000, minutes(119));
  expect(floodsOf(told, end)).toMatchObject([{ to: end, alarms: 30, peak: 30 }]);
});

test("agrees with a second-by-second count", () => {
  const storm = fc.array(fc.integer({ min: 0, max: 3_600 }), { maxLength: 80 });
  fc.assert(
    fc.property(storm, (at) => {
      const told = at.sort((a, b) => a - b).map((s, i) => ({ at: later(START, seconds(s)), alarm: `a${i}@d` }));
      const until = later(START, seconds(5_000));
      let inFlood = false;
      let slow = 0;
      for (let s = 0; s < 5_000; s += 1) {
        const count = at.filter((one) => one <= s && one > s - 600).length;
        if (!inFlood && count > 10) inFlood = true;
        else if (inFlood && count < 5) inFlood = false;
        if (inFlood) slow += 1;
      }
      return floodTime(floodsOf(told, until), START, until) === slow * 1_000;
    }),
  );
});
