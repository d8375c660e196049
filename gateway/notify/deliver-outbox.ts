/** Takes messages out of the outbox to people: gravest first, at least once, again and again until somebody has them. */
import { inOneLine } from "#model/in-one-line";
import type { JournalEntry } from "#model/journal";
import type { Delivery, Message } from "#model/message";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { type Clock, later, milliseconds, type Span, seconds } from "#model/time";
import type { Door } from "../door.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { ChannelContext } from "./channel.ts";
import { inOrder, type Lane, openLanes, SEATS } from "./lanes.ts";
import { OUTBOX_LIMIT, surplus } from "./overflow.ts";
import { createProgressWriter } from "./progress.ts";

/** After the first, second, … failed try; from then on the last one. */
const RETRIES: readonly Span[] = [2, 5, 15, 30, 60].map(seconds);
/** A channel that does not end by itself is left behind after this. */
const ATTEMPT_LIMIT = seconds(15);
/** The outbox is looked at this often even when nobody calls `wake`. */
const LOOK_EVERY = seconds(1);
/** Messages put in order ahead of a lane, so that a backlog of thousands is not sorted for each one. */
const AHEAD = 256;
/** How long a stop waits for progress on its way to the door. */
const STOP_LIMIT = seconds(2);

export interface DeliveryInput {
  readonly door: Door;
  readonly site: Site;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Pick<Metrics, "dropped">;
}

export interface DeliveryOffice extends AsyncDisposable {
  /** Something new may be in the outbox. */
  wake(): void;
}

/** What this process knows of a message beyond its row. Monotonic: a step of the wall clock neither hurries nor holds a retry. */
interface Fate {
  readonly createdAt: number;
  /** The row's instant as the door had it, and as it will have it once our progress is adopted. */
  readonly tryAt: readonly number[];
  /** `Infinity`: on its way, or done. */
  readonly due: number;
}

/** About a paper that somebody has to sign. */
const paperOf = ({ ticket }: Message): string | undefined =>
  ticket.startsWith("paper:") ? ticket.slice("paper:".length) : undefined;

/** About an alarm that has no ticket; its journal then is the alarm's. */
const concernsAlarm = (message: Message): boolean => message.ticket.startsWith("alarm:");

/** Starts at once. Throws when a channel of the site has wrong settings. */
export function startDelivery({ door, site, clock, log, metrics }: DeliveryInput): DeliveryOffice {
  const lanes = openLanes(site.channels);
  const progress = createProgressWriter(door);
  const fates = new Map<string, Fate>();
  const stopping = new AbortController();
  const attempts = new Set<Promise<void>>();
  let rest = new AbortController();
  let awake = false;

  const names = new Map(site.people.people.map((person) => [person.id, person.name]));
  const contextOf = (message: Message): ChannelContext => {
    const ticket = door.house.tickets.get(message.ticket);
    return {
      site: { id: site.id, name: site.name },
      person: { id: message.to, name: names.get(message.to) ?? message.to },
      now: clock.now(),
      ...(ticket ? { ticket } : {}),
    };
  };

  /** Messages of a closed or merged ticket are of no use to anybody, nor is a reminder of what is in service again. */
  function isOver(message: Message): boolean {
    if (concernsAlarm(message)) return door.house.alarms.get(message.ticket.slice("alarm:".length))?.service !== "out";
    const paper = paperOf(message);
    if (paper !== undefined) return door.house.papers.get(paper)?.state !== "open";
    const ticket = door.house.tickets.get(message.ticket);
    return ticket === undefined || ticket.state === "closed" || ticket.state === "merged";
  }

  function settleFate(message: Message, due: number): void {
    const row = door.house.outbox.get(message.key) ?? message;
    fates.set(message.key, { createdAt: message.createdAt, tryAt: [row.nextTryAt, message.nextTryAt], due });
  }

  /** When a message is due on the monotonic clock. A row that was being sent when the last process ended is due at once. */
  function dueOf(message: Message): number {
    const fate = fates.get(message.key);
    const known = fate && fate.createdAt === message.createdAt;
    if (known && (fate.due === Infinity || fate.tryAt.includes(message.nextTryAt))) return fate.due;
    const wait = message.state === "sending" && !known ? 0 : Math.max(0, message.nextTryAt - clock.now());
    const due = clock.monotonic() + wait;
    settleFate(message, due);
    return due;
  }

  /** Sorts what is due into the lanes and starts it; answers how long nothing else will be due. */
  function look(): Span {
    const { outbox } = door.house;
    progress.push();
    for (const key of fates.keys()) if (!outbox.has(key)) fates.delete(key);
    const now = clock.monotonic();
    const waiting: Message[] = [];
    const ready: Message[] = [];
    let next = now + LOOK_EVERY;
    for (const message of outbox.values()) {
      const due = dueOf(message);
      if (due !== Infinity) waiting.push(message);
      if (due <= now) ready.push(message);
      else next = Math.min(next, due);
    }
    refuseSurplus(waiting);

    const due = ready.filter((message) => fates.get(message.key)?.due !== Infinity).sort(inOrder);
    for (const lane of lanes.values()) lane.ready = [];
    for (const message of due) {
      const lane = lanes.get(message.channel);
      if (!lane) conclude(message, { outcome: "refused", because: inOneLine(noSuchChannel(message.channel)) });
      else if (lane.ready.length < AHEAD) lane.ready.push(message);
    }
    for (const lane of lanes.values()) fill(lane);
    return milliseconds(next - now);
  }

  function fill(lane: Lane): void {
    while (lane.busy < SEATS) {
      const planned = lane.ready.shift();
      if (!planned) return;
      const message = door.house.outbox.get(planned.key);
      if (!message || dueOf(message) === Infinity) continue;
      if (isOver(message)) {
        settleFate(message, Infinity);
        progress.write({ ...message, state: "cancelled" });
        continue;
      }
      const attempt = send(lane, message).finally(() => attempts.delete(attempt));
      attempts.add(attempt);
    }
  }

  async function send(lane: Lane, message: Message): Promise<void> {
    const sending: Message = { ...message, state: "sending", attempts: message.attempts + 1 };
    settleFate(message, Infinity);
    lane.busy++;
    progress.write(sending);
    const delivery = await tryOnce(lane, sending);
    lane.busy--;
    if (stopping.signal.aborted) return;
    tellHealth(lane, delivery);
    conclude(sending, delivery, lane);
    fill(lane);
    if (lane.ready.length === 0) wake();
  }

  async function tryOnce(lane: Lane, message: Message): Promise<Delivery> {
    const over = new AbortController();
    const tooLong = new AbortController();
    clock.sleep(ATTEMPT_LIMIT, over.signal).then(
      () => tooLong.abort(),
      () => {},
    );
    const signal = AbortSignal.any([stopping.signal, tooLong.signal]);
    const left = new Promise<Delivery>((leave) => {
      signal.addEventListener("abort", () => leave({ outcome: "try-later", because: inOneLine(hangs) }), {
        once: true,
      });
    });
    const sent = lane.send(message, contextOf(message), signal).catch((error: unknown): Delivery => {
      const detail = error instanceof Error ? error.message : String(error);
      return { outcome: "try-later", because: inOneLine(broke(detail)) };
    });
    return await Promise.race([sent, left]).finally(() => over.abort());
  }

  function conclude(message: Message, delivery: Delivery, lane?: Lane): void {
    const row = { ...(door.house.outbox.get(message.key) ?? message), attempts: message.attempts };
    const now = clock.now();
    switch (delivery.outcome) {
      case "delivered":
        // The screens show every message; only what left the house needs proof.
        progress.write(
          { ...row, state: "delivered", deliveredAt: now },
          lane?.id === "console" ? [] : [entry(row, "message-delivered")],
        );
        break;
      case "accepted":
        progress.write({ ...row, state: "accepted" });
        break;
      case "refused": {
        settleFate(row, Infinity);
        const { because } = delivery;
        progress.write({ ...row, state: "failed", because }, [entry(row, "message-failed", { because })]);
        break;
      }
      case "try-later": {
        if (!door.house.outbox.has(message.key)) break;
        const last = RETRIES.length - 1;
        const wait = milliseconds(delivery.after ?? RETRIES[Math.min(last, message.attempts - 1)]!);
        const again: Message = { ...row, state: "pending", nextTryAt: later(now, wait), because: delivery.because };
        settleFate(again, clock.monotonic() + wait);
        progress.write(again);
        break;
      }
    }
  }

  function refuseSurplus(waiting: readonly Message[]): void {
    const refused = surplus(waiting);
    if (refused.length === 0) return;
    const because = inOneLine(outboxFull);
    const tickets = [...new Set(refused.map((message) => message.ticket))].slice(0, 100);
    const now = clock.now();
    const data = { count: refused.length, tickets, because };
    const told: JournalEntry = {
      occurredAt: now,
      at: now,
      about: "site",
      event: "messages-refused",
      actor: "gatehouse",
      data,
    };
    for (const [i, message] of refused.entries()) {
      settleFate(message, Infinity);
      progress.write({ ...message, state: "failed", because }, i === 0 ? [told] : []);
    }
    metrics?.dropped("outbox", refused.length);
    log.error({ count: refused.length, limit: OUTBOX_LIMIT }, "the outbox is full: messages of S3 and S4 were refused");
  }

  function tellHealth(lane: Lane, delivery: Delivery): void {
    const fails = delivery.outcome === "try-later" || delivery.outcome === "refused";
    if (fails === (lane.health === "fails")) return;
    lane.health = fails ? "fails" : "works";
    if (fails) log.warn({ channel: lane.id, because: delivery.because }, "a channel does not take messages");
    else log.info({ channel: lane.id }, "a channel takes messages again");
  }

  function entry(message: Message, event: string, more: { because?: string } = {}): JournalEntry {
    const at = clock.now();
    const { key, channel, step, to } = message;
    const data = { message: key, channel, step, to, ...more };
    return {
      occurredAt: at,
      at,
      about: concernsAlarm(message) || paperOf(message) !== undefined ? message.ticket : `ticket:${message.ticket}`,
      event,
      actor: "gatehouse",
      data,
    };
  }

  function wake(): void {
    awake = true;
    rest.abort();
  }

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      awake = false;
      const pause = look();
      rest = new AbortController();
      if (!awake) await clock.sleep(pause, AbortSignal.any([rest.signal, stopping.signal])).catch(() => {});
      // Channels that answer at once would otherwise keep everybody else in the house from their turn.
      await new Promise<void>((turn) => setImmediate(turn));
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await working;
    await Promise.all(attempts);
    const over = new AbortController();
    const limit = clock.sleep(STOP_LIMIT, over.signal).catch(() => {});
    await Promise.race([progress.idle(), limit]).finally(() => over.abort());
  }

  const working = work();
  let stopped: Promise<void> | undefined;
  return {
    wake,
    [Symbol.asyncDispose]() {
      stopped ??= stop();
      return stopped;
    },
  };
}

const hangs: Text = {
  zh: "通道在 15 秒内没有结果,稍后重试。",
  en: "The channel had no result within 15 s; trying again.",
};
const broke = (detail: string): Text => ({
  zh: `通道出错(${detail}),稍后重试。`,
  en: `The channel failed (${detail}); trying again.`,
});
const noSuchChannel = (id: string): Text => ({
  zh: `站点配置中已没有通道 ${id}。`,
  en: `The site has no channel ${id} any more.`,
});
const outboxFull: Text = {
  zh: `待发消息超过 ${OUTBOX_LIMIT} 条,较新的中、低级别消息不再发送。请检查发送通道。`,
  en: `More than ${OUTBOX_LIMIT} messages wait to be sent; the newer ones of medium and low severity are not sent. Check the channels.`,
};
