/** Takes messages out of the outbox to people: gravest first, at least once, again and again until somebody has them. */
import { inOneLine } from "#model/in-one-line";
import type { Delivery, Message } from "#model/message";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { type Clock, milliseconds, type Span, seconds } from "#model/time";
import type { Door } from "../door.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { createAddressing, type LinkOf } from "./addressing.ts";
import type { ChannelContext } from "./channel.ts";
import { createConcluding } from "./conclude.ts";
import { createFates } from "./fates.ts";
import { type ChannelStanding, noteHealth, standingOf } from "./health.ts";
import { isOver } from "./is-over.ts";
import { inOrder, isGrave, type Lane, openLanes, SEATS, takeBeside } from "./lanes.ts";
import { createNextWays } from "./next-way.ts";
import { firstOpens, isShut, mayGoElsewhere, noteOutlet, type Outlet, takeOutlet } from "./outlets.ts";
import { entryOfSurplus, OUTBOX_LIMIT, outboxFull, surplus } from "./overflow.ts";
import { createProgressWriter } from "./progress.ts";
import { testMessage } from "./test-message.ts";
import { openTroubleBook } from "./trouble.ts";
import { tryOnce } from "./try-once.ts";

/** The outbox is looked at this often even when nobody calls `wake`. */
const LOOK_EVERY = seconds(1);
/** Messages put in order ahead of a lane, so that a backlog of thousands is not sorted for each one. */
const AHEAD = 256;
/** An emergency that waits longer for a robot goes out another way at once. */
const PATIENCE = seconds(5);
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
  const troubles = openTroubleBook({ door, site, clock }, lanes.values());
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
  const attemptOn = (outlet: Outlet, message: Message, context: ChannelContext) =>
    tryOnce(outlet, message, context, clock, stopping.signal);

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
      else if (lane.outlets.every(({ gone }) => gone))
        conclude(message, { outcome: "refused", because: lane.because ?? "" });
      else if (lane.ready.length < AHEAD) lane.ready.push(message);
    }
    for (const lane of lanes.values()) {
      fill(lane);
      const [first] = lane.ready;
      if (!first) continue;
      const opens = firstOpens(lane.outlets, first.severity, now);
      if (opens > now) next = Math.min(next, opens);
      // Whoever waits for a robot in an emergency is told another way meanwhile.
      if (opens - now > PATIENCE) lane.ready.filter(isGrave).forEach(hurryNext);
    }
    return milliseconds(next - now);
  }

  function fill(lane: Lane): void {
    const current = (planned: Message) => door.house.outbox.get(planned.key);
    while (lane.busy < SEATS && !isShut(lane.outlets, clock.monotonic())) {
      const [planned] = lane.ready;
      if (!planned) return;
      const message = current(planned);
      if (goesOut(message)) {
        const outlet = takeOutlet(lane.outlets, message.severity, clock.monotonic());
        if (!outlet) return;
        lane.ready.shift();
        const beside = takeBeside(lane, message).map(current).filter(goesOut);
        const attempt = send(lane, outlet, [message, ...beside]).finally(() => attempts.delete(attempt));
        attempts.add(attempt);
      } else lane.ready.shift();
    }
  }

  /** Whoever has left is told nothing any more; the last resort is somebody whatever became of the account. */
  const hasLeft = (person: string): boolean =>
    person !== site.people.fallback && door.house.accounts.get(person)?.state === "disabled";

  /** Still waits, and is still of use; what is of none is cancelled here. */
  function goesOut(message: Message | undefined): message is Message {
    if (!message || dueOf(message) === Infinity) return false;
    if (!isOver(message, door.house, clock.now()) && !hasLeft(message.to)) return true;
    settleFate(message, Infinity);
    progress.write({ ...message, state: "cancelled" });
    return false;
  }

  /** By this outlet; where it surely did not arrive, by the next one of the group that can take it. */
  async function post(lane: Lane, first: Outlet, message: Message, context: ChannelContext): Promise<Delivery> {
    const tried = new Set<Outlet>();
    for (let outlet = first; ; ) {
      tried.add(outlet);
      const delivery = await attemptOn(outlet, message, context);
      if (stopping.signal.aborted) return delivery;
      noteOutlet(outlet, delivery, { wall: clock.now(), monotonic: clock.monotonic() }, lane.outlets.length === 1);
      const next = mayGoElsewhere(delivery)
        ? takeOutlet(lane.outlets, message.severity, clock.monotonic(), tried)
        : undefined;
      if (!next) return delivery;
      outlet = next;
    }
  }

  async function send(lane: Lane, outlet: Outlet, together: readonly Message[]): Promise<void> {
    const sending = together.map(
      (message): Message => ({ ...message, state: "sending", attempts: message.attempts + 1 }),
    );
    for (const message of together) settleFate(message, Infinity);
    lane.busy++;
    for (const row of sending) progress.write(row);
    const [message, ...beside] = sending as [Message, ...Message[]];
    const delivery = await post(lane, outlet, message, contextOf(message, beside, lane));
    lane.busy--;
    if (stopping.signal.aborted) return;
    noteHealth(lane, delivery, clock.now(), log);
    troubles.note(lane);
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
    await Promise.race([Promise.all([progress.idle(), troubles.idle()]), limit]).finally(() => over.abort());
  }

  const working = work();
  let stopped: Promise<void> | undefined;
  return {
    wake,
    channels: () => [...lanes.values()].filter(({ id }) => id !== "console").map(standingOf),
    async tryChannel(channel, person) {
      const lane = lanes.get(channel);
      // A test would be read by every household.
      const tried = site.channels.some(({ id }) => id === channel);
      if (!lane || !tried || !isPerson(person)) return undefined;
      const message = testMessage(channel, person, clock.now());
      const single = lane.outlets.length === 1;
      const outcomes: Delivery[] = [];
      for (const outlet of lane.outlets) {
        const delivery = await attemptOn(outlet, message, contextOf(message, []));
        noteOutlet(outlet, delivery, { wall: clock.now(), monotonic: clock.monotonic() }, single);
        outcomes.push(delivery);
      }
      // The test is of all robots of the group: the first that does not take it is what is to be mended.
      const [failed] = outcomes.filter((one) => one.outcome === "try-later" || one.outcome === "refused");
      const [taken] = outcomes.filter((one) => one.outcome === "accepted" || one.outcome === "delivered");
      const health = taken ?? failed;
      if (health) noteHealth(lane, health, clock.now(), log);
      troubles.note(lane);
      return failed ?? taken;
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
