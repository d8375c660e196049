/**
 * The one door for every lasting change: decide → commit → adopt → publish, one happening at a time.
 *
 * Samples run through the engine at once and reach the door only when a verdict changes; people's commands and the
 * heartbeat wait in the same inbox, so two happenings never interleave and nothing needs a lock.
 */
import type { Tide } from "#model/flood";
import type { Message } from "#model/message";
import type { DeviceState, Happening, Plan, View } from "#model/plan";
import type { Transition } from "#model/rule";
import type { Site } from "#model/site";
import { between, type Clock, hours, type Instant, type Moment, seconds } from "#model/time";
import { decide } from "../rules/decide.ts";
import type { RuleEngine } from "../rules/engine/engine.ts";
import type { Door, House, Reply } from "./door.ts";
import type { Feed } from "./feed.ts";
import { TIDE_NOTE } from "./store/rows.ts";
import { type Kept, type Store, type StoredCommand, TICKETS_KEPT } from "./store/store.ts";

/** A command id is remembered this long, so that a retry is answered and not done again. */
const COMMAND_KEPT = hours(24);

export interface PipelineInput {
  readonly site: Site;
  readonly kept: Kept;
  readonly store: Store;
  readonly engine: RuleEngine;
  readonly feed: Feed;
  readonly clock: Clock;
  /** What is measured at the door; nothing here can answer back. */
  readonly measure: {
    committed(took: number): void;
    decided(plan: Plan): void;
    storeAway(away: boolean): void;
  };
}

/** Verdicts in one transaction: about 10 ms of work on the loop (measured by `npm run bench storm`). */
const SLICE = 100;

interface Waiting {
  readonly happening: Happening;
  resolve(reply: Reply): void;
  reject(reason: unknown): void;
}

/** The house in memory, writable only here. */
type Rooms = { readonly [Room in keyof House]: Writable<House[Room]> };
type Writable<M> = M extends ReadonlyMap<infer K, infer V> ? Map<K, V> : never;

/**
 * The heartbeat looks once a second. A longer silence means that the process stood still (a stopped machine, a starved
 * one): nothing was seen meanwhile, so no delay and no window may count that time.
 */
const BLIND = seconds(5);

const turn = () => new Promise<void>((done) => setImmediate(done));

const byId = <T extends { readonly id: string }>(rows: readonly T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.id, row]));

const changesNothing = (plan: Plan): boolean =>
  [plan.journal, plan.messages, plan.cancelMessages, plan.accounts, plan.sessions, plan.tokens].every(
    (rows) => rows.length === 0,
  );

export function createPipeline(input: PipelineInput): Door {
  const { site, kept, store, engine, feed, clock, measure } = input;
  const rooms: Rooms = {
    alarms: byId(kept.alarms),
    tickets: new Map(kept.tickets.map((ticket) => [ticket.no, ticket])),
    lately: new Map(kept.lately.map((ticket) => [ticket.no, ticket])),
    devices: new Map(),
    papers: byId(kept.papers),
    accounts: byId(kept.accounts),
    sessions: byId(kept.sessions),
    tokens: byId(kept.tokens),
    outbox: new Map(kept.messages.map((message) => [message.key, message])),
    tides: readTides(kept.notes),
  };
  const commands = new Map(kept.commands.map((command) => [command.id, command]));
  const inbox: Waiting[] = [];
  let lastTicket = kept.lastTicket;
  let nextSeq = kept.lastSeq + 1;
  let busy = false;
  let away = 0;
  let lookedAt: Moment = { now: clock.now(), mono: clock.monotonic() };

  const moment = (): Moment => ({ now: clock.now(), mono: clock.monotonic() });
  const view = (): View => ({ site, ...rooms, lastTicket });

  function adopt(plan: Plan): void {
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
  }

  function publish(plan: Plan, at: Moment): void {
    measure.decided(plan);
    if (plan.alarms.length > 0) feed.publish({ kind: "alarms", alarms: plan.alarms, at });
    if (plan.tickets.length > 0) feed.publish({ kind: "tickets", tickets: plan.tickets, at });
    // Counting alone is no news: only a flood, and its end.
    const flooded = plan.tides?.some((tide) => tide.flood) || plan.journal.some((row) => row.event === "flood-ended");
    if (plan.tides && flooded) feed.publish({ kind: "tides", tides: plan.tides, at });
    if (plan.messages.length > 0) feed.publish({ kind: "messages", messages: plan.messages, at });
  }

  /** Devices are memory, not lasting state. Silence keeps the instant at which it began. */
  function noteDevices(changes: readonly DeviceState[]): readonly DeviceState[] {
    return changes.map((change) => {
      const before = rooms.devices.get(change.device);
      const silentSince =
        before && before.state !== "online" && change.state !== "online" ? before.since : change.since;
      const state = { ...change, since: silentSince };
      rooms.devices.set(change.device, state);
      return state;
    });
  }

  /** Progress of a message that was cancelled while it was on its way must not bring it back. */
  function withoutCancelled(plan: Plan, happening: Happening): Plan {
    if (happening.type !== "record") return plan;
    const known = (message: Message) =>
      (message.state !== "pending" && message.state !== "sending") || rooms.outbox.has(message.key);
    return plan.messages.every(known) ? plan : { ...plan, messages: plan.messages.filter(known) };
  }

  /** Waits for the store; while it is away `settled` tells when, and only a person's reply waits for that. */
  async function commit(plan: Plan, command: StoredCommand | undefined): Promise<{ settled?: Promise<void> }> {
    const began = clock.monotonic();
    const firstSeq = nextSeq;
    nextSeq += plan.journal.length;
    const committed = await store.commit(plan, firstSeq, command);
    measure.committed(clock.monotonic() - began);
    if (committed.outcome === "stored") return {};
    away += 1;
    measure.storeAway(true);
    const settled = committed.settled.then(() => {
      away -= 1;
      if (away === 0) measure.storeAway(false);
    });
    return { settled };
  }

  function replyTo(plan: Plan): Reply {
    return plan.refusal ? { ok: false, refusal: plan.refusal } : { ok: true, ...plan.answer };
  }

  async function perform(waiting: Waiting): Promise<void> {
    const { happening } = waiting;
    const at = moment();
    if (happening.type === "command") {
      const before = commands.get(happening.id);
      if (before) {
        waiting.resolve(
          before.actor === happening.actor.id ? (JSON.parse(before.reply) as Reply) : foreign(happening.id),
        );
        return;
      }
    }
    if (happening.type === "communication") {
      const devices = noteDevices(happening.changes);
      feed.publish({ kind: "devices", devices, at });
    }
    const plan = withoutCancelled(decide(view(), happening, at.now), happening);
    const reply = replyTo(plan);
    if (changesNothing(plan)) {
      waiting.resolve(reply);
      return;
    }
    const command: StoredCommand | undefined =
      happening.type === "command"
        ? { id: happening.id, actor: happening.actor.id, at: at.now, reply: JSON.stringify(reply) }
        : undefined;
    const { settled } = await commit(plan, command);
    if (command) commands.set(command.id, command);
    adopt(plan);
    publish(plan, at);
    if (!settled) waiting.resolve(reply);
    else settled.then(() => waiting.resolve(reply), waiting.reject);
  }

  async function pump(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      for (let waiting = inbox.shift(); waiting; waiting = inbox.shift()) {
        await perform(waiting);
        // With the store away nothing is waited for: screens and sockets get their turn all the same.
        if (inbox.length > 0) await turn();
      }
    } catch (error) {
      // A bug: nothing after it may be decided on half a house. The process ends, the rows on disk are consistent.
      queueMicrotask(() => {
        throw error;
      });
      throw error;
    } finally {
      busy = false;
    }
  }

  function take(happening: Happening): Promise<Reply> {
    return new Promise((resolve, reject) => {
      inbox.push({ happening, resolve, reject });
      pump().catch(reject);
    });
  }

  function forgetOldCommands(now: Instant): void {
    for (const [id, command] of commands) if (between(command.at, now) > COMMAND_KEPT) commands.delete(id);
  }

  function forgetOldTickets(now: Instant): void {
    for (const { id, state, at } of rooms.papers.values()) {
      if (state === "closed" && between(at, now) > TICKETS_KEPT) rooms.papers.delete(id);
    }
    for (const { no, closedAt } of rooms.lately.values()) {
      if (closedAt === undefined || between(closedAt, now) > TICKETS_KEPT) rooms.lately.delete(no);
    }
  }

  return {
    house: rooms,
    stored: () => away === 0,
    take(happening) {
      if (happening.type === "tick") {
        forgetOldCommands(clock.now());
        forgetOldTickets(clock.now());
      }
      return take(happening);
    },
    samples(changed, count) {
      const at = moment();
      if (at.mono - lookedAt.mono > BLIND) engine.skip(lookedAt, at);
      lookedAt = at;
      const transitions = engine.step(changed, count, at);
      if (count > 0) feed.publish({ kind: "values", changed, count, at });
      for (const slice of inSlices(transitions)) void take({ type: "conditions", transitions: slice });
    },
  };
}

/**
 * A storm goes through the door in slices, each a transaction of its own: the loop is free between them, the worker writes
 * one while the next waits, and the gravest are judged, written and shown first. What one alarm turned keeps its order.
 */
function inSlices(transitions: readonly Transition[]): readonly (readonly Transition[])[] {
  if (transitions.length <= SLICE) return transitions.length === 0 ? [] : [[...transitions]];
  const rank = new Map<string, string>();
  for (const { instance, severity } of transitions) {
    const here = `${instance.rule.lifeSafety ? 0 : 1}${severity}`;
    const before = rank.get(instance.id);
    if (before === undefined || here < before) rank.set(instance.id, here);
  }
  const order = (one: Transition) => rank.get(one.instance.id) ?? "";
  const sorted = transitions.toSorted((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
  return Array.from({ length: Math.ceil(sorted.length / SLICE) }, (_, n) => sorted.slice(n * SLICE, (n + 1) * SLICE));
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

const foreign = (id: string): Reply => ({
  ok: false,
  refusal: {
    status: 409,
    code: "command-id-used",
    message: {
      zh: `命令编号 ${id} 已被他人使用，请换一个新的编号。`,
      en: `Command id ${id} was used by somebody else; send a new one.`,
    },
  },
});
