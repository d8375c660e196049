/**
 * The address of a point: `<topic>#<pointer>`, `spb:<group>/<node>/<device>/<metric>`, and what may follow it:
 * ` ; option=value` for time, quality, a bit, or the topic that tells whether the device lives, ` > <topic>#<pointer>` for orders.
 */
import * as z from "zod";
import type { Text } from "#model/text";
import { isTopic } from "#model/topic";
import { formatPointer, type Pointer, parsePointer } from "./pointer.ts";
import { complain } from "./settings.ts";

/** How the time of a payload is written: ISO 8601 with its offset, a count since 1970, or local text of a known offset. */
export type TimeFormat = "iso" | "s" | "ms" | "us" | "ns" | { readonly offset: string };

export interface Place {
  readonly topic: string;
  readonly pointer: Pointer;
}

export interface TopicAddress extends Place {
  readonly kind: "topic";
  readonly time?: { readonly pointer: Pointer; readonly format: TimeFormat };
  readonly quality?: Pointer;
  /** Messages of a topic that carries several kinds: only those that say this here are the point's. */
  readonly when?: { readonly pointer: Pointer; readonly is: string };
  /** Bit of a whole number. */
  readonly bit?: number;
  /** Topic that tells whether the whole device lives, usually its last will. */
  readonly alive?: Place;
  readonly command?: Place;
}

export interface SparkplugAddress {
  readonly kind: "sparkplug";
  readonly group: string;
  readonly node: string;
  /** Absent: the metric is the node's own. */
  readonly device?: string;
  readonly metric: string;
}

export type MqttAddress = TopicAddress | SparkplugAddress;

const shapes: Text = {
  zh: "地址应写成 主题#/json/路径、主题 或 spb:组/节点/设备/指标，例如 park/lift1/state#/speed。",
  en: "Write an address as topic#/json/pointer, topic, or spb:group/node/device/metric, e.g. park/lift1/state#/speed.",
};

export const MqttAddress = z.string().transform((text, context): MqttAddress => {
  const refuse = (what: Text) => complain(context, what);
  if (text.length > 1_024) return refuse(shapes);
  if (text.startsWith("spb:")) return parseSparkplug(text.slice(4)) ?? refuse(sparkplugShape);
  const [source = "", command, ...surplus] = text.split(" > ");
  if (surplus.length > 0) return refuse(shapes);
  const [at = "", ...options] = source.split(" ; ");
  const place = parsePlace(at);
  if (!place) return refuse(shapes);
  const order = command === undefined ? undefined : parsePlace(command);
  if (command !== undefined && !order?.pointer.every((step) => "key" in step)) return refuse(commandShape);
  const told: { -readonly [K in keyof TopicAddress]?: TopicAddress[K] } = {};
  for (const option of options) {
    const [, name = "", value = ""] = /^([a-z]+)=(.+)$/.exec(option) ?? [];
    const parsed = parseOption(name, value);
    if (!parsed || Object.keys(parsed).some((key) => Object.hasOwn(told, key))) return refuse(optionShape(option));
    Object.assign(told, parsed);
  }
  return { kind: "topic", ...place, ...told, ...(order ? { command: order } : {}) };
});

const sparkplugShape: Text = {
  zh: "Sparkplug 地址应写成 spb:组/节点/设备/指标；节点自身的指标写 spb:组/节点//指标。",
  en: "Write a Sparkplug address as spb:group/node/device/metric, or spb:group/node//metric for a metric of the node itself.",
};
const commandShape: Text = {
  zh: "“ > ”之后应为命令主题，可带 #/json/路径（路径里不能有 [名=值]），例如 … > park/lift1/cmd#/mode。",
  en: "After ' > ' comes the topic for orders, with #/json/pointer if wanted (no [name=value] in it), e.g. … > park/lift1/cmd#/mode.",
};
const optionShape = (option: string): Text => ({
  zh: `“${option}”不是可用的选项。可用：time=/ts:ms、quality=/q、when=/type:值、bit=0…31、alive=主题，各一次。`,
  en: `"${option}" is no option. There are time=/ts:ms, quality=/q, when=/type:value, bit=0…31 and alive=topic, each once.`,
});

function parsePlace(text: string): Place | undefined {
  const hash = text.indexOf("#");
  const topic = hash < 0 ? text : text.slice(0, hash);
  const path = hash < 0 ? "" : text.slice(hash + 1);
  const pointer = path.includes("#") ? undefined : parsePointer(path);
  // A hash with nothing behind it is the habit of `a/#`, which would be a filter.
  if (!pointer || (hash >= 0 && pointer.length === 0) || !isTopic(topic) || topic.startsWith("$")) return undefined;
  return topic.trim() === topic ? { topic, pointer } : undefined;
}

function parseOption(name: string, value: string): Partial<TopicAddress> | undefined {
  if (name === "time") {
    const [, path = "", format = "iso"] = /^(\/[^:]*)(?::(iso|s|ms|us|ns|[+-]\d\d:\d\d))?$/.exec(value) ?? [];
    const pointer = parsePointer(path);
    if (!pointer || pointer.length === 0) return undefined;
    const known = /^[+-]/.test(format) ? { offset: format } : (format as Exclude<TimeFormat, object>);
    return { time: { pointer, format: known } };
  }
  if (name === "quality") {
    const pointer = parsePointer(value);
    return pointer && pointer.length > 0 ? { quality: pointer } : undefined;
  }
  if (name === "when") {
    const [, path = "", is = ""] = /^(\/[^:]*):(.+)$/.exec(value) ?? [];
    const pointer = parsePointer(path);
    return pointer && pointer.length > 0 ? { when: { pointer, is } } : undefined;
  }
  if (name === "bit") return /^([0-9]|[12][0-9]|3[01])$/.test(value) ? { bit: Number(value) } : undefined;
  if (name === "alive") {
    const alive = parsePlace(value);
    return alive ? { alive } : undefined;
  }
  return undefined;
}

function parseSparkplug(text: string): SparkplugAddress | undefined {
  const [group = "", node = "", device = "", ...rest] = text.split("/");
  const metric = rest.join("/");
  const sound = [group, node].every((part) => part !== "" && isTopic(part)) && metric !== "" && metric.length <= 256;
  if (!sound || (device !== "" && !isTopic(device))) return undefined;
  return { kind: "sparkplug", group, node, ...(device === "" ? {} : { device }), metric };
}

/** As a person writes it, without what follows. */
export function formatAddress(address: MqttAddress): string {
  if (address.kind === "sparkplug")
    return `spb:${address.group}/${address.node}/${address.device ?? ""}/${address.metric}`;
  return formatPlace(address);
}

export const formatPlace = ({ topic, pointer }: Place): string =>
  pointer.length === 0 ? topic : `${topic}#${formatPointer(pointer)}`;
