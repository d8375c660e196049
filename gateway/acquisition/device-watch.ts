/** Whether a device answers: online, degraded after one missed poll, offline after three and ten seconds. Counts, never waits. */
import type { DeviceState } from "#model/plan";
import type { Text } from "#model/text";
import { type Instant, type Moment, type Span, seconds } from "#model/time";

/** As settled for the product: one lost packet is no outage, and neither is a burst of them. */
const MISSES_TO_OFFLINE = 3;
const SILENCE_TO_OFFLINE = seconds(10);

export interface DeviceWatch {
  readonly device: string;
  state: DeviceState["state"];
  /** Of a device that does not answer: since its first missed poll, so that nobody has to add the ten seconds. */
  since: Instant;
  because: Text | undefined;
  lastGood: Instant | undefined;
  /** Polls missed in a row. */
  misses: number;
  firstMiss: { readonly now: Instant; readonly mono: Span };
}

export const watchDevice = (device: string, at: Moment): DeviceWatch => ({
  device,
  state: "unknown",
  since: at.now,
  because: undefined,
  lastGood: undefined,
  misses: 0,
  firstMiss: at,
});

/** A read was answered with values. The new state when it changed. */
export function noteGood(watch: DeviceWatch, at: Moment): DeviceState | undefined {
  watch.lastGood = at.now;
  watch.misses = 0;
  if (watch.state === "online") return undefined;
  watch.because = undefined;
  return become(watch, "online", at.now);
}

/** The device answered, but refused these addresses. That ends a silence; only values make it online. */
export function noteRefused(watch: DeviceWatch, because: Text, at: Moment): DeviceState | undefined {
  const wasSilent = watch.misses > 0;
  watch.misses = 0;
  if (watch.state === "online") return undefined;
  watch.because = because;
  return watch.state === "degraded" && !wasSilent ? undefined : become(watch, "degraded", at.now);
}

export function noteMissed(watch: DeviceWatch, because: Text, at: Moment): DeviceState | undefined {
  if (watch.misses === 0) watch.firstMiss = at;
  watch.misses += 1;
  watch.because = because;
  const offline = judgeSilence(watch, at.mono);
  if (offline) return offline;
  return watch.state === "offline" || watch.state === "degraded" ? undefined : become(watch, "degraded", at.now);
}

/** Time alone makes a silent device offline. */
export function judgeSilence(watch: DeviceWatch, mono: Span): DeviceState | undefined {
  if (watch.state === "offline" || watch.misses < MISSES_TO_OFFLINE) return undefined;
  if (mono - watch.firstMiss.mono < SILENCE_TO_OFFLINE) return undefined;
  return become(watch, "offline", watch.firstMiss.now);
}

function become(watch: DeviceWatch, state: DeviceState["state"], since: Instant): DeviceState {
  watch.state = state;
  watch.since = since;
  const { device, because } = watch;
  return { device, state, since, ...(because && { because }) };
}
