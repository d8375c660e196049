/** The north of the house: opens the targets that the site names, feeds them, and says what becomes of them. */
import { join } from "node:path";
import { isListed } from "#model/alarm";
import type { JournalEntry } from "#model/journal";
import type { MqttTarget, NorthPoints } from "#model/north";
import type { DeviceState } from "#model/plan";
import { type Site, usualHistory } from "#model/site";
import type { Clock, Moment } from "#model/time";
import type { Door } from "../door.ts";
import type { News } from "../feed.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { PointTable } from "../points/table.ts";
import type { Store } from "../store/store.ts";
import type { TargetSettings, TargetStanding } from "./messages.ts";
import { openTarget, type Target } from "./open-target.ts";
import { alarmTold, type Told, ticketTold, told } from "./record.ts";
import type { NorthPoint } from "./sender.ts";
import { keepTaken, type TakenKeeper, takenOf } from "./taken.ts";
import { createTargetBook, type TargetBook, type TargetFigures } from "./target-book.ts";

export interface NorthInput {
  readonly site: Site;
  readonly folder: string;
  readonly table: PointTable;
  readonly door: Door;
  readonly store: Pick<Store, "since" | "note">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "dropped" | "north">;
  /** The newest row of the journal at the start of the house, and its notes. */
  readonly lastSeq: number;
  readonly notes: ReadonlyMap<string, string>;
  /** Orders from the north, each with the points that the site allows; the answer is a text for whoever sent it. */
  readonly order: (allowed: readonly string[], point: string, payload: string) => Promise<string>;
}

export interface NorthStanding extends TargetFigures {
  readonly target: string;
  readonly standing: TargetStanding | undefined;
  /** Samples that are not on the disk yet. */
  readonly onTheWay: number;
}

export interface North extends AsyncDisposable {
  follow(news: News): void;
  beat(at: Moment): void;
  standing(): readonly NorthStanding[];
}

/** The points that a target wants, as it names them. */
export function pointsOf(site: Site, wanted: NorthPoints): readonly NorthPoint[] {
  const kinds = new Map(site.devices.map(({ id, kind }) => [id, kind]));
  const wants = <T>(list: readonly T[] | undefined, has: (one: T) => boolean) => list === undefined || list.some(has);
  return site.points
    .filter(
      ({ device, tags }) =>
        wants(wanted.devices, (one) => one === device) &&
        wants(wanted.kinds, (one) => one === kinds.get(device)) &&
        wants(wanted.tags, (one) => tags.includes(one)),
    )
    .map(({ id, device, key, type, unit }) => ({
      id,
      device,
      key,
      kind: kinds.get(device) ?? "",
      type,
      ...(unit === undefined ? {} : { unit }),
    }));
}

/** Opens at once: a target that is away is told and waited for. */
export function openNorth(input: NorthInput): North {
  const { site, door, clock, log, metrics, store } = input;
  const { influx, mqtt, webhook } = site.north ?? {};
  const targets: { readonly target: Target; readonly book: TargetBook; readonly taken: TakenKeeper }[] = [];
  const folder = join(input.folder, "north");

  // As it is now, at the row of the journal up to which it is: what happens from here on is read there.
  const { lastSeq } = input;
  const present = {
    upTo: lastSeq,
    rows: [
      ...[...door.house.alarms.values()]
        .filter(isListed)
        .map((alarm): Told => ({ seq: lastSeq, at: alarm.activeSince, event: "present", alarm: alarmTold(alarm) })),
      ...[...door.house.tickets.values()].map(
        (ticket): Told => ({ seq: lastSeq, at: clock.now(), event: "present", ticket: ticketTold(ticket) }),
      ),
    ],
  };

  async function since(seq: number) {
    const rows = await store.since(seq);
    return { rows: rows.flatMap((row) => told(row) ?? []), upTo: rows.at(-1)?.seq ?? seq };
  }

  function journal(name: string, event: string, data: JournalEntry["data"]): void {
    const at = clock.now();
    const entry: JournalEntry = {
      occurredAt: at,
      at,
      about: "site",
      event,
      actor: "gatehouse",
      data: { target: name, ...data },
    };
    void door.take({ type: "record", rows: { journal: [entry] } });
  }

  function add(settings: TargetSettings, commands: readonly string[] = []): void {
    const name = settings.kind;
    const { points: wanted, queue } = settings.target;
    const book = createTargetBook({
      name,
      mono: () => clock.monotonic(),
      log,
      metrics,
      journal: (event, data) => journal(name, event, data),
    });
    const taken = takenOf(input.notes, name, queue.keep, clock.now());
    const target = openTarget({
      worker: { name, folder, site: site.id, queue, reserve: (site.history ?? usualHistory).reserve, settings },
      points: wanted === undefined ? [] : pointsOf(site, wanted),
      lost: [...door.house.devices.values()].filter(isLost).map(({ device }) => device),
      table: input.table,
      clock,
      since,
      present,
      ...(taken === undefined ? {} : { taken }),
      news: { ...book.news, order: (point, payload) => input.order(commands, point, payload) },
    });
    targets.push({ target, book, taken: keepTaken(store, name) });
  }

  if (influx) add({ kind: "influx", target: influx });
  if (mqtt) add({ kind: "mqtt", target: mqtt, clientId: clientIdOf(mqtt, site) }, mqtt.commands);
  if (webhook) add({ kind: "webhook", target: webhook });

  // Everything that stands already: a target that is new learns values that do not change.
  const all = Int32Array.from(site.points, (_, handle) => handle);
  const at: Moment = { now: clock.now(), mono: clock.monotonic() };
  for (const { target } of targets) target.append(all, all.length, at);

  return {
    follow(news) {
      for (const { target } of targets) {
        if (news.kind === "values") target.append(news.changed, news.count, news.at);
        if (news.kind === "devices") for (const one of news.devices) target.turn(one.device, isLost(one));
        if (news.kind === "alarms" || news.kind === "tickets") target.wake();
      }
    },
    beat(moment) {
      for (const { target, book, taken } of targets) {
        target.beat(moment);
        book.beat(moment.mono);
        const standing = target.standing();
        if (!standing) continue;
        taken.keep(standing.taken, moment.now, moment.mono);
        const { bytes, urgent, samples, oldest, sent, because } = standing;
        const age = oldest === undefined ? 0 : Math.max(0, moment.now - oldest) / 1_000;
        const up = because === undefined;
        metrics.north(target.name, { bytes, alarms: urgent, samples: samples + target.onTheWay(), age, sent, up });
      }
    },
    standing: () =>
      targets.map(({ target, book }) => ({
        target: target.name,
        standing: target.standing(),
        onTheWay: target.onTheWay(),
        ...book.figures(clock.monotonic()),
      })),
    async [Symbol.asyncDispose]() {
      for (const { book } of targets) book.end(clock.monotonic());
      await Promise.all(targets.map(({ target }) => target[Symbol.asyncDispose]()));
      await Promise.all(targets.map(({ target, taken }) => taken.close(target.standing()?.taken, clock.now())));
    },
  };
}

const isLost = ({ state }: DeviceState): boolean => state === "offline";

/** The same at every start: the broker may keep what it has not handed over yet. */
const clientIdOf = ({ broker }: MqttTarget, site: Site): string =>
  (broker as { clientId?: string }).clientId ?? `gatehouse-north-${site.id}`;
