/** `north:` in site.yaml: the targets to which the house sends what it sees, and how much may wait for them. */

import { X509Certificate } from "node:crypto";
import * as z from "zod";
import { Secrets, WebAddress } from "#model/channel-settings";
import {
  type InfluxTarget,
  type MqttTarget,
  type NorthPoints,
  type NorthQueue,
  type NorthSettings,
  usualQueue,
  type WebhookTarget,
} from "#model/north";
import type { Text } from "#model/text";
import { hours } from "#model/time";
import { nearest } from "../../rules/language/nearest.ts";
import type { Drivers } from "./links.ts";
import { ChosenPoints, checkPoints, type Have } from "./north-points.ts";
import { type Part, parsePart, part, placeOf } from "./parse-part.ts";
import { type ProblemList, suggestion } from "./problems.ts";
import { complain, Size, spanFrom } from "./vocabulary.ts";

const Points = ChosenPoints.default({});

const Keep = spanFrom(hours(1), "1h");
const Queue = { cap: Size.optional(), keep: Keep.optional() };

function named(pattern: RegExp, todo: Text) {
  return z.string().superRefine((text, context) => {
    if (!pattern.test(text)) complain(context, { zh: "不是可用的名称", en: "is no name to be used here" }, todo);
  });
}

/** A name as InfluxDB takes it; what is in quotes there may hold anything but control characters. */
const InfluxName = named(/^[^\p{Cc}"\\/]{1,128}$/u, {
  zh: "不含引号、反斜杠和斜杠，最多 128 个字。",
  en: "Leave out quotes, backslashes and slashes; 128 characters at most.",
});

const Server = WebAddress.superRefine((text, context) => {
  if (!URL.canParse(text)) return;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    complain(
      context,
      { zh: "不能带用户名和密码", en: "may not carry a user and password" },
      { zh: "写到 username 和 password。", en: "Write them as username and password." },
    );
  } else if (url.search !== "" || url.hash !== "") {
    complain(
      context,
      { zh: "不能带 ? 和 #", en: "may have neither ? nor #" },
      {
        zh: "只写到端口或路径，例如 http://10.0.0.5:8086。",
        en: "Write it up to the port or path, e.g. http://10.0.0.5:8086.",
      },
    );
  }
});

const Certificate = z.string().superRefine((text, context) => {
  try {
    new X509Certificate(text);
  } catch {
    complain(
      context,
      { zh: "不是 PEM 格式的证书", en: "is no certificate in PEM form" },
      { zh: "写 file:路径 从文件读取。", en: "file:path takes it from a file." },
    );
  }
});

const Influx = z.strictObject({
  url: Server,
  database: InfluxName,
  retentionPolicy: InfluxName.optional(),
  username: z.string().min(1).max(256).optional(),
  password: z.string().min(1).max(4_096).optional(),
  token: z.string().min(1).max(4_096).optional(),
  ca: Certificate.optional(),
  allow: z.array(z.enum(["private", "loopback"])).default([]),
  points: Points,
  ...Queue,
});

/** A level of Sparkplug's topics. */
const Level = named(/^[^+#/\p{Cc}]{1,128}$/u, {
  zh: "写一层主题，不含 +、#、/。",
  en: "Write one level of a topic, without + # /.",
});

const Mqtt = z.strictObject({
  /** As the settings of an mqtt link. */
  broker: z.record(z.string(), z.unknown()),
  sparkplug: z.strictObject({ group: Level, node: Level }).optional(),
  points: Points,
  commands: z.array(z.string()).default([]),
  ...Queue,
});

const Webhook = z.strictObject({
  url: WebAddress,
  secret: Secrets,
  ca: Certificate.optional(),
  allow: z.array(z.enum(["private", "loopback"])).default([]),
  points: ChosenPoints.optional(),
  ...Queue,
});

export const NorthFile = z.strictObject({
  influx: Influx.optional(),
  mqtt: Mqtt.optional(),
  webhook: Webhook.optional(),
});

const queueOf = ({ cap, keep }: { cap?: number | undefined; keep?: number | undefined }): NorthQueue => ({
  cap: cap ?? usualQueue.cap,
  keep: (keep as NorthQueue["keep"] | undefined) ?? usualQueue.keep,
});

const toldOf = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

/** What the schema cannot see: settings that exclude each other, points and devices that the site does not have. */
export function finishNorth(
  at: Part,
  file: z.output<typeof NorthFile>,
  drivers: Drivers,
  site: Have,
  problems: ProblemList,
): NorthSettings {
  const influx = file.influx && finishInflux(part(at, "influx"), file.influx, site, problems);
  const mqtt = file.mqtt && finishMqtt(part(at, "mqtt"), file.mqtt, drivers, site, problems);
  const webhook = file.webhook && finishWebhook(part(at, "webhook"), file.webhook, site, problems);
  return { ...(influx ? { influx } : {}), ...(mqtt ? { mqtt } : {}), ...(webhook ? { webhook } : {}) };
}

function finishInflux(at: Part, file: z.output<typeof Influx>, site: Have, problems: ProblemList): InfluxTarget {
  const { cap, keep, points, ...rest } = file;
  if (rest.token !== undefined && (rest.username !== undefined || rest.password !== undefined)) {
    problems.error(
      placeOf(at, "token"),
      { zh: "token 与 username、password 只能写一种", en: "token excludes username and password" },
      {
        zh: "1.x 写 username 和 password，2.x、3.x 写 token。",
        en: "Give username and password for 1.x, token for 2.x and 3.x.",
      },
    );
  }
  if (rest.password !== undefined && rest.username === undefined) {
    problems.error(
      placeOf(at, "password"),
      { zh: "写了 password 却没有 username", en: "there is a password without a username" },
      { zh: "补上 username。", en: "Add username." },
    );
  }
  checkAddress(at, rest, problems);
  checkPoints(part(at, "points"), points, site, problems);
  return {
    ...toldOf(rest),
    allow: rest.allow,
    points: toldOf(points) as NorthPoints,
    queue: queueOf({ cap, keep }),
  } as InfluxTarget;
}

function finishWebhook(at: Part, file: z.output<typeof Webhook>, site: Have, problems: ProblemList): WebhookTarget {
  const { cap, keep, points, ...rest } = file;
  checkAddress(at, rest, problems);
  if (points) checkPoints(part(at, "points"), points, site, problems);
  return {
    ...toldOf(rest),
    allow: rest.allow,
    ...(points ? { points: toldOf(points) as NorthPoints } : {}),
    queue: queueOf({ cap, keep }),
  } as WebhookTarget;
}

function checkAddress(
  at: Part,
  { url, ca, allow }: { readonly url: string; readonly ca?: string | undefined; readonly allow: readonly string[] },
  problems: ProblemList,
): void {
  if (url.startsWith("http:") && ca !== undefined) {
    problems.error(
      placeOf(at, "ca"),
      { zh: "ca 只用于 https:// 的地址", en: "ca is for a url that begins with https://" },
      { zh: "改为 https://，或删除 ca。", en: "Write https://, or remove ca." },
    );
  }
  checkNetwork(at, url, allow, problems);
}

/** An address of our own network is refused at every try; better said here. */
function checkNetwork(at: Part, url: string, allow: readonly string[], problems: ProblemList): void {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  const place = /^(127\.|::1$|localhost$)/.test(host)
    ? "loopback"
    : /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:)/i.test(host)
      ? "private"
      : undefined;
  if (place === undefined || allow.includes(place)) return;
  problems.error(
    placeOf(at, "url"),
    place === "loopback"
      ? { zh: `${host} 是本机地址，未被允许`, en: `${host} is this machine, which is not allowed` }
      : { zh: `${host} 是内网地址，未被允许`, en: `${host} is a private address, which is not allowed` },
    { zh: `加上 allow: [${place}]。`, en: `Add allow: [${place}].` },
  );
}

function finishMqtt(
  at: Part,
  file: z.output<typeof Mqtt>,
  drivers: Drivers,
  site: Have,
  problems: ProblemList,
): MqttTarget {
  const driver = drivers.get("mqtt");
  const broker = driver ? parsePart(part(at, "broker"), driver.settings, problems).value : undefined;
  const url = (broker as { url?: string } | undefined)?.url;
  if (url === "embedded") {
    problems.error(
      placeOf(at, "broker", "url"),
      { zh: "北向不能用本网关自带的代理", en: "the gateway's own broker is no target in the north" },
      {
        zh: "写上级代理的地址，例如 mqtts://broker.example:8883。",
        en: "Write the broker above, e.g. mqtts://broker.example:8883.",
      },
    );
  }
  checkPoints(part(at, "points"), file.points, site, problems);
  for (const [index, id] of file.commands.entries()) {
    if (!site.complete) break;
    const point = site.points.find((one) => one.id === id);
    const writable = site.points.filter(({ write }) => write !== undefined).map((one) => one.id);
    if (point?.write) continue;
    problems.error(
      placeOf(at, "commands", index),
      point
        ? { zh: `点位 ${id} 不允许写入`, en: `the point ${id} is not writable` }
        : { zh: `没有点位 ${id}`, en: `there is no point ${id}` },
      suggestion(nearest(id, writable), writable),
    );
  }
  return {
    broker,
    ...(file.sparkplug ? { sparkplug: file.sparkplug } : {}),
    points: toldOf(file.points) as NorthPoints,
    queue: queueOf(file),
    commands: file.commands,
  };
}
