/** A Sparkplug B edge node with the devices of a line: births, data by exception, deaths, and rebirth on command. */
import type { Chance } from "../chance.ts";
import type { SimulatorClock } from "../clock.ts";
import type { ProfilePoint } from "../profile/profile.ts";
import { createShown, lag, type ShownDevice } from "./shown.ts";
import { commanded, encodePayload, type Metric } from "./sparkplug-payload.ts";

export interface SparkplugNode {
  /** The last will of the next connection; each connection has a number of its own. */
  will(): { readonly topic: string; readonly payload: Buffer };
  /** Topic of the commands that it listens to. */
  readonly commands: string;
  /** Says that it lives, with everything that it has. */
  birth(): void;
  /** Says its death by itself, as before a wanted end. */
  death(): void;
  command(payload: Buffer): void;
  /** Sends what has changed. */
  look(): void;
}

interface Told {
  readonly device: ShownDevice;
  readonly shown: ReturnType<typeof createShown>;
  readonly points: readonly { readonly point: ProfilePoint; readonly name: string; readonly alias: number }[];
  readonly last: Map<string, number | string>;
  alive: boolean;
}

const rebirth = "Node Control/Rebirth";

/** `spb:<group>/<node>/<device>/<metric>` of a profile; other points go by their id. */
const metricName = ({ at, id }: ProfilePoint): string =>
  at.startsWith("spb:") ? at.split("/").slice(3).join("/") : id;

export function createSparkplugNode(options: {
  readonly group: string;
  readonly node: string;
  readonly devices: readonly ShownDevice[];
  readonly clock: SimulatorClock;
  readonly chance: Chance;
  readonly publish: (topic: string, payload: Buffer) => void;
  /** For data, which a poor link may lose: a gap in `seq`. */
  readonly tell: (topic: string, payload: Buffer) => void;
}): SparkplugNode {
  const { group, node, clock, chance, publish, tell } = options;
  const topic = (kind: string, device?: string) =>
    ["spBv1.0", group, kind, node, ...(device === undefined ? [] : [device])].join("/");
  let bdSeq = 255;
  let seq = 0;
  let alias = 0;
  const told: Told[] = options.devices.map((device) => {
    const seen = new Set<string>();
    const points = device.profile.points.flatMap((point) => {
      const name = metricName(point);
      if (seen.has(name)) return [];
      seen.add(name);
      alias += 1;
      return [{ point, name, alias }];
    });
    return { device, shown: createShown(device), points, last: new Map(), alive: true };
  });
  const next = (device?: ShownDevice): number => {
    // A confused node skips a number: whoever listens must ask for a rebirth.
    if (device?.faults.faults.has("wrong-id")) seq += 1;
    seq = (seq + 1) % 256;
    return seq;
  };
  const deathOf = (): Metric => ({ name: "bdSeq", type: "uint64", value: bdSeq, at: clock.wall() });
  const metric = ({ point }: Told["points"][number], value: number | string, at: number): Metric => {
    if (point.type === "text" || typeof value === "string") return { type: "string", value: `${value}`, at };
    if (point.type === "bool") return { type: "boolean", value: value !== 0, at };
    return { type: point.type === "enum" ? "int32" : "double", value, at };
  };
  /** Raw as its maker's profile wants it; points of another protocol's profile in their own unit. */
  const said = ({ device, shown }: Told, point: ProfilePoint) =>
    device.profile.protocol === "mqtt" ? shown.raw(point) : shown.value(point);
  const bear = (one: Told) => {
    const at = clock.wall() + one.device.faults.clockAhead;
    const metrics = one.points.map((place) => {
      const value = said(one, place.point);
      one.last.set(place.point.id, value);
      return { ...metric(place, value, at), name: place.name, alias: place.alias };
    });
    one.alive = true;
    publish(topic("DBIRTH", one.device.id), encodePayload(at, metrics, next()));
  };
  const birth = () => {
    seq = 0;
    const at = clock.wall();
    publish(topic("NBIRTH"), encodePayload(at, [deathOf(), { name: rebirth, type: "boolean", value: false, at }], 0));
    for (const one of told) if (!one.device.faults.dead) bear(one);
  };
  const look = (one: Told) => {
    const { faults } = one.device;
    if (faults.faults.has("reboot") || (!one.alive && faults.dead)) {
      if (one.alive) publish(topic("DDEATH", one.device.id), encodePayload(clock.wall(), [], next()));
      one.alive = false;
      return;
    }
    if (faults.dead) return;
    if (!one.alive) {
      bear(one);
      return;
    }
    const at = clock.wall() + faults.clockAhead;
    const metrics: Metric[] = [];
    for (const place of one.points) {
      const value = said(one, place.point);
      if (value === one.last.get(place.point.id)) continue;
      one.last.set(place.point.id, value);
      metrics.push({ ...metric(place, value, at), alias: place.alias });
    }
    if (metrics.length === 0) return;
    const send = () => tell(topic("DDATA", one.device.id), encodePayload(at, metrics, next(one.device)));
    const late = lag(faults, chance) * 1000;
    if (late > 0) clock.after(late, send);
    else send();
  };
  return {
    will() {
      bdSeq = (bdSeq + 1) % 256;
      return { topic: topic("NDEATH"), payload: encodePayload(clock.wall(), [deathOf()]) };
    },
    commands: topic("NCMD"),
    birth,
    death: () => publish(topic("NDEATH"), encodePayload(clock.wall(), [deathOf()])),
    command(payload) {
      if (commanded(payload).includes(rebirth)) birth();
    },
    look() {
      for (const one of told) look(one);
    },
  };
}
