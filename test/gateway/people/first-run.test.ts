import { expect, test } from "vitest";
import { minutes, seconds } from "#model/time";
import { createFirstRun } from "../../../gateway/people/first-run.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const code = (first: ReturnType<typeof createFirstRun>): string => {
  if (first.code === undefined) throw new Error("there should be a code");
  return first.code;
};

test("the code has 256 bits, is another one each time, and is taken once", () => {
  const clock = createManualClock();
  const a = createFirstRun(clock, () => false);
  const b = createFirstRun(clock, () => false);
  expect(code(a)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(code(a)).not.toBe(code(b));
  expect(a.claim(code(b))).toBe(false);
  expect(a.claim(code(a))).toBe(true);
  expect(a.claim(code(a))).toBe(false);
});

test("it is given back when the account could not be made", () => {
  const first = createFirstRun(createManualClock(), () => false);
  expect(first.claim(code(first))).toBe(true);
  first.giveBack();
  expect(first.claim(code(first))).toBe(true);
});

test("after fifteen minutes it is dead, whatever the wall clock says", async () => {
  const clock = createManualClock();
  const first = createFirstRun(clock, () => false);
  await clock.advance(minutes(15));
  clock.stepWall(seconds(-3_600));
  expect(first.claim(code(first))).toBe(false);
});

test("there is none once an account exists, and one that was printed dies with the first account", () => {
  const clock = createManualClock();
  expect(createFirstRun(clock, () => true).code).toBeUndefined();
  let accounts = 0;
  const first = createFirstRun(clock, () => accounts > 0);
  accounts = 1;
  expect(first.claim(code(first))).toBe(false);
});
