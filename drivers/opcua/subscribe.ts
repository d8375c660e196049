/** A subscription over all items of a link: makes it, watches over it, and turns its messages into reports. */
import {
  AttributeIds,
  DataChangeFilter,
  DataChangeTrigger,
  DeadbandType,
  MonitoringMode,
  type NotificationData,
  type NotificationMessage,
  ObjectIds,
  promoteOpaqueStructureInNotificationData,
  resolveNodeId,
  TimestampsToReturn,
  type Variant,
} from "node-opcua";
import type { Text } from "#model/text";
import { milliseconds, type Span } from "#model/time";
import { LinkBroken } from "../driver.ts";
import { type Conditions, openConditions } from "./conditions.ts";
import { eventFilter } from "./event-filter.ts";
import type { Item, Wanted } from "./items.ts";
import { converse } from "./publish.ts";
import { type Reader, readAll } from "./read.ts";
import { silentSince } from "./sentences.ts";
import { type Services, servicesOf } from "./services.ts";
import type { OpcuaSettings } from "./settings.ts";
import { statusName } from "./value.ts";

/** The server says that it lives at least this often: well inside the ten seconds after which a value is old. */
const KEEP_ALIVE = 4_000;
/** Without requests of ours the server keeps the subscription for so many keep-alives (OPC 10000-4: at least three). */
const LIVES = 10;

/** The server takes no subscription at all. */
export class NoSubscription extends Error {}

export interface Watching {
  /** Items that the server will not watch, only read. */
  readonly unwatched: readonly Item[];
  /** What the server granted other than asked. */
  readonly notes: readonly Text[];
  /** The alarm conditions that are listened to; absent when no point asks for one. */
  readonly conditions: Conditions | undefined;
  /** Never resolves before the signal; rejects when the subscription is gone or the server silent. */
  readonly ended: Promise<void>;
}

export async function subscribe(
  reader: Reader,
  settings: OpcuaSettings,
  { items, conditions: wanted }: Pick<Wanted, "items" | "conditions">,
  signal: AbortSignal,
): Promise<Watching> {
  const { session, sink, clock, where } = reader;
  const asked = settings.publishing;
  const services = servicesOf(session);
  const created = await create(services, asked);
  const interval = created.revisedPublishingInterval;
  const keepAlive = Math.max(interval, interval * created.revisedMaxKeepAliveCount);
  const notes: Text[] = [];
  if (interval > asked * 1.01) notes.push(slower("发布周期", "publishing interval", asked, interval));

  const conditions = wanted.length > 0 ? await openConditions(reader, wanted, () => created.subscriptionId) : undefined;
  /** Everything that the server only tells of when it changes, once more. */
  async function readAgain(): Promise<void> {
    await readAll(reader, items);
    await conditions?.refresh();
  }

  let heard = clock.monotonic();
  let silent = false;

  async function take(message: NotificationMessage): Promise<void> {
    heard = clock.monotonic();
    const data = message.notificationData ?? [];
    if (data.length > 0) await promoteOpaqueStructureInNotificationData(session, data as NotificationData[]);
    for (const notification of data) await takeNotification(notification);
    sink.flush();
    sink.alive();
    if (!silent) return;
    // Everything was given up while the server was silent, and it only tells of changes: so all is read once.
    silent = false;
    await readAgain();
  }

  async function takeNotification(notification: unknown): Promise<void> {
    const { monitoredItems, events, status } = (notification ?? {}) as {
      events?: readonly { readonly eventFields?: readonly Variant[] | null }[];
      monitoredItems?: readonly { readonly clientHandle: number; readonly value: Parameters<typeof sink.take>[1] }[];
      status?: { readonly name: string; readonly value: number };
    };
    for (const { clientHandle, value } of monitoredItems ?? []) {
      const item = items[clientHandle];
      if (item) sink.take(item, value);
    }
    for (const { eventFields } of events ?? []) await conditions?.take(eventFields ?? []);
    if (status && status.value >>> 30 === 2) throw new LinkBroken("no-link", dropped(where, statusName(status)));
  }

  const conversation = converse(
    {
      services,
      subscriptionId: created.subscriptionId,
      patience: milliseconds(keepAlive + settings.timeout),
      onMessage: take,
      onGap: readAgain,
    },
    signal,
  );

  /** Silence makes every value bad at once; twice as long, and the link is given up. */
  async function watch(): Promise<void> {
    const limit = keepAlive + Math.max(interval, settings.timeout);
    for (;;) {
      const quiet = clock.monotonic() - heard;
      if (quiet >= 2 * limit) throw new LinkBroken("timeout", silentSince(where));
      if (quiet >= limit && !silent) {
        silent = true;
        sink.missed("timeout", silentSince(where));
      }
      await clock.sleep(milliseconds((silent ? 2 : 1) * limit - quiet), signal);
    }
  }

  const watched = watch();
  const ended = Promise.race([conversation, watched]);
  ended.catch(() => undefined);
  watched.catch(() => undefined);
  const { unwatched, slowed } = await monitor(services, reader, settings, created.subscriptionId, items);
  notes.push(...slowed);
  if (conditions) await listen(services, created.subscriptionId, items.length, conditions);
  return { unwatched, notes, conditions, ended };
}

async function create(services: Services, publishing: Span) {
  const keepAliveCount = Math.max(1, Math.round(KEEP_ALIVE / publishing));
  try {
    return await services.createSubscription({
      requestedPublishingInterval: publishing,
      requestedMaxKeepAliveCount: keepAliveCount,
      requestedLifetimeCount: keepAliveCount * LIVES,
      maxNotificationsPerPublish: 0,
      publishingEnabled: true,
      priority: 0,
    });
  } catch (error) {
    if (
      error instanceof Error &&
      /BadServiceUnsupported|BadNotImplemented|BadNotSupported|BadTooManySubscriptions|BadResourceUnavailable/.test(
        error.message,
      )
    )
      throw new NoSubscription(error.message, { cause: error });
    throw error;
  }
}

const NO_FILTER = /BadFilterNotAllowed|BadMonitoredItemFilter|BadDeadbandFilterInvalid/;
const ONLY_READ = /BadTooManyMonitoredItems|BadNotSupported|BadServiceUnsupported|BadResourceUnavailable/;

interface Monitored {
  readonly unwatched: Item[];
  readonly slowed: Text[];
}

async function monitor(
  services: Services,
  reader: Reader,
  settings: OpcuaSettings,
  subscriptionId: number,
  items: readonly Item[],
): Promise<Monitored> {
  const { limits, sink } = reader;
  const unwatched: Item[] = [];
  const granted = new Map<string, { asked: number; given: number; count: number }>();
  let todo = items.map((item, handle) => ({ item, handle, filtered: item.deadband > 0 }));
  while (todo.length > 0) {
    const again: typeof todo = [];
    for (let start = 0; start < todo.length; start += limits.monitor) {
      const chunk = todo.slice(start, start + limits.monitor);
      const { results } = await services.createMonitoredItems({
        subscriptionId,
        timestampsToReturn: TimestampsToReturn.Both,
        itemsToCreate: chunk.map(({ item, handle, filtered }) => request(item, handle, filtered, settings)),
      });
      for (const [i, one] of chunk.entries()) {
        const result = results?.[i];
        if (!result) continue;
        const status = statusName(result.statusCode);
        if (result.statusCode.value >>> 30 !== 2) {
          const asked = samplingOf(one.item, settings);
          const given = result.revisedSamplingInterval;
          if (given > asked * 1.01) {
            const key = `${asked} ${given}`;
            const same = granted.get(key) ?? { asked, given, count: 0 };
            same.count += 1;
            granted.set(key, same);
          }
        } else if (one.filtered && NO_FILTER.test(status)) again.push({ ...one, filtered: false });
        else if (ONLY_READ.test(status)) unwatched.push(one.item);
        else sink.refuse(one.item, status);
      }
    }
    todo = again;
  }
  sink.flush();
  const slowed = [...granted.values()].map(({ asked, given, count }) => sampledSlower(asked, given, count));
  if (unwatched.length > 0) slowed.push(readInstead(unwatched.length));
  return { unwatched, slowed };
}

/** More changes of conditions than this between two messages, and the server says that some are lost. */
const EVENT_QUEUE = 10_000;

/** All events of a server come to its Server object (OPC 10000-3, 4.6.3). */
async function listen(
  services: Services,
  subscriptionId: number,
  clientHandle: number,
  conditions: Conditions,
): Promise<void> {
  let status = "";
  for (const where of [true, false]) {
    const { results } = await services.createMonitoredItems({
      subscriptionId,
      timestampsToReturn: TimestampsToReturn.Neither,
      itemsToCreate: [
        {
          itemToMonitor: { nodeId: resolveNodeId(ObjectIds.Server), attributeId: AttributeIds.EventNotifier },
          monitoringMode: MonitoringMode.Reporting,
          requestedParameters: {
            clientHandle,
            samplingInterval: 0,
            queueSize: EVENT_QUEUE,
            discardOldest: true,
            filter: eventFilter(where),
          },
        },
      ],
    });
    const [result] = results ?? [];
    if (result && result.statusCode.value >>> 30 !== 2) return conditions.refresh();
    status = result ? statusName(result.statusCode) : "BadNotSupported";
  }
  conditions.refuse(status);
}

const samplingOf = (item: Item, settings: OpcuaSettings): number => settings.sampling ?? item.every;

function request(item: Item, clientHandle: number, filtered: boolean, settings: OpcuaSettings) {
  const samplingInterval = samplingOf(item, settings);
  return {
    itemToMonitor: { nodeId: item.nodeId, attributeId: item.attributeId },
    monitoringMode: MonitoringMode.Reporting,
    requestedParameters: {
      clientHandle,
      samplingInterval,
      // Room for every sample between two messages, so that a short pulse is not overwritten.
      queueSize: Math.min(50, Math.max(2, Math.ceil(settings.publishing / samplingInterval) + 1)),
      discardOldest: true,
      filter: filtered
        ? new DataChangeFilter({
            trigger: DataChangeTrigger.StatusValue,
            deadbandType: DeadbandType.Absolute,
            deadbandValue: item.deadband,
          })
        : null,
    },
  };
}

const slower = (zh: string, en: string, asked: number, given: number): Text => ({
  zh: `服务器把${zh}从要求的 ${Math.round(asked)} ms 放慢到 ${Math.round(given)} ms。`,
  en: `The server grants a ${en} of ${Math.round(given)} ms instead of the ${Math.round(asked)} ms asked for.`,
});

const sampledSlower = (asked: number, given: number, count: number): Text => ({
  zh: `服务器把 ${count} 个点的采样周期从 ${Math.round(asked)} ms 放慢到 ${Math.round(given)} ms。`,
  en: `The server samples ${count} points every ${Math.round(given)} ms instead of the ${Math.round(asked)} ms asked for.`,
});

const readInstead = (count: number): Text => ({
  zh: `服务器不为 ${count} 个点提供订阅，改为轮询读取。`,
  en: `The server does not watch ${count} points; they are read again and again instead.`,
});

const dropped = (where: string, status: string): Text => ({
  zh: `${where} 结束了订阅（${status}）；系统会自动重建。`,
  en: `${where} ended the subscription (${status}); it is made again by itself.`,
});
