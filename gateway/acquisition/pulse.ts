/**
 * Whether a device that answers is alive. A gateway in front of a dead device may answer with the last data for ever: no
 * error tells. Its heartbeat does: when that stands still, and nothing else of the device moves either, nothing is believed.
 *
 * That anything else moves is proof of life, so that a heartbeat which has failed alone never hides a fire alarm or trapped
 * people; the rules `<kind>.heartbeat_frozen` tell of it.
 */
import type { PointDefinition } from "#model/points";
import type { Device } from "#model/site";
import type { Text } from "#model/text";
import { type Moment, milliseconds, type Span, seconds } from "#model/time";

/** The tag of the point that a device keeps moving: a counter or a bit that toggles. */
const TAG = "heartbeat";
/** Engineering judgement: ten polls, and never less than three beats of the slowest heartbeat that is usual (10 s). */
const POLLS = 10;
const AT_LEAST = seconds(30);

export interface Pulse {
  /** Without movement for this long the device counts as frozen. */
  readonly limit: Span;
  /** Absent until the first answer, and again after each silence: what a device says on its return may be as it was. */
  movedAt: Moment | undefined;
  frozen: boolean;
}

/** `undefined` when no point of the device is a heartbeat. `frozenAfter` of that point replaces the usual limit. */
export function pulseOf(device: Device, points: readonly PointDefinition[]): Pulse | undefined {
  const beats = device.points.flatMap((handle) => {
    const point = points[handle];
    return point?.tags.includes(TAG) ? [point] : [];
  });
  const [beat] = beats;
  if (!beat) return undefined;
  const limit = beat.frozenAfter ?? milliseconds(Math.max(POLLS * beat.every, AT_LEAST));
  return { limit, movedAt: undefined, frozen: false };
}

/** The device answered. True when its values may be believed. */
export function beat(pulse: Pulse, moved: boolean, at: Moment): boolean {
  if (moved || pulse.movedAt === undefined) {
    pulse.movedAt = at;
    pulse.frozen = false;
  }
  return !pulse.frozen;
}

/** The device did not answer: silence is told by itself, and what comes after it begins anew. */
export function skip(pulse: Pulse): void {
  pulse.movedAt = undefined;
  pulse.frozen = false;
}

/** Time alone freezes. True while frozen. */
export function judgePulse(pulse: Pulse, mono: Span): boolean {
  if (pulse.movedAt !== undefined && mono - pulse.movedAt.mono > pulse.limit) pulse.frozen = true;
  return pulse.frozen;
}

export function frozenFor(pulse: Pulse, mono: Span): Text {
  const stood = Math.round((mono - (pulse.movedAt?.mono ?? mono)) / 1_000);
  return {
    zh: `设备有应答，但心跳和其他数据已 ${stood} 秒没有任何变化，可能是前端网关在重发旧数据。请检查设备本身的电源和它与网关之间的线路。`,
    en: `The device answers, but neither its heartbeat nor any other value has moved for ${stood} s: a gateway in front of it may repeat old data. Check the device's own power and the line between it and that gateway.`,
  };
}
