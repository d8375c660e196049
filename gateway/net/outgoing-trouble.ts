/** Why a call to the outside brought no answer, in words that hold no secret: the host is named, path and query are not. */
import type { Text } from "#model/text";

export type OutgoingProblem =
  | "bad-url"
  | "not-allowed"
  | "no-connection"
  | "too-slow"
  | "too-large"
  | "encoded"
  | "broken"
  | "stopped";

/** No answer. The path and query of an address may hold a secret, so the sentence names the host alone. */
export class OutgoingTrouble extends Error {
  readonly problem: OutgoingProblem;
  readonly because: Text;
  constructor(problem: OutgoingProblem, because: Text, options?: ErrorOptions) {
    super(because.en, options);
    this.name = "OutgoingTrouble";
    this.problem = problem;
    this.because = because;
  }
}

function trouble(problem: OutgoingProblem, zh: string, en: string, cause?: unknown): OutgoingTrouble {
  return new OutgoingTrouble(problem, { zh, en }, cause === undefined ? undefined : { cause });
}

export const badUrl = () =>
  trouble(
    "bad-url",
    "地址不是有效的 http 或 https 网址(网址中也不能带用户名和密码)。请检查配置。",
    "The address is not a valid http or https URL (and may not carry a user name or password). Check the settings.",
  );

export const notAllowed = (host: string) =>
  trouble(
    "not-allowed",
    `${host} 指向内网、本机或保留地址,配置未允许。如确需访问内网,请在该通道的 allow 中写上 private。`,
    `${host} leads to a private, local or reserved address, which the settings do not allow. If it is meant, add "private" to allow of this channel.`,
  );

export const tooSlow = (host: string, connected: boolean, cause: unknown) =>
  connected
    ? trouble("too-slow", `${host} 未在限时内答复完毕。`, `${host} did not finish its answer in time.`, cause)
    : trouble(
        "too-slow",
        `连接 ${host} 超时。请检查网络、防火墙和对方服务。`,
        `${host} did not accept the connection in time. Check the network, the firewall, and the service there.`,
        cause,
      );

export const tooLarge = (host: string) =>
  trouble(
    "too-large",
    `${host} 的答复超过 64 KiB,已丢弃。`,
    `The answer of ${host} is larger than 64 KiB and was dropped.`,
  );

export const encoded = (host: string) =>
  trouble(
    "encoded",
    `${host} 的答复经过压缩编码,出于安全不予解码。请让对方关闭压缩。`,
    `The answer of ${host} is compressed, which is never decoded here for safety. Switch compression off there.`,
  );

export const stopped = (host: string, cause: unknown) =>
  trouble("stopped", `对 ${host} 的请求已中止。`, `The call to ${host} was stopped.`, cause);

export const broken = (host: string, cause: unknown) =>
  trouble(
    "broken",
    `${host} 的答复中断或格式错误(${codeOf(cause)})。`,
    `The answer of ${host} broke off or is malformed (${codeOf(cause)}).`,
    cause,
  );

export function noConnection(host: string, cause: unknown): OutgoingTrouble {
  const code = codeOf(cause);
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/.test(code)) {
    return trouble(
      "no-connection",
      `${host} 的证书或加密握手不可信(${code})。请检查对方证书。`,
      `The certificate or TLS handshake of ${host} is not to be trusted (${code}). Check its certificate.`,
      cause,
    );
  }
  return trouble(
    "no-connection",
    `无法连接 ${host}(${code})。请检查网络、域名解析和对方服务。`,
    `${host} cannot be reached (${code}). Check the network, its name in DNS, and the service there.`,
    cause,
  );
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
