import { expect, test } from "vitest";
import type { Message } from "#model/message";
import { type Instant, instant, later, minutes } from "#model/time";
import { channelCatalog } from "../../../gateway/notify/catalog.ts";
import type { ChannelContext } from "../../../gateway/notify/channel.ts";
import { signedUrl } from "../../../gateway/notify/channels/dingtalk/channel.ts";
import { feishuSign } from "../../../gateway/notify/channels/feishu/channel.ts";
import { ownCertificate } from "../../support/own-certificate.ts";
import { aMessage, aTicket } from "../../support/stored-things.ts";
import { type Mood, startVendor, type VendorSecrets, type VendorServer } from "../../support/vendor-server.ts";

type Robot = "wecom" | "dingtalk" | "feishu";
const SECRET = "SEC0123456789abcdef";
const PHONE = "00010000005";
const now = instant(Date.now());

const address: Readonly<Record<Robot, string>> = {
  wecom: "/cgi-bin/webhook/send?key=right-key",
  dingtalk: "/robot/send?access_token=right-token",
  feishu: "/open-apis/bot/v2/hook/right-hook",
};
const context = (more: Partial<ChannelContext> = {}): ChannelContext => ({
  site: { id: "park", name: { zh: "园区", en: "Park" } },
  ticket: aTicket("GD-1"),
  person: { id: "zhang", name: "张强", phone: PHONE },
  now,
  beside: [],
  ...more,
});
const emergency = aMessage("k", {
  severity: "S1",
  text: { zh: "GD-1 电梯困人（A座 3层）：请立即确认并赶赴现场", en: "GD-1 lift entrapment" },
});

async function send(
  kind: Robot,
  far: VendorServer,
  {
    message = emergency,
    at = {},
    settings = {},
    signal = AbortSignal.timeout(5_000),
  }: {
    message?: Message;
    at?: Partial<ChannelContext>;
    settings?: object;
    signal?: AbortSignal;
  } = {},
) {
  const channel = channelCatalog.get(kind);
  if (!channel) throw new Error(`no channel ${kind}`);
  const all = {
    url: `${far.base}${address[kind]}`,
    allow: ["loopback"],
    ...(kind === "wecom" ? {} : { secret: SECRET }),
    ...settings,
  };
  return channel.send(message, channel.settings.parse(all), context(at), signal);
}
const vendor = (kind: Robot, secrets: VendorSecrets = {}) => startVendor(kind, { secret: SECRET, ...secrets });

test.each(["wecom", "dingtalk", "feishu"] as const)(
  "%s takes an emergency, and has it only as a group has it",
  async (kind) => {
    await using far = await vendor(kind);
    expect(await send(kind, far)).toEqual({ outcome: "accepted" });
    const { body } = await far.next();
    const said = kind === "feishu" ? body.content.text : body.text.content;
    expect(said).toBe("【紧急】GD-1 电梯困人（A座 3层）：请立即确认并赶赴现场　张强");
  },
);

test("wecom and dingtalk mention the phone, feishu knows no phones and gets none", async () => {
  await using wecom = await vendor("wecom");
  await using dingtalk = await vendor("dingtalk");
  await using feishu = await vendor("feishu");
  await send("wecom", wecom);
  await send("dingtalk", dingtalk);
  await send("feishu", feishu);
  expect((await wecom.next()).body.text.mentioned_mobile_list).toEqual([PHONE]);
  expect((await dingtalk.next()).body.at).toEqual({ atMobiles: [PHONE], isAtAll: false });
  expect((await feishu.next()).raw).not.toContain(PHONE);
});

test("the signatures are those that the vendors' pages compute", () => {
  // Computed with openssl: printf '%s\n%s' 1700000000000 SECx | openssl dgst -sha256 -hmac SECx -binary | base64
  const url = new URL(
    signedUrl("https://oapi.dingtalk.com/robot/send?access_token=t", "SECx", 1_700_000_000_000 as Instant),
  );
  expect(url.searchParams.get("timestamp")).toBe("1700000000000");
  expect(url.searchParams.get("sign")).toBe("rgcjbH+yFyES+S0llX+cAPCwVRpsr7sbiX5Lnyo/ocU=");
  expect(feishuSign("SECx", 1_700_000_000_000 as Instant)).toEqual({
    timestamp: "1700000000",
    sign: "SqAAKq+LeBpM90HLQbQZuXzQJU2DWQuN3nGpYvrdFMc=",
  });
});

test.each([
  ["dingtalk", { settings: { secret: "SECwrongwrong" } }, "310000"],
  ["feishu", { settings: { secret: "SECwrongwrong" } }, "19021"],
  ["dingtalk", { at: { now: later(now, minutes(90)) } }, "310000"],
  ["feishu", { at: { now: later(now, minutes(90)) } }, "19021"],
] as const)(
  "a secret that is wrong or a clock that is off is final for %s, in words that name both",
  async (kind, how, code) => {
    await using far = await vendor(kind);
    const delivery = await send(kind, far, how);
    expect(delivery).toMatchObject({ outcome: "refused", because: expect.stringContaining(code) });
    expect(JSON.stringify(delivery)).toMatch(/secret/);
    expect(JSON.stringify(delivery)).not.toContain("SECwrong");
  },
);

test("a robot whose key is wrong, and a keyword that is missing, are final", async () => {
  await using wecom = await vendor("wecom");
  expect(
    await send("wecom", wecom, { settings: { url: `${wecom.base}/cgi-bin/webhook/send?key=other` } }),
  ).toMatchObject({
    outcome: "refused",
    because: expect.stringContaining("93000"),
  });
  await using dingtalk = await vendor("dingtalk", { keyword: "物业" });
  expect(await send("dingtalk", dingtalk)).toMatchObject({
    outcome: "refused",
    because: expect.stringContaining("310000"),
  });
});

test.each([
  ["wecom", 45009, 60_000],
  ["dingtalk", 130101, 600_000],
  ["feishu", 9499, 60_000],
  ["feishu", 11232, 60_000],
] as const)("%s says %i inside HTTP 200: no success, and the robot rests for %i ms", async (kind, code, pause) => {
  await using far = await vendor(kind);
  far.mood = { code };
  expect(await send(kind, far)).toMatchObject({
    outcome: "try-later",
    because: expect.stringContaining(`${code}`),
    pause,
  });
});

test.each([
  ["wecom", 40058, { only: "this" }],
  ["wecom", 93000, { only: undefined }],
  ["dingtalk", 460101, { only: "this" }],
  ["dingtalk", 310000, { only: undefined }],
  ["feishu", 19021, { only: undefined }],
  ["feishu", 19024, { only: undefined }],
] as const)(
  "%s says %i inside HTTP 200: no retry helps, and whose fault it is is told apart",
  async (kind, code, whose) => {
    await using far = await vendor(kind);
    far.mood = { code };
    expect({ only: undefined, ...(await send(kind, far)) }).toMatchObject({
      outcome: "refused",
      because: expect.stringMatching(new RegExp(`错误码 ${code}：.*code ${code}: `)),
      ...whose,
    });
  },
);

test("whatever stands in a message, the body stays within what the vendor takes", async () => {
  // Each of these grows when it is written as JSON.
  const nasty = ['"', "\\", "\n", "\t", "\u0000", "\u0007", "很", "😀", "\ud800"];
  for (const kind of ["wecom", "dingtalk", "feishu"] as const) {
    await using far = await vendor(kind);
    for (const letter of nasty) {
      const message = { ...emergency, text: { zh: `GD-1 电梯困人${letter.repeat(20_000)}`, en: "x" } };
      expect([kind, letter, await send(kind, far, { message })]).toEqual([kind, letter, { outcome: "accepted" }]);
      expect(Buffer.byteLength((await far.next()).raw)).toBeLessThanOrEqual(20_000);
    }
  }
});

test("a wecom robot cuts off the twenty-first post of the minute", async () => {
  await using far = await vendor("wecom");
  for (let i = 0; i < 20; i++) expect(await send("wecom", far)).toEqual({ outcome: "accepted" });
  expect(await send("wecom", far)).toMatchObject({ outcome: "try-later", pause: 60_000 });
});

test.each<[Mood, string, string]>([
  [{ code: 777_777 }, "try-later", "777777"],
  [{ status: 500 }, "try-later", "HTTP 500"],
  [{ status: 429 }, "try-later", "HTTP 429"],
  [{ status: 404 }, "refused", "HTTP 404"],
  [{ status: 302 }, "try-later", "HTTP 302"],
  [{ body: "<html>请登录校园网</html>" }, "try-later", "sign-in page"],
  [{ body: '{"errcode":"0"}' }, "try-later", "JSON"],
  [{ body: "null" }, "try-later", "JSON"],
  [{ body: "" }, "try-later", "JSON"],
  ["cut", "try-later", "broke off"],
])("what is no clear yes is no success: %j → %s", async (mood, outcome, words) => {
  for (const kind of ["wecom", "dingtalk", "feishu"] as const) {
    await using far = await vendor(kind);
    far.mood = mood;
    expect(await send(kind, far)).toMatchObject({ outcome, because: expect.stringContaining(words) });
  }
});

test("a robot that never answers is left when the office says so", async () => {
  await using far = await vendor("dingtalk");
  far.mood = "hang";
  const over = new AbortController();
  const sent = send("dingtalk", far, { signal: over.signal });
  await far.next();
  over.abort();
  expect(await sent).toMatchObject({ outcome: "try-later" });
});

test("a certificate that nobody vouches for is no way for an emergency", async () => {
  const { cert, key } = ownCertificate();
  await using far = await vendor("wecom", { tls: { cert, key } });
  expect(await send("wecom", far)).toMatchObject({
    outcome: "try-later",
    because: expect.stringContaining("certificate"),
  });
  expect(far.calls).toEqual([]);
});

test("the address of a robot never appears in what went wrong", async () => {
  await using far = await vendor("wecom");
  far.mood = { status: 500 };
  const wrong = await send("wecom", far);
  const gone = await send("wecom", far, { settings: { url: "http://127.0.0.1:1/cgi-bin/webhook/send?key=right-key" } });
  expect(JSON.stringify([wrong, gone])).not.toContain("right-key");
});

test("a list that is too long loses its end and says how much, never number, place and emergency", async () => {
  await using far = await vendor("wecom");
  const beside = Array.from({ length: 60 }, (_, i) => ({
    message: aMessage(`b${i}`, {
      severity: "S3",
      text: { zh: `GD-${i + 2} 走廊灯坏（B座 ${i} 层）：请接单`, en: "x" },
    }),
    person: { id: `p${i % 3}`, name: `技工${i % 3}` },
  }));
  expect(await send("wecom", far, { at: { beside } })).toEqual({ outcome: "accepted" });
  const said = (await far.next()).body.text.content as string;
  expect(Buffer.byteLength(said)).toBeLessThanOrEqual(2_048);
  expect(said).toMatch(/^【紧急】GD-1 电梯困人（A座 3层）/);
  expect(said).toMatch(/另有 \d+ 条，见控制台$/);
  const shown = said.split("\n").length - 1;
  expect(said).toContain(`另有 ${61 - shown} 条`);
});

test("one sentence that is longer than the vendor allows is cut between letters", async () => {
  await using far = await vendor("wecom");
  const message = { ...emergency, text: { zh: `GD-1 电梯困人：${"很长".repeat(2_000)}`, en: "x" } };
  expect(await send("wecom", far, { message })).toEqual({ outcome: "accepted" });
  const said = (await far.next()).body.text.content as string;
  expect(said.endsWith("…")).toBe(true);
  expect(said).not.toContain("\ufffd");
});

test("the same news for several people is one sentence with all their names and phones", async () => {
  await using far = await vendor("dingtalk");
  const person = { id: "li", name: "李娜", phone: "00010000001" };
  await send("dingtalk", far, { at: { beside: [{ message: { ...emergency, to: "li" }, person }] } });
  const { body } = await far.next();
  expect(body.text.content).toBe(`【紧急】${emergency.text.zh}　张强、李娜`);
  expect(body.at.atMobiles).toEqual([PHONE, person.phone]);
});

test("a group that reads English gets it in English: gravity, news, names, and what is left out", async () => {
  const text = { zh: "电梯困人", en: "Lift 1: Lift entrapment (3F) GD-1: Acknowledge and go there now" };
  const message = { ...emergency, text };
  for (const kind of ["wecom", "dingtalk", "feishu"] as const) {
    await using far = await vendor(kind);
    expect(await send(kind, far, { message, settings: { language: "en" } })).toEqual({ outcome: "accepted" });
    const { body } = await far.next();
    const said = kind === "feishu" ? body.content.text : body.text.content;
    expect(said).toBe(`[Emergency] ${text.en} → 张强`);
  }
  await using far = await vendor("wecom");
  const other = (i: number) =>
    aMessage(`b${i}`, { severity: "S3", text: { zh: "灯坏", en: `${i} ${"light ".repeat(9)}` } });
  const beside = Array.from({ length: 60 }, (_, i) => ({ message: other(i), person: { id: "p", name: "Li" } }));
  await send("wecom", far, { message, at: { beside }, settings: { language: "en" } });
  expect((await far.next()).body.text.content).toMatch(/\d+ more: see the console$/);
});
