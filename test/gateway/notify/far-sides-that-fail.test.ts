/** Every channel that asks by HTTP, in front of every way in which a far side fails: none takes it for a yes, and nothing leaks. */
import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import { channelCatalog } from "../../../gateway/notify/catalog.ts";
import { ownCertificate } from "../../support/own-certificate.ts";
import { aMessage, aTicket, noon } from "../../support/stored-things.ts";

const PHONE = "00010000005";
const TOKEN = "very-secret-token";
const SECRET = "a-secret-of-sixteen-or-more";
const provider = { body: '{"to":"{phone}","text":"{text}"}', success: { pointer: "/Code", equals: ["OK"] } };
const channels: Readonly<Record<string, object>> = {
  webhook: { secret: SECRET },
  wecom: {},
  dingtalk: { secret: SECRET },
  feishu: { secret: SECRET },
  sms: provider,
  voice: provider,
};

let tls: ReturnType<typeof ownCertificate>;
beforeAll(() => {
  tls = ownCertificate();
});

/** `secure`: by TLS with a certificate that nobody vouches for. */
async function startFarSide(answer: (response: ServerResponse) => void, secure = false) {
  let asked = 0;
  const handle: RequestListener = (request, response) => {
    asked += 1;
    request.resume();
    response.on("error", () => {});
    answer(response);
  };
  const server = secure ? createSecureServer(tls, handle) : createServer(handle);
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `${secure ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}/hook/${TOKEN}?key=${TOKEN}`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function send(kind: string, url: string, signal = AbortSignal.timeout(10_000)) {
  const channel = channelCatalog.get(kind);
  if (!channel) throw new Error(`no channel ${kind}`);
  const settings = channel.settings.parse({ url, allow: ["loopback"], ...channels[kind] });
  const context = {
    site: { id: "park", name: { zh: "园区", en: "Park" } },
    ticket: aTicket("GD-1"),
    person: { id: "zhang", name: "张强", phone: PHONE },
    now: noon,
    beside: [],
  };
  const message = aMessage("GD-1/1/s1/0/zhang/x", { severity: "S1", text: { zh: "GD-1 电梯困人", en: "GD-1" } });
  return channel.send(message, settings, context, signal);
}

const page = "<html><title>请登录网络 / Sign in to the network</title></html>";
const faults: readonly (readonly [string, (response: ServerResponse) => void, string])[] = [
  [
    "breaks off in the middle",
    (response) => response.writeHead(200, { "content-length": "100" }).write('{"errcode":0', () => response.destroy()),
    "try-later",
  ],
  [
    "says half and closes",
    (response) => void response.writeHead(200).end('{"errcode":0,"code":0,"Code":"O'),
    "try-later",
  ],
  ["has no room", (response) => void response.writeHead(503).end("busy"), "try-later"],
  [
    "stands behind a proxy that fails",
    (response) => void response.writeHead(502, { "content-type": "text/html" }).end(page),
    "try-later",
  ],
  ["takes no more just now", (response) => void response.writeHead(429).end("{}"), "try-later"],
  [
    "sends on to elsewhere",
    (response) => void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
    "try-later",
  ],
  [
    "answers with 70 KB",
    (response) => void response.writeHead(200).end(`{"errcode":0,"code":0,"Code":"OK","pad":"${"x".repeat(70_000)}"}`),
    "try-later",
  ],
  [
    "packs its answer though nobody asked",
    (response) => void response.writeHead(200, { "content-encoding": "gzip" }).end("\u001f\u008b"),
    "try-later",
  ],
  ["does not know the address", (response) => void response.writeHead(404).end(TOKEN), "refused"],
  ["refuses the key", (response) => void response.writeHead(401).end(`{"errmsg":"${TOKEN} ${PHONE}"}`), "refused"],
];

describe.each(Object.keys(channels))("%s", (kind) => {
  const clean = (delivery: unknown) => {
    const said = JSON.stringify(delivery);
    for (const secret of [TOKEN, SECRET, PHONE]) expect(said).not.toContain(secret);
    // A sentence for people, in both languages.
    expect(said).toMatch(/[\u4e00-\u9fff]/);
    expect(said).toMatch(/[A-Za-z]{3} [a-z]{2}/);
  };

  test.each(faults)("a far side that %s is no yes", async (name, answer, outcome) => {
    // By the standard a webhook is received with a 2xx: what stands in the body is the receiver's own affair.
    const bodyIsTheirs = kind === "webhook" && name === "says half and closes";
    await using far = await startFarSide(answer);
    const delivery = await send(kind, far.url);
    expect(delivery.outcome).toBe(bodyIsTheirs ? "delivered" : outcome);
    if (!bodyIsTheirs) clean(delivery);
    // A channel tries once; when to try again is the office's business.
    expect(far.asked()).toBe(1);
  });

  test("whoever never answers is left when the office says so", async () => {
    await using far = await startFarSide(() => {});
    expect(await send(kind, far.url, AbortSignal.timeout(150))).toMatchObject({ outcome: "try-later" });
  });

  test("a sign-in page in the way is no yes", async () => {
    await using far = await startFarSide(
      (response) => void response.writeHead(200, { "content-type": "text/html" }).end(page),
    );
    const delivery = await send(kind, far.url);
    expect(delivery.outcome).toBe("try-later");
    clean(delivery);
  });

  test("a certificate that nobody vouches for gets nothing at all", async () => {
    await using far = await startFarSide((response) => void response.end('{"errcode":0,"code":0,"Code":"OK"}'), true);
    const delivery = await send(kind, far.url);
    expect(delivery.outcome).toBe("try-later");
    clean(delivery);
    expect(far.asked()).toBe(0);
  });

  test("a closed port, and an address that the site did not allow, are told apart", async () => {
    const closed = await send(kind, `http://127.0.0.1:1/${TOKEN}`);
    expect(closed.outcome).toBe("try-later");
    clean(closed);
    const metadata = await send(kind, `http://169.254.169.254/${TOKEN}`);
    expect(metadata.outcome).toBe("refused");
    clean(metadata);
  });
});
