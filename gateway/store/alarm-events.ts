/** Journal rows of alarms as the few facts that figures are made of. Pure. */
import type { AlarmEvent } from "#model/alarm-event";
import type { JournalEntry } from "#model/journal";
import type { Severity } from "#model/severity";
import { milliseconds } from "#model/time";

const severityOf = (value: unknown): Severity | undefined =>
  value === "S1" || value === "S2" || value === "S3" || value === "S4" ? value : undefined;
const spanOf = (value: unknown) =>
  typeof value === "number" && Number.isFinite(value) ? milliseconds(value) : undefined;

/** `undefined` for a row that is not about an alarm. */
export function alarmEvent(entry: JournalEntry): AlarmEvent | undefined {
  if (!entry.about.startsWith("alarm:")) return undefined;
  const { data, after } = entry;
  const alarm = after?.alarm;
  const severity = severityOf(data.severity) ?? severityOf(data.to) ?? alarm?.severity;
  const delay = spanOf(data.delay);
  const activeFor = spanOf(data.activeFor);
  const acknowledged = entry.event === "alarm-acknowledged";
  const rises = entry.event === "level-changed" && String(data.to) < String(data.from);
  return {
    at: entry.at,
    alarm: entry.about.slice("alarm:".length),
    event: entry.event,
    occurrence: typeof data.occurrence === "number" ? data.occurrence : (alarm?.occurrence ?? 0),
    annunciated: data.annunciated !== false,
    ...(severity === undefined ? {} : { severity }),
    ...(rises ? { rises } : {}),
    ...(delay === undefined ? {} : { delay }),
    ...(activeFor === undefined ? {} : { activeFor }),
    ...(acknowledged && typeof data.reason === "string" ? { reason: data.reason } : {}),
    ...(acknowledged ? { commented: typeof data.comment === "string" && data.comment !== "", by: entry.actor } : {}),
    ...(Array.isArray(data.causes) ? { causes: data.causes.map(String) } : {}),
    ...(data.chattering === true ? { chattering: true as const } : {}),
    ...(alarm ? { simulated: alarm.simulated } : {}),
    ...(alarm?.ticket === undefined ? {} : { ticket: alarm.ticket }),
  };
}
