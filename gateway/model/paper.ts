/** What people fill in and sign beside tickets: kept like an alarm or a ticket, as the journal last told it. */

import type { AccidentReport } from "./accident.ts";
import type { FireLog, FireRoomGap } from "./fire-log.ts";
import type { KeptPolicy } from "./kept-policy.ts";
import type { LearnedValue } from "./learned.ts";
import type { Notice } from "./notice.ts";
import type { Severity } from "./severity.ts";
import type { Text } from "./text.ts";
import type { TicketState } from "./ticket.ts";
import type { Instant } from "./time.ts";

/** One line of what the next shift takes over. */
export interface HandedTicket {
  readonly no: string;
  readonly severity: Severity;
  readonly state: TicketState;
  readonly title: Text;
  readonly assignee?: string;
  readonly recovered: boolean;
  readonly simulated: boolean;
  /** Clocks that still run or are late, the next one first. */
  readonly clocks: readonly { readonly kind: string; readonly dueAt: Instant; readonly late: boolean }[];
  /** When the next thing happens by itself. */
  readonly nextAt?: Instant;
}

export interface HandedAlarm {
  readonly id: string;
  readonly device: string;
  readonly severity: Severity;
  readonly title: Text;
  readonly state: "active" | "shelved" | "suppressed" | "out-of-service";
  readonly since: Instant;
  /** Of a shelf or a service: until when, by whom, why. */
  readonly until?: Instant;
  readonly by?: string;
  readonly reason?: string;
}

/** The house as it stands when one shift leaves. */
export interface ShiftSnapshot {
  readonly at: Instant;
  readonly tickets: readonly HandedTicket[];
  readonly alarms: readonly HandedAlarm[];
  /** Devices that do not answer. */
  readonly silent: readonly string[];
}

export interface Signature {
  readonly account: string;
  readonly name: string;
  readonly at: Instant;
}

export interface EquipmentCheck {
  readonly id: string;
  readonly text: Text;
  /** Absent: nobody has looked yet. */
  readonly ok?: boolean;
}

/** 交接班: one change of shift of one team. */
export interface Handover {
  readonly kind: "handover";
  /** `JJ20261121-2000-control-room`: local date and time of the change, and the team. */
  readonly id: string;
  readonly state: "open" | "closed";
  /** The change of shift. */
  readonly at: Instant;
  /** Unsigned by then, the lead is told. */
  readonly signBy: Instant;
  readonly team: string;
  /** Person ids of people.yaml. */
  readonly leaving: readonly string[];
  readonly coming: readonly string[];
  readonly notes: string;
  readonly checks: readonly EquipmentCheck[];
  /** Frozen by the first signature. */
  readonly snapshot?: ShiftSnapshot;
  readonly handedBy?: Signature;
  /** Opened between the two signatures: whoever took over knew of them. */
  readonly since?: readonly HandedTicket[];
  readonly takenBy?: Signature;
  readonly leadTold?: true;
}

export type Period = "daily" | "weekly" | "monthly";

/** A report that the house wrote by itself: as it was counted then, never counted anew. */
export interface WrittenReport {
  readonly kind: "report";
  /** `BB20261122-daily`: the local day on which it was due. */
  readonly id: string;
  readonly state: "closed";
  /** When it was due. */
  readonly at: Instant;
  readonly period: Period;
  readonly from: Instant;
  readonly to: Instant;
  /** So much later it was written, after the house had been down. */
  readonly lateBy?: number;
  /** Written by a clock that ran ahead of the true time: its figures are incomplete, and it is counted again when it is due. */
  readonly ahead?: true;
  readonly summary: Text;
  /** The figures, as the API tells them. */
  readonly body: object;
}

export type Paper =
  | Handover
  | WrittenReport
  | Notice
  | FireLog
  | FireRoomGap
  | LearnedValue
  | AccidentReport
  | KeptPolicy;
