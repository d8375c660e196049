/** Smoke and steam at a detector, as extinction above the clean air of the room in dB/m over the seconds since it began. */

/** A point smoke detector warns of a fire at the first mark and is in alarm at the second, dB/m. */
export const marks = { prealarm: 0.1, alarm: 0.15 } as const;

/** Smoke creeps along the ceiling of a room without draught, m/s. */
const spread = 0.15;
/** A smouldering fire needs this long until the nearest detector is in alarm. */
const smoulderSeconds = 90;
const steamSeconds = 60;
/** A detector's chamber is full. */
const most = 3;

/** Extinction at `seconds` after the beginning; negative seconds are clean air. */
export type Air = (seconds: number) => number;

/** A smouldering fire, seen by a detector that is `metres` farther away than the nearest one. */
export function smouldering(metres: number): Air {
  const late = metres / spread;
  return (seconds) => Math.min(most, marks.alarm * (Math.max(0, seconds - late) / smoulderSeconds) ** 2);
}

/** Steam of a kitchen: rises steeply, then goes away by itself. */
export const steam: Air = (seconds) =>
  seconds <= steamSeconds
    ? marks.alarm * (Math.max(0, seconds) / steamSeconds) ** 4
    : marks.alarm * Math.exp(-(seconds - steamSeconds) / 30);

/** The windows are open: `from` dB/m fades. */
export const fading =
  (from: number): Air =>
  (seconds) =>
    from * Math.exp(-seconds / 10);
