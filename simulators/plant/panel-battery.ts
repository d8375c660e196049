/** The standby battery of a fire panel: falls while the mains are off, is charged while they are on. */

/** Volts after so many seconds on the battery; two 12 V blocks that last a day. */
const curve: readonly (readonly [seconds: number, volts: number])[] = [
  [0, 27.2],
  [900, 26],
  [3600, 24],
  [86_400, 21],
];
const empty = 21;
/** A charger gives back in one second what the panel takes in two: a day in half a day. */
const chargeRate = 2;

export interface PanelBattery {
  readonly volts: number;
  readonly failed: boolean;
  step(seconds: number, onMains: boolean): void;
}

function voltsAfter(drained: number): number {
  for (let index = 1; index < curve.length; index += 1) {
    const [from, high] = curve[index - 1] ?? [0, 0];
    const [to, low] = curve[index] ?? [0, 0];
    if (drained <= to) return high + ((low - high) * (drained - from)) / (to - from);
  }
  return empty;
}

export function createPanelBattery(): PanelBattery {
  let drained = 0;
  let volts = voltsAfter(0);
  return {
    get volts() {
      return volts;
    },
    get failed() {
      return volts <= empty;
    },
    step(seconds, onMains) {
      const change = onMains ? -chargeRate * seconds : seconds;
      const was = drained;
      drained = Math.min(86_400, Math.max(0, drained + change));
      if (drained === was) return;
      volts = voltsAfter(drained);
    },
  };
}
