/**
 * Mail by SMTP (nodemailer speaks it, over a socket of `gateway/net`): a record beside the other channels. The Message-ID is the
 * key of the message, so a second copy is known as such.
 */
import { createHash } from "node:crypto";
import { channelSettings, type SettingsOf } from "#model/channel-settings";
import { inOneLine } from "#model/in-one-line";
import type { Delivery } from "#model/message";
import type { Text } from "#model/text";
import { milliseconds, seconds } from "#model/time";
import { connect } from "../../../net/connect.ts";
import { OutgoingTrouble } from "../../../net/outgoing-trouble.ts";
import type { Channel, ChannelContext } from "../../channel.ts";
import { cutToLetters, headed } from "../../wording.ts";

/** Between two lines of the server; the whole attempt has the office's limit. */
const SILENCE = seconds(8);

/** A list, a name or a group beside it would reach others as well. */
const ONE_ADDRESS = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+$/;

type Settings = SettingsOf<"smtp">;
type Message = Parameters<Channel<Settings>["send"]>[0];

export const smtpChannel: Channel<Settings> = {
  kind: "smtp",
  settings: channelSettings.smtp,
  async send(message, settings, context, signal) {
    const { email } = context.person;
    if (email === undefined) return { outcome: "refused", because: inOneLine(noAddress), only: "this" };
    if (!ONE_ADDRESS.test(email)) return { outcome: "refused", because: inOneLine(notOneAddress), only: "this" };
    const { createTransport } = await import("nodemailer");
    const over = new AbortController();
    const transport = createTransport({
      host: settings.host,
      port: settings.port,
      secure: settings.security === "tls",
      requireTLS: settings.security === "starttls",
      ignoreTLS: settings.security === "none",
      tls: {
        minVersion: "TLSv1.2",
        rejectUnauthorized: true,
        ...(settings.ca === undefined ? {} : { ca: settings.ca }),
      },
      ...(settings.user === undefined ? {} : { auth: { user: settings.user, pass: settings.password ?? "" } }),
      connectionTimeout: SILENCE,
      greetingTimeout: SILENCE,
      socketTimeout: SILENCE,
      disableFileAccess: true,
      disableUrlAccess: true,
      getSocket(_, done) {
        const { host, port, allow } = settings;
        connect({ host, port, allow, signal: AbortSignal.any([signal, over.signal]) }).then(
          (connection) => done(null, { connection }),
          (error: Error) => done(error, {}),
        );
      },
    });
    try {
      await transport.sendMail(mailOf(message, settings, context, email));
      return { outcome: "accepted" };
    } catch (error) {
      return outcomeOf(error);
    } finally {
      transport.close();
      over.abort();
    }
  },
};

function mailOf(message: Message, { from, language }: Settings, { site, ticket, link }: ChannelContext, to: string) {
  const head = headed(message);
  const id = createHash("sha256").update(`${site.id}/${message.key}`).digest("hex").slice(0, 32);
  const lines = [
    head,
    message.text.en,
    "",
    ...(link === undefined ? [] : [`接单 / Open: ${link}`, ""]),
    `${site.name.zh} / ${site.name.en}`,
  ];
  return {
    from,
    to,
    subject: cutToLetters(headed(message, language), 120),
    text: lines.join("\n"),
    messageId: `<${id}@gatehouse.invalid>`,
    headers: { "auto-submitted": "auto-generated", ...(ticket ? { "x-gatehouse-ticket": ticket.no } : {}) },
  };
}

/** Replies of 5xx do not change by asking again (RFC 5321 4.2.1); all else does. The server's own words may hold the address. */
function outcomeOf(error: unknown): Delivery {
  if (error instanceof OutgoingTrouble) {
    const fixed = error.problem === "not-allowed" || error.problem === "bad-url";
    return { outcome: fixed ? "refused" : "try-later", because: inOneLine(error.because) };
  }
  const { code, responseCode, command } = error as { code?: unknown; responseCode?: unknown; command?: unknown };
  const reply = typeof responseCode === "number" ? responseCode : undefined;
  if (code === "EAUTH" && (reply === undefined || reply >= 500))
    return { outcome: "refused", because: said(reply, wrongPassword) };
  if (reply === 421 || (reply !== undefined && reply < 500))
    return { outcome: "try-later", because: said(reply, notNow), after: milliseconds(60_000) };
  // A sender that is refused is the channel's own fault.
  if (reply !== undefined && [550, 551, 552, 553, 554].includes(reply) && command === "RCPT TO")
    return { outcome: "refused", because: said(reply, wrongAddress), only: "this" };
  if (reply !== undefined) return { outcome: "refused", because: said(reply, wrongSettings) };
  if (/^(ETLS|ESOCKET|DEPTH_|SELF_|UNABLE_|CERT_|ERR_TLS|ERR_SSL)/.test(String(code)))
    return { outcome: "try-later", because: said(code, noTrust) };
  return { outcome: "try-later", because: said(code, broken) };
}

const said = (code: unknown, text: Text): string =>
  typeof code === "number" || (typeof code === "string" && /^[A-Z0-9_]{2,40}$/.test(code))
    ? `SMTP ${code}: ${inOneLine(text)}`
    : inOneLine(text);

const noAddress: Text = {
  zh: "此人没有登记邮箱。请在 people.yaml 里补上 email。",
  en: "This person has no mail address. Add email to people.yaml.",
};
const notOneAddress: Text = {
  zh: "此人的 email 不是单个邮箱地址。请在 people.yaml 里改正。",
  en: "The email of this person is not one mail address. Mend it in people.yaml.",
};
const wrongPassword: Text = {
  zh: "邮件服务器不接受账号或密码。请核对 user 和 password（多数邮箱要用授权码）。",
  en: "The mail server does not take user or password. Check both (most want an app password).",
};
const wrongAddress: Text = {
  zh: "收件地址被拒。请核对此人的 email。",
  en: "The recipient was refused. Check the email of this person.",
};
const wrongSettings: Text = {
  zh: "邮件服务器拒绝该邮件。请核对 from 和服务器设置。",
  en: "The mail server refuses the mail. Check from and the server's settings.",
};
const notNow: Text = { zh: "邮件服务器繁忙，稍后重试。", en: "The mail server is busy; trying again." };
const noTrust: Text = {
  zh: "无法与邮件服务器建立可信的加密连接。请检查其证书和 security、ca 设置，稍后重试。",
  en: "No trusted encrypted connection to the mail server. Check its certificate and the settings security and ca; trying again.",
};
const broken: Text = {
  zh: "与邮件服务器的连接中断或超时，稍后重试。",
  en: "The connection to the mail server broke off or took too long; trying again.",
};
