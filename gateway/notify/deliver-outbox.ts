/** Takes messages out of the outbox to people: gravest first, at least once, again and again until somebody has them. */
import { inOneLine } from "#model/in-one-line";
import type { Delivery, Message } from "#model/message";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { type Clock, type Instant, milliseconds, type Span, seconds } from "#model/time";
import type { Door } from "../door.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { createAddressing, type LinkOf } from "./addressing.ts";
import type { ChannelContext } from "./channel.ts";
import { createConcluding } from "./conclude.ts";
import { createFates } from "./fates.ts";
import { noteHealth } from "./health.ts";
import { isOver } from "./is-over.ts";
import { inOrder, isGrave, type Lane, openLanes, SEATS, takeBeside } from "./lanes.ts";
import { createNextWays } from "./next-way.ts";
import { entryOfSurplus, OUTBOX_LIMIT, outboxFull, surplus } from "./overflow.ts";
import { createProgressWriter } from "./progress.ts";
import { testMessage } from "./test-message.ts";
import { tryOnce } from "./try-once.ts";

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
  readonly linkOf?: LinkOf;
}

/** A channel of the site as it works now. */
export interface ChannelStanding {
  readonly id: string;
  readonly kind: string;
  readonly health: Lane["health"];
  /** Since when it fails, and the last reason. */
  readonly since?: Instant;
  readonly because?: string;
}

export interface DeliveryOffice extends AsyncDisposable {
  /** Something new may be in the outbox. */
  wake(): void;
  /** Without the screens' own. */
  channels(): readonly ChannelStanding[];
  /** Sends one message beside the outbox and says how it went; `undefined` when there is no such channel or person. */
  tryChannel(channel: string, person: string): Promise<Delivery | undefined>;
  /** A message turned out not to have arrived: the next way to its person need not wait. */
  nextWay(message: Message): void;
}

/** Starts at once. Throws when a channel of the site has wrong settings. */
export function startDelivery({ door, site, clock, log, metrics, linkOf }: DeliveryInput): DeliveryOffice {
  // On a simulated site there is no way out to residents, whatever the outbox holds.
  const outside = site.simulated ? [] : (site.residents?.channels ?? []);
  const lanes = openLanes([...site.channels, ...outside]);
  const progress = createProgressWriter(door);
  const fates = createFates(door, clock);
  const { settle: settleFate, dueOf } = fates;
  const stopping = new AbortController();
  const attempts = new Set<Promise<void>>();
  let rest = new AbortController();
  let awake = false;

  const ways = createNextWays(() => door.house.outbox.values());
  const { contextOf, isPerson } = createAddressing(site, door, clock, linkOf);
  const { conclude, hurryNext } = createConcluding({ door, clock, lanes, fates, progress, ways, hurry: wake });
  const attemptOn = (lane: Lane, message: Message, context: ChannelContext) =>
    tryOnce(lane, message, context, clock, stopping.signal);

  /** Sorts what is due into the lanes and starts it; answers how long nothing else will be due. */
  function look(): Span {
    const { outbox } = door.house;
    progress.push();
    ways.forget();
    fates.forgetGone();
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

    const due = ready.filter((message) => dueOf(message) !== Infinity).sort(inOrder);
    for (const lane of lanes.values()) lane.ready = [];
    for (const message of due) {
      const lane = lanes.get(message.channel);
      if (!lane) conclude(message, { outcome: "refused", because: inOneLine(noSuchChannel(message.channel)) });
      else if (lane.gone) conclude(message, { outcome: "refused", because: lane.because ?? "" });
      else if (lane.ready.length < AHEAD) lane.ready.push(message);
    }
    for (const lane of lanes.values()) {
      if (now < lane.closedUntil) lane.ready.filter(isGrave).forEach(hurryNext);
      fill(lane);
      if (lane.ready.length > 0 && lane.bucket.opensAt > now) next = Math.min(next, lane.bucket.opensAt);
    }
    return milliseconds(next - now);
  }

  function fill(lane: Lane): void {
    const current = (planned: Message) => door.house.outbox.get(planned.key);
    while (lane.busy < SEATS && clock.monotonic() >= lane.closedUntil) {
      const [planned] = lane.ready;
      if (!planned) return;
      const message = current(planned);
      if (goesOut(message)) {
        if (!lane.bucket.take(message.severity, clock.monotonic())) return;
        lane.ready.shift();
        const beside = takeBeside(lane, message).map(current).filter(goesOut);
        const attempt = send(lane, [message, ...beside]).finally(() => attempts.delete(attempt));
        attempts.add(attempt);
      } else lane.ready.shift();
    }
  }

  /** Still waits, and is still of use; what is of none is cancelled here. */
  function goesOut(message: Message | undefined): message is Message {
    if (!message || dueOf(message) === Infinity) return false;
    if (!isOver(message, door.house, clock.now())) return true;
    settleFate(message, Infinity);
    progress.write({ ...message, state: "cancelled" });
    return false;
  }

  async function send(lane: Lane, post: readonly Message[]): Promise<void> {
    const sending = post.map((message): Message => ({ ...message, state: "sending", attempts: message.attempts + 1 }));
    for (const message of post) settleFate(message, Infinity);
    lane.busy++;
    for (const row of sending) progress.write(row);
    const [message, ...beside] = sending as [Message, ...Message[]];
    const delivery = await attemptOn(lane, message, contextOf(message, beside, lane));
    lane.busy--;
    if (stopping.signal.aborted) return;
    noteHealth(lane, delivery, clock.now(), log);
    if (delivery.outcome === "try-later" && delivery.pause !== undefined) {
      lane.closedUntil = milliseconds(clock.monotonic() + delivery.pause);
    }
    for (const row of sending) conclude(row, delivery);
    fill(lane);
    if (lane.ready.length === 0) wake();
  }

  function refuseSurplus(waiting: readonly Message[]): void {
    const refused = surplus(waiting);
    if (refused.length === 0) return;
    const told = entryOfSurplus(refused, clock.now());
    for (const [i, message] of refused.entries()) {
      settleFate(message, Infinity);
      progress.write({ ...message, state: "failed", because: inOneLine(outboxFull) }, i === 0 ? [told] : []);
    }
    metrics?.dropped("outbox", refused.length);
    log.error({ count: refused.length, limit: OUTBOX_LIMIT }, "the outbox is full: messages of S3 and S4 were refused");
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
    channels: () =>
      [...lanes.values()]
        .filter(({ id }) => id !== "console")
        .map(({ id, kind, health, since, because }) => ({
          id,
          kind,
          health,
          ...(health === "fails" && since !== undefined ? { since } : {}),
          ...(health === "fails" && because !== undefined ? { because } : {}),
        })),
    async tryChannel(channel, person) {
      const lane = lanes.get(channel);
      // A test would be read by every household.
      const tried = site.channels.some(({ id }) => id === channel);
      if (!lane || !tried || !isPerson(person)) return undefined;
      const message = testMessage(channel, person, clock.now());
      const delivery = await attemptOn(lane, message, contextOf(message, []));
      noteHealth(lane, delivery, clock.now(), log);
      return delivery;
    },
    nextWay(message) {
      ways.forget();
      hurryNext(message);
    },
    [Symbol.asyncDispose]() {
      stopped ??= stop();
      return stopped;
    },
  };
}

const noSuchChannel = (id: string): Text => ({
  zh: `站点配置中已没有通道 ${id}。`,
  en: `The site has no channel ${id} any more.`,
});
