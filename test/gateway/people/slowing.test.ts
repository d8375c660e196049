import { describe, expect, test } from "vitest";
import { seconds } from "#model/time";
import { createSlowing } from "../../../gateway/people/slowing.ts";
import { createManualClock } from "../../support/manual-clock.ts";

describe("wrong tries", () => {
  test("five are free, then each costs twice the time of the one before, up to a minute", async () => {
    const clock = createManualClock();
    const slowing = createSlowing(clock);
    const waits: number[] = [];
    for (let i = 0; i < 13; i += 1) {
      const wait = slowing.wait("wang");
      waits.push(wait / 1_000);
      await clock.advance(wait);
      slowing.began("wang");
    }
    expect(waits).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]);
  });

  test("a right one forgets them, and nobody else is slowed", () => {
    const clock = createManualClock();
    const slowing = createSlowing(clock);
    for (let i = 0; i < 7; i += 1) slowing.began("wang");
    expect(slowing.wait("wang")).toBe(seconds(4));
    expect(slowing.wait("li")).toBe(0);
    slowing.succeeded("wang");
    expect(slowing.wait("wang")).toBe(0);
  });

  test("a step of the wall clock frees nobody", () => {
    const clock = createManualClock();
    const slowing = createSlowing(clock);
    for (let i = 0; i < 10; i += 1) slowing.began("wang");
    clock.stepWall(seconds(3_600));
    expect(slowing.wait("wang")).toBe(seconds(32));
  });

  test("a try that was never judged does not count", () => {
    const slowing = createSlowing(createManualClock());
    for (let i = 0; i < 20; i += 1) {
      slowing.began("wang");
      slowing.dropped("wang");
    }
    expect(slowing.wait("wang")).toBe(0);
  });
});
