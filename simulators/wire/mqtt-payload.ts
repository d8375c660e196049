/** What a device publishes by plain MQTT: the JSON of its maker where a profile says how it looks, else one topic per point. */
import type { ProfilePoint } from "../profile/profile.ts";
import { homieMessage } from "./homie.ts";
import type { Shown, ShownDevice } from "./shown.ts";

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

export interface Publisher {
  /** What is to be said now: what has changed, and with `all` everything. `at`: the device's own clock, ms since the epoch. */
  messages(at: number, all: boolean): readonly Message[];
}

/** `lift/1/state#/door/0 ; alive=lift/1/status` → topic and path of keys. */
export function parseTopic(at: string): { readonly topic: string; readonly keys: readonly string[] } {
  const [place = ""] = at.split(/\s+;/);
  const [topic = "", pointer] = place.trim().split("#");
  const keys = (pointer ?? "")
    .split("/")
    .slice(1)
    .map((key) => key.replace(/~1/g, "/").replace(/~0/g, "~"));
  return { topic, keys };
}

type Json = { [key: string]: Json } | Json[] | number | string | boolean | null;

/** Puts a value where a pointer leads; numbers are places of an array. */
function place(root: { [key: string]: Json }, keys: readonly string[], value: number | string): void {
  let here: { [key: string]: Json } | Json[] = root;
  keys.forEach((key, index) => {
    const inside = here as { [key: string]: Json };
    if (index === keys.length - 1) {
      inside[key] = value;
      return;
    }
    inside[key] ??= /^\d+$/.test(keys[index + 1] ?? "") ? [] : {};
    here = inside[key] as { [key: string]: Json } | Json[];
  });
}

/** Of several points that are read from one field, that which says most. */
const weight = { text: 3, enum: 2, number: 1, bool: 0 } as const;

/** Six digits: a sensor knows no more. */
const rounded = (value: number | string): number | string =>
  typeof value === "number" ? Math.round(value * 1e6) / 1e6 : value;

/** The JSON objects of a maker, one for each topic, whole at every change. */
function makersPublisher(device: ShownDevice, shown: Shown): Publisher {
  const topics = new Map<string, { readonly keys: readonly string[]; point: ProfilePoint }[]>();
  for (const point of device.profile.points) {
    const { topic, keys } = parseTopic(point.at);
    const fields = topics.get(topic) ?? [];
    topics.set(topic, fields);
    const same = fields.find((field) => field.keys.join("/") === keys.join("/"));
    if (!same) fields.push({ keys, point });
    else if (weight[point.type] > weight[same.point.type]) same.point = point;
  }
  const last = new Map<string, string>();
  return {
    messages(_at, all) {
      return [...topics].flatMap(([topic, fields]) => {
        const body: { [key: string]: Json } = {};
        for (const { keys, point } of fields) place(body, keys, rounded(shown.raw(point)));
        const [only] = fields;
        const payload = only && only.keys.length === 0 ? `${rounded(shown.raw(only.point))}` : JSON.stringify(body);
        if (!all && payload === last.get(topic)) return [];
        last.set(topic, payload);
        return [{ topic, payload, retain: false }];
      });
    },
  };
}

/** Says each point by itself when it has changed. */
function pointByPoint(
  device: ShownDevice,
  shown: Shown,
  say: (point: ProfilePoint, value: number | string, at: number) => Message,
): Publisher {
  const last = new Map<string, number | string>();
  return {
    messages: (at, all) =>
      device.profile.points.flatMap((point) => {
        const value = rounded(shown.value(point));
        if (!all && value === last.get(point.id)) return [];
        last.set(point.id, value);
        return [say(point, value, at)];
      }),
  };
}

/** `<prefix>/<kind>/<device>/<point>` with `{ v, q, ts, seq }`, retained. */
function ownPublisher(device: ShownDevice, shown: Shown, prefix: string): Publisher {
  let seq = 0;
  return pointByPoint(device, shown, (point, value, at) => {
    seq += 1;
    const v = point.type === "bool" ? value !== 0 : value;
    const payload = JSON.stringify({ v, q: "good", ts: new Date(at).toISOString(), seq });
    return { topic: `${prefix}/${device.profile.kind}/${device.id}/${point.id}`, payload, retain: true };
  });
}

/** `<prefix>/status/<kind>/<device>/<point>` with the bare value, as small controllers do: 1.75, true, B1. */
const leafPublisher = (device: ShownDevice, shown: Shown, prefix: string): Publisher =>
  pointByPoint(device, shown, (point, value) => ({
    topic: `${prefix}/status/${device.profile.kind}/${device.id}/${point.id}`,
    payload: point.type === "bool" ? `${value !== 0}` : `${value}`,
    retain: true,
  }));

/** How plain MQTT writes its values where the line says so. */
export const payloadStyles = ["own", "leaf", "homie"] as const;
export type PayloadStyle = (typeof payloadStyles)[number];

/** Without a style: the maker's JSON where the profile has it, else the own messages. */
export function createPublisher(
  device: ShownDevice,
  shown: Shown,
  prefix: string,
  style: PayloadStyle | undefined,
): Publisher {
  const { protocol, points } = device.profile;
  if (style === "leaf") return leafPublisher(device, shown, prefix);
  if (style === "homie")
    return pointByPoint(device, shown, (point, value) => homieMessage(prefix, device, point, value));
  return style === undefined && protocol === "mqtt" && !points.some(({ at }) => at.startsWith("spb:"))
    ? makersPublisher(device, shown)
    : ownPublisher(device, shown, prefix);
}
