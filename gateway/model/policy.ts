/** The response policy as data: classes, clocks, ladders, SOP lists. The default is `rules/response/policy.yaml`. */

import type { Workdays } from "./calendar.ts";
import type { FireLogPolicy } from "./fire-log.ts";
import type { NoticePolicy } from "./notice.ts";
import type { PolicyProfile } from "./policy-profile.ts";
import type { SamplingPolicy } from "./sampling.ts";
import type { Severity } from "./severity.ts";
import type { DeviceKind } from "./site.ts";
import type { Text } from "./text.ts";
import { days, type Span } from "./time.ts";

export const ticketClasses = [
  "elevator_entrapment",
  "fire_alarm",
  "pipe_burst",
  "gas_leak",
  "power_outage",
  "forced_door",
  "pump_fault",
  "comms_loss",
  "general_fault",
  "non_urgent",
  "complaint",
  "consult",
] as const;
export type TicketClass = (typeof ticketClasses)[number];

export const clockKinds = [
  "acknowledge",
  "dispatch",
  "plan",
  "accept",
  "staff-onsite",
  "rescue-onsite",
  "onsite",
  "verify",
  "mitigate",
  "resolve",
  "feedback",
  "followup",
] as const;
export type ClockKind = (typeof clockKinds)[number];

/** When a ladder step is due: at opening (`after` 0), or `after` unless every clock in `unless` was met by then. */
export interface LadderStep {
  readonly id: string;
  readonly after: Span;
  /**
   * The step is cancelled once every clock listed here is met; empty: it always runs. A listed clock that the ticket does
   * not carry is left out of this; when the ticket carries none of them, the step runs, since silence would be worse.
   */
  readonly unless: readonly ClockKind[];
  /** Roles of `people.yaml`. */
  readonly tell: readonly string[];
  /** The operator must confirm by phone that the message was received. */
  readonly phone: boolean;
  readonly raiseRescueTier: boolean;
  /** `after` counts from the instant at which the ticket expects something, and not from the opening. */
  readonly from?: "expected" | undefined;
  /** What the house drafts when the step runs. */
  readonly opens?: "accident-report" | undefined;
  readonly say: Text;
}

/** 催办: a step due so long after the repair should have been done, on workdays alone where it says so. */
export interface ChaseStep extends LadderStep {
  readonly workdays?: true;
}

export interface SopStep {
  readonly id: string;
  readonly text: Text;
  readonly mandatory: boolean;
  /** It is done with words, e.g. the name of who answers for it. */
  readonly words?: true | undefined;
}

/** What a clock of a class is given; `workdays`: its target counts on workdays alone. */
export interface ClockTarget {
  readonly kind: ClockKind;
  readonly target: Span;
  readonly workdays?: true;
  /**
   * What it begins with: the instant that the ticket expects, or another clock that is met. Absent: the opening; for the follow-up
   * the repair.
   */
  readonly from?: "expected" | ClockKind;
  /**
   * It begins with the opening and is due `target` before the expected instant. Where that is over already, there is `grace` left
   * from the moment in which it became known.
   */
  readonly before?: { readonly grace: Span };
}

/** Work that a site gets ready for something expected, such as a storm: in place of what its class says of the same. */
export interface ClassPlan
  extends Pick<
    ClassPolicy,
    "name" | "severity" | "clocks" | "lead" | "help" | "dispatch" | "sop" | "overdue" | "words"
  > {
  readonly ladder: readonly LadderStep[];
  readonly farthest: Span;
}

export interface ClassPolicy {
  readonly class: TicketClass;
  readonly name: Text;
  readonly severity: Severity;
  /** In place of `severity`, once it is told whether one household is reached or several. */
  readonly byHouseholds?: { readonly one: Severity; readonly many: Severity };
  readonly clocks: readonly ClockTarget[];
  /** All clocks of a ticket whose severity is the key: those of `clocks`, with some replaced or added. */
  readonly bySeverity: Readonly<Partial<Record<Severity, readonly ClockTarget[]>>>;
  /** What the severities are called in this class: complaints have levels of their own. */
  readonly levels?: Readonly<Partial<Record<Severity, Text>>>;
  /** In place of the ladder of the severity. */
  readonly ladder?: readonly LadderStep[];
  /**
   * What opens between `from` and `to` (minutes after the site's midnight, over midnight as well) has these clocks run out by `by` of
   * the morning at the latest.
   */
  readonly night?: {
    readonly from: number;
    readonly to: number;
    readonly by: number;
    readonly clocks: readonly ClockKind[];
  };
  /** Somebody of a team lead's standing reviews the ticket before anybody is sent. */
  readonly review?: true;
  /** The work is done with an answer in writing: its words, or the paper itself among the files. */
  readonly writtenAnswer?: true;
  /** Roles whose people it is offered to, and what they must be able to do; absent: a person at the desk sends somebody. */
  readonly dispatch?: { readonly roles: readonly string[]; readonly skill?: string };
  /** 主责 and 协作: the role that answers for it, and those that help. */
  readonly lead?: string;
  readonly help?: readonly string[];
  /** Targets once departments were called in to help with a ticket. */
  readonly crossDepartment?: readonly ClockTarget[];
  /** Targets of a project, such as a rectification or the repair of a large machine, in place of those of `clocks`. */
  readonly project?: readonly ClockTarget[];
  /** Extra roles told at opening. */
  readonly tellAtOpening: readonly string[];
  /** Further ones where the device is of a kind. */
  readonly tellAtOpeningOf?: Readonly<Partial<Record<DeviceKind, readonly string[]>>>;
  /** Told when somebody confirms on the spot that it is real. */
  readonly tellWhenVerified?: readonly string[];
  /** Two: a false alarm counts once a second account confirms what the first one recorded. */
  readonly falseAlarmPeople?: 1 | 2;
  readonly extraSteps: readonly LadderStep[];
  /** Join the ladder when the clock of the repair has run out. */
  readonly chase?: readonly ChaseStep[];
  readonly sop: readonly SopStep[];
  /** Told when a clock runs out, in place of those whom the policy tells. */
  readonly overdue?: Readonly<Partial<Record<ClockKind, readonly string[]>>>;
  /** What clocks and steps are called here, where the usual name would not be understood. */
  readonly words?: {
    readonly clocks: Readonly<Partial<Record<ClockKind, Text>>>;
    readonly steps: Readonly<Record<string, Text>>;
  };
  /** What a ticket expects later than this, or moves farther, is a slip of the pen. */
  readonly farthest?: Span;
  /** What a ticket of this class may be opened for by its name. */
  readonly plans?: Readonly<Record<string, ClassPlan>>;
}

/** Why work may wait, e.g. for spare parts. */
export interface HoldReason {
  readonly id: string;
  readonly text: Text;
}

/** 交接班: teams of these roles hand their post over in writing. */
export interface HandoverPolicy {
  readonly roles: readonly string[];
  /** How long after the change both may still sign before the lead is told. */
  readonly grace: Span;
  readonly tell: readonly string[];
  readonly checks: readonly { readonly id: string; readonly text: Text }[];
}

/** What the figures of the reports are measured against; shares from 0 to 1. */
export interface KpiTargets {
  /** Of the clocks that came due, how many were met. */
  readonly inTime: number;
  /** Ratings of 4 or 5 among all ratings. */
  readonly satisfaction: { readonly alarm: number; readonly target: number };
  readonly firstFix: number;
  readonly followUp: number;
  /** Rectifications (专项整改) that were done by their limit. */
  readonly rectify: number;
  /** Of the records of each day, how many a supervisor looks through; so many are drawn. */
  readonly sampleDaily: number;
  /** How much less often faults come back than in the period before. */
  readonly repeatDrop: number;
  /** Complaints among all tickets. */
  readonly complaints: number;
}

/** How long what belongs to people is kept after its ticket was closed. */
export interface PersonalData {
  readonly contacts: Span;
  /** Photos, papers, signatures. */
  readonly files: Span;
}

/**
 * Contacts: T31 warrants repairs for three months, and PIPL Art. 19 asks for the shortest time. Files: a year, for insurers and the
 * yearly statistics (X8, K15); engineering judgement.
 */
export const usualPersonalData: PersonalData = { contacts: days(90), files: days(365) };

/** Reports that the house writes by itself, at an hour of the site's clock. */
export interface ReportPolicy {
  /** Minutes after local midnight. */
  readonly at: number;
  /** ISO weekday of the weekly one, 1 = Monday; the monthly one comes on the first. */
  readonly weekday: number;
  readonly tell: readonly string[];
}

export interface RepeatPolicy {
  readonly count: number;
  readonly within: Span;
  readonly tell: readonly string[];
  /** As `count`, of complaints about one device or from one room; absent: the same. */
  readonly complaints?: number;
  /** What a rectification asks for beside what its class does, and one about complaints beside that. */
  readonly sop?: readonly SopStep[];
  readonly complaintSop?: readonly SopStep[];
}

export interface Policy {
  /** `usualPersonalData` when it is not told. */
  readonly personal?: PersonalData;
  readonly version: string;
  readonly reports?: ReportPolicy;
  readonly notices?: NoticePolicy;
  readonly kpi?: KpiTargets;
  /** Waiting that may stop the repair clock: why, and how long before the ticket goes on by itself. */
  readonly hold: { readonly reasons: readonly HoldReason[]; readonly longest: Span };
  readonly handover?: HandoverPolicy;
  readonly fireLog?: FireLogPolicy;
  readonly sampling?: SamplingPolicy;
  /** For clocks that count workdays. */
  readonly workdays?: Workdays;
  /** A closed ticket is opened again, as its next round, within this time; later it is a new ticket. */
  readonly reopen: { readonly within: Span };
  /** This many faults of one class on one device within the time call for a rectification (专项整改). */
  readonly repeat: RepeatPolicy;
  /** Share of a clock's target at which a warning goes out, and the share for short clocks. */
  readonly warn: { readonly share: number; readonly shortShare: number; readonly shortUpTo: Span };
  /** How long an acknowledgement holds without a new entry before the ladder goes on. */
  readonly acknowledgeExpires: Readonly<Record<Severity, Span>>;
  /** So long after the source went back to normal a ticket that nobody took closes itself (自动恢复); the graver ones never. */
  readonly recovered?: Readonly<Partial<Record<"S3" | "S4", Span>>>;
  /** Told when a clock runs out and no step of the ladder has asked for it by then; `of`: others for clocks of a kind. */
  readonly overdue?: {
    readonly tell: readonly string[];
    readonly of?: Readonly<Partial<Record<ClockKind, readonly string[]>>>;
  };
  /**
   * How long after a step each kind of channel joins in, so that a call comes only when screen and robot brought nothing. A
   * kind that a severity does not list is not used for it.
   */
  readonly reach: Readonly<Record<Severity, Readonly<Partial<Record<string, Span>>>>>;
  /** What waits for people of a role goes no further once one of these clocks of the ticket is met. */
  readonly answeredBy: Readonly<Record<string, readonly ClockKind[]>>;
  readonly ladders: Readonly<Record<Severity, readonly LadderStep[]>>;
  readonly classes: Readonly<Partial<Record<TicketClass, ClassPolicy>>>;
  /** What a site may lay over this policy by its name, and what this site did, in that order. */
  readonly profiles?: Readonly<Record<string, PolicyProfile>>;
  readonly profilesInForce?: readonly string[];
  /** Names of the roles used in `tell`. */
  readonly roles: Readonly<Record<string, Text>>;
}

/** Whoever is told of some clock that ran out. */
export const overdueRoles = (overdue: Policy["overdue"]): readonly string[] => [
  ...(overdue?.tell ?? []),
  ...Object.values(overdue?.of ?? {}).flat(),
];

/** Whoever a class tells at the opening of some ticket. */
export const openingRoles = ({ tellAtOpening, tellAtOpeningOf }: ClassPolicy): readonly string[] => [
  ...tellAtOpening,
  ...Object.values(tellAtOpeningOf ?? {}).flat(),
];
