/** The motion sensor in a car: it sees movement, not people, so `occupied` flickers. */
import type { Chance } from "../chance.ts";

/** empty: nobody in · settling: just stepped in, turning and pressing buttons · calm: standing · restless: shut in. */
export type Mood = "empty" | "settling" | "calm" | "restless";

/** Seconds from one movement to the next. One false pulse in 30 min when empty, a pulse every 6 s with people in. */
const nextMovement: Readonly<Record<Mood, (chance: Chance) => number>> = {
  empty: (chance) => chance.exponential(1800),
  settling: (chance) => chance.between(2.5, 2.8),
  calm: (chance) => chance.exponential(6),
  restless: (chance) => chance.between(4, 8),
};

export interface Presence {
  /** Goes on by `seconds` and tells whether the sensor's contact is closed. */
  step(seconds: number, mood: Mood): boolean;
}

/** A pulse lasts 1.0–1.5 s; movement during a pulse prolongs it, as the retriggered timer of a real sensor does. */
export function createPresence(chance: Chance): Presence {
  let mood: Mood = "empty";
  let untilMovement = nextMovement.empty(chance);
  let pulseLeft = 0;
  return {
    step(seconds, moodNow) {
      if (moodNow !== mood) {
        mood = moodNow;
        // Whoever has just stepped in or been stopped moves at once; nobody is left to move in an empty car.
        untilMovement = mood === "settling" ? 0 : nextMovement[mood](chance);
      }
      pulseLeft = Math.max(0, pulseLeft - seconds);
      untilMovement -= seconds;
      if (untilMovement <= 0) {
        pulseLeft = chance.between(1.0, 1.5);
        untilMovement = nextMovement[mood](chance);
      }
      return pulseLeft > 0;
    },
  };
}
