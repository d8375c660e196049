/** What the store's two ends say to each other: the house's loop on one side, the worker with the file on the other. */
import type { AlarmEvent } from "#model/alarm-event";
import type { JournalRow } from "#model/journal";
import type { Message } from "#model/message";
import type { Paper } from "#model/paper";
import type { Text } from "#model/text";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import type { PlanRows } from "../rows.ts";
import type { ChainVerdict, JournalQuery, Page, WalkQuery } from "../store.ts";
import type { TroubleKind } from "../trouble.ts";
import type { LoadedRest, Portion } from "./loaded.ts";

/** Written in the order in which they were asked, again and again until they are on the disk. */
export type WriteRequest =
  | { readonly do: "commit"; readonly rows: PlanRows; readonly firstSeq: number }
  | { readonly do: "note"; readonly name: string; readonly text: string };

export type ReadRequest =
  | { readonly do: "load"; readonly now: Instant }
  | { readonly do: "journal"; readonly query: JournalQuery }
  | { readonly do: "since"; readonly seq: number }
  | { readonly do: "journal-page"; readonly query: WalkQuery }
  | { readonly do: "alarm-events"; readonly query: WalkQuery }
  | { readonly do: "journal-begins" }
  | { readonly do: "ticket-page"; readonly query: WalkQuery }
  | { readonly do: "ticket"; readonly no: string }
  | { readonly do: "tickets"; readonly state: "open" | "closed" | "all"; readonly limit: number }
  | { readonly do: "paper"; readonly paper: string }
  | { readonly do: "papers"; readonly kind: Paper["kind"]; readonly limit: number }
  | { readonly do: "messages"; readonly ticket: string }
  | { readonly do: "verify" }
  | { readonly do: "backup"; readonly file: string };

/** What each request is answered with. */
export interface Results {
  readonly commit: undefined;
  readonly note: undefined;
  readonly load: LoadedRest;
  readonly journal: readonly JournalRow[];
  readonly since: readonly JournalRow[];
  readonly "journal-page": Page<JournalRow>;
  readonly "alarm-events": Page<AlarmEvent>;
  readonly "journal-begins": Instant | undefined;
  readonly "ticket-page": Page<Ticket>;
  readonly ticket: Ticket | undefined;
  readonly tickets: readonly Ticket[];
  readonly paper: Paper | undefined;
  readonly papers: readonly Paper[];
  readonly messages: readonly Message[];
  readonly verify: ChainVerdict;
  readonly backup: undefined;
}

export type Request = (WriteRequest | ReadRequest) & { readonly id: number };

/** `retry`: try the oldest unwritten plan again. The asking side holds the clock, so it says when. */
export type ToWorker = Request | { readonly do: "retry" } | { readonly do: "close" };

export interface Failure {
  /** Absent: a bug, not the world. */
  readonly kind?: TroubleKind;
  readonly because: Text;
  readonly stack?: string;
}

export type FromWorker =
  | { readonly say: "ready" }
  | { readonly say: "cannot-open"; readonly failure: Failure }
  /** Of the answer to `load`; the last ones are followed by "done". */
  | { readonly say: "portion"; readonly id: number; readonly portion: Portion }
  | { readonly say: "done"; readonly id: number; readonly value: unknown }
  | { readonly say: "failed"; readonly id: number; readonly failure: Failure }
  /** The disk refuses; everything asked so far is kept in order. */
  | { readonly say: "stuck"; readonly because: Text }
  /** The file came back without rows that had been answered as stored. */
  | { readonly say: "lost"; readonly rows: number; readonly because: Text };
