/** The settings of an `mqtt` link, as a site file writes them. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import * as z from "zod";
import type { Text } from "#model/text";
import { milliseconds, parseSpan, type Span } from "#model/time";
import { isTopic } from "#model/topic";

/** Both sentences of an issue: `message` is the English one, `params.text` holds both. */
export function complain(context: z.RefinementCtx, text: Text): never {
  context.addIssue({ code: "custom", message: text.en, params: { text } });
  return z.NEVER;
}

/** The broker of this gateway itself; the house puts the way to it in the place of this word. */
export const EMBEDDED = "embedded";

const Url = z.string().superRefine((given, context) => {
  if (given === EMBEDDED) return;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const known = url?.protocol === "mqtt:" || url?.protocol === "mqtts:";
  if (!url || !known || url.hostname === "") {
    complain(context, {
      zh: "url 应写成 mqtt://主机:1883、mqtts://主机:8883，或 embedded（本网关自带的代理）。",
      en: "Write url as mqtt://host:1883, mqtts://host:8883, or embedded for the broker of this gateway.",
    });
  } else if (url.username !== "" || url.password !== "") {
    complain(context, {
      zh: "url 里不能写用户名和密码，请写到 user 和 password。",
      en: "The url takes no user or password; write them as user and password.",
    });
  } else if (!/^\/?$/.test(url.pathname) || url.search !== "" || url.hash !== "") {
    complain(context, {
      zh: "url 在端口之后不能再有内容；主题写在点的地址里。",
      en: "Nothing may follow the port in the url; topics stand in the addresses of points.",
    });
  }
});

const span = (name: Text, low: string, high: string) =>
  z.string().transform((given, context): Span => {
    const found = parseSpan(given);
    const [least, most] = [parseSpan(low) ?? 0, parseSpan(high) ?? 0];
    if (found !== undefined && found >= least && found <= most) return milliseconds(found);
    return complain(context, {
      zh: `${name.zh}应为 ${low} 到 ${high} 的时长（如 30s、5m），现为“${given}”。`,
      en: `The ${name.en} must be a span from ${low} to ${high} such as 30s or 5m, not "${given}".`,
    });
  });

const readable = (read: (text: string) => unknown): ((text: string) => boolean) => {
  return (text) => {
    try {
      read(text);
      return true;
    } catch {
      return false;
    }
  };
};

const isCertificate = readable((text) => new X509Certificate(text));
const isKey = readable((text) => createPrivateKey(text));

const pem = (good: (text: string) => boolean, zh: string, en: string) =>
  z.string().superRefine((text, context) => {
    if (good(text)) return;
    complain(context, {
      zh: `不是 PEM 格式的${zh}；写成 file:路径 即可从文件读取。`,
      en: `is no ${en} in PEM form; file:path takes it from a file.`,
    });
  });

const Topic = z.string().superRefine((text, context) => {
  if (isTopic(text)) return;
  complain(context, {
    zh: "不是可用的主题（不能有 + 和 #，最多 256 字节、16 层）。",
    en: "is no topic (no + or #, at most 256 bytes and 16 levels).",
  });
});

export const MqttSettings = z
  .strictObject({
    url: Url,
    user: z.string().min(1).max(256).optional(),
    password: z.string().min(1).max(4_096).optional(),
    /** Told apart by it are all clients of a broker; made once per data folder when not told. */
    clientId: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/)
      .optional(),
    /** 5, or 3.1.1 for brokers that refuse 5. */
    version: z.union([z.literal(5), z.literal("5"), z.literal("3.1.1")]).prefault(5),
    keepalive: span({ zh: "保活间隔", en: "keepalive" }, "5s", "120s").prefault("30s"),
    /** How long to wait for the broker's answer to a connection or subscription. */
    timeout: span({ zh: "应答时限", en: "timeout" }, "100ms", "60s").prefault("10s"),
    /** How long an MQTT 5 broker keeps what came while this gateway was away; a 3.1.1 broker decides itself. */
    sessionExpiry: span({ zh: "会话保留时间", en: "session expiry" }, "0s", "7d").prefault("1h"),
    /** PEM texts, or `file:path`. `ca` in place of the machine's own list; `cert` and `key` to prove who we are. */
    ca: pem(isCertificate, "证书", "certificate").optional(),
    cert: pem(isCertificate, "证书", "certificate").optional(),
    key: pem(isKey, "私钥（无口令）", "private key without a passphrase").optional(),
    /** Said by the broker when this gateway is lost without a goodbye. */
    will: z
      .strictObject({
        topic: Topic,
        payload: z.string().max(1_024).default("offline"),
        retain: z.boolean().default(true),
      })
      .optional(),
    /** A device that says nothing for this long counts as one missed poll, and again after each further such time. */
    quietAfter: span({ zh: "静默时限", en: "quiet time" }, "50ms", "7d").prefault("60s"),
    /**
     * What to do with a retained value of which nobody knows the age: `wait` for a live one and have no value until then,
     * or show it as `uncertain`.
     */
    retained: z.enum(["wait", "uncertain"]).prefault("wait"),
    /** A device clock that is off by more than this is corrected by what it is off. */
    clockSkew: span({ zh: "时钟偏差", en: "clock skew" }, "1s", "1d").prefault("30s"),
    /** How long an order may wait until the device reports the new value. */
    writeTimeout: span({ zh: "写入回读时限", en: "time for an order" }, "100ms", "60s").prefault("10s"),
    /** Longest packet that is taken from the broker, in bytes. */
    packetBytes: z.int().min(1_024).max(4_194_304).default(262_144),
    /** Whether Sparkplug nodes may be asked to tell all their metrics again. */
    rebirth: z.boolean().default(true),
  })
  .superRefine((settings, context) => {
    if ((settings.cert === undefined) !== (settings.key === undefined)) {
      complain(context, { zh: "cert 和 key 必须一起写。", en: "cert and key belong together." });
    }
    const secure = settings.url.startsWith("mqtts:");
    if (!secure && (settings.ca !== undefined || settings.cert !== undefined)) {
      complain(context, {
        zh: "ca、cert、key 只用于 mqtts:// 的地址。",
        en: "ca, cert and key are for a url that begins with mqtts://.",
      });
    }
    if (settings.password !== undefined && settings.user === undefined) {
      complain(context, { zh: "写了 password 却没有 user。", en: "There is a password without a user." });
    }
  });
export type MqttSettings = z.output<typeof MqttSettings>;

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

export function brokerAddress(url: string): BrokerAddress {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === "mqtts:";
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (secure ? 8_883 : 1_883) : Number(port),
    secure,
  };
}
