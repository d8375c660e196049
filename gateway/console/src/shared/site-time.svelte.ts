/** The gateway's time on this screen, ticking once a second: every countdown reads it, so all clocks agree. */
import { after, monotonic } from "./browser-clock.ts";
import { createServerOffset } from "./server-offset.ts";

export const offset = createServerOffset();

let second = $state(Number.NaN);
let zoneName = $state("Asia/Shanghai");

/** The gateway's time, changing once a second; NaN before the first heartbeat. Read it in markup. */
export const now = (): number => second;
export const zone = (): string => zoneName;

/** The gateway's time this very moment, in milliseconds; NaN before the first heartbeat. */
export const exactly = (): number => offset.at(monotonic()) ?? Number.NaN;

export function setZone(iana: string): void {
  zoneName = iana;
}

/** Moves the second on, at the second's beginning; called once. */
export function startTicking(): void {
  const tick = () => {
    const at = exactly();
    second = at;
    after(Number.isFinite(at) ? 1_000 - (at % 1_000) + 5 : 200, tick);
  };
  tick();
}
