/**
 * A site folder whose messages go out by every kind of channel, to far sides on this machine: once to such as take them, once to
 * such as fail, each in its own way. Every secret, phone number and address in it is a canary that must come out nowhere else.
 */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Mosquitto, startMosquitto } from "../drivers/mqtt/mosquitto.ts";
import { DEMO_SITE } from "./house-process.ts";
import { type MailServer, startMailServer } from "./mail-server.ts";
import { ownCertificate } from "./own-certificate.ts";
import { startVendor, type VendorServer } from "./vendor-server.ts";
import { type Receiver, startReceiver } from "./webhook-receiver.ts";

const secretOf = (what: string): string => `SEC-canary-${what}-0123456789`;
const KINDS = ["webhook", "dingtalk", "feishu", "smtp", "mqtt", "sms", "voice", "answers"] as const;

/** Numbers as they are written on the mainland, from abroad and at a desk: not every one looks like a mobile phone. */
const PHONES = {
  "li-na": "13912345001",
  "ma-chao": "+8613912345002",
  "weibao-desk": "0571-88997766",
  household: "13712345004",
} as const;
const MAIL = "li.na.canary@mail.example";

/** What may stand in requests to far sides and nowhere else. Keys of robots are those that `startVendor` asks for. */
export const CANARIES: readonly string[] = [
  ...KINDS.map(secretOf),
  ...["right-key", "right-token", "right-hook", "very-secret", "wrong-key-canary"],
  ...Object.values(PHONES),
  "13912345002",
  MAIL,
];

export interface EveryWay extends AsyncDisposable {
  readonly webhook: Receiver;
  readonly robots: Readonly<Record<"wecom" | "dingtalk" | "feishu", VendorServer>>;
  readonly providers: Readonly<Record<"sms" | "voice", VendorServer>>;
  readonly mail: MailServer;
  readonly broker: Mosquitto;
  /** Ids of the channels that take messages, and of those that do not. */
  readonly fine: readonly string[];
  readonly failing: readonly string[];
}

/** Writes the folder: the demo's, with these channels, and with everybody told at once by every way. */
export async function startEveryWay(folder: string): Promise<EveryWay> {
  await using opened = new AsyncDisposableStack();
  const tls = ownCertificate();
  const user = { name: "gate", password: secretOf("smtp") };
  const webhook = opened.use(await startReceiver(secretOf("webhook")));
  const gone = opened.use(await startReceiver(secretOf("webhook"), [410]));
  const wecom = opened.use(await startVendor("wecom"));
  const unknown = opened.use(await startVendor("wecom"));
  const dingtalk = opened.use(await startVendor("dingtalk", { secret: secretOf("dingtalk") }));
  const feishu = opened.use(await startVendor("feishu", { secret: secretOf("feishu") }));
  const untrusted = opened.use(await startVendor("feishu", { tls }));
  const [sms, voice] = [opened.use(await startVendor("plain")), opened.use(await startVendor("plain"))];
  const echo = opened.use(await startVendor("plain"));
  // As some providers do: the number and the key of the request, word for word, in an error.
  echo.mood = { status: 401, body: `{"Code":"${PHONES["li-na"]} ${secretOf("sms")}"}` };
  const garbage = opened.use(await startVendor("plain"));
  garbage.mood = { body: `<html>${PHONES["li-na"]} 请登录</html>` };
  const mail = opened.use(await startMailServer({ security: "tls", tls, user }));
  const refusing = opened.use(await startMailServer({ security: "none", says: { MAIL: `550 no such user ${MAIL}` } }));
  const broker = opened.use(await startMosquitto());

  const provider = (id: string, kind: "sms" | "voice", far: VendorServer) => ({
    id,
    kind,
    url: `${far.base}/send?key=${secretOf(kind)}`,
    headers: { Authorization: secretOf(kind) },
    body: '{"to":"{phone}","text":"{text}","id":"{key}"}',
    success: { pointer: "/Code", equals: ["OK"] },
    answers: { secret: secretOf("answers") },
  });
  const robot = {
    wecom: "/cgi-bin/webhook/send?key=",
    dingtalk: "/robot/send?access_token=",
    feishu: "/open-apis/bot/v2/hook/",
  };
  const post = { host: "localhost", user: user.name, password: user.password, from: "gate@park.example" };
  const fine = [
    { id: "desk", kind: "webhook", url: webhook.url, secret: secretOf("webhook") },
    { id: "group", kind: "wecom", url: `${wecom.base}${robot.wecom}right-key` },
    { id: "crew", kind: "dingtalk", url: `${dingtalk.base}${robot.dingtalk}right-token`, secret: secretOf("dingtalk") },
    { id: "office", kind: "feishu", url: `${feishu.base}${robot.feishu}right-hook`, secret: secretOf("feishu") },
    provider("text", "sms", sms),
    provider("call", "voice", voice),
    { id: "mail", kind: "smtp", port: mail.port, ca: tls.cert, ...post },
    { id: "pager", kind: "mqtt", url: broker.url, user: "gate", password: secretOf("mqtt") },
  ];
  const failing = [
    { id: "bad-desk", kind: "webhook", url: gone.url, secret: secretOf("webhook") },
    { id: "bad-group", kind: "wecom", url: `${unknown.base}${robot.wecom}wrong-key-canary` },
    {
      id: "bad-crew",
      kind: "dingtalk",
      url: `http://127.0.0.1:1${robot.dingtalk}right-token`,
      secret: secretOf("dingtalk"),
    },
    { id: "bad-office", kind: "feishu", url: `${untrusted.base}${robot.feishu}right-hook`, secret: secretOf("feishu") },
    provider("bad-text", "sms", echo),
    provider("bad-call", "voice", garbage),
    { id: "bad-mail", kind: "smtp", port: refusing.port, security: "none", ...post },
    { id: "bad-pager", kind: "mqtt", url: "mqtt://127.0.0.1:1", user: "gate", password: secretOf("mqtt") },
  ];
  const channels = [...fine, ...failing].map((one) => (one.kind === "mqtt" ? one : { ...one, allow: ["loopback"] }));
  const residents = {
    households: 10,
    channels: [{ ...provider("owners", "sms", sms), allow: ["loopback"] }],
    ways: [{ id: "owners", name: { zh: "短信", en: "Texts" }, households: 10 }],
    contacts: [{ id: "flat-1", name: "一单元代表", phone: PHONES.household }],
  };

  cpSync(DEMO_SITE, folder, { recursive: true });
  const edit = (file: string, change: (text: string) => string) =>
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), "utf8")));
  edit(
    "site.yaml",
    (text) => `${text}\nchannels: ${JSON.stringify(channels)}\nresidents: ${JSON.stringify(residents)}\n`,
  );
  edit("people.yaml", (text) =>
    Object.entries(PHONES).reduce(
      (all, [id, phone]) =>
        all.replace(
          new RegExp(`(id: ${id},.*phone: )"\\d+"`),
          `$1"${phone}"${id === "li-na" ? `, email: ${MAIL}` : ""}`,
        ),
      // Teams without shifts always answer: the same people are told at any time of day.
      text.replace(/^shifts:\n(?: {2}- .*\n)+/m, ""),
    ),
  );
  const now = Object.fromEntries([...new Set(channels.map(({ kind }) => kind))].map((kind) => [kind, "0s"]));
  edit("response.yaml", (text) => `${text}\nreach: { S1: ${JSON.stringify(now)}, S3: ${JSON.stringify(now)} }\n`);

  const closing = opened.move();
  return {
    webhook,
    robots: { wecom, dingtalk, feishu },
    providers: { sms, voice },
    mail,
    broker,
    fine: fine.map(({ id }) => id),
    failing: failing.map(({ id }) => id),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
