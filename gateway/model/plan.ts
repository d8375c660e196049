/** What comes to the door, and what the rules answer. */

import type { AccidentField } from "./accident.ts";
import type { Account, Actor, Session, Token } from "./account.ts";
import type { Alarm, ShownState } from "./alarm.ts";
import type { LinkageState, PanelState } from "./fire-log.ts";
import type { Tide } from "./flood.ts";
import type { JournalEntry } from "./journal.ts";
import type { Evidence, Learnable } from "./learned.ts";
import type { Message } from "./message.ts";
import type { Paper } from "./paper.ts";
import type { TicketClass } from "./policy.ts";
import type { Transition } from "./rule.ts";
import type { SampleVerdict } from "./sampling.ts";
import type { Severity } from "./severity.ts";
import type { Place, Site } from "./site.ts";
import type { Text } from "./text.ts";
import type { Care, Promised, Rating, Source, Ticket, TicketFile } from "./ticket.ts";
import type { Instant, Span } from "./time.ts";

/** Whether a device answers; kept in memory only, since a restart asks again. */
export interface DeviceState {
  readonly device: string;
  readonly state: "online" | "degraded" | "offline" | "unknown";
  readonly since: Instant;
  readonly because?: Text;
}

/** Everything that lasts, as the rules may read it. */
export interface View {
  readonly site: Site;
  readonly alarms: ReadonlyMap<string, Alarm>;
  /** Open tickets by number. */
  readonly tickets: ReadonlyMap<string, Ticket>;
  /** Tickets closed or merged so lately that they count: they may be opened again, and faults are counted by them. */
  readonly lately: ReadonlyMap<string, Ticket>;
  readonly devices: ReadonlyMap<string, DeviceState>;
  /** Papers that are open or of the last month, by id. */
  readonly papers: ReadonlyMap<string, Paper>;
  /** Messages that wait or are being sent, by key. */
  readonly outbox: ReadonlyMap<string, Message>;
  /** Number of the last ticket ever opened. */
  readonly lastTicket: number;
  /** What came to each desk lately; absent where nobody sits before alarms, as in a backtest. */
  readonly tides?: ReadonlyMap<string, Tide>;
}

/** What a person may do with a ticket, in the usual order. */
export const ticketSteps = [
  "acknowledge",
  "review",
  "dispatch",
  "accept",
  "decline",
  "depart",
  "arrive",
  "plan",
  "mitigate",
  "repair",
  "verify",
  "follow-up",
  "rate",
  "close",
  "feedback",
  "promise",
  "assign",
  "escalate",
  "note",
  "sop",
  "false-alarm",
  "hold",
  "resume",
  "reopen",
  "merge",
  "confirm-phone",
  "sample",
  "correct",
  "reschedule",
  "call-off",
] as const;
export type TicketStep = (typeof ticketSteps)[number];

/** A person's or a script's wish. `id` makes it idempotent for 24 h. */
export type Command =
  | {
      readonly do: "acknowledge-alarm";
      readonly alarm: string;
      readonly occurrence: number;
      readonly reason?: "real" | "false" | "test" | "maintenance";
      readonly comment?: string;
    }
  /** Each occurrence that was on the screen, and never "all that are active now". */
  | {
      readonly do: "acknowledge-seen";
      readonly seen: readonly { readonly alarm: string; readonly occurrence: number }[];
      readonly reason?: "real" | "false" | "test" | "maintenance";
      readonly comment?: string;
    }
  | { readonly do: "comment-alarm"; readonly alarm: string; readonly occurrence: number; readonly comment: string }
  | {
      readonly do: "shelve";
      readonly alarm: string;
      readonly occurrence?: number;
      readonly kind: "timed" | "one-shot";
      /** Until an instant, or for a span; a one-shot without either lasts as long as the role may shelve. */
      readonly until?: Instant;
      readonly for?: Span;
      readonly reason: string;
    }
  | { readonly do: "unshelve"; readonly alarm: string; readonly occurrence?: number; readonly comment?: string }
  | {
      readonly do: "unacknowledge-alarm";
      readonly alarm: string;
      readonly occurrence?: number;
      readonly reason: string;
    }
  | { readonly do: "reset-alarm"; readonly alarm: string; readonly occurrence?: number; readonly comment?: string }
  | {
      readonly do: "out-of-service";
      readonly alarm: string;
      readonly occurrence?: number;
      readonly reason: string;
      readonly reviewAt: Instant;
    }
  | { readonly do: "in-service"; readonly alarm: string; readonly occurrence?: number; readonly comment?: string }
  | {
      readonly do: "open-ticket";
      readonly class: TicketClass;
      readonly severity?: Severity;
      readonly device?: string;
      readonly description: string;
      readonly occurredAt?: Instant;
      /** With `occurredAt`: whoever was to be told by now was told by phone, as the paper says. */
      readonly toldByPhone?: boolean;
      /** 演练; `overReal`: somebody knows that a real emergency is open meanwhile. */
      readonly drill?: { readonly overReal: boolean };
      /** Where it is, as it was told; what is left out is the device's. */
      readonly place?: Place;
      /** As on the ticket. */
      readonly expected?: Instant;
      readonly plan?: string;
      readonly care?: readonly Care[];
      readonly source?: Source;
      readonly affected?: number;
      readonly project?: true;
    }
  | {
      readonly do: "ticket-step";
      readonly ticket: string;
      readonly step: TicketStep;
      readonly note?: string;
      readonly occurredAt?: Instant;
      /** For assign and dispatch: who. */
      readonly assignee?: string;
      /** For review, dispatch and assign: the role that answers for it, and those that help. */
      readonly lead?: string;
      readonly help?: readonly string[];
      /** For sop: which row, and whether it is left out; `note` then says why. */
      readonly sop?: string;
      readonly skip?: boolean;
      /** For hold: id of one of the policy's reasons, and how long; absent: as long as the policy allows. */
      readonly reason?: string;
      readonly for?: Span;
      /** For merge: the ticket that goes on. */
      readonly into?: string;
      /** For arrive: who came. */
      readonly who?: "staff" | "rescue";
      /** For promise: what was promised, and until when. For reschedule: when it comes now. */
      readonly what?: Promised["what"];
      readonly until?: Instant;
      /** For rate: 1 to 5, whose word it is, and the file with the signature. */
      readonly score?: number;
      readonly how?: Rating["how"];
      readonly signature?: string;
      /** For sample: what a supervisor found. */
      readonly verdict?: SampleVerdict;
    }
  /** A file that the vault holds already. */
  | {
      readonly do: "attach-file";
      readonly ticket: string;
      readonly file: Omit<TicketFile, "by" | "at">;
      /** When it was taken, when it comes later. */
      readonly occurredAt?: Instant;
    }
  /** Opens the handover of a team that works in shifts before its time; the one that waits already is answered. */
  | { readonly do: "open-handover"; readonly team: string }
  | {
      readonly do: "fill-handover";
      readonly handover: string;
      readonly notes?: string;
      /** Equipment by id: in order or not. */
      readonly checks?: Readonly<Record<string, boolean>>;
    }
  /** The actor is who signs, proved by a password of their own. */
  /** The entry that fell due in the fire control room: made by whoever is signed in, once. */
  | {
      readonly do: "fill-fire-log";
      readonly log: string;
      readonly panel: PanelState;
      readonly linkage: LinkageState;
      readonly checks: Readonly<Record<string, boolean>>;
      readonly remarks: string;
    }
  | { readonly do: "sign-handover"; readonly handover: string; readonly side: "leaving" | "coming" }
  /** Words for residents: a draft from the template of the class, or a change of the one that waits. */
  | {
      readonly do: "draft-notice";
      readonly ticket: string;
      readonly kind?: "update" | "closing";
      readonly what?: Text;
      readonly todo?: Text;
      readonly back?: Instant | "unknown";
      /** The draft that was changed; absent: whatever lies there. */
      readonly rev?: number;
    }
  | { readonly do: "discard-notice"; readonly ticket: string; readonly rev: number }
  | { readonly do: "approve-notice"; readonly ticket: string; readonly rev: number }
  /** Takes back what residents were told last. */
  | { readonly do: "withdraw-notice"; readonly ticket: string; readonly edition: number; readonly reason: string }
  /** What a way says of itself, or somebody counted: the board was hung up, 312 have read it. */
  | {
      readonly do: "report-reach";
      readonly ticket: string;
      readonly edition: number;
      readonly way: string;
      readonly delivered?: number;
      readonly read?: number;
    }
  /** A figure learned from the history is put in force for one device; `was`: what the person saw in force. */
  | {
      readonly do: "apply-learned";
      readonly device: string;
      readonly what: Learnable;
      readonly values: readonly (number | null)[];
      readonly was?: readonly (number | null)[];
      readonly reason: string;
      readonly learned: Evidence;
    }
  | { readonly do: "take-back-learned"; readonly device: string; readonly what: string; readonly reason: string }
  /** 事故报告: begins the draft; the one that lies there already is answered. */
  | { readonly do: "draft-accident"; readonly ticket: string }
  | {
      readonly do: "fill-accident";
      readonly ticket: string;
      /** The draft that was changed. */
      readonly rev: number;
      readonly fields: Readonly<Partial<Record<AccidentField, string>>>;
    }
  | { readonly do: "sign-accident"; readonly ticket: string; readonly rev: number }
  /** The second step of a write: recorded before anything goes out. `order` is the id of the command. */
  | { readonly do: "write-point"; readonly point: string; readonly value: number; readonly order: string };

export type Happening =
  /** `judged`: ids of all alarms that the rules can raise now; what stands and is not among them is nobody's any more. */
  | { readonly type: "started"; readonly lastSeen?: Instant; readonly judged?: ReadonlySet<string> }
  | { readonly type: "tick" }
  | { readonly type: "clock-step"; readonly by: Span }
  | { readonly type: "conditions"; readonly transitions: readonly Transition[] }
  | { readonly type: "communication"; readonly changes: readonly DeviceState[] }
  | { readonly type: "command"; readonly id: string; readonly actor: Actor; readonly command: Command }
  /** A slice hands over rows that are already decided: accounts, sessions, tokens, outbox progress, and their journal. */
  | { readonly type: "record"; readonly rows: Partial<Plan> };

/** Refused: which HTTP status fits, a stable code, and the sentence for the person. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 409 | 422;
  readonly code: string;
  readonly message: Text;
  readonly detail?: unknown;
}

/** What became of one of the occurrences that were acknowledged together. */
export interface SeenAnswer {
  readonly alarm: string;
  /** The one that was seen. */
  readonly occurrence: number;
  readonly outcome: "acknowledged" | "already" | "refused";
  /** Who had acknowledged it before. */
  readonly by?: string;
  readonly refusal?: Omit<Refusal, "detail">;
  /** How a refused one stands now. */
  readonly present?: { readonly occurrence: number; readonly state: ShownState };
}

export interface Answer {
  readonly ticket?: string;
  readonly alarm?: string;
  readonly paper?: string;
  readonly already?: string;
  readonly seen?: readonly SeenAnswer[];
}

export interface Plan {
  readonly alarms: readonly Alarm[];
  readonly tickets: readonly Ticket[];
  readonly papers: readonly Paper[];
  /** Inserted when the key is new, otherwise replaced; a plan never lists one key twice. */
  readonly messages: readonly Message[];
  /** Keys of waiting messages that must not go out any more. */
  readonly cancelMessages: readonly { readonly ticket: string; readonly step?: string }[];
  readonly accounts: readonly Account[];
  readonly sessions: readonly Session[];
  readonly tokens: readonly Token[];
  readonly journal: readonly JournalEntry[];
  /** Kept as notes, and replaced whole. */
  readonly tides?: readonly Tide[];
  /** Why nothing was done; beside it there is at most the journal's row about the refusal. */
  readonly refusal?: Refusal;
  /** What a command answers beside the changed rows. */
  readonly answer?: Answer;
}
