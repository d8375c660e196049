/** What goes wrong with an elevator or runs out by itself: safety circuit, governor, run limiter, buttons, the rescue device's wait. */
import type { Controller } from "./elevator-controller.ts";
import { speeds, stepSeconds, tolerance, type Works } from "./elevator-works.ts";

/** The governor's switch trips at this share of rated speed (governor charts: 1.18). */
const governorTrip = 1.18;
const overspeedFault = 11;
const slipFault = 6;

export interface Faults {
  /** The safety circuit opens: motor off, brake set; the controller latches `code` after so many seconds. */
  tripSafety(code: number, after: number): void;
  /** Motor off, brake set. */
  halt(): void;
  /** One step of whatever runs out by itself. */
  tick(): void;
}

export function createFaults({ params, car, state, memory }: Works, { enter }: Controller): Faults {
  const halt = () => {
    car.emergencyStop();
    if (car.moving || state.phase === "starting") enter("halted");
  };
  const tripSafety = (code: number, after: number) => {
    state.safetyCircuit = false;
    memory.faultIn = { code, seconds: after };
    halt();
  };
  const tick = () => {
    if (memory.alarmLeft > 0) memory.alarmLeft -= stepSeconds;
    state.alarmButton = memory.alarmLeft > 0;
    memory.bounceLeft = Math.max(0, memory.bounceLeft - stepSeconds);
    state.lockBounce = memory.bounceLeft > tolerance;
    memory.ghostLeft = Math.max(0, memory.ghostLeft - stepSeconds);
    state.ghost = memory.ghostLeft > tolerance;
    if (memory.governed && Math.abs(car.speed) >= governorTrip * params.ratedSpeed) {
      memory.governed = false;
      tripSafety(overspeedFault, 0);
    }
    if (memory.slipLeft > 0) {
      memory.slipLeft -= stepSeconds;
      if (memory.slipLeft <= tolerance) {
        state.faultCode = slipFault;
        car.emergencyStop();
        enter("halted");
      }
    }
    if (memory.faultIn) {
      memory.faultIn.seconds -= stepSeconds;
      if (memory.faultIn.seconds <= tolerance) {
        state.faultCode = memory.faultIn.code;
        memory.faultIn = undefined;
      }
    }
    if (memory.rescueIn !== undefined && state.phase === "halted" && !car.moving) {
      memory.rescueIn -= stepSeconds;
      if (memory.rescueIn <= 0) {
        memory.rescueIn = undefined;
        car.crawl(speeds.rescueDevice);
        enter("crawling");
      }
    }
  };

  return { tripSafety, halt, tick };
}
