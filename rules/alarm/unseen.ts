/** An alarm as nobody has seen it yet: whoever had acknowledged it, and when it would ask again, is forgotten. */
import type { Alarm } from "#model/alarm";

export function unseen(alarm: Alarm): Alarm {
  const { acknowledgedBy: _by, acknowledgedAt: _at, reAlarmAt: _again, ...rest } = alarm;
  return { ...rest, acknowledge: "unacknowledged" };
}
