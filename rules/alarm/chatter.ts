/**
 * An alarm that comes and goes: it stays one occurrence, is told once, and has to be quiet for a while before it counts as
 * over. Numbers from domain research 3.1 and 3.2. Life safety is only marked and counted: nothing about it is held back.
 */
import type { Alarm } from "#model/alarm";
import type { Text } from "#model/text";
import { between, later, milliseconds, minutes, type Span, seconds } from "#model/time";
import type { Draft } from "../draft.ts";

/** This many activations within the span are chatter. */
const ACTIVATIONS = 3;
const WITHIN = seconds(60);
/** How long it must stay normal: at first, and at most after doubling with every new activation. */
const FIRST_HOLD = seconds(60);
const LONGEST_HOLD = minutes(15);
/** So long after the last activation it is no chatter any more. */
const CALM = minutes(10);

/** The alarm after one more activation, with what is known about its coming and going. */
export function countActivation(draft: Draft, alarm: Alarm): Alarm {
  const recent = [...(alarm.recent ?? []), draft.now].slice(-ACTIVATIONS);
  const [first = draft.now] = recent;
  const { chatter: before } = alarm;
  if (before) {
    const hold = milliseconds(Math.min(LONGEST_HOLD, before.hold * 2));
    return { ...alarm, recent, chatter: { ...before, times: before.times + 1, hold } };
  }
  if (recent.length < ACTIVATIONS || between(first, draft.now) > WITHIN) return { ...alarm, recent };
  return { ...alarm, recent, chatter: { since: first, times: ACTIVATIONS, hold: FIRST_HOLD } };
}

/** True when a return must wait: the alarm chatters, and nobody's life hangs on it. */
export const holdsReturn = (alarm: Alarm): boolean => alarm.chatter !== undefined && !alarm.lifeSafety;

/** The condition is over for now; the return counts when it stays over. */
export function holdReturn(draft: Draft, alarm: Alarm, because: Text): Alarm {
  const at = later(draft.now, alarm.chatter?.hold ?? FIRST_HOLD);
  const held: Alarm = { ...alarm, returning: { at, because } };
  draft.putAlarm(held, "return-held", { until: at });
  return held;
}

/** True again before the held return counted: still the same alarm, and told nobody anew. */
export function cameBack(draft: Draft, alarm: Alarm): Alarm {
  const { returning: _, ...rest } = alarm;
  const counted = countActivation(draft, { ...rest, count: alarm.count + 1 });
  draft.putAlarm(counted, "reactivated", { count: counted.count, chattering: true });
  return counted;
}

/** Held returns that are due; the caller lets them return. While the device is silent nothing returns. */
export function dueReturns(draft: Draft): readonly { readonly alarm: Alarm; readonly because: Text }[] {
  const due: { alarm: Alarm; because: Text }[] = [];
  for (const { id, returning } of draft.view.alarms.values()) {
    const alarm = returning === undefined ? undefined : draft.alarm(id);
    const state = draft.view.devices.get(alarm?.device ?? "")?.state;
    if (!alarm?.returning || alarm.returning.at > draft.now || state === "offline" || state === "unknown") continue;
    due.push({ alarm, because: alarm.returning.because });
  }
  return due;
}

/** Chatter that has been calm long enough is none any more. */
export function endChatter(draft: Draft): void {
  for (const { id, chatter } of draft.view.alarms.values()) {
    const alarm = chatter === undefined ? undefined : draft.alarm(id);
    const last = alarm?.recent?.at(-1);
    if (!alarm?.chatter || last === undefined || between(last, draft.now) < CALM) continue;
    const { chatter: ended, recent: _, ...calm } = alarm;
    draft.putAlarm(calm, "chatter-ended", { times: ended?.times ?? 0 });
  }
}

/** The wall clock was moved by `by`: spans of chatter last as long as they were meant to. */
export function shiftChatter(draft: Draft, by: Span): void {
  for (const { id, recent } of draft.view.alarms.values()) {
    const alarm = recent === undefined ? undefined : draft.alarm(id);
    if (!alarm?.recent) continue;
    const moved: Alarm = {
      ...alarm,
      recent: alarm.recent.map((at) => later(at, by)),
      ...(alarm.returning ? { returning: { ...alarm.returning, at: later(alarm.returning.at, by) } } : {}),
      ...(alarm.chatter ? { chatter: { ...alarm.chatter, since: later(alarm.chatter.since, by) } } : {}),
    };
    draft.putAlarm(moved, "clock-step", { by });
  }
}
