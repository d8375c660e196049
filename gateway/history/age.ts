/**
 * By which instant the age of what is kept is told. A wall clock that jumps ahead (a dead battery, a wrong year typed in) makes
 * nothing old at once: age follows it by a day in each hour that really passes, so that there is time to see the clock's
 * alarm and set it right. After a real absence of weeks it has caught up within hours; the cap in bytes holds meanwhile.
 */

/** A day per hour. Engineering judgement: two weeks of samples outlast half a day of a wrong clock. */
const FASTEST = 24;
/** Kept across a restart to the minute. */
const NOTED_EVERY = 60_000;

/** `noted`: where it stood in the last run. `note` keeps where it stands now. All in ms. */
export function createAge(
  noted: number | undefined,
  note: (instant: number) => void,
): (wall: number, mono: number) => number {
  let age = noted;
  let lastNote = noted ?? Number.NEGATIVE_INFINITY;
  let before: number | undefined;
  return (wall, mono) => {
    const passed = before === undefined ? 0 : Math.max(0, mono - before);
    before = mono;
    age = age === undefined ? wall : Math.min(wall, age + passed * FASTEST);
    if (Math.abs(age - lastNote) >= NOTED_EVERY) {
      lastNote = age;
      note(age);
    }
    return age;
  };
}
