/** Residential traffic: as many starts as such lifts have, in two peaks. */
import { expect, test } from "vitest";
import { createChance } from "../../../simulators/chance.ts";
import { createTraffic } from "../../../simulators/plant/traffic.ts";

test("a week has 120–200 starts a day, many in the two peaks and few at night, mostly from and to the entrance", () => {
  const traffic = createTraffic({ landings: 20, home: 0, startsPerDay: 160 }, createChance(3, "traffic"));
  const perHour = new Array<number>(24).fill(0);
  let viaHome = 0;
  for (let second = 0; second < 7 * 86_400; second += 1) {
    const hour = Math.floor(second / 3600) % 24;
    const trip = traffic.step(1, hour);
    if (!trip) continue;
    // One start to fetch the passengers and one to bring them.
    perHour[hour] = (perHour[hour] ?? 0) + 2;
    expect(trip.from).not.toBe(trip.to);
    expect(Math.min(trip.from, trip.to)).toBeGreaterThanOrEqual(0);
    expect(Math.max(trip.from, trip.to)).toBeLessThanOrEqual(19);
    expect(trip.persons).toBeGreaterThanOrEqual(1);
    if (trip.from === 0 || trip.to === 0) viaHome += 2;
  }
  const sum = (hours: readonly number[]) => hours.reduce((total, hour) => total + (perHour[hour] ?? 0), 0);
  const week = sum([...perHour.keys()]);
  expect(week / 7).toBeGreaterThanOrEqual(120);
  expect(week / 7).toBeLessThanOrEqual(200);
  expect(sum([7, 8])).toBeGreaterThan(5 * sum([2, 3]));
  expect(sum([17, 18])).toBeGreaterThan(5 * sum([2, 3]));
  expect(viaHome / week).toBeGreaterThan(0.8);
});
