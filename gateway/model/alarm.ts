/** An alarm: seven regions kept apart, projected to one shown state (ISA-18.2 / OPC UA Part 9). */
import type { InputSeen } from "./rule.ts";
import type { Severity } from "./severity.ts";
import type { Text } from "./text.ts";
import type { Instant } from "./time.ts";

/** Process region. The two pending states live in the engine's timers and are never stored. */
export type Process = "normal" | "active";
export type Acknowledge = "acknowledged" | "unacknowledged";
export type InputQuality =
  | { readonly state: "good" }
  | { readonly state: "bad"; readonly since: Instant; readonly reason: string };
export type Shelf =
  | { readonly state: "none" }
  | { readonly state: "timed"; readonly until: Instant; readonly by: string; readonly reason: string }
  | { readonly state: "one-shot"; readonly until: Instant; readonly by: string; readonly reason: string };

export interface Alarm {
  /** `<rule>@<device>`. */
  readonly id: string;
  readonly rule: string;
  readonly device: string;
  readonly title: Text;
  readonly advice: Text;
  readonly lifeSafety: boolean;
  /** Counts the activations of this alarm from 1; acknowledgements and tickets refer to it. */
  readonly occurrence: number;
  readonly severity: Severity;
  readonly process: Process;
  readonly quality: InputQuality;
  readonly acknowledge: Acknowledge;
  readonly latch: "none" | "latched";
  readonly shelf: Shelf;
  /** Reasons of designed suppression; empty when not suppressed. */
  readonly suppressedBy: readonly string[];
  readonly service: "in" | "out";
  readonly because: Text;
  readonly inputs: readonly InputSeen[];
  readonly activeSince: Instant;
  readonly returnedAt?: Instant;
  readonly acknowledgedBy?: string;
  readonly acknowledgedAt?: Instant;
  readonly comment?: string;
  /** Activations within this occurrence, first one included. */
  readonly count: number;
  readonly ticket?: string;
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
  const unacknowledged = alarm.acknowledge === "unacknowledged";
  if (alarm.process === "active") return unacknowledged ? "unacknowledged" : "acknowledged";
  if (alarm.latch === "latched") return unacknowledged ? "latched-unacknowledged" : "latched-acknowledged";
  return unacknowledged ? "returned-unacknowledged" : "normal";
}

/** True while the alarm belongs on the operator's list. */
export const isListed = (alarm: Alarm): boolean => shownState(alarm) !== "normal";
