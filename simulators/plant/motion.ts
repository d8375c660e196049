/** Jerk-limited travel of a car between two landings (ideal S-curve kinematics, seven phases). */

export interface MotionLimits {
  /** m/s */
  readonly speed: number;
  /** m/s² */
  readonly acceleration: number;
  /** m/s³ */
  readonly jerk: number;
}

export interface Flight {
  /** Seconds from the first movement to standstill. */
  readonly duration: number;
  /** Highest speed reached, m/s. */
  readonly peak: number;
  /** Metres covered after `t` seconds, never negative. */
  travelled(t: number): number;
  /** m/s after `t` seconds, never negative. */
  speed(t: number): number;
}

/**
 * Plans a flight over `distance` metres (> 0). Long flights reach rated speed: T = d/v + v/a + a/j; shorter ones only
 * rated acceleration: T = a/j + √(4d/a + (a/j)²); very short ones not even that: T = 4·∛(d/2j).
 */
export function planFlight(distance: number, limits: MotionLimits): Flight {
  const { acceleration: a, jerk: j } = limits;
  const ramp = a / j;
  let speed = limits.speed;
  let jerkTime = ramp;
  let steadyTime = speed / a - ramp;
  if (distance < (speed * speed) / a + speed * ramp || steadyTime < 0) {
    if (distance >= (2 * a * a * a) / (j * j)) {
      speed = (a / 2) * (Math.sqrt(ramp * ramp + (4 * distance) / a) - ramp);
      steadyTime = speed / a - ramp;
    } else {
      jerkTime = Math.cbrt(distance / (2 * j));
      speed = j * jerkTime * jerkTime;
      steadyTime = 0;
    }
  }
  const speedUp = 2 * jerkTime + steadyTime;
  const cruise = Math.max(0, distance / speed - speedUp);
  const duration = 2 * speedUp + cruise;
  const reached = j * jerkTime;

  /** Speed and distance while speeding up; slowing down is its mirror image. */
  const rising = (t: number): readonly [number, number] => {
    if (t <= jerkTime) return [(j * t * t) / 2, (j * t * t * t) / 6];
    const v1 = (reached * jerkTime) / 2;
    const x1 = (reached * jerkTime * jerkTime) / 6;
    if (t <= jerkTime + steadyTime) {
      const s = t - jerkTime;
      return [v1 + reached * s, x1 + v1 * s + (reached * s * s) / 2];
    }
    const left = speedUp - t;
    return [speed - (j * left * left) / 2, (speed * speedUp) / 2 - speed * left + (j * left * left * left) / 6];
  };
  return {
    duration,
    peak: speed,
    speed(t) {
      if (t <= 0 || t >= duration) return 0;
      if (t < speedUp) return rising(t)[0];
      return t <= speedUp + cruise ? speed : rising(duration - t)[0];
    },
    travelled(t) {
      if (t <= 0) return 0;
      if (t >= duration) return distance;
      if (t < speedUp) return rising(t)[1];
      if (t <= speedUp + cruise) return (speed * speedUp) / 2 + speed * (t - speedUp);
      return distance - rising(duration - t)[1];
    },
  };
}
