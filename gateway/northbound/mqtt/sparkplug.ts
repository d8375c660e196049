/**
 * The gateway as a Sparkplug B edge node (specification 3.0): births with names, aliases and present values, data by alias,
 * a death of each device that does not answer, and one of its own that the broker says. What waited here for the broker is
 * marked as historical.
 */
import { BAD, UNCERTAIN } from "#model/quality";
import type { Message } from "../../../drivers/mqtt/connection.ts";
import {
  BOOLEAN,
  DOUBLE,
  encodePayload,
  INT32,
  INT64,
  type MetricOut,
  QUALITY,
  STRING,
  type Written,
} from "../../../drivers/mqtt/sparkplug/encode.ts";
import { decodePayload } from "../../../drivers/mqtt/sparkplug/payload.ts";
import { Malformed } from "../../../drivers/mqtt/sparkplug/protobuf.ts";
import { qualityOf } from "../../history/block.ts";
import type { NorthPoint, SenderHouse } from "../sender.ts";
import type { Speech } from "./sender.ts";
import type { Publication } from "./told.ts";

const datatypes: Readonly<Record<NorthPoint["type"], Written>> = {
  bool: BOOLEAN,
  number: DOUBLE,
  enum: INT32,
  text: STRING,
};
const REBIRTH = "Node Control/Rebirth";
/** Metrics in one message: some 10 KB. */
const METRICS = 500;

export function createSparkplug(
  { group, node }: { readonly group: string; readonly node: string },
  house: SenderHouse,
): Speech {
  const topic = (type: string, device?: string) =>
    `spBv1.0/${group}/${type}/${node}${device === undefined ? "" : `/${device}`}`;
  /** An alias is the position of the point and one more: the same at every start with the same site. */
  const places = new Map(house.points.map((point, at) => [point.id, { point, at }]));
  const byDevice = Map.groupBy(places.values(), ({ point }) => point.device);
  let bdSeq = house.note("bdSeq") ?? -1;
  let seq = 0;
  /** Devices that the hosts know as alive, and since when: what was measured before is history to them. */
  const born = new Map<string, number>();

  const nextSeq = (): number => {
    seq = (seq + 1) % 256;
    return seq;
  };
  const out = (to: string, payload: Uint8Array): Publication => ({ topic: to, payload, qos: 0, retain: false });
  const death = () => encodePayload({ at: house.now(), metrics: [bdSeqMetric()] });
  const bdSeqMetric = (): MetricOut => ({ name: "bdSeq", at: house.now(), datatype: INT64, value: bdSeq });

  function metric(
    at: number,
    told: { value: number | string; code: number; at: number } | undefined,
    type: NorthPoint["type"],
  ) {
    const quality = told === undefined ? BAD : qualityOf(told.code);
    const isNumber = typeof told?.value === "number" && Number.isFinite(told.value);
    const value =
      told === undefined || quality === BAD
        ? null
        : type === "text"
          ? String(told.value)
          : isNumber
            ? told.value
            : null;
    return {
      alias: at + 1,
      at: told?.at ?? house.now(),
      datatype: datatypes[type],
      value,
      ...(quality === BAD ? { quality: QUALITY.bad } : quality === UNCERTAIN ? { quality: QUALITY.uncertain } : {}),
    };
  }

  /** The node's birth has seq 0; what follows counts on from it. A device that does not answer has no birth. */
  function births(): Publication[] {
    const now = house.now();
    seq = 0;
    born.clear();
    const control: MetricOut = { name: REBIRTH, at: now, datatype: BOOLEAN, value: false };
    return [out(topic("NBIRTH"), encodePayload({ at: now, seq, metrics: [bdSeqMetric(), control] })), ...turns()];
  }

  function birth(device: string): Publication {
    const at = house.now();
    born.set(device, at);
    const metrics = placesOf(device).map(({ point, at: place }) => ({
      name: point.key,
      ...metric(place, house.newest(place), point.type),
    }));
    return out(topic("DBIRTH", device), encodePayload({ at, seq: nextSeq(), metrics }));
  }

  function deathOf(device: string): Publication {
    born.delete(device);
    return out(topic("DDEATH", device), encodePayload({ at: house.now(), seq: nextSeq(), metrics: [] }));
  }

  const placesOf = (device: string) => byDevice.get(device) ?? [];
  /** The house lost it, and nothing of it is believed: a value that came since speaks against the news. */
  const isGone = (device: string): boolean =>
    house.lost.has(device) &&
    placesOf(device).every(({ at }) => {
      const told = house.newest(at);
      return told === undefined || qualityOf(told.code) === BAD;
    });

  /** A death for each device that was lost, a birth for each that is there: nothing when the hosts know it all. */
  const turns = (): Publication[] =>
    [...byDevice.keys()].flatMap((device) =>
      isGone(device) === born.has(device) ? [born.has(device) ? deathOf(device) : birth(device)] : [],
    );

  return {
    qos: 0,
    listens: [topic("NCMD")],
    will() {
      // A birth and the death that belongs to it have the same number, each connection the next one (section 6.4.18).
      bdSeq = (bdSeq + 1) % 256;
      house.note("bdSeq", bdSeq);
      return { topic: topic("NDEATH"), payload: death(), retain: false };
    },
    hello: births,
    goodbye: () => [out(topic("NDEATH"), death())],
    turns,
    hear({ payload, retained }: Message) {
      if (retained) return [];
      try {
        const { metrics } = decodePayload(payload);
        const asked = metrics.some(({ name, value }) => name === REBIRTH && value.kind === "bool" && value.value);
        return asked ? births() : [];
      } catch (error) {
        if (error instanceof Malformed) return [];
        throw error;
      }
    },
    *samples({ samples: { count, point, at, value, code, text } }) {
      const waiting = new Map<string, MetricOut[]>();
      for (let i = 0; i < count; i += 1) {
        const place = places.get(point[i] as string);
        // A point that the site has no more was in no birth: nobody could read it.
        if (!place) continue;
        const { device, type } = place.point;
        // What waited for the broker may be of a device that is lost by now: it is born for it, and dies behind it again.
        if (!born.has(device)) yield birth(device);
        const metrics = waiting.get(device) ?? [];
        waiting.set(device, metrics);
        const when = at[i] as number;
        const told = { value: text.get(i) ?? (value[i] as number), code: code[i] as number, at: when };
        const isHistory = when < (born.get(device) as number);
        metrics.push({ ...metric(place.at, told, type), ...(isHistory ? { historical: true } : {}) });
        if (metrics.length === METRICS) {
          waiting.delete(device);
          yield* data(device, metrics);
        }
      }
      for (const [device, metrics] of waiting) yield* data(device, metrics);
      yield* turns();
    },
  };

  /** Another message may have said its death meanwhile. */
  function* data(device: string, metrics: readonly MetricOut[]): Generator<Publication> {
    if (!born.has(device)) yield birth(device);
    yield out(topic("DDATA", device), encodePayload({ at: house.now(), seq: nextSeq(), metrics }));
  }
}
