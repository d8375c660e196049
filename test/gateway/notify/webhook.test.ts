/** The webhook to people: what goes out, who signs it, and what counts as received. */
import { expect, test } from "vitest";
import { channelSettings } from "#model/channel-settings";
import { minutes, seconds } from "#model/time";
import { startReceiver } from "../../support/webhook-receiver.ts";
import { about, hook, receiver, SECRET, startOffice, ticket } from "./hooked-office.ts";

test("a webhook gets a signed message that says what, where, to whom and for which ticket, and it is journalled", async () => {
  await using far = await receiver(204);
  const message = about("GD-1/1/opened/0/p-team-lead/hook", { to: "p-team-lead", phone: true, lateBy: minutes(12) });
  await using house = startOffice([message], [hook(far.url)]);
  const call = await far.next();
  expect(call).toMatchObject({ id: message.key, timestamp: Math.floor(house.clock.now() / 1000), signed: true });
  expect(call.body).toEqual({
    type: "ticket.message",
    timestamp: "2026-11-21T08:00:00.000Z",
    data: {
      key: message.key,
      site: { id: "test", name: { zh: "测试", en: "Test" } },
      ticket: "GD-1",
      step: "opened",
      severity: "S2",
      role: "duty",
      to: { id: "p-team-lead", name: "team-lead" },
      text: message.text,
      phone: true,
      createdAt: expect.any(String),
      lateBy: "PT12M",
      class: "pump_fault",
      state: "new",
      title: ticket.title,
      place: ticket.place,
      device: ticket.device,
      openedAt: expect.any(String),
      simulated: false,
      drill: false,
    },
  });
  await house.reached(message.key, "delivered");
  expect(house.door.journal).toMatchObject([
    { about: "ticket:GD-1", event: "message-delivered", data: { channel: "hook", to: "p-team-lead" } },
  ]);
});

test("a redirect is not followed: it counts as no delivery", async () => {
  await using far = await receiver(302);
  await using house = startOffice([about("k")], [hook(far.url)]);
  expect(await house.reached("k", "pending")).toMatchObject({ because: expect.stringContaining("HTTP 302") });
});

test("no log line and no row of the journal holds the secret or the query of an address", async () => {
  await using far = await receiver(401);
  const closed = "http://127.0.0.1:1/hook?token=very-secret";
  await using house = startOffice(
    [about("k"), about("n", { channel: "nobody" })],
    [hook(far.url), hook(closed, "nobody")],
  );
  await house.reached("k", "failed");
  await house.reached("n", "pending");
  const all = JSON.stringify([house.logged, house.door.journal, house.steps]);
  expect(all).not.toContain("very-secret");
  expect(all).not.toContain(SECRET);
});

test("while a secret is changed each message is signed by the new one and by the old one, and either receiver takes it", async () => {
  const old = "whsec_b2xkIHNlY3JldCBvZiBzaXh0ZWVuIG9yIG1vcmU=";
  await using behind = await startReceiver(Buffer.from("old secret of sixteen or more"));
  await using ahead = await receiver(204);
  const channels = [hook(behind.url, "behind"), hook(ahead.url, "ahead")].map((one) => ({
    ...one,
    settings: { ...(one.settings as object), secret: [SECRET, old] },
  }));
  const messages = [about("a", { channel: "behind" }), about("b", { channel: "ahead" })];
  await using house = startOffice(messages, channels);
  await house.reached("a", "delivered");
  await house.reached("b", "delivered");
  for (const far of [behind, ahead]) expect(far.calls).toMatchObject([{ signed: true, signatures: 2 }]);
});

test.each([{ secret: [] }, { secret: ["short"] }, { secret: [SECRET, "short"] }, { secret: [SECRET, SECRET, SECRET] }])(
  "secrets that cannot be meant are refused: %j",
  ({ secret }) => {
    expect(channelSettings.webhook.safeParse({ url: "http://a.example", secret }).success).toBe(false);
  },
);

const PAGES = [
  { type: "text/html", body: "<!DOCTYPE html><html><title>请登录网络</title></html>" },
  { type: "text/html; charset=GBK", body: "<script>top.self.location.href='http://10.1.1.1/eportal/'</script>" },
  { type: "text/html", body: '  <a href="http://10.1.1.1">Sign in</a>' },
  { type: "application/xhtml+xml", body: '<?xml version="1.0"?><html/>' },
  { type: "", body: "\ufeff\n<html><body>login</body></html>" },
];
test.each(PAGES)("the sign-in page of a network is no receipt: %j", async (page) => {
  await using far = await receiver({ status: 200, ...page }, 204);
  await using house = startOffice([about("k")], [hook(far.url)]);
  const row = await house.reached("k", "pending");
  expect(row.because).toMatch(/网页.*web page/);
  expect(house.office.channels()).toMatchObject([{ health: "fails" }]);
  await house.clock.advance(seconds(2));
  await house.reached("k", "delivered");
  expect(house.office.channels()).toMatchObject([{ health: "works" }]);
});

const RECEIPTS = [
  { status: 200, type: "text/html; charset=UTF-8", body: "ok" },
  { status: 200, type: "text/html", body: "" },
  { status: 202, type: "application/json", body: '{"note":"<b>received</b>"}' },
  { status: 200, type: "text/xml", body: "<xml><code>SUCCESS</code></xml>" },
  { status: 200, type: "text/plain", body: "1 < 2" },
  { status: 299, type: "", body: "\u0000\u0001" },
];
test.each(RECEIPTS)("a home-made receiver has its own way of saying yes: %j", async (answer) => {
  await using far = await receiver(answer);
  await using house = startOffice([about("k")], [hook(far.url)]);
  await house.reached("k", "delivered");
});

test.each([301, 302, 303, 307, 308])("an answer of %i sends nobody elsewhere, and says what to do", async (status) => {
  await using elsewhere = await receiver(204);
  await using far = await receiver({ status, headers: { location: elsewhere.url } });
  await using house = startOffice([about("k")], [hook(far.url)]);
  const row = await house.reached("k", "pending");
  expect(row.because).toMatch(new RegExp(`HTTP ${status}.*最终地址.*final address`));
  expect(elsewhere.calls).toEqual([]);
});

test("after a 410 nothing more goes to that address, not even what is new, until a test gets through", async () => {
  await using far = await receiver(410, 410, 204);
  await using house = startOffice([about("a")], [hook(far.url)]);
  expect((await house.reached("a", "failed")).because).toContain("HTTP 410");
  await house.door.take({ type: "record", rows: { messages: [about("b"), about("c", { severity: "S1" })] } });
  house.office.wake();
  for (const key of ["b", "c"]) expect((await house.reached(key, "failed")).because).toContain("HTTP 410");
  expect(far.calls.map(({ id }) => id)).toEqual(["a"]);
  const person = house.site.people.people[0]?.id ?? "";
  expect(await house.office.tryChannel("hook", person)).toMatchObject({ outcome: "refused" });
  expect(await house.office.tryChannel("hook", person)).toMatchObject({ outcome: "delivered" });
  await house.door.take({ type: "record", rows: { messages: [about("d")] } });
  house.office.wake();
  await house.reached("d", "delivered");
});

const date = "Sat, 21 Nov 2026 08:00:00 GMT";
test.each([
  [429, { "retry-after": "30" }, 30],
  [503, { "retry-after": "45" }, 45],
  [429, { "retry-after": "Sat, 21 Nov 2026 08:01:30 GMT", date }, 90],
  [429, { "retry-after": "86400" }, 600],
  [429, { "retry-after": "99999999999999999999" }, 60],
  [429, { "retry-after": "soon" }, 60],
  [429, { "retry-after": "-5" }, 60],
  [429, { "retry-after": "Sat, 21 Nov 2026 07:00:00 GMT", date }, 60],
  [429, {}, 60],
])("an answer of %i with %j lets the receiver rest for %i s", async (status, headers, rest) => {
  await using far = await receiver({ status, headers }, 204);
  await using house = startOffice([about("k")], [hook(far.url)]);
  await house.reached("k", "pending");
  await house.door.take({ type: "record", rows: { messages: [about("other")] } });
  house.office.wake();
  await house.clock.advance(seconds(rest - 1));
  expect(far.calls).toHaveLength(1);
  await house.clock.advance(seconds(1));
  await house.reached("k", "delivered");
  await house.reached("other", "delivered");
});
