/** One Sparkplug edge node as a host sees it: births give names and types, deaths take the points away, gaps ask for a rebirth. */
import type { Text } from "#model/text";
import { minutes, type Span, seconds } from "#model/time";
import type { DriverPoint, DriverTools } from "../../driver.ts";
import type { SparkplugAddress } from "../address.ts";
import type { Reading } from "../payload.ts";
import type { MqttSettings } from "../settings.ts";
import type { Outcome, Unit } from "../unit.ts";
import { datatypes, decodePayload, encodeCommand, type Metric, meaningOf, type SparkplugPayload } from "./payload.ts";
import { Malformed } from "./protobuf.ts";
import * as say from "./sentences.ts";

export interface SparkplugPoint {
  readonly unit: Unit;
  readonly point: DriverPoint<SparkplugAddress>;
}

export interface Node {
  readonly filters: readonly string[];
  /** `type` is the third level of the topic, e.g. `DDATA`; `device` its fifth. */
  take(type: string, device: string | undefined, bytes: Uint8Array): void;
  /** After the subscription: births are not retained, so the node is asked for one. */
  ask(): void;
  tick(): void;
  /** The command that writes a metric, or why there is none. */
  command(address: SparkplugAddress, value: number | string): { topic: string; bytes: Uint8Array } | Text;
}

interface Known {
  readonly name: string;
  readonly datatype: number;
  readonly alias: bigint | undefined;
}

/** A node that does not answer is asked again ever more rarely. */
const FIRST_ASK = seconds(10);
const LAST_ASK = minutes(5);
/** How long the births of the devices may take after the birth of their node. */
const BIRTH_WITHIN = seconds(10);
const REBIRTH = "Node Control/Rebirth";
/** The sign under which a unit keeps the life of the node itself, or of one of its devices. */
const signOf = (device: string): string => `sparkplug ${device}`;

export function createNode(
  group: string,
  name: string,
  points: readonly SparkplugPoint[],
  settings: MqttSettings,
  { clock }: DriverTools,
  send: (topic: string, bytes: Uint8Array) => void,
): Node {
  const topic = (type: string, device?: string) =>
    `spBv1.0/${group}/${type}/${name}${device === undefined ? "" : `/${device}`}`;
  /** By device ("" for the node's own) and metric. */
  const byDevice = new Map<string, Map<string, SparkplugPoint[]>>();
  for (const one of points) {
    const { device = "", metric } = one.point.address;
    const metrics = byDevice.get(device) ?? new Map<string, SparkplugPoint[]>();
    byDevice.set(device, metrics);
    metrics.set(metric, [...(metrics.get(metric) ?? []), one]);
    one.unit.watchSign(signOf(device), [one.point.handle]);
  }

  let born = false;
  let bdSeq: bigint | undefined;
  let seq: number | undefined;
  /** A message was lost: what comes may be named wrongly until the next birth. */
  let gap = false;
  let asked = 0;
  let askAt = Number.NEGATIVE_INFINITY as Span;
  /** Devices whose birth is due, and until when. */
  const awaited = new Map<string, Span>();
  const known = new Map<string, { byName: Map<string, Known>; byAlias: Map<bigint, Known> }>();

  function ask(): void {
    if (!settings.rebirth || clock.monotonic() < askAt) return;
    askAt = (clock.monotonic() + Math.min(FIRST_ASK * 2 ** Math.min(asked, 10), LAST_ASK)) as Span;
    asked += 1;
    const bytes = encodeCommand({ name: REBIRTH, datatype: 11 }, 1, clock.now());
    if (bytes) send(topic("NCMD"), bytes);
  }

  function take(type: string, device: string | undefined, bytes: Uint8Array): void {
    let payload: SparkplugPayload;
    try {
      payload = decodePayload(bytes);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      fault(pointsOf(device ?? ""), say.malformed(error.message));
      return;
    }
    switch (type) {
      case "NBIRTH":
        takeNodeBirth(payload);
        return;
      case "NDEATH":
        takeNodeDeath(payload);
        return;
      case "DBIRTH":
        if (device !== undefined && inOrder(payload)) birth(device, payload);
        return;
      case "DDEATH":
        if (device === undefined || !inOrder(payload)) return;
        known.delete(device);
        awaited.delete(device);
        die(device, say.deviceDied(`${group}/${name}/${device}`));
        return;
      case "NDATA":
        if (inOrder(payload)) data("", payload);
        return;
      case "DDATA":
        if (device !== undefined && inOrder(payload)) data(device, payload);
        return;
    }
  }

  function takeNodeBirth(payload: SparkplugPayload): void {
    const told = payload.metrics.find((metric) => metric.name === "bdSeq")?.value;
    bdSeq = told?.kind === "number" ? told.value : undefined;
    // A node that was born again has forgotten its devices: each comes with a birth of its own, or is gone.
    for (const device of byDevice.keys())
      if (device !== "") awaited.set(device, (clock.monotonic() + BIRTH_WITHIN) as Span);
    known.clear();
    born = true;
    gap = false;
    asked = 0;
    seq = payload.seq;
    birth("", payload);
  }

  function takeNodeDeath(payload: SparkplugPayload): void {
    const told = payload.metrics.find((metric) => metric.name === "bdSeq")?.value;
    // The will of an earlier connection may come late: it does not speak for the life that followed.
    if (born && bdSeq !== undefined && told?.kind === "number" && told.value !== bdSeq) return;
    born = false;
    seq = undefined;
    known.clear();
    awaited.clear();
    for (const device of byDevice.keys()) die(device, say.nodeDied(`${group}/${name}`));
  }

  /** Whether a message may be used; notices what was lost before it. */
  function inOrder(payload: SparkplugPayload): boolean {
    if (!born) {
      ask();
      return false;
    }
    const expected = seq === undefined ? undefined : (seq + 1) % 256;
    seq = payload.seq ?? seq;
    if (expected !== undefined && payload.seq !== expected) gap = true;
    if (gap) ask();
    return true;
  }

  function birth(device: string, payload: SparkplugPayload): void {
    const byName = new Map<string, Known>();
    const byAlias = new Map<bigint, Known>();
    for (const { name: metric, alias, datatype } of payload.metrics) {
      if (metric === undefined || datatype === undefined) continue;
      const entry: Known = { name: metric, datatype, alias };
      byName.set(metric, entry);
      if (alias !== undefined) byAlias.set(alias, entry);
    }
    known.set(device, { byName, byAlias });
    awaited.delete(device);
    const wanted = byDevice.get(device);
    if (!wanted) return;
    for (const { unit } of pointsOf(device)) unit.alive(signOf(device));
    data(device, payload);
    const missing = [...wanted].filter(([metric]) => !byName.has(metric)).flatMap(([, found]) => found);
    fault(missing, say.noSuchMetric);
  }

  function data(device: string, payload: SparkplugPayload): void {
    const names = known.get(device);
    if (!names) {
      ask();
      return;
    }
    const byUnit = new Map<Unit, Outcome[]>();
    for (const metric of payload.metrics) {
      const entry =
        metric.name === undefined
          ? metric.alias === undefined
            ? undefined
            : names.byAlias.get(metric.alias)
          : (names.byName.get(metric.name) ?? { name: metric.name, datatype: metric.datatype ?? 0, alias: undefined });
      if (!entry) {
        gap = true;
        ask();
        continue;
      }
      for (const { unit, point } of byDevice.get(device)?.get(entry.name) ?? []) {
        const list = byUnit.get(unit) ?? [];
        byUnit.set(unit, list);
        const reading = metric.historical
          ? readPast(metric, entry, unit, point)
          : read(metric, entry, payload, unit, point);
        if (reading) list.push({ handle: point.handle, reading });
      }
    }
    for (const { unit } of pointsOf(device)) unit.heard();
    for (const [unit, outcomes] of byUnit) unit.deliver(outcomes);
  }

  /** What the node stored while nobody listened: history, whatever it says about the present. A text is not kept there. */
  function readPast(
    metric: Metric,
    entry: Known,
    unit: Unit,
    point: DriverPoint<SparkplugAddress>,
  ): Reading | undefined {
    if (metric.value.kind === "null" || metric.quality === 0 || point.type === "text") return undefined;
    const { timestamp } = metric;
    const meaning = meaningOf(metric.value, metric.datatype ?? entry.datatype);
    if (timestamp === undefined || timestamp <= 0 || meaning === undefined) return undefined;
    const words = point.words ?? {};
    const raw = typeof meaning === "number" ? meaning : Object.hasOwn(words, meaning) ? words[meaning] : undefined;
    if (raw === undefined) return undefined;
    const sourceAt = unit.clock.corrected(timestamp);
    return { kind: "number", raw, sourceAt, uncertain: metric.quality === 500, past: true };
  }

  function read(
    metric: Metric,
    entry: Known,
    payload: SparkplugPayload,
    unit: Unit,
    point: DriverPoint<SparkplugAddress>,
  ): Reading {
    const bad = (reason: "decode" | "not-available", because: Text): Reading => ({ kind: "bad", reason, because });
    if (metric.value.kind === "null") return bad("not-available", say.isNull(entry.name));
    if (metric.quality === 0) return bad("not-available", say.markedBad(entry.name));
    const meaning = meaningOf(metric.value, metric.datatype ?? entry.datatype);
    if (meaning === undefined) return bad("decode", say.notAPoint(entry.name, datatypeName(entry.datatype)));
    const told = metric.timestamp ?? payload.timestamp;
    let sourceAt = Number.NaN;
    if (told !== undefined && told > 0) {
      unit.clock.note(told, clock.now());
      sourceAt = unit.clock.corrected(told);
    }
    const uncertain = gap || metric.quality === 500;
    if (point.type === "text") return { kind: "text", value: String(meaning), sourceAt, uncertain };
    if (typeof meaning === "number") return { kind: "number", raw: meaning, sourceAt, uncertain };
    const word = point.words && Object.hasOwn(point.words, meaning) ? point.words[meaning] : undefined;
    if (word === undefined) return bad("decode", say.wordUnknown(entry.name, meaning));
    return { kind: "number", raw: word, sourceAt, uncertain };
  }

  const pointsOf = (device: string): SparkplugPoint[] => [...(byDevice.get(device)?.values() ?? [])].flat();

  function die(device: string, because: Text): void {
    for (const { unit } of pointsOf(device)) unit.dead(signOf(device), because);
  }

  function fault(found: readonly SparkplugPoint[], because: Text): void {
    const byUnit = Map.groupBy(found, ({ unit }) => unit);
    const reading: Reading = { kind: "bad", reason: "decode", because };
    for (const [unit, own] of byUnit) unit.deliver(own.map(({ point }) => ({ handle: point.handle, reading })));
  }

  return {
    filters: [
      topic("NBIRTH"),
      topic("NDEATH"),
      topic("NDATA"),
      ...(["DBIRTH", "DDEATH", "DDATA"] as const).flatMap((type) =>
        [...byDevice.keys()].filter((device) => device !== "").map((device) => topic(type, device)),
      ),
    ],
    take,
    ask,
    tick() {
      if (!born || gap) ask();
      for (const [device, until] of awaited) {
        if (clock.monotonic() < until) continue;
        awaited.delete(device);
        die(device, say.notBorn(`${group}/${name}/${device}`));
      }
    },
    command({ device, metric }, value) {
      const entry = known.get(device ?? "")?.byName.get(metric);
      if (!entry) return say.notBorn(`${group}/${name}${device === undefined ? "" : `/${device}`}`);
      const bytes = encodeCommand({ name: metric, datatype: entry.datatype }, value, clock.now());
      if (!bytes) return say.doesNotFit(metric, datatypeName(entry.datatype));
      return { topic: device === undefined ? topic("NCMD") : topic("DCMD", device), bytes };
    },
  };
}

const datatypeName = (code: number): string =>
  (datatypes as Readonly<Record<number, string | undefined>>)[code] ?? String(code);
