/** How elevators are brought to the start of a story: passengers step in, the car leaves, all within seconds. */
import type { Elevator } from "../plant/elevator-state.ts";
import { planFlight } from "../plant/motion.ts";
import type { Approach } from "./scenario.ts";

/** Brake and deceleration of an emergency stop in the middle of their ranges: 100 ms, 2 m/s². */
const stopDistance = (speed: number) => 0.1 * speed + (speed * speed) / (2 * 2);
/** The car must come to rest clear of every door zone whatever its brake does. */
const clearOfLanding = 0.75;

/**
 * `persons` ride up, with so many metres of shaft ahead of them; "there" when the car is at rated speed and an emergency stop would leave it between two floors.
 */
export function ridingUpBetweenFloors(elevator: Elevator, persons: number, room = 0): () => Approach {
  const { pitch, floors, ratedSpeed } = elevator.params;
  const limits = { speed: ratedSpeed, acceleration: 0.8, jerk: 1 };
  // Room to speed up and slow down, and one whole floor at rated speed in between.
  let need = 2;
  need = Math.max(need, Math.min(floors - 2, 2 + Math.ceil(room / pitch)));
  while (need < floors - 1 && planFlight((need - 1) * pitch, limits).peak < ratedSpeed) need += 1;
  const from = Math.min(elevator.nextLanding, floors - 1 - need);
  const trip = { from, to: from + need, persons };
  elevator.order(trip);
  return () => {
    if (elevator.carrying !== trip) return "fast";
    const { phase, car } = elevator.state;
    if (phase !== "starting" && phase !== "moving") return "fast";
    const rest = (car.position + stopDistance(car.speed)) % pitch;
    const between = rest >= clearOfLanding && rest <= pitch - clearOfLanding;
    return between && car.speed >= 0.98 * ratedSpeed ? "there" : "live";
  };
}

/** `persons` ride one floor; "there" at the moment when the door is commanded to open after the arrival. */
export function arrivingAtLanding(elevator: Elevator, persons: number, onTheWay: () => void): () => Approach {
  const top = elevator.params.floors - 1;
  const from = Math.min(elevator.nextLanding, top - 1);
  const trip = { from, to: from + 1, persons };
  elevator.order(trip);
  let left = false;
  return () => {
    if (elevator.carrying !== trip) return "fast";
    const { phase, car } = elevator.state;
    if (phase === "moving" && !left) {
      left = true;
      onTheWay();
    }
    if (!left) return "fast";
    if (phase === "opening") return "there";
    return car.landing === trip.to ? "live" : "fast";
  };
}
