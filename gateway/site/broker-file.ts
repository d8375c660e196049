/** `broker:` in site.yaml: the house's own MQTT broker, its users and what each may say and hear. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import * as z from "zod";
import { type BrokerSettings, OWN_NAME } from "#model/broker";
import type { SiteLink } from "#model/site";
import { isFilter } from "#model/topic";
import { type Part, part, placeOf } from "./parse-part.ts";
import type { ProblemList } from "./problems.ts";
import { complain, Id } from "./vocabulary.ts";

const Filter = z.string().superRefine((filter, context) => {
  const todo = {
    zh: "写主题或过滤器，+ 占一整层，# 只能在最后，例如 park/pump-1/#。",
    en: "Write a topic or a filter: + for a whole level, # only at the end, e.g. park/pump-1/#.",
  };
  if (!isFilter(filter)) complain(context, { zh: "不是 MQTT 主题过滤器", en: "is no MQTT topic filter" }, todo);
  else if (filter.startsWith("$"))
    complain(context, { zh: "$ 开头的主题属于代理自身", en: "begins with $, which is the broker's own" }, todo);
});

const Publishable = Filter.superRefine((filter, context) => {
  if (filter.split("/")[0] !== OWN_NAME) return;
  complain(
    context,
    { zh: `${OWN_NAME}/ 之下的主题只由网关发布`, en: `is below ${OWN_NAME}/, which only the gateway publishes` },
    { zh: "换一个主题。", en: "Use another topic." },
  );
});

const ClientId = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/)
  .meta({
    description: "an MQTT client id: up to 128 printable characters without blanks",
    zh: "MQTT client id：最多 128 个可见字符，不含空格",
  });

const User = z.strictObject({
  name: Id,
  password: z.string().min(8).max(1_024),
  clients: z.array(ClientId).min(1).optional(),
  publish: z.array(Publishable).default([]),
  subscribe: z.array(Filter).default([]),
});

const LIMITS = { clients: 1_000, messagesPerSecond: 100, packetBytes: 262_144, retained: 20_000, queued: 1_000 };

export const BrokerFile = z.strictObject({
  listen: z
    .strictObject({
      host: z.string().min(1).default("127.0.0.1"),
      port: z.int().min(0).max(65_535).default(1_883),
    })
    .default({ host: "127.0.0.1", port: 1_883 }),
  /** PEM texts, `file:path`. */
  tls: z.strictObject({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
  users: z.array(User).default([]),
  limits: z
    .strictObject({
      clients: z.int().min(1).max(20_000).default(LIMITS.clients),
      messagesPerSecond: z.int().min(1).max(10_000).default(LIMITS.messagesPerSecond),
      packetBytes: z.int().min(1_024).max(4_194_304).default(LIMITS.packetBytes),
      retained: z.int().min(0).max(200_000).default(LIMITS.retained),
      queued: z.int().min(0).max(10_000).default(LIMITS.queued),
    })
    .default(LIMITS),
});

/** What the schema cannot see: names and client ids that come twice, and a certificate that does not fit its key. */
export function finishBroker(at: Part, file: z.output<typeof BrokerFile>, problems: ProblemList): BrokerSettings {
  const names = new Map<string, number>();
  const owners = new Map<string, string>();
  const users = file.users.map((user, index) => {
    const place = placeOf(at, "users", index, "name");
    if (user.name === OWN_NAME) {
      problems.error(
        place,
        { zh: `用户名 ${OWN_NAME} 由网关自用`, en: `the user ${OWN_NAME} is the gateway itself` },
        { zh: "换一个用户名。", en: "Use another name." },
      );
    }
    if (names.has(user.name)) {
      problems.error(
        place,
        { zh: `用户 ${user.name} 重复`, en: `the user ${user.name} comes twice` },
        { zh: "每个用户只写一次。", en: "Write each user once." },
      );
    }
    names.set(user.name, index);
    const clients = user.clients ?? [user.name];
    for (const client of clients) {
      const owner = owners.get(client);
      if (owner !== undefined && owner !== user.name) {
        problems.error(
          placeOf(at, "users", index, user.clients ? "clients" : "name"),
          { zh: `client id ${client} 已属于用户 ${owner}`, en: `the client id ${client} belongs to the user ${owner}` },
          { zh: "每个 client id 只归一个用户。", en: "Give each client id to one user." },
        );
      }
      owners.set(client, user.name);
    }
    return { name: user.name, password: user.password, clients, publish: user.publish, subscribe: user.subscribe };
  });
  const { tls } = file;
  if (tls && !belongTogether(tls)) {
    problems.error(
      placeOf(at, "tls"),
      { zh: "证书或私钥不可用，或两者不配对", en: "certificate or key cannot be used, or they do not belong together" },
      { zh: "写成 PEM 文件：{ cert: file:…, key: file:… }。", en: "Give PEM files: { cert: file:…, key: file:… }." },
    );
  }
  return { listen: file.listen, users, limits: file.limits, ...(tls ? { tls } : {}) };
}

function belongTogether({ cert, key }: { cert: string; key: string }): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** A link to the house's own broker needs that there is one. */
export function checkEmbedded(root: Part, links: readonly SiteLink[], problems: ProblemList): void {
  const own = links.filter(({ settings }) => (settings as { url?: unknown } | null)?.url === "embedded");
  // A broker that has problems of its own is there all the same.
  if (own.length === 0 || part(root, "broker").value !== undefined) return;
  problems.error(
    placeOf(part(root, "id")),
    {
      zh: `链路 ${own.map(({ id }) => id).join("、")} 使用 embedded，但 site.yaml 没有 broker`,
      en: `the link ${own.map(({ id }) => id).join(", ")} uses embedded, but site.yaml has no broker`,
    },
    {
      zh: "在 site.yaml 里添加 broker，或写代理的 url。",
      en: "Add broker to site.yaml, or write the url of a broker.",
    },
  );
}
