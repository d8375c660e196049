/** The car in its shaft: flights between landings, emergency stops, slow crawls to the nearest landing. */
import type { Chance } from "../chance.ts";
import { type Flight, type MotionLimits, planFlight } from "./motion.ts";

/** Buffers stop whatever goes farther past a terminal landing, m. */
const buffer = 0.25;
/** Unlocking zone: the door may be opened within ±0.2 m of a landing. */
const zoneHalf = 0.2;

export interface Shaft {
  readonly landings: number;
  /** Metres between neighbouring landings. */
  readonly pitch: number;
  readonly limits: MotionLimits;
}

export interface Car {
  /** Metres above the lowest landing. */
  readonly position: number;
  /** m/s, up is positive. */
  readonly speed: number;
  readonly moving: boolean;
  /** The brake is held open by the drive (or by hand while crawling). */
  readonly brakeReleased: boolean;
  /** Number of the nearest landing, 0 at the bottom. */
  readonly landing: number;
  readonly inDoorZone: boolean;
  /** Metres to the nearest landing, always positive. */
  readonly offLanding: number;
  fly(toLanding: number): void;
  /** Motor off; the brake bites after 50–150 ms and slows the car by 1.5–2.5 m/s². */
  emergencyStop(): void;
  /**
   * The drive aims at `speed` (m/s, up is positive) with `acceleration` until told otherwise, wherever that leads: inspection,
   * overspeed, over-travel. Target 0 ends at a standstill. `slipping`: the sheave turns and the car makes no way.
   */
  drive(speed: number, acceleration: number, slipping?: boolean): void;
  /** The ropes stretch under a load that is rolled in: the standing car sinks by so many metres. */
  sink(metres: number): void;
  /** Drives slowly (m/s) to the nearest landing: rescue device, winding by hand, homing after a fault, relevelling. */
  crawl(speed: number): void;
  /** Tells when the car has come to rest: at its landing, or wherever the brake left it. */
  step(seconds: number): "arrived" | "halted" | undefined;
}

type Motion =
  | { readonly how: "standing" }
  | { readonly how: "flying"; readonly flight: Flight; readonly from: number; readonly to: number; t: number }
  | { readonly how: "braking"; brakeIn: number; readonly deceleration: number }
  | { readonly how: "driven"; readonly speed: number; readonly acceleration: number; readonly grip: 0 | 1 }
  | { readonly how: "crawling"; readonly speed: number; readonly to: number };

export function createCar(shaft: Shaft, startLanding: number, chance: Chance): Car {
  const { pitch, landings } = shaft;
  let position = startLanding * pitch;
  let speed = 0;
  let motion: Motion = { how: "standing" };
  const nearest = () => Math.min(landings - 1, Math.max(0, Math.round(position / pitch)));
  const off = () => Math.abs(position - nearest() * pitch);
  const rest = () => {
    speed = 0;
    motion = { how: "standing" };
  };
  return {
    get position() {
      return position;
    },
    get speed() {
      return speed;
    },
    get moving() {
      return motion.how !== "standing";
    },
    get brakeReleased() {
      return motion.how === "flying" || motion.how === "crawling" || motion.how === "driven";
    },
    get landing() {
      return nearest();
    },
    get inDoorZone() {
      return off() <= zoneHalf;
    },
    get offLanding() {
      return off();
    },
    fly(toLanding) {
      const to = toLanding * pitch;
      if (to === position) return;
      motion = { how: "flying", flight: planFlight(Math.abs(to - position), shaft.limits), from: position, to, t: 0 };
    },
    emergencyStop() {
      if (motion.how === "standing" || motion.how === "braking") return;
      motion = { how: "braking", brakeIn: chance.between(0.05, 0.15), deceleration: chance.between(1.5, 2.5) };
    },
    drive(aim, acceleration, slipping = false) {
      motion = { how: "driven", speed: aim, acceleration, grip: slipping ? 0 : 1 };
    },
    sink(metres) {
      if (motion.how === "standing") position -= metres;
    },
    crawl(crawlSpeed) {
      motion = { how: "crawling", speed: crawlSpeed, to: nearest() * pitch };
    },
    step(seconds) {
      switch (motion.how) {
        case "standing":
          return undefined;
        case "flying": {
          motion.t += seconds;
          const up = motion.to > motion.from ? 1 : -1;
          if (motion.t >= motion.flight.duration) {
            position = motion.to;
            rest();
            return "arrived";
          }
          position = motion.from + up * motion.flight.travelled(motion.t);
          speed = up * motion.flight.speed(motion.t);
          return undefined;
        }
        case "braking": {
          const braking = Math.max(0, seconds - motion.brakeIn);
          motion.brakeIn = Math.max(0, motion.brakeIn - seconds);
          const slower = Math.max(0, Math.abs(speed) - motion.deceleration * braking) * Math.sign(speed);
          position += ((speed + slower) / 2) * seconds;
          position = Math.min((landings - 1) * pitch + buffer, Math.max(-buffer, position));
          speed = slower;
          if (speed !== 0) return undefined;
          rest();
          return "halted";
        }
        case "driven": {
          const most = motion.acceleration * seconds;
          const next = speed + Math.min(most, Math.max(-most, motion.speed - speed));
          position += ((speed + next) / 2) * seconds * motion.grip;
          speed = next;
          const end = (landings - 1) * pitch + buffer;
          if (position > end || position < -buffer) {
            position = Math.min(end, Math.max(-buffer, position));
            rest();
            return "halted";
          }
          if (speed !== 0 || motion.speed !== 0) return undefined;
          rest();
          return "halted";
        }
        case "crawling": {
          const left = motion.to - position;
          if (Math.abs(left) <= motion.speed * seconds) {
            position = motion.to;
            rest();
            return "arrived";
          }
          speed = motion.speed * Math.sign(left);
          position += speed * seconds;
          return undefined;
        }
      }
    },
  };
}
