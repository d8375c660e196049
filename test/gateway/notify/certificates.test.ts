/** Every channel that speaks TLS in front of certificates of a house's own authority: only a good one gets password and message. */
import { beforeAll, describe, expect, test } from "vitest";
import { channelCatalog } from "../../../gateway/notify/catalog.ts";
import { mosquittoFound, startMosquitto } from "../../drivers/mqtt/mosquitto.ts";
import { startMailServer } from "../../support/mail-server.ts";
import { type OwnAuthority, ownAuthority, type Pair } from "../../support/own-authority.ts";
import { ownCertificate } from "../../support/own-certificate.ts";
import { aMessage, aTicket, noon } from "../../support/stored-things.ts";
import { startVendor } from "../../support/vendor-server.ts";

let authority: OwnAuthority;
let self: Pair;
beforeAll(() => {
  authority = ownAuthority();
  self = ownCertificate();
});

/** A far side with this certificate: its settings, and how much of any message or password it got. */
interface Far extends AsyncDisposable {
  readonly settings: object;
  heard(): number;
}

async function byWeb(tls: Pair, more: object): Promise<Far> {
  const far = await startVendor("plain", { tls });
  return {
    settings: { url: far.base, allow: ["loopback"], ...more },
    heard: () => far.calls.length,
    [Symbol.asyncDispose]: () => far[Symbol.asyncDispose](),
  };
}
async function byMail(tls: Pair, security: "tls" | "starttls"): Promise<Far> {
  const user = { name: "gate", password: "a mail password" };
  const far = await startMailServer({ security, tls, user });
  const post = {
    host: "localhost",
    port: far.port,
    from: "gate@park.example",
    user: user.name,
    password: user.password,
  };
  return {
    settings: { ...post, security, allow: ["loopback"] },
    heard: () => far.heard.filter((line) => line === "AUTH").length + far.mails.length,
    [Symbol.asyncDispose]: () => far[Symbol.asyncDispose](),
  };
}
async function byBroker(tls: Pair): Promise<Far> {
  const config = ["allow_anonymous true", "certfile {folder}/cert", "keyfile {folder}/key"];
  const broker = await startMosquitto({ config, files: { cert: tls.cert, key: tls.key } });
  return {
    settings: { url: `mqtts://127.0.0.1:${broker.port}` },
    // What it took can only be asked through the same door; the outcome tells.
    heard: () => 0,
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

const success = { body: '{"to":"{phone}"}', success: { pointer: "/Code", equals: ["OK"] } };
const ways: readonly (readonly [string, string, (tls: Pair) => Promise<Far>])[] = [
  ["webhook", "webhook", (tls) => byWeb(tls, { secret: "a-secret-of-sixteen-or-more" })],
  ["sms", "sms", (tls) => byWeb(tls, success)],
  ["voice", "voice", (tls) => byWeb(tls, success)],
  ["mail by tls", "smtp", (tls) => byMail(tls, "tls")],
  ["mail by starttls", "smtp", (tls) => byMail(tls, "starttls")],
  ...(mosquittoFound ? [["mqtt", "mqtt", byBroker] as const] : []),
];

async function send(kind: string, settings: object) {
  const channel = channelCatalog.get(kind);
  if (!channel) throw new Error(`no channel ${kind}`);
  const person = { id: "zhang", name: "张强", phone: "00010000005", email: "zhang@park.example" };
  const context = {
    site: { id: "park", name: { zh: "园区", en: "Park" } },
    ticket: aTicket("GD-1"),
    person,
    now: noon,
  };
  const message = aMessage("k", { severity: "S1" });
  return channel.send(
    message,
    channel.settings.parse(settings),
    { ...context, beside: [] },
    AbortSignal.timeout(10_000),
  );
}

describe.each(ways)("%s", (_, kind, start) => {
  test("a certificate of the house's own authority is trusted where the site names it, and by nobody else", async () => {
    await using far = await start(authority.good);
    expect((await send(kind, { ...far.settings, ca: authority.ca })).outcome).toMatch(/accepted|delivered/);
    const before = far.heard();
    expect((await send(kind, far.settings)).outcome).toBe("try-later");
    expect(far.heard()).toBe(before);
  });

  test.each([
    ["that is over", () => authority.expired],
    ["for another host", () => authority.otherHost],
    ["that vouches for itself", () => self],
  ] as const)("a certificate %s gets nothing, is named in words, and is tried again", async (_what, pair) => {
    await using far = await start(pair());
    const delivery = await send(kind, { ...far.settings, ca: authority.ca });
    expect(delivery).toMatchObject({ outcome: "try-later", because: expect.stringMatching(/证书.*certificate/s) });
    expect(far.heard()).toBe(0);
  });
});

test.each(["webhook", "sms", "smtp"])("a name that DNS does not know any more is tried again: %s", async (kind) => {
  const url = "https://no-such-host.invalid/hook/very-secret";
  const settings = {
    webhook: { url, secret: "a-secret-of-sixteen-or-more" },
    sms: { url, ...success },
    smtp: { host: "no-such-host.invalid", from: "gate@park.example" },
  }[kind];
  const delivery = await send(kind, settings ?? {});
  expect(delivery).toMatchObject({ outcome: "try-later", because: expect.stringMatching(/域名.*DNS/s) });
  expect(JSON.stringify(delivery)).not.toContain("very-secret");
});
