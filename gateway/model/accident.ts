/**
 * 事故报告: what is drafted from the whole course of a ticket about trapped people, fire, gas or injuries, completed by a
 * supervisor, and kept as it was signed. The house states what it recorded; causes and casualties are people's words (W12, W15).
 */
import type { Signature } from "./paper.ts";
import type { ClockKind, TicketClass } from "./policy.ts";
import type { Severity } from "./severity.ts";
import type { Place } from "./site.ts";
import type { Text } from "./text.ts";
import type { TicketFile } from "./ticket.ts";
import type { Instant, Span } from "./time.ts";

/** What people write, in the order of the form. */
export const accidentFields = [
  /** 事故经过. */
  "course",
  /** 影响范围 (W15). */
  "scope",
  /** 人员伤亡 (W15): "无" is an answer, nothing is none. */
  "casualties",
  /** 损失 (X8). */
  "losses",
  /** 原因. */
  "cause",
  /** 已采取的措施. */
  "measures",
  /** 整改措施、责任人、完成时限 (W14). */
  "correction",
  /** 上报情况: to whom, when, by whom. */
  "reported",
] as const;
export type AccidentField = (typeof accidentFields)[number];

/** Without these nobody signs. */
export const accidentNeeds: readonly AccidentField[] = ["course", "casualties", "cause", "measures"];

/** One of the instants that a record of a rescue names; absent when nobody recorded it. */
export interface AccidentTime {
  readonly what: "reported" | "acknowledged" | "sent" | "accepted" | "staff" | "rescue" | "controlled" | "restored";
  readonly at?: Instant;
}

/** What the ticket tells by itself. */
export interface AccidentFacts {
  /** When it was read off the ticket. */
  readonly at: Instant;
  readonly title: Text;
  readonly class: TicketClass;
  readonly className: Text;
  readonly severity: Severity;
  readonly place: Place;
  readonly device?: string;
  readonly openedAt: Instant;
  readonly closedAt?: Instant;
  readonly round: number;
  readonly rescueTier: number;
  readonly falseAlarm: boolean;
  readonly policy: string;
  readonly times: readonly AccidentTime[];
  /** Clocks that ran out, with how late they were met. */
  readonly late: readonly { readonly kind: ClockKind; readonly dueAt: Instant; readonly by?: Span }[];
  /** Who did what part: names as the ticket has them. */
  readonly people: readonly {
    readonly part: "acknowledged" | "assigned" | "called";
    readonly name: string;
    readonly at?: Instant;
  }[];
  readonly sop: readonly {
    readonly text: Text;
    readonly mandatory: boolean;
    readonly by?: string;
    readonly at?: Instant;
  }[];
  readonly files: readonly Pick<TicketFile, "id" | "what" | "type" | "bytes" | "by" | "at">[];
}

export interface AccidentReport {
  readonly kind: "accident";
  /** `SG20261121-000123`: the ticket's date and number. */
  readonly id: string;
  /** Open: a draft. Closed: signed. */
  readonly state: "open" | "closed";
  /** When it was drafted. */
  readonly at: Instant;
  readonly ticket: string;
  /** An account's name, or `gatehouse` where a step of the ladder asked for it. */
  readonly by: string;
  /** One more with each change: who signs names the one that was read. */
  readonly rev: number;
  readonly fields: Readonly<Record<AccidentField, string>>;
  readonly drill?: true;
  readonly simulated?: true;
  readonly signedBy?: Signature;
  /** Frozen by the signature; before that they are read off the ticket. */
  readonly facts?: AccidentFacts;
}

export const accidentId = (ticket: string): string => `SG${ticket.slice(2)}`;
