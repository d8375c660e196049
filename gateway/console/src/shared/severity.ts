/** Order of the four severities and the places where they count. */
import type { AlarmBody } from "../../../api/alarm-shapes.ts";

export type Severity = AlarmBody["severity"];
export const severities = ["S1", "S2", "S3", "S4"] as const satisfies readonly Severity[];

export type AlarmState = AlarmBody["state"];

const UNACKNOWLEDGED: ReadonlySet<AlarmState> = new Set<AlarmState>([
  "unacknowledged",
  "latched-unacknowledged",
  "returned-unacknowledged",
]);

const LISTED: ReadonlySet<AlarmState> = new Set<AlarmState>([
  ...UNACKNOWLEDGED,
  "acknowledged",
  "latched-acknowledged",
]);

export const isUnacknowledged = (alarm: Pick<AlarmBody, "state">): boolean => UNACKNOWLEDGED.has(alarm.state);

/** On the operator's list; shelved, suppressed and out-of-service alarms have lists of their own. */
export const isListed = (alarm: Pick<AlarmBody, "state">): boolean => LISTED.has(alarm.state);

/** One activation of one alarm: what an acknowledgement, a sound and "new since" refer to. */
export const occurrenceKey = (alarm: Pick<AlarmBody, "id" | "occurrence">): string => `${alarm.id}#${alarm.occurrence}`;
