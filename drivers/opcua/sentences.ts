/** What the OPC UA driver says to people: about a link that cannot work, and about a value that is not good. */
import type { Reason } from "#model/quality";
import type { Text } from "#model/text";
import { LinkBroken } from "../driver.ts";

interface Obstacle {
  readonly sign: RegExp;
  readonly reason: Reason;
  readonly zh: string;
  readonly en: string;
}

/** By what stands in the library's error; the first that fits is said. */
const obstacles: readonly Obstacle[] = [
  {
    sign: /ECONNREFUSED/,
    reason: "no-link",
    zh: "拒绝连接：该端口没有程序在监听。请检查端口号和 OPC UA 服务是否已启动",
    en: "refused the connection: nothing listens on that port. Check the port and that the OPC UA server runs",
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN/,
    reason: "no-link",
    zh: "的主机名无法解析。请检查 endpoint，或改用 IP 地址",
    en: "has a name that cannot be resolved. Check `endpoint`, or use the IP address",
  },
  {
    sign: /EHOSTUNREACH|ENETUNREACH/,
    reason: "no-link",
    zh: "无法到达。请检查设备电源、网线和子网设置",
    en: "cannot be reached. Check its power, cable and subnet",
  },
  {
    sign: /BadIdentityTokenRejected|BadUserAccessDenied|BadIdentityTokenInvalid|BadUserSignatureInvalid/,
    reason: "no-link",
    zh: "拒绝了用户身份。请检查 user 的用户名、密码或证书，以及该用户在服务器上的权限",
    en: "rejected the user. Check name, password or certificate under `user`, and the user's rights on the server",
  },
  {
    sign: /BadSecurityChecksFailed|BadCertificate(?!HostName)|BadApplicationSignatureInvalid|socket has been disconnected by third party/,
    reason: "no-link",
    zh: "在安全握手时断开。请在服务器上信任本网关的证书（own/certificate.pem，多在“被拒绝的证书”中），并检查双方时钟",
    en: "broke off while security was set up. Trust the gateway's certificate (own/certificate.pem; often listed as rejected) on the server, and check both clocks",
  },
  {
    sign: /BadTooManySessions|BadMaxConnectionsReached|BadTcpNotEnoughResources/,
    reason: "no-link",
    zh: "会话数已满。请关闭其他客户端，或在服务器上提高会话上限",
    en: "has too many sessions. Close other clients, or raise the limit on the server",
  },
  {
    sign: /BadTcpEndpointUrlInvalid|BadServerUriInvalid/,
    reason: "no-link",
    zh: "不认识该地址。请检查 endpoint 中端口之后的路径",
    en: "does not know this address. Check the path behind the port in `endpoint`",
  },
  {
    sign: /BadTcpMessageTypeInvalid|hadErrortrue|message type|[Ii]nvalid.*(header|chunk|message)|Expecting|BadCommunicationError|decod/,
    reason: "decode",
    zh: "的应答不是 OPC UA。请检查该端口是否为 OPC UA 服务器（opc.tcp）",
    en: "does not answer in OPC UA. Check that an OPC UA server (opc.tcp) listens on this port",
  },
  {
    sign: /ETIMEDOUT|[Tt]imeout|[Tt]imed out|BadRequestTimeout/,
    reason: "timeout",
    zh: "在时限内没有应答。请检查设备电源、网线和服务器是否卡死",
    en: "did not answer in time. Check its power, its cable, and whether the server hangs",
  },
  {
    sign: /BadServerHalted|BadShutdown/,
    reason: "no-link",
    zh: "正在停机或重启",
    en: "is shutting down or restarting",
  },
];

/** Any failure of the library as a broken link; one that is a `LinkBroken` already stays what it is. */
export function brokenBy(error: unknown, where: string): LinkBroken {
  if (error instanceof LinkBroken) return error;
  const told = error instanceof Error ? `${error.name} ${error.message} ${(error as NodeJS.ErrnoException).code}` : "";
  const found = obstacles.find(({ sign }) => sign.test(told));
  const code = /\b(Bad[A-Z]\w+)/.exec(told)?.[1];
  const because: Text = found
    ? {
        zh: `${where} ${found.zh}${code ? `（${code}）` : ""}；系统会自动重试。`,
        en: `${where} ${found.en}${code ? ` (${code})` : ""}; trying again by itself.`,
      }
    : {
        zh: `与 ${where} 的 OPC UA 连接中断${code ? `（${code}）` : ""}。请检查服务器与网络；系统会自动重试。`,
        en: `The OPC UA connection to ${where} broke${code ? ` (${code})` : ""}. Check the server and the network; trying again by itself.`,
      };
  return new LinkBroken(found?.reason ?? "no-link", because, { cause: error });
}

export const silentSince = (where: string): Text => ({
  zh: `${where} 没有按时发来保活报文，数据可能已过时；请检查网络和服务器。`,
  en: `${where} sent no keep-alive when it was due, so its values may be old; check the network and the server.`,
});

export const notAnswering = (where: string): Text => ({
  zh: `${where} 接受了连接但没有应答；请检查服务器是否卡死。`,
  en: `${where} took the connection but does not answer; check whether the server hangs.`,
});

interface Meaning {
  readonly reason: Reason;
  readonly zh: string;
  readonly en: string;
}

const gone: Meaning = {
  reason: "refused",
  zh: "服务器没有这个节点。请用 gatehouse browse 核对地址",
  en: "the server has no such node. Compare the address with gatehouse browse",
};
const denied: Meaning = {
  reason: "refused",
  zh: "服务器不允许读取。请检查用户权限",
  en: "the server does not allow it to be read. Check the rights of the user",
};
const device: Meaning = {
  reason: "no-link",
  zh: "服务器与其后的设备通讯中断。请检查该设备及其线路",
  en: "the server has lost the device behind it. Check that device and its line",
};

/** Names of OPC 10000-4 table 177 and Part 8; what is not listed is said by its name. */
const meanings: Readonly<Record<string, Meaning>> = {
  BadNodeIdUnknown: gone,
  BadNodeIdInvalid: gone,
  BadNoMatch: gone,
  BadAttributeIdInvalid: gone,
  BadNotReadable: denied,
  BadUserAccessDenied: denied,
  BadSecurityModeInsufficient: {
    reason: "refused",
    zh: "服务器要求更高的安全模式。请把 security 改为 sign-and-encrypt",
    en: "the server wants more security. Set security to sign-and-encrypt",
  },
  BadNoCommunication: device,
  BadCommunicationError: device,
  BadNotConnected: device,
  BadTimeout: { ...device, reason: "timeout" },
  BadDeviceFailure: {
    reason: "not-available",
    zh: "设备报告自身故障。请检修设备",
    en: "the device says that it has failed. Have it repaired",
  },
  BadSensorFailure: {
    reason: "not-available",
    zh: "传感器故障。请检查传感器和接线",
    en: "the sensor has failed. Check it and its wiring",
  },
  BadOutOfService: { reason: "not-available", zh: "数据源已停用", en: "the source is out of service" },
  BadWaitingForInitialData: {
    reason: "not-available",
    zh: "服务器尚未取得数据",
    en: "the server has no value yet",
  },
  BadConfigurationError: {
    reason: "not-available",
    zh: "服务器上该变量的配置有误",
    en: "the variable is configured wrongly on the server",
  },
  BadOutOfRange: { reason: "out-of-range", zh: "超出量程", en: "the value is outside its range" },
  BadConditionDisabled: {
    reason: "not-available",
    zh: "该报警在服务器上已禁用",
    en: "the alarm is disabled on the server",
  },
  BadNoEntryExists: {
    reason: "not-available",
    zh: "服务器没有列出该报警条件，也还没有报告过它；首次报告后即可读取。请用 gatehouse browse 核对名称",
    en: "the server neither shows this condition nor has told of it yet; it is read from its first event on. Compare the name with gatehouse browse",
  },
  BadNoSubscription: {
    reason: "refused",
    zh: "报警条件只能通过订阅得到，而该链路是轮询方式",
    en: "conditions come by subscription alone, and this link is polled",
  },
  BadIndexRangeNoData: {
    reason: "refused",
    zh: "数组没有这个元素。请核对 [序号]",
    en: "the array has no such element. Check the [index]",
  },
};

/** Reason and sentence of a bad status code by its name, about the point at `at`. */
export function badStatus(name: string, at: string): { readonly reason: Reason; readonly because: Text } {
  const found = Object.hasOwn(meanings, name) ? meanings[name] : undefined;
  const { reason, zh, en } = found ?? {
    reason: "not-available" as const,
    zh: "服务器标记该值为坏值",
    en: "the server marks the value as bad",
  };
  return { reason, because: { zh: `${at}：${zh}（${name}）。`, en: `${at}: ${en} (${name}).` } };
}
