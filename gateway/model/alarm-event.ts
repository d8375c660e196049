/** A journal row about an alarm, reduced to what figures are made of: a month of them fits in memory, the rows would not. */
import type { Severity } from "./severity.ts";
import type { Instant, Span } from "./time.ts";

export interface AlarmEvent {
  readonly at: Instant;
  /** `<rule>@<device>`. */
  readonly alarm: string;
  /** As in the journal: `activated`, `alarm-acknowledged`, `returned`, … */
  readonly event: string;
  /** 0 when the row names none. */
  readonly occurrence: number;
  /** False: it happened while nobody was told. */
  readonly annunciated: boolean;
  readonly severity?: Severity;
  /** A change of severity upwards. */
  readonly rises?: true;
  /** Of an acknowledgement: from the start of the occurrence. */
  readonly delay?: Span;
  /** Of an acknowledgement: real, false, test, maintenance. */
  readonly reason?: string;
  /** Of an acknowledgement: somebody wrote words. */
  readonly commented?: boolean;
  /** Of an acknowledgement: account or name. */
  readonly by?: string;
  /** Of a return: how long the occurrence lasted. */
  readonly activeFor?: Span;
  /** Of a suppression: the alarms that explain this one. */
  readonly causes?: readonly string[];
  /** Of a reactivation: it chatters, so nobody was told anew. */
  readonly chattering?: true;
  /** What the row as it stands afterwards tells; on the last row of a happening only. */
  readonly simulated?: boolean;
  readonly ticket?: string;
}
