/** Flights between landings against the figures of ideal S-curve kinematics. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planFlight } from "../../../simulators/plant/motion.ts";

const limits = { speed: 1.75, acceleration: 0.8, jerk: 1.0 };

describe("flight times with 3 m landings, 1.75 m/s, 0.8 m/s², 1.0 m/s³", () => {
  test.each([
    { floors: 1, seconds: 4.8, peak: 1.26 },
    { floors: 2, seconds: 6.4, peak: 1.75 },
    { floors: 5, seconds: 11.6, peak: 1.75 },
    { floors: 10, seconds: 20.1, peak: 1.75 },
    { floors: 19, seconds: 35.6, peak: 1.75 },
  ])("$floors floors take $seconds s", ({ floors, seconds, peak }) => {
    const flight = planFlight(floors * 3, limits);
    expect(Math.abs(flight.duration - seconds)).toBeLessThan(0.06);
    expect(Math.abs(flight.peak - peak)).toBeLessThan(0.01);
  });
});

test("any flight ends at its landing, never runs backwards, and keeps to speed and acceleration", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 180, noNaN: true }), (distance) => {
      const flight = planFlight(distance, limits);
      const dt = 0.02;
      const worst = { speed: 0, acceleration: 0, drift: 0 };
      let sum = 0;
      for (let t = dt; t < flight.duration; t += dt) {
        const before = flight.speed(t - dt);
        const now = flight.speed(t);
        sum += ((before + now) / 2) * dt;
        worst.speed = Math.max(worst.speed, now, -now);
        worst.acceleration = Math.max(worst.acceleration, Math.abs(now - before) / dt);
        worst.drift = Math.max(worst.drift, Math.abs(flight.travelled(t) - sum));
      }
      expect(worst.speed).toBeLessThanOrEqual(limits.speed + 1e-9);
      expect(worst.acceleration).toBeLessThanOrEqual(limits.acceleration + 1e-6);
      // The speeds add up to the way covered.
      expect(worst.drift).toBeLessThan(0.01);
    }),
    { numRuns: 60 },
  );
});
