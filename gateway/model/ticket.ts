/** An emergency ticket: one per device and class, with its clocks, its ladder, and its list of steps. */
import type { ClassPolicy, ClockKind, LadderStep, TicketClass } from "./policy.ts";
import type { TicketSample } from "./sampling.ts";
import type { Severity } from "./severity.ts";
import type { Place } from "./site.ts";
import type { Text } from "./text.ts";
import type { Instant, Span } from "./time.ts";

export type TicketState =
  | "new"
  | "dispatched"
  | "accepted"
  | "en-route"
  | "on-site"
  | "mitigated"
  | "repaired"
  | "verifying"
  | "closed"
  | "on-hold"
  | "merged";

export type ClockState = "running" | "paused" | "met" | "breached" | "cancelled";

export interface Segment {
  readonly kind: "run" | "pause";
  readonly from: Instant;
  readonly to?: Instant;
  readonly reason?: string;
  readonly by?: string;
}

export interface ResponseClock {
  readonly kind: ClockKind;
  readonly target: Span;
  /** The target counts on workdays alone. */
  readonly workdays?: true;
  /** A breached clock goes on until it is met: `metAt` then tells by how much it was late. */
  readonly state: ClockState;
  readonly startedAt: Instant;
  readonly dueAt: Instant;
  readonly metAt?: Instant;
  /** The true instant of the breach, also when it was noticed late. */
  readonly breachedAt?: Instant;
  readonly segments: readonly Segment[];
  /** Recorded once announced; otherwise every tick would announce it again. */
  readonly warnAt: Instant;
  readonly warnedAt?: Instant;
}

/** A ladder step as a due row: it waits, is done once, is skipped because its clock was met, or finds nobody. */
export interface LadderRow {
  readonly step: LadderStep;
  readonly dueAt: Instant;
  readonly state: "waiting" | "done" | "cancelled";
  readonly doneAt?: Instant;
  /** Set when the step ran after downtime: how late, in ms. */
  readonly lateBy?: Span;
  /** Which loop of the ladder: 0, then one more each time an acknowledgement expired. */
  readonly loop: number;
}

export interface SopRow {
  readonly step: string;
  readonly text: Text;
  readonly mandatory: boolean;
  /** It is done with words; `said` are those. */
  readonly words?: true;
  readonly said?: string;
  /** Who did it, or left it out. */
  readonly doneBy?: string;
  readonly at?: Instant;
  /** Why it was left out. */
  readonly skipped?: string;
}

/** Who lives there and needs more care (W9): a flag, and nothing of what ails them (S17). */
export const cares = ["elderly", "disabled"] as const;
export type Care = (typeof cares)[number];

/** Where a ticket that a person opens came from (N8, P12): the first three are owners, who are called back. */
export const sources = ["phone", "desk", "app", "patrol", "staff"] as const;
export type Source = (typeof sources)[number];
export const fromOwner: ReadonlySet<Source> = new Set(["phone", "desk", "app"]);

/** Work that waits for something, with somebody's word for it. */
export interface Hold {
  /** Where the ticket goes on. */
  readonly state: TicketState;
  /** Id of one of the policy's reasons. */
  readonly reason: string;
  readonly by: string;
  readonly since: Instant;
  /** Then the ticket goes on by itself. */
  readonly until: Instant;
  /** 被抢占: the emergency that took `by` away. Nothing waits then, no clock is paused: somebody else is wanted. */
  readonly emergency?: string;
}

/** What a ticket had come to when it was closed, and later opened again. */
export interface PastRound {
  readonly round: number;
  readonly closedAt: Instant;
  readonly clocks: readonly ResponseClock[];
  readonly sop: readonly SopRow[];
  /** It had gone back to normal by itself, and nobody had worked on it. */
  readonly autoRecovered?: true;
}

/** Work offered to one person. */
export interface Offer {
  /** Person id. */
  readonly person: string;
  readonly round: number;
  readonly state: "open" | "accepted" | "declined" | "expired" | "withdrawn";
  readonly at: Instant;
  /** Then the next one is asked. */
  readonly until: Instant;
  /** Why this person: the place near by, the jobs at hand, or who chose them by name. Absent on offers of an older release. */
  readonly why?: { readonly near: boolean; readonly jobs: number; readonly by?: string };
  /** What was said when it was declined. */
  readonly because?: string;
}

/** Somebody who must be called by phone, and by whom and when it was confirmed that the message was received. */
export interface Call {
  readonly step: string;
  readonly role: string;
  readonly person: string;
  readonly name: string;
  readonly by?: string;
  readonly at?: Instant;
}

/** A photo, paper or signature. Its bytes stand sealed in the vault and are erased in time; this row stays. */
export interface TicketFile {
  /** 32 hex digits, given by the house: nothing of the sender's name is kept. */
  readonly id: string;
  readonly what: "photo" | "document" | "signature";
  readonly type: "image/jpeg" | "image/png" | "image/webp" | "application/pdf";
  readonly bytes: number;
  /** Of the bytes as they are kept. */
  readonly sha256: string;
  readonly by: string;
  readonly at: Instant;
}

/** A time that somebody promised to the owner (F13, F14); the last one counts. */
export interface Promised {
  readonly what: "arrive" | "finish";
  readonly by: string;
  readonly at: Instant;
  readonly until: Instant;
  readonly round: number;
  readonly note?: string;
  /** The work got there before. */
  readonly kept?: true;
  /** It passed, and the desk was told. */
  readonly missed?: true;
}

/** What the customer said of the work (F11). */
export interface Rating {
  /** 1 to 5. */
  readonly score: number;
  readonly round: number;
  readonly how: "signature" | "phone" | "online" | "visit";
  /** Who wrote it down. */
  readonly by: string;
  readonly at: Instant;
  readonly note?: string;
  /** Id of the file with the signature. */
  readonly signature?: string;
}

export interface Ticket {
  /** `GD20261121-000123`. */
  readonly no: string;
  readonly class: TicketClass;
  readonly severity: Severity;
  readonly state: TicketState;
  readonly title: Text;
  readonly device?: string;
  readonly place: Place;
  /** By when whoever reported it would like it done (W18): a wish, and no clock. With a plan: when it comes, and clocks hang on it. */
  readonly expected?: Instant;
  /** Id of the plan of the class that it goes by. */
  readonly plan?: string;
  readonly care?: readonly Care[];
  readonly source?: Source;
  /** How many households it reaches, as it was told (W15). */
  readonly affected?: number;
  /** Complex work that takes weeks: it reports at its own pace (F5). */
  readonly project?: true;
  /** Alarm ids that belong to this ticket. */
  readonly alarms: readonly string[];
  readonly openedAt: Instant;
  readonly closedAt?: Instant;
  /** 1, and one more each time it was opened again. */
  readonly round: number;
  readonly past?: readonly PastRound[];
  readonly hold?: Hold;
  /** The ticket that this one went into. */
  readonly mergedInto?: string;
  /** An earlier ticket about the same device and class, closed within the time for opening again. */
  readonly follows?: string;
  /** About all the lesser faults of a storm. */
  readonly storm?: true;
  /** The ticket of the cause that this one follows from; both are worked on. */
  readonly parent?: string;
  /** The faults that this rectification is about. */
  readonly rectifies?: readonly string[];
  /** 主责 and 协作 of this very ticket, where somebody named them; otherwise those of its class. */
  readonly lead?: string;
  readonly help?: readonly string[];
  readonly assignee?: string;
  /** Who reviewed it before it was dispatched, where the class asks for that. */
  readonly reviewedBy?: string;
  readonly offers?: readonly Offer[];
  /** The round in which nobody was left to offer it to. */
  readonly exhausted?: number;
  readonly calls?: readonly Call[];
  readonly acknowledgedBy?: string;
  /** When the acknowledgement stops holding, unless something is logged before. */
  readonly acknowledgeExpiresAt?: Instant;
  readonly rescueTier: number;
  readonly policyVersion: string;
  /** Frozen at opening, so that an edit of the policy never bends a running ticket. */
  readonly policy: ClassPolicy;
  readonly clocks: readonly ResponseClock[];
  readonly ladder: readonly LadderRow[];
  readonly sop: readonly SopRow[];
  readonly files?: readonly TicketFile[];
  readonly promised?: readonly Promised[];
  readonly ratings?: readonly Rating[];
  /** Account ids of the people who worked on it, in all rounds: none of them looks it through for the supervisor. */
  readonly workedBy?: readonly string[];
  /** Each time that it was drawn for a supervisor to look through, the first one first. */
  readonly samples?: readonly TicketSample[];
  /** A report of an accident was begun. */
  readonly accident?: true;
  /** Set while a human conclusion such as "car empty" is still missing. */
  readonly recovered: boolean;
  /** Its source is normal and nobody took it: then it closes itself. */
  readonly recoversAt?: Instant;
  /** It closed itself so (自动恢复). */
  readonly autoRecovered?: true;
  /** What was expected does not come. */
  readonly calledOff?: true;
  /** In this round somebody did more than see it and send somebody. */
  readonly handled?: true;
  /** Keys of the messages of this round that were not taken back: who may have to hear that it is over. */
  readonly told?: readonly string[];
  readonly falseAlarm: boolean;
  /** Somebody found a false alarm, and the class asks for a second person. */
  readonly falseAlarmClaim?: { readonly account: string; readonly name: string; readonly at: Instant };
  readonly simulated: boolean;
  /** 演练: told and worked on like a real one, marked everywhere, and in no figure but those of drills. */
  readonly drill?: true;
  /** The alarm behind it was acknowledged as a test or as maintenance work: it counts apart. */
  readonly judged?: "test" | "maintenance";
  /** The earliest instant at which the heartbeat must look at this ticket again. */
  readonly wakeAt: Instant;
}
