/** An alarm: seven regions kept apart, projected to one shown state (ISA-18.2 / OPC UA Part 9). */
import type { InputSeen } from "./rule.ts";
import type { Severity } from "./severity.ts";
import type { Text } from "./text.ts";
import type { Instant, Span } from "./time.ts";

/** Process region. The two pending states live in the engine's timers and are never stored. */
export type Process = "normal" | "active";
export type Acknowledge = "acknowledged" | "unacknowledged";
export type InputQuality =
  | { readonly state: "good" }
  | { readonly state: "bad"; readonly since: Instant; readonly reason: string };
/** Put on the shelf: tracked and journalled, but nobody is disturbed until it ends. */
export interface Shelved {
  /** `one-shot`: covers the present active period, or the next one when there is none; `until` is then its hard cap. */
  readonly state: "timed" | "one-shot";
  readonly until: Instant;
  /** When it was first shelved: renewals may not carry it further than a day from here. */
  readonly since: Instant;
  readonly renewals: number;
  /** The occurrence at that time: any later one began inside the shelf. */
  readonly occurrence: number;
  readonly by: string;
  readonly reason: string;
}
export type Shelf = { readonly state: "none" } | Shelved;

/** Taken out of service by an engineer, until somebody puts it back: nothing ends it by itself. */
export interface Outage {
  readonly since: Instant;
  readonly by: string;
  readonly reason: string;
  /** A date of the calendar: from then on the supervisor is reminded once a day. */
  readonly reviewAt: Instant;
  /** The second person, for life safety. */
  readonly confirmedBy?: string;
  readonly remindedAt?: Instant;
  /** The occurrence at that time: any later one began while nobody was told. */
  readonly occurrence: number;
}

/** Life safety goes out of service by two people: the first one's wish, until the second confirms it. */
export interface OutageRequest {
  readonly at: Instant;
  /** Account that asked; another one has to confirm. */
  readonly account: string;
  readonly by: string;
  readonly reason: string;
  readonly reviewAt: Instant;
}

export interface Alarm {
  /** `<rule>@<device>`. */
  readonly id: string;
  readonly rule: string;
  readonly device: string;
  readonly title: Text;
  readonly advice: Text;
  readonly lifeSafety: boolean;
  /** Counts the activations of this alarm from 1; acknowledgements and tickets refer to it. 0: never active so far. */
  readonly occurrence: number;
  readonly severity: Severity;
  readonly process: Process;
  readonly quality: InputQuality;
  readonly acknowledge: Acknowledge;
  readonly latch: "none" | "latched";
  readonly shelf: Shelf;
  /** Ids of the alarms that explain this one, or `waiting` while one may still come; empty when not suppressed. */
  readonly suppressedBy: readonly string[];
  readonly suppressedSince?: Instant;
  /** Until then a cause may come that explains it; nobody is told before. */
  readonly waitsUntil?: Instant;
  /** Fingerprints of the rule's logic and of its words at the last look, so that an edit is noticed. */
  readonly revision?: { readonly logic: string; readonly words: string };
  /** The rule's logic was edited, and the engine has not judged the alarm by it yet. */
  readonly edited?: true;
  readonly service: "in" | "out";
  /** Set while out of service. */
  readonly outage?: Outage;
  readonly outageRequest?: OutageRequest;
  readonly because: Text;
  readonly inputs: readonly InputSeen[];
  /** Start of the occurrence; of an alarm that was never active, when its row was made. */
  readonly activeSince: Instant;
  /** When the condition began by the clock of its source. */
  readonly onset?: Instant;
  /** The alarm of the same system and building that came first, within seconds. Absent: it was the first itself. */
  readonly follows?: string;
  readonly returnedAt?: Instant;
  readonly acknowledgedBy?: string;
  readonly acknowledgedAt?: Instant;
  /** Acknowledged and still active: then it asks again, if its rule says so. */
  readonly reAlarmAt?: Instant;
  /** How often it has asked again within this occurrence. */
  readonly reAlarms?: number;
  readonly comment?: string;
  /** Activations within this occurrence, first one included. */
  readonly count: number;
  readonly ticket?: string;
  /** Instants of the last activations, three at most. */
  readonly recent?: readonly Instant[];
  /** It comes and goes: since when, how often, and how long it must stay normal to count as over. */
  readonly chatter?: { readonly since: Instant; readonly times: number; readonly hold: Span };
  /** It is normal for now, and will have returned then. */
  readonly returning?: { readonly at: Instant; readonly because: Text };
  readonly simulated: boolean;
}

export type ShownState =
  | "out-of-service"
  | "suppressed"
  | "shelved"
  | "unacknowledged"
  | "acknowledged"
  | "latched-unacknowledged"
  | "latched-acknowledged"
  | "returned-unacknowledged"
  | "normal";

/** First match wins, as in domain research 1.1 after OPC UA Part 9. Quality is a badge on any of them. */
export function shownState(alarm: Alarm): ShownState {
  if (alarm.service === "out") return "out-of-service";
  if (alarm.suppressedBy.length > 0) return "suppressed";
  if (alarm.shelf.state !== "none") return "shelved";
  return stateBeneath(alarm);
}

/** What would be shown without shelf, suppression and outage: these regions go on underneath. */
export function stateBeneath(alarm: Alarm): Exclude<ShownState, "out-of-service" | "suppressed" | "shelved"> {
  const unacknowledged = alarm.acknowledge === "unacknowledged";
  if (alarm.process === "active") return unacknowledged ? "unacknowledged" : "acknowledged";
  if (alarm.latch === "latched") return unacknowledged ? "latched-unacknowledged" : "latched-acknowledged";
  return unacknowledged ? "returned-unacknowledged" : "normal";
}

/** True while the alarm belongs on the operator's list. */
export const isListed = (alarm: Alarm): boolean => shownState(alarm) !== "normal";

/** True while people are told about it: no shelf, no suppression, in service. */
export const isAnnunciated = (alarm: Alarm): boolean =>
  alarm.service === "in" && alarm.suppressedBy.length === 0 && alarm.shelf.state === "none";
