import fc from "fast-check";
import { expect, test } from "vitest";
import { instant } from "#model/time";
import { smsChannel } from "../../../gateway/notify/channels/provider/channel.ts";
import { at, fill, type Words } from "../../../gateway/notify/channels/provider/template.ts";
import { aMessage, aTicket } from "../../support/stored-things.ts";
import { type Mood, startVendor } from "../../support/vendor-server.ts";

const PHONE = "00010000005";
const json = {
  body: '{"to":"{phone}","params":{"text":"{text}","no":"{ticket}"},"sign":"物业"}',
  headers: { Authorization: "Bearer provider-key", "X-Key": "{key}" },
  success: { pointer: "/Code", equals: ["OK"] },
  final: ["isv.MOBILE_NUMBER_ILLEGAL", "isv.AMOUNT_NOT_ENOUGH"],
};
const message = aMessage("GD-1/1/opened/0/zhang/sms", {
  severity: "S1",
  ticket: "GD-1",
  text: { zh: 'GD-1 电梯困人（A座 "3" 层）：请立即确认', en: "x" },
});
async function send(url: string, settings: object, person: { phone?: string } = { phone: PHONE }) {
  const parsed = smsChannel.settings.parse({ url, allow: ["loopback"], ...settings });
  const context = {
    site: { id: "park", name: { zh: "园区", en: "Park" } },
    ticket: aTicket("GD-1"),
    now: instant(0),
    beside: [],
  };
  return smsChannel.send(
    message,
    parsed,
    { ...context, person: { id: "zhang", name: "张强", ...person } },
    AbortSignal.timeout(5_000),
  );
}

test("the provider gets the request as the site wrote it, words in their places", async () => {
  await using far = await startVendor("plain");
  expect(await send(`${far.base}/send?app=1`, json)).toEqual({ outcome: "accepted" });
  const call = await far.next();
  expect(call.body).toEqual({ to: PHONE, params: { text: `【紧急】${message.text.zh}`, no: "GD-1" }, sign: "物业" });
  expect(call.headers).toMatchObject({ authorization: "Bearer provider-key", "content-type": "application/json" });
});

test("as a form, and as a plain question by GET", async () => {
  await using far = await startVendor("plain");
  await send(far.base, { encoding: "form", body: "mobile={phone}&content={text}" });
  const form = new URLSearchParams((await far.next()).raw);
  expect([form.get("mobile"), form.get("content")]).toEqual([PHONE, `【紧急】${message.text.zh}`]);
  await send(`${far.base}/get?m={phone}&c={text}`, { method: "GET" });
  const { url, raw, method } = await far.next();
  expect([method, raw, url.searchParams.get("m"), url.searchParams.get("c")]).toEqual([
    "GET",
    "",
    PHONE,
    `【紧急】${message.text.zh}`,
  ]);
});

test.each<[Mood, object]>([
  [
    { body: '{"Code":"isv.BUSINESS_LIMIT_CONTROL"}' },
    { outcome: "try-later", because: expect.stringContaining("isv.BUSINESS_LIMIT_CONTROL") },
  ],
  [{ body: '{"Code":"isv.MOBILE_NUMBER_ILLEGAL"}' }, { outcome: "refused" }],
  [{ body: "{}" }, { outcome: "try-later" }],
  [{ body: "OK" }, { outcome: "try-later" }],
  [{ body: '[{"Code":"OK"}]' }, { outcome: "try-later" }],
  [{ status: 429 }, { outcome: "try-later", pause: 60_000 }],
  [{ status: 503 }, { outcome: "try-later" }],
  [{ status: 401 }, { outcome: "refused" }],
  ["cut", { outcome: "try-later" }],
])("an answer of %j", async (mood, outcome) => {
  await using far = await startVendor("plain");
  far.mood = mood;
  expect(await send(far.base, json)).toMatchObject(outcome);
});

test("a phone number goes into the request and into no sentence, whatever the provider repeats", async () => {
  await using far = await startVendor("plain");
  for (const body of [
    `{"Code":"${PHONE}"}`,
    `{"Code":"bad-${PHONE}"}`,
    `{"Code":${Number(`1${PHONE}`)}}`,
    `{"Code":"number ${PHONE} is wrong"}`,
    PHONE,
  ]) {
    far.mood = { body };
    expect(JSON.stringify(await send(far.base, json))).not.toContain(PHONE.slice(1));
  }
  expect(JSON.stringify(await send(`http://127.0.0.1:1/{phone}`, json))).not.toContain(PHONE);
});

test("whoever has no phone is told by other ways", async () => {
  expect(await send("http://127.0.0.1:1/", json, {})).toMatchObject({ outcome: "refused", only: "this" });
});

test("whatever stands in a message, the JSON stays JSON, the form stays a form and a header stays one line", () => {
  const words = (text: string): Words => ({
    phone: text,
    text,
    ticket: text,
    severity: text,
    title: text,
    place: text,
    key: text,
    name: text,
    link: text,
  });
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(JSON.parse(fill('{"a":{"b":"{text}"},"c":"{other}"}', words(text), "json"))).toEqual({
        a: { b: text },
        c: "{other}",
      });
      expect([...new URLSearchParams(fill("a={text}&b=1", words(text.toWellFormed()), "form"))]).toEqual([
        ["a", text.toWellFormed()],
        ["b", "1"],
      ]);
      expect(fill("Bearer {text}", words(text), "header")).toMatch(/^[\x20-\x7e]*$/);
    }),
  );
});

test("a JSON pointer finds what stands there and nothing else", () => {
  const document = { a: [{ "b/c": 1, "d~e": 2 }], "": 3 };
  expect([at(document, "/a/0/b~1c"), at(document, "/a/0/d~0e"), at(document, "/"), at(document, "")]).toEqual([
    1,
    2,
    3,
    document,
  ]);
  expect([at(document, "/a/1"), at(document, "/toString"), at(undefined, "/a"), at("text", "/length")]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("a text in English says gravity and title in English as well", async () => {
  await using far = await startVendor("plain");
  await send(far.base, { language: "en", body: '{"t":"{text}","s":"{severity}","title":"{title}"}' });
  expect((await far.next()).body).toEqual({
    t: "[Emergency] x",
    s: "Emergency",
    title: aTicket("GD-1").title.en,
  });
});
