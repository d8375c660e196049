/** Targets in the north that take nothing, each with what is wrong, what must be said of it, and how it is mended. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startMosquitto } from "../drivers/mqtt/mosquitto.ts";
import { type Influxd, startInfluxd } from "../gateway/northbound/influxd.ts";
import { freePorts } from "../support/house-process.ts";
import { startReceiver } from "../support/webhook-receiver.ts";

const PASSWORDS = readFileSync(
  fileURLToPath(new URL("../gateway/northbound/mosquitto-users", import.meta.url)),
  "utf8",
);
const SECRET = "secret-of-the-receiver-0123";
export const LAST = 40;
export const ALL = Array.from({ length: LAST }, (_, i) => i + 1);

export interface Peer extends AsyncDisposable {
  /** The lines under `north:`. */
  readonly north: string;
  /** What is wrong is put right. */
  mend(): Promise<void>;
  /** Numbers of the meter that have arrived, in the order in which they did, and rules whose alarm has. */
  arrived(): Promise<{ readonly numbers: readonly number[]; readonly rules: readonly string[] }>;
}

export interface Trouble {
  readonly name: string;
  readonly target: "influx" | "mqtt" | "webhook";
  readonly open: (folder: string) => Promise<Peer>;
  readonly zh: RegExp;
  readonly en: RegExp;
  /** Never in any sentence. */
  readonly secret?: string;
}

export const influxNorth = (url: string, more = "") =>
  `influx: { url: "${url}", database: gatehouse, allow: [loopback], points: { devices: [meter] }${more} }`;

export const inInflux = async (influxd: Influxd) => {
  const rows = await influxd.ask<{ value: number }>("SELECT value FROM point WHERE point = 'f0' AND quality = 'good'");
  const alarms = await influxd.ask<{ rule: string; began: boolean }>("SELECT rule, began FROM alarm");
  return {
    numbers: rows.map(({ value }) => value),
    rules: alarms.filter(({ began }) => began).map(({ rule }) => rule),
  };
};

const peerOf = (influxd: Influxd, north: string, mend: () => Promise<void>): Peer => ({
  north,
  mend,
  arrived: () => inInflux(influxd),
  [Symbol.asyncDispose]: () => influxd[Symbol.asyncDispose](),
});

export const TROUBLES: readonly Trouble[] = [
  {
    name: "InfluxDB out of reach",
    target: "influx",
    zh: /无法连接 127\.0\.0\.1:\d+.*请检查网络/,
    en: /127\.0\.0\.1:\d+ cannot be reached.*Check the network/,
    async open(folder) {
      const influxd = await startInfluxd(folder);
      await influxd.kill();
      return peerOf(influxd, influxNorth(influxd.url), () => influxd.start());
    },
  },
  {
    name: "the wrong password of InfluxDB",
    target: "influx",
    zh: /InfluxDB（127.*不接受用户名、密码或令牌.*请核对 site\.yaml 中 north\.influx/,
    en: /InfluxDB at 127.*does not accept the user, password or token.*Check.*north\.influx in site\.yaml/,
    secret: "word-that-is-wrong",
    async open(folder) {
      const influxd = await startInfluxd(folder, { user: { name: "gatehouse", password: "secret" } });
      await influxd.ask("CREATE USER writer WITH PASSWORD 'another-word' WITH ALL PRIVILEGES");
      return peerOf(
        influxd,
        influxNorth(influxd.url, `, username: writer, password: "word-that-is-wrong"`),
        async () => void (await influxd.ask("SET PASSWORD FOR writer = 'word-that-is-wrong'")),
      );
    },
  },
  {
    name: "the wrong database of InfluxDB",
    target: "influx",
    zh: /没有数据库 gatehouse.*请核对 north\.influx 的 url 和 database，或先建库/,
    en: /has no database gatehouse.*Check url and database of north\.influx, or create it/,
    async open(folder) {
      const influxd = await startInfluxd(folder);
      await influxd.ask("DROP DATABASE gatehouse");
      return peerOf(
        influxd,
        influxNorth(influxd.url),
        async () => void (await influxd.ask("CREATE DATABASE gatehouse")),
      );
    },
  },
  {
    name: "the wrong password of the broker",
    target: "mqtt",
    zh: /127\.0\.0\.1.*(不允许|用户名|密码)/,
    en: /127\.0\.0\.1.*does not allow this user/,
    secret: "word-that-is-wrong",
    async open() {
      const port = await freePorts(1);
      const strict = ["password_file {folder}/users", "allow_anonymous false"];
      let broker = await startMosquitto({ port, config: strict, files: { users: PASSWORDS } });
      const numbers: number[] = [];
      const rules: string[] = [];
      return {
        north: `mqtt: { broker: { url: "mqtt://127.0.0.1:${port}", user: gatehouse, password: "word-that-is-wrong" }, points: { devices: [meter] } }`,
        async mend() {
          await broker[Symbol.asyncDispose]();
          broker = await startMosquitto({ port });
          const client = await broker.client();
          client.on("message", (topic, payload) => {
            const body = JSON.parse(String(payload)) as { v?: number | null; rule?: string; event?: string };
            if (topic.endsWith("/f0") && typeof body.v === "number") numbers.push(body.v);
            if (body.rule !== undefined) rules.push(body.rule);
          });
          await client.subscribeAsync("gatehouse/park/+/f0", { qos: 1 });
          await client.subscribeAsync("gatehouse/park/+/alarm/+", { qos: 1 });
        },
        arrived: async () => ({ numbers, rules: [...new Set(rules)] }),
        [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
      };
    },
  },
  {
    name: "a receiver of webhooks that refuses us",
    target: "webhook",
    zh: /127\.0\.0\.1:\d+ 不认可签名。请核对 north\.webhook 的 secret/,
    en: /127\.0\.0\.1:\d+ does not accept the signature\. Compare the secret of north\.webhook/,
    secret: SECRET,
    async open() {
      const answers = [401];
      const there = await startReceiver(Buffer.from(SECRET), answers);
      return {
        north: `webhook: { url: "${there.url}", secret: "${SECRET}", allow: [loopback], points: { devices: [meter] } }`,
        async mend() {
          answers[0] = 204;
        },
        async arrived() {
          const bodies = [...there.messages.values()].map(({ body }) => body.data) as {
            samples?: { point: string; v: number | null }[];
            rows?: { event: string; alarm?: { rule: string } }[];
          }[];
          const samples = bodies.flatMap(({ samples = [] }) => samples);
          return {
            numbers: samples.filter(({ point, v }) => point === "meter.f0" && v !== null).map(({ v }) => v as number),
            rules: [...new Set(bodies.flatMap(({ rows = [] }) => rows).flatMap(({ alarm }) => alarm?.rule ?? []))],
          };
        },
        [Symbol.asyncDispose]: () => there[Symbol.asyncDispose](),
      };
    },
  },
];

/** The first zeros are those by which a test finds out that the meter is heard. */
export const fed = (numbers: readonly number[]): readonly number[] => numbers.filter((one) => one > 0);
