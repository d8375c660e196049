/** The settings of an `opcua` link, as a site file writes them. Imports no OPC UA library: reading a site must stay quick. */
import * as z from "zod";
import type { Text } from "#model/text";
import { parseSpan, type Span } from "#model/time";

/** Adds an issue that has its sentence in both languages; the site's problem list shows `params.text`. */
export function complain(context: z.RefinementCtx, text: Text): never {
  context.addIssue({ code: "custom", message: text.en, params: { text } });
  return z.NEVER;
}

function span(name: Text, low: number, high: number) {
  return z.string().transform((given, context): Span => {
    const parsed = parseSpan(given);
    if (parsed !== undefined && parsed >= low && parsed <= high) return parsed;
    return complain(context, {
      zh: `${name.zh}应为 ${low} ms 到 ${high / 1_000} s 的时长（如 500ms、2s），现为“${given}”。`,
      en: `The ${name.en} must be a span from ${low} ms to ${high / 1_000} s such as 500ms or 2s, not "${given}".`,
    });
  });
}

const Endpoint = z.string().transform((given, context) => {
  const text = given.trim();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "opc.tcp:" && url.hostname !== "" && url.username === "" && url.password === "") {
    const port = url.port === "" ? 4840 : Number(url.port);
    if (port > 0) return url.port === "" ? text.replace(/^(opc\.tcp:\/\/[^/]+)/, "$1:4840") : text;
  }
  return complain(context, {
    zh: `endpoint 应写成 opc.tcp://主机:端口/路径（不含用户名和密码），现在不是。`,
    en: `The endpoint must be opc.tcp://host:port/path without user and password; this is not.`,
  });
});

const UserName = z.strictObject({
  name: z.string().min(1),
  password: z.string().meta({
    description: "the password, from the environment or as file:path",
    zh: "密码，取自环境变量或 file:路径",
  }),
});

const pem = (what: Text, label: RegExp) =>
  z.string().transform((given, context) => {
    if (label.test(given)) return given;
    return complain(context, {
      zh: `${what.zh}不是 PEM 文本；请用 file:路径 引用 PEM 文件。`,
      en: `The ${what.en} is no PEM text; name a PEM file with file:path.`,
    });
  });

const UserCertificate = z.strictObject({
  certificate: pem({ zh: "用户证书", en: "user certificate" }, /-----BEGIN CERTIFICATE-----/),
  privateKey: pem({ zh: "用户私钥", en: "user's private key" }, /-----BEGIN (RSA )?PRIVATE KEY-----/),
});

export const securityModes = ["none", "sign", "sign-and-encrypt"] as const;
/** SHA-1 policies (Basic128Rsa15, Basic256) are not offered: they are broken. */
export const policies = ["Basic256Sha256", "Aes256_Sha256_RsaPss"] as const;
export type Policy = (typeof policies)[number];

export const OpcuaSettings = z
  .strictObject({
    /** `opc.tcp://10.0.4.30:4840/path`; the port is 4840 when not told. */
    endpoint: Endpoint,
    /** Must be written: nobody gets an unprotected link by leaving a line out. */
    security: z.enum(securityModes),
    /** The policy that must be used; when not told, the strongest of the two that the server offers. */
    policy: z.enum(policies).optional(),
    user: z.union([UserName, UserCertificate]).optional(),
    /** How often the server sends what has changed. */
    publishing: span({ zh: "发布周期", en: "publishing interval" }, 50, 60_000).prefault("1s"),
    /** How often the server looks at each value; each point's own `every` when not told. */
    sampling: span({ zh: "采样周期", en: "sampling interval" }, 10, 3_600_000).optional(),
    /** `subscribe` turns to polling by itself when the server refuses subscriptions. */
    mode: z.enum(["subscribe", "poll"]).prefault("subscribe"),
    /** How long the server may take to answer. */
    timeout: span({ zh: "应答时限", en: "timeout" }, 100, 60_000).prefault("5s"),
  })
  .superRefine((settings, context) => {
    if (settings.security !== "none") return;
    if (settings.policy !== undefined) {
      complain(context, {
        zh: "security: none 时不能写 policy。",
        en: "With security: none there is no policy.",
      });
    }
    if (settings.user !== undefined) {
      complain(context, {
        zh: "security: none 时不能带用户：服务器身份无法核实，密码可能落入他人之手。请改为 sign-and-encrypt。",
        en: "With security: none no user may be given: nobody can tell who receives the password. Use sign-and-encrypt.",
      });
    }
  });
export type OpcuaSettings = z.output<typeof OpcuaSettings>;
