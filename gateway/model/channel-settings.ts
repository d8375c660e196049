/** What a site file says about each kind of channel. One table: the site checks by it, the channels are written for it. */
import * as z from "zod";
import type { Text } from "./text.ts";
import { isTopic } from "./topic.ts";

/** A sentence for what does not fit, read back by whoever tells the problem with its place. */
const sayIt = (what: Text, todo: Text) => ({ message: `${what.en} ${todo.en}`, params: { what, todo } });

const isWeb = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
export const WebAddress = z
  .string()
  .refine(
    isWeb,
    sayIt(
      { zh: "不是网址", en: "is not a web address" },
      { zh: "写成 http://… 或 https://…。", en: "Write http://… or https://…." },
    ),
  );

/** Networks beyond the open internet in which the receiver may stand. */
const Allow = z.array(z.enum(["private", "loopback"])).default([]);

/** Signs each message; a short one could be guessed from a single message. */
const Secret = z.string().min(16);
/** While a secret is changed: the new one first, and the one that the other side still knows. */
export const Secrets = z.union([Secret, z.array(Secret).min(1).max(2)]);

/** In which the people behind this channel read. JSON for programs carries both. */
const language = z.enum(["zh", "en"]).default("zh");

/** The authority of a house of its own, PEM, in place of the machine's list. */
const ca = z.string().min(1).optional();

const webhook = { url: WebAddress, secret: Secrets, ca, allow: Allow };

/** Group robots. The address holds the key of the robot and is a secret as a whole. */
const robot = {
  url: WebAddress,
  allow: Allow,
  /** Posts a minute. All three vendors cut off at 20 or more; what is left is for the next emergency. */
  perMinute: z.int().min(6).max(20).default(15),
  language,
};
/** Further robots of the same group: they take what the first one cannot, because it is out of posts, shut out or broken. */
const MOST_FURTHER = 4;
/** 加签 of DingTalk and Feishu; absent where the robot is guarded by keywords or addresses instead. */
const sign = z.string().min(8).optional();
const furtherOf = <S extends z.ZodRawShape>(shape: S) => z.array(z.strictObject(shape)).max(MOST_FURTHER).default([]);
const keyed = { ...robot, overflow: furtherOf({ url: WebAddress }) };
const signed = { ...robot, secret: sign, overflow: furtherOf({ url: WebAddress, secret: sign }) };

const Pointer = z
  .string()
  .refine(
    (text) => text === "" || text.startsWith("/"),
    sayIt(
      { zh: "不是 JSON 指针", en: "is not a JSON pointer" },
      { zh: "例如 /Code 或 /data/status。", en: "For example /Code or /data/status." },
    ),
  );
const Code = z.union([z.string(), z.number(), z.boolean()]);

/** The words in { } that a template may hold. */
export const templateWords = ["phone", "text", "ticket", "severity", "title", "place", "key", "name", "link"] as const;
export type TemplateWord = (typeof templateWords)[number];
const known: readonly string[] = templateWords;
const Template = z.string().superRefine((text, context) => {
  const wrong = [...text.matchAll(/\{([a-z]+)\}/g)]
    .map((match) => match[1] ?? "")
    .find((word) => !known.includes(word));
  if (wrong === undefined) return;
  const { message, params } = sayIt(
    { zh: `含有未知的 {${wrong}}`, en: `holds {${wrong}}, which is not known` },
    { zh: `可用：${known.join(" ")}。`, en: `Known: ${known.join(" ")}.` },
  );
  context.addIssue({ code: "custom", message, params });
});

/** A provider of text messages or calls, reached by one HTTP request whose every part the site writes. */
const provider = {
  url: Template.refine(
    (text) => isWeb(text.replaceAll(/\{[a-z]+\}/g, "x")),
    sayIt(
      { zh: "不是网址", en: "is not a web address" },
      { zh: "写成 http://… 或 https://…。", en: "Write http://… or https://…." },
    ),
  ),
  method: z.enum(["POST", "GET"]).default("POST"),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), Template).default({}),
  /** How words are written into the body: inside JSON strings, or as values of a form. */
  encoding: z.enum(["json", "form"]).default("json"),
  body: Template.optional(),
  /** The answer counts as success with a status of 2xx and, where told, with this value at this place of its JSON. */
  success: z.strictObject({ pointer: Pointer, equals: z.array(Code).min(1) }).optional(),
  /** Values at the same place after which another try is of no use: wrong number, no signature, no money. */
  final: z.array(Code).default([]),
  /** Characters of {text}; longer texts lose their end, never number, place and emergency. */
  longest: z.int().min(20).max(1_000).default(300),
  /** The provider tells back what became of a message ({key} must go out with it), signed with this secret. */
  answers: z.strictObject({ secret: Secrets }).optional(),
  language,
  ca,
  allow: Allow,
};

const smtp = {
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(465),
  /** tls: from the first byte; starttls: after the greeting, and not without; none: only where the network is our own. */
  security: z.enum(["tls", "starttls", "none"]).default("tls"),
  user: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  /** Of the subject; the mail itself says it in both. */
  language,
  from: z.string().regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/),
  ca,
  allow: Allow,
};

const isBroker = (text: string): boolean =>
  URL.canParse(text) && /^mqtts?:\/\/[^@]+$/.test(text) && /^\/?$/.test(new URL(text).pathname);
/** Words of a topic; a level made of one holds neither wildcards nor further levels. */
const topicWords = ["site", "person", "ticket", "severity"];
const isMessageTopic = (text: string): boolean =>
  isTopic(text.replaceAll(/\{([a-z]+)\}/g, (whole, word) => (topicWords.includes(word) ? "x" : whole))) &&
  !/\{(?!(site|person|ticket|severity)\})/.test(text);

/** A broker that carries messages on: QoS 1, never retained. */
const mqtt = {
  url: z
    .string()
    .refine(
      isBroker,
      sayIt(
        { zh: "不是代理的地址", en: "is not the address of a broker" },
        { zh: "写成 mqtt://主机:1883 或 mqtts://主机:8883。", en: "Write mqtt://host:1883 or mqtts://host:8883." },
      ),
    ),
  user: z.string().min(1).max(256).optional(),
  password: z.string().min(1).max(4_096).optional(),
  version: z.union([z.literal(5), z.literal("3.1.1")]).default(5),
  /** For mqtts. */
  ca,
  topic: z
    .string()
    .max(200)
    .refine(
      isMessageTopic,
      sayIt(
        { zh: "不是可用的主题", en: "is not a topic" },
        {
          zh: "不能有 + 和 #；可用 {site} {person} {ticket} {severity}。",
          en: "No + or #; {site} {person} {ticket} {severity} may stand in it.",
        },
      ),
    )
    .default("gatehouse/{site}/message/{person}"),
};

/** By the `kind` of a site file. The screens are a channel without settings and stand in no file. */
export const channelSettings = {
  webhook: z.strictObject(webhook),
  wecom: z.strictObject(keyed),
  dingtalk: z.strictObject(signed),
  feishu: z.strictObject(signed),
  sms: z.strictObject(provider),
  voice: z.strictObject(provider),
  smtp: z.strictObject(smtp),
  mqtt: z.strictObject(mqtt),
} as const;

export type ChannelKind = keyof typeof channelSettings;
export const channelKinds = Object.keys(channelSettings) as unknown as readonly [ChannelKind, ...ChannelKind[]];
export type SettingsOf<K extends ChannelKind> = z.output<(typeof channelSettings)[K]>;

/** Which contact of a person a kind cannot do without; a robot talks to a group and needs none. */
export const contactNeeded: Readonly<Record<string, "phone" | "email" | undefined>> = {
  sms: "phone",
  voice: "phone",
  smtp: "email",
};
