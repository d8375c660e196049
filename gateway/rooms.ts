/** The house in memory: filled from what was kept, and changed by nothing but plans. */
import type { Tide } from "#model/flood";
import type { Plan } from "#model/plan";
import { between, type Instant } from "#model/time";
import type { House } from "./door.ts";
import { TIDE_NOTE } from "./store/rows.ts";
import { type Kept, TICKETS_KEPT } from "./store/store.ts";

type Rooms = { readonly [Room in keyof House]: Writable<House[Room]> };
type Writable<M> = M extends ReadonlyMap<infer K, infer V> ? Map<K, V> : never;

export interface Memory {
  readonly rooms: Rooms;
  lastTicket(): number;
  adopt(plan: Plan): void;
  /** Papers and tickets that are closed and older than `TICKETS_KEPT`. */
  forgetOld(now: Instant): void;
}

const byId = <T extends { readonly id: string }>(rows: readonly T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.id, row]));

/** `devices` lasts nowhere and is handed in, so that all memories of one house share it. */
export function remember(kept: Kept, devices: Rooms["devices"]): Memory {
  const rooms: Rooms = {
    alarms: byId(kept.alarms),
    tickets: new Map(kept.tickets.map((ticket) => [ticket.no, ticket])),
    lately: new Map(kept.lately.map((ticket) => [ticket.no, ticket])),
    devices,
    papers: byId(kept.papers),
    accounts: byId(kept.accounts),
    sessions: byId(kept.sessions),
    tokens: byId(kept.tokens),
    outbox: new Map(kept.messages.map((message) => [message.key, message])),
    tides: readTides(kept.notes),
  };
  let lastTicket = kept.lastTicket;

  return {
    rooms,
    lastTicket: () => lastTicket,
    adopt(plan) {
      for (const alarm of plan.alarms) rooms.alarms.set(alarm.id, alarm);
      for (const ticket of plan.tickets) {
        lastTicket = Math.max(lastTicket, Number(ticket.no.slice(ticket.no.indexOf("-") + 1)));
        const [into, from] =
          ticket.closedAt === undefined ? [rooms.tickets, rooms.lately] : [rooms.lately, rooms.tickets];
        from.delete(ticket.no);
        into.set(ticket.no, ticket);
      }
      for (const { ticket, step } of plan.cancelMessages) {
        for (const message of rooms.outbox.values()) {
          if (message.ticket === ticket && (step === undefined || message.step === step)) {
            rooms.outbox.delete(message.key);
          }
        }
      }
      for (const message of plan.messages) {
        if (message.state === "pending" || message.state === "sending") rooms.outbox.set(message.key, message);
        else rooms.outbox.delete(message.key);
      }
      for (const paper of plan.papers) rooms.papers.set(paper.id, paper);
      for (const account of plan.accounts) rooms.accounts.set(account.id, account);
      for (const session of plan.sessions) rooms.sessions.set(session.id, session);
      for (const tide of plan.tides ?? []) rooms.tides.set(tide.position, tide);
      for (const token of plan.tokens) rooms.tokens.set(token.id, token);
    },
    forgetOld(now) {
      for (const { id, state, at } of rooms.papers.values()) {
        if (state === "closed" && between(at, now) > TICKETS_KEPT) rooms.papers.delete(id);
      }
      for (const { no, closedAt } of rooms.lately.values()) {
        if (closedAt === undefined || between(closedAt, now) > TICKETS_KEPT) rooms.lately.delete(no);
      }
    },
  };
}

/** What came to the desks before the start. A note that cannot be read costs ten minutes of counting, and no alarm. */
function readTides(notes: Kept["notes"]): Map<string, Tide> {
  const tides = new Map<string, Tide>();
  for (const [name, text] of notes) {
    if (!name.startsWith(TIDE_NOTE)) continue;
    const tide = JSON.parse(text) as Tide;
    tides.set(tide.position, tide);
  }
  return tides;
}
