/** The three lists of what people are not told: shelved, suppressed by design, out of service (ISA-18.2). Pure. */
import { type Alarm, shownState } from "#model/alarm";
import type { Text } from "#model/text";
import { days, type Instant, later } from "#model/time";

export const suppressedLists = ["shelved", "suppressed", "out-of-service"] as const;
export type SuppressedList = (typeof suppressedLists)[number];

export interface Suppressed {
  readonly list: SuppressedList;
  readonly alarm: Alarm;
  readonly since: Instant;
  /** Who did it; absent for what the design suppresses by itself. */
  readonly by?: string;
  /** The second person, for life safety. */
  readonly confirmedBy?: string;
  readonly why: Text;
  /** End of the shelf, or the date of review; a suppression ends with its cause. */
  readonly until?: Instant;
  /** Its review is due, or it has been off the list for more than a day (transition 42). */
  readonly overdue: boolean;
  /** Asked for, and waits for a second person. */
  readonly requested: boolean;
  /** Occurrences since then of which nobody was told. */
  readonly occurrences: number;
}

const both = (words: string): Text => ({ zh: words, en: words });
const LONGEST = days(1);

/** On which lists the alarm stands, each with who, why and until when: first match as on the screen, requests besides. */
export function suppressedOf(alarm: Alarm, now: Instant): readonly Suppressed[] {
  const { shelf, outage, outageRequest } = alarm;
  const state = shownState(alarm);
  const found: Suppressed[] = [];
  const overdue = (since: Instant) => later(since, LONGEST) <= now;
  if (state === "shelved" && shelf.state !== "none") {
    found.push({
      list: "shelved",
      alarm,
      since: shelf.since,
      by: shelf.by,
      why: both(shelf.reason),
      until: shelf.until,
      overdue: overdue(shelf.since),
      requested: false,
      occurrences: alarm.occurrence - shelf.occurrence,
    });
  }
  if (state === "suppressed") {
    const since = alarm.suppressedSince ?? alarm.activeSince;
    const causes = alarm.suppressedBy.filter((cause) => cause !== "waiting").join(", ");
    found.push({
      list: "suppressed",
      alarm,
      since,
      why:
        causes === ""
          ? { zh: "等待原因告警", en: "waiting for its cause" }
          : { zh: `由 ${causes} 引起`, en: `follows from ${causes}` },
      overdue: overdue(since),
      requested: false,
      occurrences: alarm.activeSince >= since ? 1 : 0,
    });
  }
  if (state === "out-of-service" && outage) {
    found.push({
      list: "out-of-service",
      alarm,
      since: outage.since,
      by: outage.by,
      ...(outage.confirmedBy === undefined ? {} : { confirmedBy: outage.confirmedBy }),
      why: both(outage.reason),
      until: outage.reviewAt,
      overdue: outage.reviewAt <= now,
      requested: false,
      occurrences: alarm.occurrence - outage.occurrence,
    });
  }
  if (outageRequest) {
    found.push({
      list: "out-of-service",
      alarm,
      since: outageRequest.at,
      by: outageRequest.by,
      why: both(outageRequest.reason),
      until: outageRequest.reviewAt,
      overdue: false,
      requested: true,
      occurrences: 0,
    });
  }
  return found;
}

/** All three lists, in their order, the oldest first in each. */
export function listSuppressed(alarms: Iterable<Alarm>, now: Instant): readonly Suppressed[] {
  return [...alarms]
    .flatMap((alarm) => suppressedOf(alarm, now))
    .sort((a, b) => suppressedLists.indexOf(a.list) - suppressedLists.indexOf(b.list) || a.since - b.since);
}
