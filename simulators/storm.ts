/** A storm: so many changes of measured values within so many seconds, spread evenly over devices and time. */
import type { SimulatorClock } from "./clock.ts";
import type { SimulatedDevice } from "./simulated-device.ts";
import type { TruthLog } from "./truth.ts";

/** Changes are made in lots, ms. */
const lotMs = 20;
/** Paced so that they are made in this share of the time: a busy machine calls late (engineering judgement). */
const paceShare = 0.85;
/** The last change stays so long, ms: twice as long as wires that push take to look. */
const afterglowMs = 200;

export interface Storm {
  readonly raging: boolean;
  /**
   * Makes `changes` within `seconds` of real time. Each moves one point up or down by the least step that its register shows,
   * which is what a sensor's noise does: no rule may take it for more. Then every point reads its plant again.
   */
  begin(about: string, devices: readonly SimulatedDevice[], changes: number, seconds: number): void;
  /** Ends it before its time. */
  stop(): void;
}

export function createStorm(clock: SimulatorClock, truth: TruthLog): Storm {
  let end: (() => void) | undefined;
  /** Gives the points of the last storm back. */
  let settle: (() => void) | undefined;
  return {
    get raging() {
      return end !== undefined;
    },
    begin(about, devices, changes, seconds) {
      // Point by point over all devices, so that no device has its second change before every one had its first.
      const longest = Math.max(...devices.map(({ analog }) => analog.length));
      const places = Array.from({ length: longest }, (_, row) =>
        devices.flatMap((device) => {
          const at = device.analog[row];
          return at ? [{ device, point: at[0], step: at[1] }] : [];
        }),
      ).flat();
      settle?.();
      const began = clock.monotonic();
      let made = 0;
      const tell = (zh: string, en: string) => truth.record({ kind: "storm", device: about, tells: { zh, en } });
      tell(`${seconds} s 内 ${changes} 次数值变化`, `${changes} changes within ${seconds} s`);
      const cancel = clock.every(lotMs, () => {
        const share = (clock.monotonic() - began + lotMs) / (seconds * 1000 * paceShare);
        for (const due = Math.min(changes, Math.floor(changes * share)); made < due; made += 1) {
          const place = places[made % places.length];
          const up = Math.floor(made / places.length) % 2 === 0;
          place?.device.stir(place.point, up ? place.step : -place.step);
        }
        if (made >= changes) end?.();
      });
      end = () => {
        cancel();
        end = undefined;
        const took = Math.round(clock.monotonic() - began) / 1000;
        tell(`数值变化结束：${took} s 内 ${made} 次`, `The storm is over: ${made} changes in ${took} s`);
        // The last changes are still to be seen on the wire: the plant has its points back after a moment.
        const cancelSettling = clock.after(afterglowMs, () => settle?.());
        settle = () => {
          cancelSettling();
          settle = undefined;
          for (const device of devices) device.stir();
        };
      };
    },
    stop: () => end?.(),
  };
}
