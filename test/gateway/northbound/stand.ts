/** A north with a real journal and real threads, fed by hand: time moves when the test says so. */
import type { InfluxTarget, MqttTarget, NorthSettings } from "#model/north";
import { usualQueue } from "#model/north";
import type { PointDefinition, PointType } from "#model/points";
import { BAD, GOOD, reasonCode } from "#model/quality";
import type { Site } from "#model/site";
import { usualHistory } from "#model/site";
import { instant, seconds } from "#model/time";
import { createFeed } from "../../../gateway/feed.ts";
import { openNorth } from "../../../gateway/northbound/open-north.ts";
import { createPipeline } from "../../../gateway/pipeline.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import type { RuleEngine } from "../../../rules/engine/engine.ts";
import { building, verdict } from "../../support/building.ts";
import { createManualClock } from "../../support/manual-clock.ts";

export const START = instant(1_795_248_000_000);

export const point = (device: string, key: string, type: PointType = "number"): PointDefinition => ({
  id: `${device}.${key}`,
  device,
  key,
  name: { zh: key, en: key },
  type,
  at: {},
  atText: "holding:0",
  scale: 1,
  offset: 0,
  notAvailable: [],
  every: seconds(1),
  staleAfter: seconds(5),
  deadband: 0,
  tags: [],
});

export const influxTarget = (url: string, more: Partial<InfluxTarget> = {}): InfluxTarget => ({
  url,
  database: "gatehouse",
  allow: ["loopback"],
  points: {},
  queue: usualQueue,
  ...more,
});

export const mqttTarget = (broker: unknown, more: Partial<MqttTarget> = {}): MqttTarget => ({
  broker,
  points: {},
  queue: usualQueue,
  commands: [],
  ...more,
});

/** Nothing is judged here: verdicts come by `raise` and `clear`. */
const noEngine = {
  step: () => [],
  skip: () => {},
  evaluated: () => 0,
  takeCancelled: () => new Map(),
} as unknown as RuleEngine;

export interface StandOptions {
  readonly north: NorthSettings;
  readonly points?: readonly PointDefinition[];
  readonly order?: (allowed: readonly string[], point: string, payload: string) => Promise<string>;
  readonly reserve?: number;
}

export async function startNorth(folder: string, options: StandOptions) {
  const clock = createManualClock(START);
  const points = options.points ?? [
    point("lift-1", "speed"),
    point("lift-1", "door", "bool"),
    point("booster-1", "note", "text"),
  ];
  const site: Site = {
    ...building({ north: options.north, points }),
    history: { ...usualHistory, reserve: options.reserve ?? 0 },
  };
  const store = await openStore({ folder, clock });
  const kept = await store.load(clock.now());
  const table = createPointTable(points);
  const feed = createFeed();
  const door = createPipeline({
    site,
    kept,
    store,
    engine: noEngine,
    feed,
    clock,
    measure: { committed: () => {}, decided: () => {}, storeAway: () => {} },
  });
  const said: { level: string; because: string }[] = [];
  const dropped = new Map<string, number>();
  const lookers = new Set<() => void>();
  const write = (level: string) => (facts: object, text: string) => {
    said.push({ level, because: String((facts as { because?: unknown }).because ?? text) });
    for (const look of [...lookers]) look();
  };
  const north = openNorth({
    site,
    folder,
    table,
    door,
    store,
    clock,
    log: { info: write("info"), warn: write("warn"), error: write("error") } as never,
    metrics: {
      dropped: (what, count = 1) => void dropped.set(what, (dropped.get(what) ?? 0) + count),
      north: () => {},
    },
    lastSeq: kept.lastSeq,
    notes: kept.notes,
    order: options.order ?? (async () => "{}"),
  });
  const stopFollowing = feed.follow((news) => north.follow(news));
  const moment = () => ({ now: clock.now(), mono: clock.monotonic() });

  /** A second passes. */
  async function beat(): Promise<void> {
    await clock.advance(seconds(1));
    north.beat(moment());
  }

  return {
    clock,
    door,
    store,
    north,
    table,
    said,
    dropped,
    beat,
    handle: (id: string) => points.findIndex((one) => one.id === id),
    say(id: string, value: number | string | "bad", sourceAt = clock.now()) {
      const handle = points.findIndex((one) => one.id === id);
      const isBad = value === "bad";
      table.value[handle] = typeof value === "number" ? value : Number.NaN;
      if (typeof value === "string" && !isBad) table.text.set(handle, value);
      table.quality[handle] = isBad ? BAD : GOOD;
      table.reason[handle] = isBad ? reasonCode("timeout") : 0;
      table.sourceAt[handle] = sourceAt;
      feed.publish({ kind: "values", changed: Int32Array.of(handle), count: 1, at: moment() });
    },
    /** A device answers no more, or again. */
    turn: (device: string, state: "online" | "offline") =>
      door.take({ type: "communication", changes: [{ device, state, since: clock.now() }] }),
    raise: (rule: string, device: string) =>
      door.take({ type: "conditions", transitions: [verdict(rule, device, "active")] }),
    clear: (rule: string, device: string) =>
      door.take({ type: "conditions", transitions: [verdict(rule, device, "normal")] }),
    standing: (target = 0) => north.standing()[target]?.standing,
    /**
     * Lets seconds pass until the house has come to this. Threads, servers and disks take real time in which no event
     * comes here, so it is a bounded poll.
     */
    async until(what: string, is: () => boolean | Promise<boolean>, within = 30_000): Promise<void> {
      const deadline = performance.now() + within;
      while (!(await is())) {
        if (performance.now() > deadline) {
          throw new Error(
            `not within ${within} ms: ${what}\n${said.map(({ level, because }) => `${level} ${because}`).join("\n")}\n${JSON.stringify(north.standing())}`,
          );
        }
        await beat();
        await new Promise((turn) => setTimeout(turn, 20));
      }
    },
    /** Nothing waits any more. */
    isEmpty(target = 0): boolean {
      const one = north.standing()[target];
      return (
        one?.standing !== undefined && one.onTheWay === 0 && one.standing.urgent === 0 && one.standing.samples === 0
      );
    },
    async [Symbol.asyncDispose]() {
      stopFollowing();
      await north[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}
