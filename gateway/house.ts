/** Wiring in one straight line: the order of the lines is the order of construction, clean-up is its reverse. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { usualPersonalData } from "#model/policy";
import { type Site, type SiteLink, usualHistory } from "#model/site";
import { between, type Instant, instant } from "#model/time";
import type { Driver } from "../drivers/driver.ts";
import { createEngine } from "../rules/engine/create-engine.ts";
import { speakerOf } from "../rules/language/in-words.ts";
import { proveResponse } from "../rules/response/prove.ts";
import { startAcquisition } from "./acquisition/acquire.ts";
import { startPassBack } from "./acquisition/pass-back.ts";
import { throughDoor } from "./api/api-house.ts";
import { reportCounter } from "./api/count-report.ts";
import { startApi } from "./api/start-api.ts";
import { createWriteDesk } from "./api/write-desk.ts";
import { createBacktests } from "./backtest/backtests.ts";
import { type Broker, startBroker } from "./broker/broker.ts";
import type { HouseClock } from "./clock.ts";
import { controlOrders } from "./control-orders.ts";
import type { Door } from "./door.ts";
import { createFeed } from "./feed.ts";
import { heartbeat, keep } from "./heartbeat.ts";
import { openHistorian } from "./history/open-historian.ts";
import { createLearned } from "./learned.ts";
import type { Log } from "./log.ts";
import { measures } from "./measures.ts";
import { createMetrics } from "./metrics.ts";
import { openControlSocket } from "./net/control-socket.ts";
import { type OutgoingAnswer, request } from "./net/outgoing.ts";
import { openNorth } from "./northbound/open-north.ts";
import { createOrders } from "./northbound/orders.ts";
import { startDelivery } from "./notify/deliver-outbox.ts";
import { keepErasing } from "./people/contacts.ts";
import { openKeyring } from "./people/keyring.ts";
import { linkWriter } from "./people/message-link.ts";
import { highestSealed, sealedByOthers } from "./people/sealed-books.ts";
import { openVault } from "./people/vault.ts";
import { createPipeline } from "./pipeline.ts";
import { watchBadTime } from "./points/bad-time.ts";
import { handOverPlaced } from "./points/late.ts";
import { expire } from "./points/staleness.ts";
import { createPointTable } from "./points/table.ts";
import { createAlarmReports } from "./reports/alarm-report.ts";
import { watchCancelled } from "./reports/cancelled-delays.ts";
import { createReportWriter } from "./reports/write-reports.ts";
import { withSelf } from "./self/self-device.ts";
import { readDisk, selfStanding, watchSelf } from "./self/watch-self.ts";
import { readChangedRule } from "./site/changed-rule.ts";
import { checkRuleText } from "./site/check-rule-text.ts";
import { acceptedClock, CLOCK_NOTE, clockMark } from "./store/accepted-clock.ts";
import { forgetCopies } from "./store/hand-over.ts";
import { openStore } from "./store/sqlite/open-store.ts";

export interface HouseInput {
  readonly site: Site;
  readonly drivers: ReadonlyMap<string, Driver<unknown, unknown>>;
  /** Data folder; `house.db` lives in it. */
  readonly data: string;
  /** Makes the house's clock, given the last instant at which it is known to have lived. */
  readonly clock: (floor: Instant) => HouseClock;
  readonly log: Log;
  readonly version: string;
  /** Folder of the built console; absent: the one that is shipped. */
  readonly console?: string;
  /** An admin token for scripts; demo sites only. */
  readonly demoToken?: string;
}

export interface RunningHouse extends AsyncDisposable {
  readonly door: Door;
  readonly url: string;
  /** For the first administrator; absent once somebody can sign in. */
  readonly firstRunLink?: string;
}

const LIBRARY = fileURLToPath(new URL("../rules/library", import.meta.url));
const CONSOLE = fileURLToPath(new URL("console/dist", import.meta.url));

export async function openHouse(input: HouseInput): Promise<RunningHouse> {
  const { log } = input;
  const site = withSelf(input.site);
  await using opened = new AsyncDisposableStack();

  const machine = input.clock(instant(0));
  const store = opened.use(
    await openStore({
      folder: input.data,
      clock: machine,
      tell: ({ state, because }) => log.error({ state, because: because.en }, "the store"),
    }),
  );
  let keys = openKeyring(input.data);
  const vault = openVault(input.data, () => keys);
  const sealed = await vault.entries();
  const lost = await sealedByOthers(vault, sealed);
  if (lost > 0) {
    log.error(
      { count: lost },
      "names, photos and signatures in sealed/ cannot be opened with the keys in keys.json; put back the copy of the keys and start again",
    );
  }
  const books = await store.load(machine.now());
  const kept = { ...books, lastTicket: Math.max(books.lastTicket, highestSealed(sealed)) };
  const accepted = acceptedClock(kept.notes);
  const lastSeen = accepted?.at ?? clockMark(kept.notes);
  const clock = input.clock(lastSeen);
  if (kept.tail?.ok === false) {
    log.error(
      { from: kept.tail.brokenAt, because: kept.tail.because },
      "the journal's chain is broken; see /api/journal/verify",
    );
  }
  if (!clock.trusted())
    log.warn({}, "the machine's clock stands before the last run; time goes on from there until it is set");

  const table = createPointTable(site.points);
  const { rules: inForce, points, zone } = site;
  const learned = createLearned(
    site,
    kept.papers,
    (devices) => createEngine({ rules: inForce, devices, points, columns: table, zone }),
    log,
  );
  const { engine } = learned;
  const now = { now: clock.now(), mono: clock.monotonic() };
  engine.restore(kept.notes, now);
  engine.resume(new Set(kept.alarms.filter((alarm) => alarm.process === "active").map((alarm) => alarm.id)));

  for (const { what } of proveResponse(site, clock.now()))
    log.warn({ because: what.en }, "the response policy has a hole");

  const feed = createFeed();
  const metrics = createMetrics();
  const historian = opened.use(
    openHistorian({
      folder: input.data,
      table,
      settings: site.history ?? usualHistory,
      clock,
      tell: ({ ok, because }) => (ok ? log.warn : log.error)({ because: because.en }, "the history"),
      dropped: (count) => metrics.dropped("history", count),
    }),
  );
  const door = createPipeline({
    site,
    kept,
    store,
    engine,
    feed,
    clock,
    refit: (at) => learned.refit(door.house.papers.values(), at),
    measure: measures(metrics, log, () => clock.now()),
  });
  const judged = new Set(engine.instances.flatMap(({ id, trouble }) => (trouble === undefined ? [id] : [id, trouble])));
  if (accepted) {
    await door.take({ type: "clock-step", by: between(accepted.mark, accepted.at) });
    // From here on a person's word about the old mark is spent.
    await store.note(CLOCK_NOTE, String(clock.now()));
  }
  await door.take({ type: "started", judged, ...(lastSeen > 0 ? { lastSeen } : {}) });
  // One look before the first sample: what is active cannot be judged, so that the first good sample says that it can again.
  door.samples(new Int32Array(0), 0);
  await door.take({
    type: "communication",
    changes: site.devices.map((device) => ({ device: device.id, state: "unknown" as const, since: clock.now() })),
  });

  const linkOf = linkWriter({ site, key: keys.links, now: () => clock.now() });
  const delivery = opened.use(startDelivery({ door, site, clock, log, metrics, linkOf }));
  const writeDesk = createWriteDesk({
    clock,
    table,
    site,
    door,
    store,
    write: (handle, value) => acquisition.write(handle, value),
    ...throughDoor(door),
  });
  const north = opened.use(
    openNorth({
      site,
      folder: input.data,
      table,
      door,
      store,
      clock,
      log,
      metrics,
      lastSeq: kept.lastSeq,
      notes: kept.notes,
      order: createOrders(site.points, writeDesk),
    }),
  );
  opened.defer(async () => stopFollowing());
  const stopFollowing = feed.follow((news) => {
    if (news.kind === "messages") delivery.wake();
    if (news.kind === "values") historian.append(news.changed, news.count, news.at);
    north.follow(news);
  });
  const broker = site.broker
    ? opened.use(
        await startBroker({
          settings: site.broker,
          folder: join(input.data, "broker"),
          clock,
          log,
          dropped: (what) => metrics.dropped(what),
          portFrom: "GATEHOUSE_BROKER_PORT",
        }),
      )
    : undefined;
  const acquisition = startAcquisition({
    // Without the gateway itself: nothing polls it.
    site: broker ? { ...input.site, links: site.links.map((link) => toOwnBroker(link, broker)) } : input.site,
    drivers: input.drivers,
    table,
    clock,
    folder: (driver) => join(input.data, "drivers", driver),
    log,
    metrics,
    onChanged: (changed, count) => {
      handOverPlaced(table, engine.insert);
      door.samples(changed, count);
    },
    onDevices: (changes) => void door.take({ type: "communication", changes }),
  });
  opened.use(acquisition);
  const passBack = opened.use(
    startPassBack({
      points: site.points,
      alarms: door.house.alarms.values(),
      clock,
      record: (entry) => door.take({ type: "record", rows: { journal: [entry] } }),
      acknowledge: (handle, comment) => acquisition.acknowledge(handle, comment),
    }),
  );
  const stopPassing = feed.follow((news) => {
    if (news.kind === "alarms") passBack.changed(news.alarms);
  });
  opened.defer(async () => stopPassing());
  // A driver that throws anything but a broken link is a bug: the process ends and is started again.
  acquisition.ended.catch(rethrow);

  const me = watchSelf({
    site,
    table,
    disk: () => readDisk(input.data),
    door,
    historian,
    clockTrusted: () => clock.trusted(),
    screens: () => api.screens(),
    links: () => acquisition.links(),
    north: () => north.standing(),
    channels: () => delivery.channels(),
  });
  const standing = selfStanding(me.device, clock.now());
  await door.take({ type: "communication", changes: [standing] });

  const inWords = speakerOf(site.devices, site.points);
  const rules = site.rules.map((rule) => ({
    rule,
    devices: engine.instances.filter((instance) => instance.rule.id === rule.id).map((instance) => instance.device),
    sentence: inWords(rule),
  }));
  const backtests = opened.use(
    createBacktests({
      site: () => ({ ...site, devices: learned.fitted().devices }),
      folder: input.data,
      readChanged: (rule, text) =>
        readChangedRule({ site, rule, text: new TextEncoder().encode(text), name: "with", library: LIBRARY }),
    }),
  );
  const { simulator } = site;
  const api = opened.use(
    await startApi({
      site,
      door,
      feed,
      store,
      table,
      historian,
      backtests,
      devices: () => [...acquisition.devices(), standing],
      links: () => acquisition.links(),
      frames: (link, after) => acquisition.frames(link, after),
      writeDesk,
      keys,
      vault,
      north: () => north.standing(),
      channels: () => delivery.channels(),
      tryChannel: (channel, person) => delivery.tryChannel(channel, person),
      nextWay: (message) => delivery.nextWay(message),
      rules,
      learned: learned.fitted,
      checkRules: (text) => checkRuleText(text, site),
      clock,
      clockTrusted: () => clock.trusted(),
      metrics,
      log,
      console: input.console ?? CONSOLE,
      version: input.version,
      listen: { ...site.listen, ...(site.publicUrl ? { outside: site.publicUrl } : {}) },
      ...(input.demoToken && site.simulated ? { demoToken: input.demoToken } : {}),
      ...(simulator && site.simulated ? { simulator: { request: simulatorControl(simulator.control) } } : {}),
    }),
  );

  forgetCopies(input.data);
  const orders = controlOrders({
    data: input.data,
    reserve: (site.history ?? usualHistory).reserve,
    store,
    historian,
    vault,
    papers: () => door.house.papers.values(),
    keysAreNow: (ring) => {
      keys = ring;
    },
    record: (entry) => door.take({ type: "record", rows: { journal: [entry] } }),
    now: () => clock.now(),
  });
  try {
    opened.use(
      await openControlSocket(input.data, orders, (error) => log.error({ because: String(error) }, "an order")),
    );
  } catch (error) {
    log.warn(
      { because: String(error) },
      "no control socket in the data folder: backups need the gateway to be stopped",
    );
  }

  const reports = createReportWriter({
    site,
    door,
    store,
    count: reportCounter(site, store, createAlarmReports(store, clock), door.house.tickets),
    failed: (error) => log.error({ because: String(error) }, "a report could not be written; it is tried again"),
  });
  const badTime = watchBadTime(table, (entry) => door.take({ type: "record", rows: { journal: [entry] } }));
  const cancelled = watchCancelled(
    () => engine.takeCancelled(),
    (entry) => door.take({ type: "record", rows: { journal: [entry] } }),
  );
  const stop = new AbortController();
  let evaluated = 0;
  const beating = heartbeat(
    {
      site,
      door,
      engine,
      store,
      clock,
      expire: (changed) => expire(table, clock.monotonic(), changed),
      onBeat(at) {
        historian.beat(at);
        north.beat(at);
        me.beat(at);
        badTime.beat(at);
        metrics.pendingCancelled(cancelled.beat(at));
        void reports.look(at.now);
        metrics.rulesEvaluated(engine.evaluated() - evaluated);
        evaluated = engine.evaluated();
      },
    },
    stop.signal,
  );
  const erasing = keepErasing(
    {
      vault,
      door,
      store,
      clock,
      keep: site.policy.personal ?? usualPersonalData,
      failed: (error) => log.error({ because: String(error) }, "what is over could not be erased; tried again in 6 h"),
    },
    stop.signal,
  );
  opened.defer(async () => {
    stop.abort();
    await erasing;
    await beating;
    await badTime.close({ now: clock.now(), mono: clock.monotonic() });
    await cancelled.close({ now: clock.now(), mono: clock.monotonic() });
    await keep(store, engine, { now: clock.now(), mono: clock.monotonic() });
  });

  const cleanup = opened.move();
  return {
    door,
    url: api.url,
    ...(api.firstRunLink === undefined ? {} : { firstRunLink: api.firstRunLink }),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}

/** `url: embedded` stands for the house's own broker, whose way in is made anew at every start. */
function toOwnBroker(link: SiteLink, { own }: Broker): SiteLink {
  const settings = link.settings as { readonly url?: unknown };
  return settings.url === "embedded" ? { ...link, settings: { ...settings, ...own, version: "3.1.1" } } : link;
}

function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** The control port of the simulators, on this machine by design. */
const simulatorControl =
  (control: string) =>
  (method: "GET" | "POST", path: string, body?: string): Promise<OutgoingAnswer> =>
    request({
      method,
      url: `${control}${path}`,
      allow: ["loopback"],
      ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } }),
    });
