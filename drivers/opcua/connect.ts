/** One session with an OPC UA server, from the first packet to the last. It never connects a second time: that is the gateway's work. */
import { X509Certificate } from "node:crypto";
import {
  type ClientSession,
  crypto_utils,
  type EndpointDescription,
  InMemoryCertificateStore,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  StaticCertificateChainProvider,
  type UserIdentityInfo,
  UserTokenType,
} from "node-opcua";
import type { Text } from "#model/text";
import { type Clock, milliseconds, type Span } from "#model/time";
import { LinkBroken, type Trace } from "../driver.ts";
import { type OwnCertificate, ownCertificate, rolloverNote } from "./own-certificate.ts";
import { silence } from "./quiet.ts";
import { raced } from "./raced.ts";
import { brokenBy } from "./sentences.ts";
import { type OpcuaSettings, type Policy, policies } from "./settings.ts";
import { expiredNote, hostOf, mustBeTrusted, trustedAt } from "./trust.ts";

export interface Connected {
  readonly session: ClientSession;
  /** What an engineer should know although the link works: no security, certificates that run out. */
  readonly notes: readonly Text[];
  /** Never resolves; rejects with a `LinkBroken` as soon as the connection is gone. */
  readonly lost: Promise<never>;
  /** Says goodbye if the server listens; the socket is gone in any case, within a second. */
  close(): Promise<void>;
}

export interface Dial {
  /** Id of the link, for the command that trusts its server. */
  readonly link: string;
  readonly settings: OpcuaSettings;
  readonly folder: string;
  readonly clock: Clock;
  readonly trace?: Trace;
}

/** Larger messages than these nobody needs for values; a hostile server must not fill the memory. */
const LIMITS = { maxMessageSize: 8 * 1_024 * 1_024, maxChunkCount: 1_000 };
const SESSION_TIMEOUT = milliseconds(60_000);
const GOODBYE = milliseconds(500);

const modeOf = {
  none: MessageSecurityMode.None,
  sign: MessageSecurityMode.Sign,
  "sign-and-encrypt": MessageSecurityMode.SignAndEncrypt,
} as const;
const uriOf: Readonly<Record<Policy, string>> = {
  Basic256Sha256: SecurityPolicy.Basic256Sha256,
  Aes256_Sha256_RsaPss: SecurityPolicy.Aes256_Sha256_RsaPss,
};
const nameOf = (uri: string | null): string => (uri ?? "").replace(/^.*#/, "");

/** Rejects with a `LinkBroken`, or with the signal's reason. */
export async function connect(dial: Dial, signal: AbortSignal): Promise<Connected> {
  silence();
  const { settings, folder, clock } = dial;
  const where = hostOf(settings.endpoint);
  const own = await ownCertificate(folder, clock);
  const notes: Text[] = [];
  const rollover = rolloverNote(own, folder, clock.now());
  if (rollover) notes.push(rollover);
  if (settings.security === "none") {
    notes.push(unprotected);
    return open(dial, plainClient(own, settings.timeout), { type: UserTokenType.Anonymous }, notes, signal);
  }
  const endpoint = await chooseEndpoint(dial, own, signal);
  const offered = serverCertificateOf(endpoint, where);
  mustBeTrusted(offered, await trustedAt(folder, settings.endpoint), settings.endpoint, dial.link);
  const expired = expiredNote(offered, clock.now());
  if (expired) notes.push(expired);
  const identity = identityOf(settings, endpoint, where);
  const store = new InMemoryCertificateStore({ autoAcceptUnknown: false });
  await store.trustCertificate(offered);
  const client = newClient(own, settings.timeout, {
    securityMode: endpoint.securityMode,
    securityPolicy: endpoint.securityPolicyUri as SecurityPolicy,
    serverCertificate: offered,
    clientCertificateManager: store,
  });
  return open(dial, client, identity, notes, signal);
}

/** The certificate that the server of a link shows now, trusted or not. Same rejections as `connect`. */
export async function offeredCertificate(dial: Dial, signal: AbortSignal): Promise<Buffer> {
  silence();
  const own = await ownCertificate(dial.folder, dial.clock);
  return serverCertificateOf(await chooseEndpoint(dial, own, signal), hostOf(dial.settings.endpoint));
}

type ClientOptions = NonNullable<Parameters<typeof OPCUAClient.create>[0]>;

function newClient(own: OwnCertificate, timeout: Span, more: ClientOptions): OPCUAClient {
  return OPCUAClient.create({
    applicationName: "Gatehouse",
    applicationUri: own.applicationUri,
    clientName: "Gatehouse",
    certificateKeyPairProvider: new StaticCertificateChainProvider(
      [own.der],
      crypto_utils.coercePEMorDerToPrivateKey(own.keyPem),
    ),
    // Nothing of the library's own reconnecting: a lost connection ends the link, and the gateway starts it again.
    connectionStrategy: { maxRetry: 0, initialDelay: 10, maxDelay: 20 },
    keepSessionAlive: false,
    endpointMustExist: false,
    requestedSessionTimeout: SESSION_TIMEOUT,
    transportTimeout: timeout,
    defaultTransactionTimeout: timeout,
    transportSettings: LIMITS,
    ...more,
  });
}

const plainClient = (own: OwnCertificate, timeout: Span): OPCUAClient =>
  newClient(own, timeout, {
    securityMode: MessageSecurityMode.None,
    securityPolicy: SecurityPolicy.None,
    clientCertificateManager: new InMemoryCertificateStore({ autoAcceptUnknown: false }),
  });

/** Asks the server, unprotected, which ways in it offers; what it answers is believed only after its certificate was. */
async function chooseEndpoint(dial: Dial, own: OwnCertificate, signal: AbortSignal): Promise<EndpointDescription> {
  const { settings } = dial;
  const where = hostOf(settings.endpoint);
  const client = plainClient(own, settings.timeout);
  let endpoints: EndpointDescription[];
  try {
    await raced(client.connect(settings.endpoint), signal);
    endpoints = await raced(client.getEndpoints(), signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw brokenBy(error, where);
  } finally {
    await hangUp(client);
  }
  const wanted = settings.policy ? [settings.policy] : policies.toReversed();
  for (const policy of wanted) {
    const found = endpoints.find(
      (one) => one.securityMode === modeOf[settings.security] && one.securityPolicyUri === uriOf[policy],
    );
    if (found) return found;
  }
  throw new LinkBroken("no-link", notOffered(where, wanted, settings.security, endpoints));
}

function serverCertificateOf(endpoint: EndpointDescription, where: string): Buffer {
  try {
    const [leaf] = crypto_utils.split_der(endpoint.serverCertificate);
    return new X509Certificate(leaf as Buffer).raw;
  } catch (cause) {
    throw new LinkBroken(
      "decode",
      {
        zh: `${where} 没有给出可读的证书，无法建立受保护的连接。请在服务器上重新生成证书。`,
        en: `${where} shows no readable certificate, so no protected connection can be made. Make a new one on the server.`,
      },
      { cause },
    );
  }
}

/** Throws when the server does not take such a user, or would have a password sent readable. */
export function identityOf(settings: OpcuaSettings, endpoint: EndpointDescription, where: string): UserIdentityInfo {
  const { user } = settings;
  if (!user) return { type: UserTokenType.Anonymous };
  const type = "name" in user ? UserTokenType.UserName : UserTokenType.Certificate;
  const offered = (endpoint.userIdentityTokens ?? []).filter((token) => token.tokenType === type);
  if (offered.length === 0) {
    throw new LinkBroken("no-link", {
      zh: `${where} 不接受${"name" in user ? "用户名登录" : "用户证书登录"}。请在服务器上启用，或改写 user。`,
      en: `${where} does not take ${"name" in user ? "user names" : "user certificates"}. Enable them on the server, or change \`user\`.`,
    });
  }
  if (!("name" in user)) {
    return {
      type: UserTokenType.Certificate,
      certificateData: new X509Certificate(user.certificate).raw,
      privateKey: user.privateKey,
    };
  }
  const readable = offered.some((token) => nameOf(token.securityPolicyUri || endpoint.securityPolicyUri) === "None");
  if (readable && endpoint.securityMode !== MessageSecurityMode.SignAndEncrypt) {
    throw new LinkBroken("no-link", {
      zh: `${where} 要求以明文传送密码，已拒绝发送。请把 security 改为 sign-and-encrypt。`,
      en: `${where} wants the password sent readable; it was not sent. Set security to sign-and-encrypt.`,
    });
  }
  return { type: UserTokenType.UserName, userName: user.name, password: user.password };
}

async function open(
  dial: Dial,
  client: OPCUAClient,
  identity: UserIdentityInfo,
  notes: readonly Text[],
  signal: AbortSignal,
): Promise<Connected> {
  const where = hostOf(dial.settings.endpoint);
  const { promise: lost, reject } = Promise.withResolvers<never>();
  lost.catch(() => undefined);
  const gone = (error?: Error | null) => reject(brokenBy(error ?? new Error("closed"), where));
  client.on("close", gone);
  client.on("connection_lost", () => gone());
  if (dial.trace) {
    const { trace } = dial;
    client.on("send_chunk", (bytes: Buffer) => trace.frame("sent", 0, bytes));
    client.on("receive_chunk", (bytes: Buffer) => trace.frame("received", 0, bytes));
  }
  try {
    await raced(client.connect(dial.settings.endpoint), signal);
    const session = await raced(client.createSession(identity), signal);
    session.on("session_closed", () => gone());
    return { session, notes, lost, close: () => hangUp(client) };
  } catch (error) {
    await hangUp(client);
    if (signal.aborted) throw error;
    throw brokenBy(error, where);
  }
}

/** What the library keeps to itself: the only way to close the socket of a server that no longer answers. */
interface Channel {
  abortConnection(callback: () => void): void;
}

async function hangUp(client: OPCUAClient): Promise<void> {
  const channel = (client as unknown as { _secureChannel: Channel | null })._secureChannel;
  const leaving = client.disconnect();
  try {
    await raced(leaving, AbortSignal.timeout(GOODBYE));
  } catch {
    channel?.abortConnection(() => undefined);
  }
}

const unprotected: Text = {
  zh: "该链路未加密、未验证身份（security: none）：数据可被窃听和伪造。",
  en: "This link has neither encryption nor identity (security: none): what it says can be read and forged.",
};

function notOffered(
  where: string,
  wanted: readonly Policy[],
  security: string,
  endpoints: readonly EndpointDescription[],
): Text {
  const offers = endpoints.map((one) => `${MessageSecurityMode[one.securityMode]}/${nameOf(one.securityPolicyUri)}`);
  const list = [...new Set(offers)].join(", ") || "–";
  return {
    zh: `${where} 不提供 ${security} + ${wanted.join(" 或 ")}，只提供：${list}。请在服务器上启用，或修改 security 和 policy。`,
    en: `${where} does not offer ${security} with ${wanted.join(" or ")}, only: ${list}. Enable it on the server, or change security and policy.`,
  };
}
