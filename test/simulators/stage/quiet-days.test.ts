/** Days of the building with their awkward moments, in which nothing may ring; the bench plays a month. */
import { describe, expect, test } from "vitest";
import { quietDays } from "./quiet-days.ts";
import { happenings, happensOn } from "./quiet-moments.ts";

const month = Array.from({ length: 30 }, (_, day) => day);

describe("the calendar of a month", () => {
  test.each(happenings.map((one) => [one.name, one] as const))("%s: within thirty days", (_name, one) => {
    expect(month.filter((day) => happensOn(one, day)).length).toBeGreaterThan(0);
    expect(one.at + Math.max(one.lasts, one.look.after)).toBeLessThan(86_400);
  });

  test("each kind of plant has its moments", () => {
    expect(new Set(happenings.map(({ of }) => of))).toEqual(
      new Set(["elevator", "booster", "sump", "fire", "access", "power", "generator", "ups", "gas"]),
    );
  });
});

test("a day on which all of it happens: each moment truly comes, and nothing rings", async () => {
  const { alarms, truth } = await quietDays(1, { seed: 5, slowest: 5, crowded: 0 });
  expect(alarms).toEqual([]);
  const marks = truth.filter(({ kind }) => kind === "mark");
  for (const { name } of happenings) {
    const own = marks.filter(({ scenario }) => scenario === name);
    expect([name, own.length > 0]).toEqual([name, true]);
    for (const { values } of own) expect([name, values]).toMatchObject([name, { shown: 1 }]);
  }
}, 300_000);
