/** What became of each occurrence of an alarm, folded from the journal event by event. Pure but for its own memory. */
import type { AlarmEvent } from "#model/alarm-event";
import type { Severity } from "#model/severity";
import type { Instant, Span } from "#model/time";

/** Whose figures an occurrence belongs to: they are never mixed. Drills run on simulated devices. */
export const dataKinds = ["real", "simulated", "test", "maintenance"] as const;
export type DataKind = (typeof dataKinds)[number];

export interface Occurrence {
  readonly alarm: string;
  readonly number: number;
  severity: Severity | undefined;
  /** Absent: it began before the journal was read. */
  startedAt: Instant | undefined;
  /** When people were told; empty for what ran its course on the shelf, under a cause or out of service. */
  readonly told: Instant[];
  /** Every time the condition came true. */
  readonly activations: Instant[];
  /** Told anew within the occurrence: it came back, or became graver. */
  again: number;
  acknowledgedAt: Instant | undefined;
  delay: Span | undefined;
  reason: string | undefined;
  commented: boolean;
  returnedAt: Instant | undefined;
  activeFor: Span | undefined;
  /** The alarms that explained it. */
  causes: readonly string[];
  simulated: boolean;
  ticket: boolean;
}

export interface Occurrences {
  readonly all: ReadonlyMap<string, Occurrence>;
  add(event: AlarmEvent): void;
}

/** Facts of the journal that say nothing about an occurrence of their own. */
const ABOUT_NONE: ReadonlySet<string> = new Set(["clock-step", "shelved", "shelve-extended", "rule-changed"]);

export function createOccurrences(): Occurrences {
  const all = new Map<string, Occurrence>();
  const find = (event: AlarmEvent): Occurrence => {
    const key = `${event.alarm} ${event.occurrence}`;
    let found = all.get(key);
    if (!found) {
      found = {
        alarm: event.alarm,
        number: event.occurrence,
        severity: undefined,
        startedAt: undefined,
        told: [],
        activations: [],
        again: 0,
        acknowledgedAt: undefined,
        delay: undefined,
        reason: undefined,
        commented: false,
        returnedAt: undefined,
        activeFor: undefined,
        causes: [],
        simulated: false,
        ticket: false,
      };
      all.set(key, found);
    }
    return found;
  };
  return {
    all,
    add(event) {
      if (event.occurrence === 0 || ABOUT_NONE.has(event.event)) return;
      const one = find(event);
      one.severity = event.severity ?? one.severity;
      one.simulated ||= event.simulated === true;
      one.ticket ||= event.ticket !== undefined;
      note(one, event);
    },
  };
}

function note(one: Occurrence, event: AlarmEvent): void {
  const { at } = event;
  switch (event.event) {
    case "activated":
      one.startedAt ??= at;
      one.activations.push(at);
      if (event.annunciated) one.told.push(at);
      return;
    case "reactivated":
      one.activations.push(at);
      one.returnedAt = undefined;
      if (event.annunciated && !event.chattering) one.again += 1;
      return;
    // Both follow the activation within the same happening when nobody was told of it.
    case "waits-for-cause":
      if (one.told.at(-1) === at) one.told.pop();
      return;
    case "suppressed":
      if (one.told.at(-1) === at) one.told.pop();
      one.causes = event.causes ?? [];
      return;
    case "annunciated":
      one.told.push(at);
      return;
    case "re-alarmed":
      one.again += 1;
      return;
    case "level-changed":
      if (event.rises && event.annunciated) one.again += 1;
      return;
    case "alarm-acknowledged":
      one.acknowledgedAt = at;
      one.delay = event.delay;
      one.reason = event.reason;
      one.commented = event.commented === true;
      return;
    case "returned":
      one.returnedAt = at;
      one.activeFor = event.activeFor;
      return;
    default:
      return;
  }
}

export function kindOf(one: Occurrence): DataKind {
  if (one.simulated) return "simulated";
  if (one.reason === "test" || one.reason === "maintenance") return one.reason;
  return "real";
}
