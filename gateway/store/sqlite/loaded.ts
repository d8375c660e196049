/**
 * What a start needs, as the worker hands it over: rows of which there may be thousands come as texts, a portion at a time, and the
 * loop reads one portion while the worker fetches the next.
 */
import type { Alarm } from "#model/alarm";
import type { Message } from "#model/message";
import type { Ticket } from "#model/ticket";
import type { Kept } from "../store.ts";
import { createRowReader } from "./shared-parts.ts";

export const manyRows = ["alarms", "tickets", "lately", "messages"] as const;
export type ManyRows = (typeof manyRows)[number];

/** Rows of one kind, one behind the other: a thread hands a text over much faster than a thousand objects. */
export interface Portion {
  readonly of: ManyRows;
  readonly text: string;
  /** Where each row ends in it. */
  readonly ends: Uint32Array;
}

/** The rest, after the last portion. */
export type LoadedRest = Omit<Kept, ManyRows>;

export interface Loading {
  take(portion: Portion): void;
  finish(rest: LoadedRest): Kept;
}

export function createLoading(): Loading {
  const read = createRowReader();
  const rows: Record<ManyRows, unknown[]> = { alarms: [], tickets: [], lately: [], messages: [] };
  return {
    take({ of, text, ends }) {
      let from = 0;
      for (const end of ends) {
        rows[of].push(read(text.slice(from, end)));
        from = end;
      }
    },
    finish: (rest) => ({
      ...rest,
      alarms: rows.alarms as Alarm[],
      tickets: rows.tickets as Ticket[],
      lately: rows.lately as Ticket[],
      messages: rows.messages as Message[],
    }),
  };
}
