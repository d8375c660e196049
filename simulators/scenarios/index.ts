/** All stories, one line each. */

import { accessMainsFail } from "./access-mains-fail.ts";
import { alarmStorm } from "./alarm-storm.ts";
import { deadHead, shortCycling, sumpShortCycling } from "./booster-cycling.ts";
import { driveLost, pressureSensorBroken } from "./booster-signals.ts";
import { cavitation, dryRun } from "./booster-supply.ts";
import { doorBounce } from "./door-bounce.ts";
import { doorDuress } from "./door-duress.ts";
import { doorForced } from "./door-forced.ts";
import { doorHeld } from "./door-held.ts";
import { doorLockWorn } from "./door-lock-worn.ts";
import { doorOpenHours } from "./door-open-hours.ts";
import { doorProbing } from "./door-probing.ts";
import { doorReaderCut } from "./door-reader-cut.ts";
import { doorTailgate } from "./door-tailgate.ts";
import { doorVisit } from "./door-visit.ts";
import { elevatorDoorFault, elevatorDoorHeld } from "./elevator-doors.ts";
import {
  elevatorOpenDoorRun,
  elevatorOverspeed,
  elevatorOverspeedUngoverned,
  elevatorOverTravel,
  elevatorRunLimiter,
} from "./elevator-drive.ts";
import { elevatorEntrapment } from "./elevator-entrapment.ts";
import { elevatorEntrapmentAtLanding } from "./elevator-entrapment-at-landing.ts";
import { elevatorLevelling } from "./elevator-levelling.ts";
import { elevatorPowerFail, elevatorPowerFailTrapped } from "./elevator-power.ts";
import { elevatorMaintenance, elevatorParked } from "./elevator-quiet.ts";
import { fireInBuilding, fireLiftStuck } from "./fire-building.ts";
import { fireCallPoint } from "./fire-call-point.ts";
import { fireConfirmed } from "./fire-confirmed.ts";
import { fireFalseAlarm } from "./fire-false-alarm.ts";
import { fireFeedbackMissing } from "./fire-feedback-missing.ts";
import { fireLoopOpen } from "./fire-loop-open.ts";
import { fireRelease } from "./fire-release.ts";
import { fireDisablementLeft, fireMainsLoss, fireTestMode, fireValveClosed } from "./fire-standing.ts";
import { gasLeak } from "./gas-leak.ts";
import { accessOffline, busCut, elevatorFrozen, fireGatewayFrozen } from "./line-stories.ts";
import { nightLeak } from "./night-leak.ts";
import { pipeBurst } from "./pipe-burst.ts";
import { pipeBurstLarge } from "./pipe-burst-large.ts";
import { powerOutage } from "./power-outage.ts";
import { pumpTrip } from "./pump-trip.ts";
import { pumpsAllFailed } from "./pumps-all-failed.ts";
import type { Scenario } from "./scenario.ts";
import { burstInShaft, sumpOverflow } from "./sump-overflow.ts";

export const scenarios: readonly Scenario[] = [
  elevatorEntrapment,
  elevatorEntrapmentAtLanding,
  elevatorMaintenance,
  elevatorDoorHeld,
  elevatorPowerFail,
  elevatorPowerFailTrapped,
  elevatorOpenDoorRun,
  elevatorOverspeed,
  elevatorOverspeedUngoverned,
  elevatorDoorFault,
  elevatorOverTravel,
  elevatorRunLimiter,
  elevatorLevelling,
  elevatorFrozen,
  elevatorParked,
  pumpTrip,
  pumpsAllFailed,
  pipeBurst,
  pipeBurstLarge,
  nightLeak,
  dryRun,
  deadHead,
  shortCycling,
  sumpShortCycling,
  sumpOverflow,
  pressureSensorBroken,
  driveLost,
  cavitation,
  fireConfirmed,
  fireFalseAlarm,
  fireCallPoint,
  fireLoopOpen,
  fireFeedbackMissing,
  fireMainsLoss,
  fireDisablementLeft,
  fireValveClosed,
  fireGatewayFrozen,
  fireTestMode,
  fireLiftStuck,
  doorVisit,
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
  accessOffline,
  powerOutage,
  fireInBuilding,
  burstInShaft,
  busCut,
  alarmStorm,
  gasLeak,
];

export function findScenario(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name);
}
