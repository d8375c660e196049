/** A day of the building with its awkward moments, in which nothing may ring; the bench plays a month. */
import { expect, test } from "vitest";
import { quietDays } from "./quiet-days.ts";

test("a day with a mechanic, cleaners at doors, a generator's test run and peaks of water and traffic rings nothing", async () => {
  expect(await quietDays(2, 5, 5)).toEqual([]);
}, 240_000);
