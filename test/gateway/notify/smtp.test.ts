import { beforeAll, expect, test } from "vitest";
import { instant } from "#model/time";
import { smtpChannel } from "../../../gateway/notify/channels/smtp/channel.ts";
import { startMailServer } from "../../support/mail-server.ts";
import { ownCertificate } from "../../support/own-certificate.ts";
import { aMessage, aTicket } from "../../support/stored-things.ts";

let tls: ReturnType<typeof ownCertificate>;
beforeAll(() => {
  tls = ownCertificate();
});

const user = { name: "gatehouse", password: "an app password" };
const message = aMessage("GD-1/1/opened/0/li/mail", {
  text: { zh: "GD-1 水泵故障（A座 B1）：请接单", en: "GD-1 pump fault" },
});
interface More {
  readonly email?: string | undefined;
  readonly signal?: AbortSignal;
  readonly text?: string;
}
async function send(port: number, settings: object, more: More = {}) {
  const parsed = smtpChannel.settings.parse({
    host: "localhost",
    port,
    from: "网关 <gate@park.example>",
    allow: ["loopback"],
    ...settings,
  });
  const email = "email" in more ? more.email : "li@park.example";
  return smtpChannel.send(
    more.text === undefined ? message : { ...message, text: { zh: more.text, en: more.text } },
    parsed,
    {
      site: { id: "park", name: { zh: "园区", en: "Park" } },
      ticket: aTicket("GD-1"),
      person: { id: "li", name: "李娜", ...(email === undefined ? {} : { email }) },
      now: instant(0),
      beside: [],
    },
    more.signal ?? AbortSignal.timeout(10_000),
  );
}

test.each(["tls", "starttls"] as const)(
  "by %s with a password: the mail arrives encrypted and is a record, not a receipt",
  async (security) => {
    await using far = await startMailServer({ security, tls, user });
    const settings = { security, ca: tls.cert, user: user.name, password: user.password };
    expect(await send(far.port, settings)).toEqual({ outcome: "accepted" });
    expect(far.mails).toMatchObject([{ secure: true, to: ["RCPT TO:<li@park.example>"] }]);
    expect(far.mails[0]?.text).toMatch(/^Message-ID: <[0-9a-f]{32}@gatehouse\.invalid>$/m);
    await send(far.port, settings);
    const ids = far.mails.map(({ text }) => /^Message-ID: .*$/m.exec(text)?.[0]);
    expect(new Set(ids).size).toBe(1);
  },
);

test("without encryption only where the site says so", async () => {
  await using far = await startMailServer({ security: "none" });
  expect(await send(far.port, { security: "none" })).toEqual({ outcome: "accepted" });
  expect(await send(far.port, { security: "starttls" })).toMatchObject({ outcome: "try-later" });
  expect(far.mails).toHaveLength(1);
});

test("a certificate that nobody vouches for gets neither password nor mail", async () => {
  for (const security of ["tls", "starttls"] as const) {
    await using far = await startMailServer({ security, tls, user });
    const delivery = await send(far.port, { security, user: user.name, password: user.password });
    expect(delivery).toMatchObject({ outcome: "try-later", because: expect.stringContaining("certificate") });
    expect(far.heard).not.toContain("AUTH");
    expect(far.mails).toEqual([]);
  }
});

test.each([
  [{ RCPT: "550 5.1.1 no such user li@park.example" }, { outcome: "refused", only: "this" }],
  [{ MAIL: "550 5.7.1 sender rejected" }, { outcome: "refused", only: undefined }],
  [{ MAIL: "451 4.3.0 try later" }, { outcome: "try-later" }],
  [{ RCPT: "450 4.7.1 greylisted, come back in five minutes" }, { outcome: "try-later", after: 60_000 }],
  [{ RCPT: "450 4.2.0 mailbox busy" }, { outcome: "try-later" }],
  [{ DATA: "421 4.7.0 try again" }, { outcome: "try-later" }],
  [{ ".": "452 4.3.1 no room" }, { outcome: "try-later" }],
  [{ ".": "554 5.7.1 spam" }, { outcome: "refused" }],
  [{ HELLO: "554 go away" }, { outcome: "refused" }],
  [{ HELLO: "not a mail server" }, { outcome: "try-later" }],
  [{ DATA: "cut" }, { outcome: "try-later" }],
])("a server that says %j", async (says, outcome) => {
  await using far = await startMailServer({ security: "none", says: says as Record<string, string> });
  const delivery = await send(far.port, { security: "none" });
  expect({ only: undefined, ...delivery }).toMatchObject(outcome);
  expect(JSON.stringify(delivery)).not.toContain("li@park.example");
  expect(far.mails).toEqual([]);
});

test("a wrong password is final, and it stands in no sentence", async () => {
  await using far = await startMailServer({ security: "tls", tls, user });
  const delivery = await send(far.port, { ca: tls.cert, user: user.name, password: "wrong password" });
  expect(delivery).toMatchObject({ outcome: "refused", because: expect.stringContaining("535") });
  expect(JSON.stringify(delivery)).not.toContain("wrong password");
});

test("a server that falls silent is left when the office says so", async () => {
  await using far = await startMailServer({ security: "none", says: { HELLO: "hang" } });
  expect(await send(far.port, { security: "none" }, { signal: AbortSignal.timeout(200) })).toMatchObject({
    outcome: "try-later",
  });
});

test("whoever has no address is told by other ways, and an address inside is reached only when allowed", async () => {
  await using far = await startMailServer({ security: "none" });
  expect(await send(far.port, { security: "none" }, { email: undefined })).toMatchObject({
    outcome: "refused",
    only: "this",
  });
  expect(await send(far.port, { security: "none", allow: [] })).toMatchObject({ outcome: "refused" });
  expect(await send(1, { security: "none" })).toMatchObject({ outcome: "try-later" });
  expect(far.heard).toEqual([]);
});

const hostile = [
  "GD-1 水泵\r\nBcc: all@elsewhere.example\r\n\r\n<script>alert(1)</script>",
  "GD-1\n.\nMAIL FROM:<evil@elsewhere.example>\nRCPT TO:<all@elsewhere.example>",
  "GD-1 \u0000\u2028\u202e \ud800 =?UTF-8?B?QkND?=",
  "=?",
  "",
];
test.each(hostile)(
  "whatever stands in a message, it stays one mail to one person with its own headers: %j",
  async (text) => {
    await using far = await startMailServer({ security: "none" });
    expect(await send(far.port, { security: "none" }, { text })).toEqual({ outcome: "accepted" });
    expect(far.mails).toHaveLength(1);
    expect(far.mails[0]?.to).toEqual(["RCPT TO:<li@park.example>"]);
    const [head = ""] = far.mails[0]?.text.split("\n\n") ?? [];
    const names = head
      .split("\n")
      .filter((line) => !/^\s/.test(line))
      .map((line) => line.split(":")[0]?.toLowerCase());
    expect(names.filter((name) => name === "subject")).toHaveLength(1);
    expect(names).not.toContain("bcc");
    expect(far.heard.filter((line) => line.startsWith("MAIL"))).toHaveLength(1);
  },
);

test.each(["li@park.example\r\nRCPT TO:<x@elsewhere.example>", "a@b, c@d", "<x@y> SIZE=1", "li", ""])(
  "an address that is more than an address reaches nobody else: %j",
  async (email) => {
    await using far = await startMailServer({ security: "none" });
    expect(await send(far.port, { security: "none" }, { email })).toMatchObject({ outcome: "refused", only: "this" });
    expect(far.heard).toEqual([]);
  },
);

test("a very long message goes out whole, its subject cut; a server that finds it too large refuses it for good", async () => {
  const text = `GD-1 ${"很长的说明。".repeat(50_000)}`;
  await using far = await startMailServer({ security: "none" });
  expect(await send(far.port, { security: "none" }, { text })).toEqual({ outcome: "accepted" });
  expect(far.mails[0]?.text.length).toBeGreaterThan(900_000);
  await using small = await startMailServer({ security: "none", says: { ".": "552 5.3.4 message too big" } });
  expect(await send(small.port, { security: "none" }, { text })).toMatchObject({
    outcome: "refused",
    because: expect.stringContaining("552"),
  });
});

test("a server that never stops talking is left, and is no yes", async () => {
  await using far = await startMailServer({ security: "none", says: { HELLO: `220-${"x".repeat(2_000_000)}` } });
  expect(await send(far.port, { security: "none" }, { signal: AbortSignal.timeout(1_000) })).toMatchObject({
    outcome: "try-later",
  });
});
