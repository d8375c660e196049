/**
 * The one door for every lasting change: decide → commit → adopt → publish, one happening at a time.
 *
 * Samples run through the engine at once and reach the door only when a verdict changes; people's commands and the
 * heartbeat wait in the same inbox, so two happenings never interleave and nothing needs a lock. Only verdicts after
 * verdicts do not wait for the disk: while it writes one portion of a storm, the next is decided. What is on its way is
 * known to who decides and to nobody else, until it is written.
 */
import type { Message } from "#model/message";
import type { DeviceState, Happening, Plan, View } from "#model/plan";
import type { Site } from "#model/site";
import { between, type Clock, hours, type Moment, seconds } from "#model/time";
import { decide } from "../rules/decide.ts";
import type { RuleEngine } from "../rules/engine/engine.ts";
import { withoutLeavers } from "../rules/response/left.ts";
import type { Door, Reply } from "./door.ts";
import type { Feed } from "./feed.ts";
import { remember } from "./rooms.ts";
import type { Kept, Store, StoredCommand } from "./store/store.ts";
import { createPortions, createVerdicts, type Verdicts } from "./verdicts.ts";

/** A command id is remembered this long, so that a retry is answered and not done again. */
const COMMAND_KEPT = hours(24);

export interface PipelineInput {
  readonly site: Site;
  readonly kept: Kept;
  readonly store: Store;
  readonly engine: RuleEngine;
  readonly feed: Feed;
  readonly clock: Clock;
  /** A learned value was put in force or taken back: the engine goes by it before anything else is decided. */
  readonly refit?: (at: Moment) => void;
  /** What is measured at the door; nothing here can answer back. */
  readonly measure: {
    committed(took: number): void;
    decided(plan: Plan): void;
    storeAway(away: boolean): void;
  };
}

/** Portions of a storm that may be on their way to the disk: one is written, the next ones are ready. */
const UNDER_WAY = 3;

interface Caller {
  resolve(reply: Reply): void;
  reject(reason: unknown): void;
}

interface Waiting extends Caller {
  readonly happening: Exclude<Happening, { type: "conditions" }>;
}

/** Verdicts in a row are taken together, whichever samples brought them. */
interface Storm {
  readonly verdicts: Verdicts;
  readonly callers: Caller[];
}

/**
 * The heartbeat looks once a second. A longer silence means that the process stood still (a stopped machine, a starved
 * one): nothing was seen meanwhile, so no delay and no window may count that time.
 */
const BLIND = seconds(5);

const turn = () => new Promise<void>((done) => setImmediate(done));

const changesNothing = (plan: Plan): boolean =>
  [plan.journal, plan.messages, plan.cancelMessages, plan.accounts, plan.sessions, plan.tokens].every(
    (rows) => rows.length === 0,
  );

export function createPipeline(input: PipelineInput): Door {
  const { site, kept, store, engine, feed, clock, measure } = input;
  const devices = new Map<string, DeviceState>();
  /** What is written, or shown as not written yet: all that anybody sees. */
  const { rooms, ...shown } = remember(kept, devices);
  /** The same with what is on its way to the disk: what the next happening is decided on. */
  const decided = remember(kept, devices);
  const commands = new Map(kept.commands.map((command) => [command.id, command]));
  const inbox: (Waiting | Storm)[] = [];
  let nextSeq = kept.lastSeq + 1;
  const portions = createPortions();
  /** Portions on their way, the oldest first; each settles after those before it. */
  const underWay: Promise<void>[] = [];
  let busy = false;
  let away = 0;
  let lookedAt: Moment = { now: clock.now(), mono: clock.monotonic() };

  const moment = (): Moment => ({ now: clock.now(), mono: clock.monotonic() });
  const manned = withoutLeavers(site);
  const view = (): View => ({
    site: manned(decided.rooms.accounts.values()),
    ...decided.rooms,
    lastTicket: decided.lastTicket(),
  });

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
      const before = devices.get(change.device);
      const silentSince =
        before && before.state !== "online" && change.state !== "online" ? before.since : change.since;
      const state = { ...change, since: silentSince };
      devices.set(change.device, state);
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
    decided.adopt(plan);
    shown.adopt(plan);
    if (plan.papers.some(({ kind }) => kind === "learned")) input.refit?.(at);
    publish(plan, at);
    if (!settled) waiting.resolve(reply);
    else settled.then(() => waiting.resolve(reply), waiting.reject);
  }

  /** Decides one portion and sends it to the disk; it is shown once it is written, after those before it. */
  async function performPortion({ verdicts, callers }: Storm): Promise<void> {
    const at = moment();
    const transitions = verdicts.next(portions.size());
    const last = verdicts.waiting === 0;
    if (last) inbox.shift();
    const plan = decide(view(), { type: "conditions", transitions }, at.now);
    decided.adopt(plan);
    const written = changesNothing(plan) ? undefined : commit(plan, undefined);
    portions.took(transitions.length, clock.monotonic() - at.mono);
    const before = underWay.at(-1);
    const landed = (async () => {
      const { settled } = (await written) ?? {};
      await before;
      shown.adopt(plan);
      publish(plan, at);
      if (!last) return;
      for (const { resolve, reject } of callers) {
        if (settled) settled.then(() => resolve({ ok: true }), reject);
        else resolve({ ok: true });
      }
    })();
    // Whoever waits for it below tells; until then it is no rejection that nobody hears of.
    landed.catch(() => {});
    underWay.push(landed);
    await landing(UNDER_WAY - 1);
  }

  /** Until no more than so many portions are on their way. */
  async function landing(most: number): Promise<void> {
    for (let first = underWay[0]; first && underWay.length > most; first = underWay[0]) {
      await first;
      underWay.shift();
    }
  }

  async function pump(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      while (inbox[0] ?? underWay[0]) {
        const next = inbox[0];
        if (next && "verdicts" in next) {
          await performPortion(next);
        } else {
          await landing(0);
          const waiting = next && (inbox.shift() as Waiting);
          if (waiting) await perform(waiting);
        }
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
      if (happening.type === "conditions") {
        let last = inbox.at(-1);
        if (!last || !("verdicts" in last)) {
          last = { verdicts: createVerdicts(), callers: [] };
          inbox.push(last);
        }
        last.verdicts.add(happening.transitions);
        last.callers.push({ resolve, reject });
      } else {
        inbox.push({ happening, resolve, reject });
      }
      pump().catch(reject);
    });
  }

  function forgetOld(): void {
    const now = clock.now();
    for (const [id, command] of commands) if (between(command.at, now) > COMMAND_KEPT) commands.delete(id);
    for (const memory of [shown, decided]) memory.forgetOld(now);
  }

  return {
    house: rooms,
    stored: () => away === 0,
    take(happening) {
      if (happening.type === "tick") forgetOld();
      return take(happening);
    },
    samples(changed, count) {
      const at = moment();
      if (at.mono - lookedAt.mono > BLIND) engine.skip(lookedAt, at);
      lookedAt = at;
      const transitions = engine.step(changed, count, at);
      if (count > 0) feed.publish({ kind: "values", changed, count, at });
      if (transitions.length > 0) void take({ type: "conditions", transitions });
    },
  };
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
