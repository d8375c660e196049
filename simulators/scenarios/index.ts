/** All stories, one line each. */
import { elevatorEntrapment } from "./elevator-entrapment.ts";
import { elevatorEntrapmentAtLanding } from "./elevator-entrapment-at-landing.ts";
import { fireCallPoint } from "./fire-call-point.ts";
import { fireConfirmed } from "./fire-confirmed.ts";
import { fireFalseAlarm } from "./fire-false-alarm.ts";
import { fireFeedbackMissing } from "./fire-feedback-missing.ts";
import { fireLoopOpen } from "./fire-loop-open.ts";
import { pipeBurst } from "./pipe-burst.ts";
import { pipeBurstLarge } from "./pipe-burst-large.ts";
import { pumpTrip } from "./pump-trip.ts";
import { pumpsAllFailed } from "./pumps-all-failed.ts";
import type { Scenario } from "./scenario.ts";

export const scenarios: readonly Scenario[] = [
  elevatorEntrapment,
  elevatorEntrapmentAtLanding,
  pumpTrip,
  pumpsAllFailed,
  pipeBurst,
  pipeBurstLarge,
  fireConfirmed,
  fireFalseAlarm,
  fireCallPoint,
  fireLoopOpen,
  fireFeedbackMissing,
];

export function findScenario(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name);
}
