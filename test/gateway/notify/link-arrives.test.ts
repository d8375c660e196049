/** An offer's link on its whole way: out by text message and by mail, and open at the gateway that signed it. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { later, minutes } from "#model/time";
import { smsChannel } from "../../../gateway/notify/channels/provider/channel.ts";
import { smtpChannel } from "../../../gateway/notify/channels/smtp/channel.ts";
import { wecomChannel } from "../../../gateway/notify/channels/wecom/channel.ts";
import { startDelivery } from "../../../gateway/notify/deliver-outbox.ts";
import { linkWriter } from "../../../gateway/people/message-link.ts";
import { people } from "../../support/building.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { type MailServer, startMailServer } from "../../support/mail-server.ts";
import { aMessage } from "../../support/stored-things.ts";
import { startVendor, type VendorServer } from "../../support/vendor-server.ts";
import { exchange, START, type Stand, startStand, testSite, ticket } from "../api/stand.ts";

const NO = "GD20261121-000001";
const allow = ["loopback"] as const;

let provider: VendorServer;
let robots: VendorServer;
let mails: MailServer;
let stand: Stand;
let office: AsyncDisposable | undefined;
beforeEach(async () => {
  [provider, robots, mails] = await Promise.all([
    startVendor("plain"),
    startVendor("wecom"),
    startMailServer({ security: "none" }),
  ]);
  const site = testSite({
    publicUrl: "https://gate.example.cn",
    people: {
      ...people,
      people: [
        ...people.people,
        { id: "firm", name: "维保公司", phone: "00010000008", email: "firm@lift.example", contractor: true },
      ],
    },
    channels: [
      {
        id: "sms",
        kind: "sms",
        settings: smsChannel.settings.parse({
          url: provider.base,
          body: '{"to":"{phone}","text":"{text}"}',
          success: { pointer: "/Code", equals: ["OK"] },
          allow,
        }),
      },
      {
        id: "mail",
        kind: "smtp",
        settings: smtpChannel.settings.parse({
          host: "localhost",
          port: mails.port,
          from: "网关 <gate@park.example>",
          security: "none",
          allow,
        }),
      },
      {
        id: "robot",
        kind: "wecom",
        settings: wecomChannel.settings.parse({ url: `${robots.base}/cgi-bin/webhook/send?key=right-key`, allow }),
      },
    ],
  });
  stand = await startStand({ site });
  letDecide(stand.door, site, () => stand.clock.now());
  const { outbox, tickets } = stand.door.house;
  const until = later(START, minutes(5));
  tickets.set(NO, ticket(NO, { offers: [{ person: "firm", round: 1, state: "open", at: START, until }] }));
  for (const channel of ["sms", "mail", "robot"]) {
    const key = `${NO}/1/offer/0/firm/${channel}`;
    const text = { zh: `${NO} 电梯困人（A座）：请接单`, en: `${NO} entrapment` };
    outbox.set(
      key,
      aMessage(key, { ticket: NO, to: "firm", channel, severity: "S1", text, nextTryAt: START, createdAt: START }),
    );
  }
  const quiet = () => {};
  office = startDelivery({
    door: stand.door,
    site,
    clock: stand.clock,
    log: { info: quiet, warn: quiet, error: quiet },
    linkOf: linkWriter({ site, key: stand.keys.links, now: () => stand.clock.now() }),
  });
});
afterEach(async () => {
  for (const one of [office, stand, provider, robots, mails]) await one?.[Symbol.asyncDispose]();
});

const open = (link: string) =>
  exchange(stand.port, "POST", "/api/visit", { "content-type": "application/json" }, JSON.stringify({ link }));
/** What stands behind the `#` of the address in a text. */
const linkIn = (text: string): string => /https:\/\/gate\.example\.cn\/t#([\w.-]+)/.exec(text)?.[1] ?? "";
const plainText = (mail: string): string => {
  const soft = mail.replaceAll(/=\r?\n/g, "").replaceAll("=3D", "=");
  const packed = [...mail.matchAll(/base64\s+([A-Za-z0-9+/=\s]+)/g)].map(([, text]) =>
    Buffer.from(text ?? "", "base64").toString("utf8"),
  );
  return [soft, ...packed].join("\n");
};

test("the link of a text message and that of a mail open the offer, each once, and the group's robot carries none", async () => {
  const sms = (await provider.next()).body as { readonly to: string; readonly text: string };
  expect(sms.to).toBe("00010000008");
  expect(linkIn(sms.text)).not.toBe("");
  const opened = await open(linkIn(sms.text));
  expect(opened).toMatchObject({
    status: 200,
    body: { no: NO, person: "维保公司", standing: "offered", work: { can: ["accept", "decline"] } },
  });
  expect((await open(linkIn(sms.text))).status).toBe(410);

  await expect.poll(() => mails.mails.length, { timeout: 20_000 }).toBe(1);
  const byMail = linkIn(plainText(mails.mails[0]?.text ?? ""));
  expect(byMail).not.toBe("");
  expect(byMail).not.toBe(linkIn(sms.text));
  expect((await open(byMail)).body).toMatchObject({ no: NO, standing: "offered" });

  const group = await robots.next();
  expect(group.raw).toContain(NO);
  expect(group.raw).not.toContain("/t#");
  expect(group.raw).not.toContain(linkIn(sms.text));
});
