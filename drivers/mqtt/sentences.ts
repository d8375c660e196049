/** What the MQTT driver says to people about a connection, a subscription, a device and an order. */
import type { Text } from "#model/text";

const inSeconds = (ms: number): string => String(ms / 1_000);

const obstacles: Readonly<Record<string, Text>> = {
  ECONNREFUSED: {
    zh: "拒绝连接：该端口没有 MQTT 代理在监听。请检查端口号和代理是否已启动",
    en: "refused the connection: no MQTT broker listens on that port. Check the port and that the broker runs",
  },
  ETIMEDOUT: {
    zh: "没有在时限内应答。请检查网络、防火墙，以及该端口是否真是 MQTT",
    en: "did not answer in time. Check the network, the firewall, and that the port really speaks MQTT",
  },
  EHOSTUNREACH: { zh: "无法到达。请检查网线和子网设置", en: "cannot be reached. Check cable and subnet" },
  ENETUNREACH: {
    zh: "所在网络没有路由。请检查网关的路由设置",
    en: "is in a network without a route. Check the routes of the gateway",
  },
  ENOTFOUND: {
    zh: "主机名无法解析。请检查 url，或改用 IP 地址",
    en: "has a name that cannot be resolved. Check the url, or use the IP address",
  },
  EAI_AGAIN: {
    zh: "主机名无法解析。请检查 DNS，或改用 IP 地址",
    en: "has a name that cannot be resolved. Check DNS, or use the IP address",
  },
  ECONNRESET: { zh: "重置了连接。请检查代理的日志", en: "reset the connection. Look into the broker's log" },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    zh: "使用自签名证书，而 ca 里没有它。请把它的证书写到 ca",
    en: "has a self-signed certificate that `ca` does not hold. Put its certificate into `ca`",
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    zh: "的证书由未知机构签发。请把签发机构的证书写到 ca",
    en: "has a certificate of an unknown authority. Put the authority's certificate into `ca`",
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    zh: "的证书由未知机构签发。请把签发机构的证书写到 ca",
    en: "has a certificate of an unknown authority. Put the authority's certificate into `ca`",
  },
  CERT_HAS_EXPIRED: {
    zh: "的证书已过期。请更换代理的证书",
    en: "has an expired certificate. Renew the broker's certificate",
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    zh: "的证书不是发给这个主机名的。请按证书里的名称改 url",
    en: "has a certificate for another name. Use the name in the certificate in the url",
  },
};

export function notReachable(where: string, code: string, waited: number): Text {
  const { zh, en } = obstacles[code] ?? { zh: `连接失败（${code}）`, en: `could not be connected (${code})` };
  const late = code === "ETIMEDOUT";
  return {
    zh: `${where} ${zh}${late ? `（已等待 ${inSeconds(waited)} 秒）` : ""}；系统会自动重试。`,
    en: `${where} ${en}${late ? ` (waited ${inSeconds(waited)} s)` : ""}; trying again by itself.`,
  };
}

/** Return codes of CONNACK, MQTT 3.1.1 table 3.1 and MQTT 5 section 3.2.2.2. */
const refusals: Readonly<Record<number, Text>> = {
  1: {
    zh: '不支持该 MQTT 版本。请在链路上写 version: "3.1.1"',
    en: 'does not speak this version of MQTT. Write version: "3.1.1" at the link',
  },
  2: {
    zh: "不接受该 clientId。请按代理的要求写 clientId",
    en: "refuses the clientId. Write the clientId that the broker asks for",
  },
  3: { zh: "暂时不可用", en: "is not available at the moment" },
  4: {
    zh: "拒绝了用户名或密码。请检查 user 和 password",
    en: "refuses the user or the password. Check `user` and `password`",
  },
  5: {
    zh: "不允许该用户连接。请检查用户、密码和 clientId 的权限",
    en: "does not allow this user. Check user, password, and what the clientId may do",
  },
};
const asOld: Readonly<Record<number, number>> = { 132: 1, 133: 2, 134: 4, 135: 5, 136: 3, 140: 5 };

export function refused(where: string, code: number): Text {
  const { zh, en } = refusals[asOld[code] ?? code] ?? {
    zh: `拒绝了连接（代码 ${code}）`,
    en: `refused the connection (code ${code})`,
  };
  return { zh: `${where} ${zh}；系统会自动重试。`, en: `${where} ${en}; trying again by itself.` };
}

export const lost = (where: string, why: Text | undefined): Text => ({
  zh: `${where} 的连接断开了${why ? `：${why.zh}` : ""}。请检查代理和网络；系统会自动重连。`,
  en: `The connection to ${where} is lost${why ? `: ${why.en}` : ""}. Check the broker and the network; connecting again by itself.`,
});

export const keepaliveMissed: Text = { zh: "代理没有回应保活报文", en: "the broker did not answer the keep-alive" };
export const tooLong = (limit: number): Text => ({
  zh: `代理发来的报文超过 packetBytes（${limit} 字节）`,
  en: `the broker sent a packet longer than packetBytes (${limit} bytes)`,
});
export const notMqtt: Text = { zh: "对方发来的不是 MQTT", en: "what came was no MQTT" };
/** Reason code 0x8E of MQTT 5: another client came with our id. */
export const takenOver: Text = {
  zh: "另一个客户端用了同样的 clientId。请给每台网关各写一个 clientId",
  en: "another client uses the same clientId. Give every gateway a clientId of its own",
};

export const noEmbedded: Text = {
  zh: "本站点没有配置自带的 MQTT 代理。请在 site.yaml 里加 broker:。",
  en: "This site has no broker of its own. Add broker: to site.yaml.",
};

export const notSubscribed = (topic: string): Text => ({
  zh: `代理不允许订阅 ${topic}。请在代理的权限表里给该用户加上此主题。`,
  en: `The broker does not allow to subscribe to ${topic}. Add the topic to this user's rights at the broker.`,
});

export const quiet = (after: number): Text => ({
  zh: `${inSeconds(after)} 秒内没有收到该设备的任何消息。请检查设备电源和网络，以及主题是否正确。`,
  en: `The device has said nothing for ${inSeconds(after)} s. Check its power and network, and that the topics are right.`,
});

export const saidOffline = (topic: string): Text => ({
  zh: `代理报告该设备已离线（${topic}）。请检查设备电源和网络。`,
  en: `The broker says that the device is gone (${topic}). Check its power and network.`,
});

export const waitsForLive: Text = {
  zh: "代理保留的旧值不知是何时的，正在等待设备的新消息。",
  en: "What the broker kept is of unknown age; waiting for a message of the device itself.",
};

export const clockOff = (by: number): Text => ({
  zh: `设备时钟${by > 0 ? "慢" : "快"} ${inSeconds(Math.abs(Math.round(by / 1_000) * 1_000))} 秒，时间已校正。请给设备对时。`,
  en: `The device's clock is ${inSeconds(Math.abs(Math.round(by / 1_000) * 1_000))} s ${by > 0 ? "slow" : "fast"}; its times are corrected. Set the clock of the device.`,
});

export const orderUnknown = (topic: string, waited: number): Text => ({
  zh: `命令已发到 ${topic}，但 ${inSeconds(waited)} 秒内设备没有回报新值。请现场核实设备状态。`,
  en: `The order went to ${topic}, but the device did not report the new value within ${inSeconds(waited)} s. Look at the device itself.`,
});
export const orderNotSent = (where: string): Text => ({
  zh: `命令没有发出：${where} 未连接。`,
  en: `The order did not go out: ${where} is not connected.`,
});
export const orderNeedsCommand: Text = {
  zh: "该点的地址没有命令主题，不能写入。请在地址后写 “ > 命令主题”。",
  en: "The address of this point has no topic for orders. Write ' > topic' behind it.",
};
export const orderOverlong: Text = { zh: "该值不能写入此点。", en: "This value cannot be written to the point." };
