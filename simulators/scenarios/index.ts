/** All stories, one line each. */
import { accessMainsFail } from "./access-mains-fail.ts";
import { doorBounce } from "./door-bounce.ts";
import { doorDuress } from "./door-duress.ts";
import { doorForced } from "./door-forced.ts";
import { doorHeld } from "./door-held.ts";
import { doorLockWorn } from "./door-lock-worn.ts";
import { doorOpenHours } from "./door-open-hours.ts";
import { doorProbing } from "./door-probing.ts";
import { doorReaderCut } from "./door-reader-cut.ts";
import { doorTailgate } from "./door-tailgate.ts";
import { elevatorEntrapment } from "./elevator-entrapment.ts";
import { elevatorEntrapmentAtLanding } from "./elevator-entrapment-at-landing.ts";
import { fireCallPoint } from "./fire-call-point.ts";
import { fireConfirmed } from "./fire-confirmed.ts";
import { fireFalseAlarm } from "./fire-false-alarm.ts";
import { fireFeedbackMissing } from "./fire-feedback-missing.ts";
import { fireLoopOpen } from "./fire-loop-open.ts";
import { fireRelease } from "./fire-release.ts";
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
  doorForced,
  doorHeld,
  doorDuress,
  doorTailgate,
  doorReaderCut,
  doorBounce,
  doorLockWorn,
  doorProbing,
  doorOpenHours,
  fireRelease,
  accessMainsFail,
];

export function findScenario(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name);
}
