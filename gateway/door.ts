/** The one door as the slices see it: what may be asked of the house, and what may be read. `pipeline.ts` stands behind it. */
import type { Account, Session, Token } from "#model/account";
import type { Alarm } from "#model/alarm";
import type { Tide } from "#model/flood";
import type { Message } from "#model/message";
import type { Paper } from "#model/paper";
import type { Answer, DeviceState, Happening, Refusal } from "#model/plan";
import type { Ticket } from "#model/ticket";

/** The reply to a command, sent after the commit. */
export type Reply = ({ readonly ok: true } & Answer) | { readonly ok: false; readonly refusal: Refusal };

/** The house in memory. Readers see it between two happenings, never in the middle of one. */
export interface House {
  readonly alarms: ReadonlyMap<string, Alarm>;
  readonly tickets: ReadonlyMap<string, Ticket>;
  /** Tickets closed or merged within the last month, by number. */
  readonly lately: ReadonlyMap<string, Ticket>;
  readonly devices: ReadonlyMap<string, DeviceState>;
  /** Papers that are open or of the last month, by id. */
  readonly papers: ReadonlyMap<string, Paper>;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly sessions: ReadonlyMap<string, Session>;
  readonly tokens: ReadonlyMap<string, Token>;
  /** Messages that wait or are being sent, by key. */
  readonly outbox: ReadonlyMap<string, Message>;
  /** What came to each desk lately, and which of them are flooded. */
  readonly tides: ReadonlyMap<string, Tide>;
}

export interface Door {
  readonly house: House;
  /** False while the store is away: what happens is adopted and shown, and will be written when it is back. */
  stored(): boolean;
  /** Commands and everything else that changes what lasts. Resolves after the commit. */
  take(happening: Happening): Promise<Reply>;
  /** Handles that `settle` says have changed. Never waits. */
  samples(changed: Int32Array, count: number): void;
}
