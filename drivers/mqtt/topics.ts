/** Points that are read from plain topics: which message feeds which points, and what a retained or late one is worth. */
import type { DriverPoint, DriverTools } from "../driver.ts";
import { formatPlace, type Place, type TopicAddress } from "./address.ts";
import { openPayload, type Payload, type Reading, readPoint } from "./payload.ts";
import { lookUp } from "./pointer.ts";
import { saidOffline, waitsForLive } from "./sentences.ts";
import type { MqttSettings } from "./settings.ts";
import type { Outcome, Unit } from "./unit.ts";

export type TopicPoint = DriverPoint<TopicAddress>;

interface Reader {
  readonly point: TopicPoint;
  readonly unit: Unit;
  /** A live message came in this life of the link. */
  live: boolean;
  /** What the broker had kept, until somebody says how old it is. */
  held: Extract<Reading, { kind: "number" | "text" }> | undefined;
}

export interface Topics {
  readonly filters: readonly string[];
  take(topic: string, bytes: Uint8Array, retained: boolean): void;
  /** The points that a topic feeds; for what the broker refuses. */
  fedBy(topic: string): readonly { readonly unit: Unit; readonly handle: number }[];
}

/** The sign of life under which a device's own topic is kept. */
const WILL = "will";
/** As last wills and status topics write it, Homie's words among them. */
const OFFLINE = new Set(["offline", "lost", "disconnected", "dead", "down", "false", "0", "null", ""]);

export function createTopics(
  units: readonly { readonly unit: Unit; readonly points: readonly TopicPoint[]; readonly all: readonly number[] }[],
  settings: MqttSettings,
  { clock }: DriverTools,
): Topics {
  const readers = new Map<string, Reader[]>();
  const signs = new Map<string, { place: Place; unit: Unit; readers: Reader[] }[]>();

  for (const { unit, points, all } of units) {
    const own: Reader[] = points.map((point) => ({
      point,
      unit,
      live: false,
      held: undefined,
    }));
    for (const reader of own) add(readers, reader.point.address.topic, reader);
    const told = new Set<string>();
    for (const { point } of own) {
      const { alive } = point.address;
      if (!alive || told.has(formatPlace(alive))) continue;
      told.add(formatPlace(alive));
      unit.watchSign(WILL, all);
      add(signs, alive.topic, { place: alive, unit, readers: own });
    }
  }

  function take(topic: string, bytes: Uint8Array, retained: boolean): void {
    const payload = openPayload(bytes);
    for (const { place, unit, readers: own } of signs.get(topic) ?? []) hearSign(payload, place, unit, own);
    const byUnit = new Map<Unit, Outcome[]>();
    for (const reader of readers.get(topic) ?? []) {
      const outcome = retained ? takeRetained(reader, payload) : takeLive(reader, payload);
      if (!retained) reader.unit.heard();
      if (outcome) add(byUnit, reader.unit, { handle: reader.point.handle, reading: outcome });
    }
    for (const [unit, outcomes] of byUnit) unit.deliver(outcomes, !retained);
  }

  function hearSign(payload: Payload, place: Place, unit: Unit, own: readonly Reader[]): void {
    const said = place.pointer.length === 0 ? payload.text : lookUp(payload.json()?.value, place.pointer);
    if (said === undefined || OFFLINE.has(String(said).trim().toLowerCase())) {
      for (const reader of own) reader.held = undefined;
      unit.dead(WILL, saidOffline(formatPlace(place)));
      return;
    }
    unit.alive(WILL);
    // It lives, so what it had retained is what it would say now.
    const outcomes = own.flatMap(({ point, held }) => (held ? [{ handle: point.handle, reading: held }] : []));
    for (const reader of own) reader.held = undefined;
    if (outcomes.length > 0) unit.deliver(outcomes);
  }

  function takeLive(reader: Reader, payload: Payload): Reading | undefined {
    const reading = readPoint(payload, reader.point);
    if (!reading) return undefined;
    reader.live = true;
    reader.held = undefined;
    if (reading.kind === "bad" || Number.isNaN(reading.sourceAt)) return reading;
    // In which order it was measured is for the points to judge.
    reader.unit.clock.note(reading.sourceAt, clock.now());
    return { ...reading, sourceAt: reader.unit.clock.corrected(reading.sourceAt) };
  }

  function takeRetained(reader: Reader, payload: Payload): Reading | undefined {
    if (reader.live) return undefined;
    const reading = readPoint(payload, reader.point);
    if (!reading || reading.kind === "bad") return reading;
    const age = clock.now() - reading.sourceAt;
    const young = Math.abs(age) <= settings.quietAfter;
    if (young || reader.unit.signs(WILL) === "alive") return reading;
    if (settings.retained === "uncertain") return { ...reading, uncertain: true };
    reader.held = reading;
    return { kind: "bad", reason: "stale", because: waitsForLive };
  }

  return {
    filters: [...new Set([...readers.keys(), ...signs.keys()])],
    take,
    fedBy: (topic) => (readers.get(topic) ?? []).map(({ unit, point }) => ({ unit, handle: point.handle })),
  };
}

function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
