/** What a provider tells back of texts and calls: receipts and keys, forged, stale, replayed and garbled ones among them. */
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Message } from "#model/message";
import type { Ticket } from "#model/ticket";
import { later, minutes, seconds } from "#model/time";
import { people } from "../../support/building.ts";
import { letDecide } from "../../support/deciding-door.ts";
import { aMessage } from "../../support/stored-things.ts";
import { exchange, START, type Stand, startStand, testSite, ticket } from "./stand.ts";

const NO = "GD20261121-000001";
const SECRET = "whsec_dm9pY2Utc2VjcmV0LTAxMjM0NTY3ODk=";
const settings = { url: "https://voice.example.cn/call?to={phone}&id={key}", answers: { secret: SECRET } };
const site = testSite({
  people: {
    ...people,
    people: [
      ...people.people,
      { id: "op", name: "李娜", phone: "00010000001" },
      { id: "boss", name: "郭静", phone: "00010000002" },
    ],
  },
  channels: [
    { id: "voice", kind: "voice", settings },
    { id: "sms", kind: "sms", settings: { url: "https://sms.example.cn/?to={phone}" } },
  ],
});
const KEY = `${NO}/1/s1-opened/0/op/voice`;

let stand: Stand;
let serial = 0;
beforeEach(async () => {
  stand = await startStand({ site });
  letDecide(stand.door, site, () => stand.clock.now());
  stand.door.house.tickets.set(NO, ticket(NO));
  stand.messages.push(sent());
});
afterEach(async () => stand[Symbol.asyncDispose]());

const sent = (more: Partial<Message> = {}) =>
  aMessage(KEY, { ticket: NO, to: "op", channel: "voice", role: "control-room-operator", state: "accepted", ...more });
const of = () => stand.door.house.tickets.get(NO) as Ticket;
const rows = () => stand.door.taken.flatMap((one) => (one.type === "record" ? (one.rows.messages ?? []) : []));

interface How {
  readonly secret?: string;
  readonly id?: string;
  readonly at?: number;
  readonly channel?: string;
  readonly signature?: (right: string) => string;
}
/** Signed as the standard says, or as somebody does who means no good. */
function tell(
  body: object | string,
  { secret = SECRET, id = `msg_${++serial}`, at, channel = "voice", signature }: How = {},
) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const timestamp = String(Math.floor((at ?? stand.clock.now()) / 1_000));
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : secret;
  const right = `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${text}`).digest("base64")}`;
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signature?.(right) ?? right,
  };
  return exchange(stand.port, "POST", `/api/channels/${channel}/answers`, headers, text);
}

test("a receipt makes what was accepted delivered, and what was read read; told twice it changes nothing", async () => {
  expect(await tell({ key: KEY, event: "delivered" })).toMatchObject({ status: 200, body: { taken: true } });
  expect(rows()).toMatchObject([{ key: KEY, state: "delivered", deliveredAt: stand.clock.now() }]);
  expect(stand.door.journal).toMatchObject([{ event: "message-delivered", about: `ticket:${NO}`, data: { to: "op" } }]);
  stand.messages.splice(0, 1, sent({ state: "delivered", deliveredAt: START }));
  expect(await tell({ key: KEY, event: "delivered" })).toMatchObject({ status: 200, body: { taken: false } });
  await stand.clock.advance(seconds(30));
  await tell({ key: KEY, event: "read" });
  expect(rows().at(-1)).toMatchObject({ state: "delivered", deliveredAt: START, readAt: stand.clock.now() });
  expect(of().acknowledgedBy).toBeUndefined();
});

test("a text that did not arrive has failed, and the next way to the person goes out at once", async () => {
  await tell({ key: KEY, event: "failed", code: "MK:0001" });
  expect(rows()).toMatchObject([{ state: "failed", because: expect.stringContaining("MK:0001") }]);
  expect(stand.nextWays).toEqual([KEY]);
});

test("a call that was taken confirms nothing; key 1 of the desk acknowledges in the name of whoever was called", async () => {
  await tell({ key: KEY, event: "delivered" });
  expect(of().acknowledgedBy).toBeUndefined();
  expect(await tell({ key: KEY, event: "key", digit: "1" })).toMatchObject({ status: 200, body: { taken: true } });
  expect(of()).toMatchObject({ acknowledgedBy: "李娜" });
  expect(of().clocks.find(({ kind }) => kind === "acknowledge")?.metAt).toBe(stand.clock.now());
  expect(stand.door.journal.map((entry) => entry.event)).toContain("call-key");
});

test("key 1 of somebody who must be called confirms the call and acknowledges nothing for the desk", async () => {
  const call = { step: "s1-managers", role: "department-supervisor", person: "boss", name: "郭静" };
  stand.door.house.tickets.set(NO, ticket(NO, { calls: [call] }));
  stand.messages.splice(0, 1, sent({ to: "boss", role: "department-supervisor" }));
  await tell({ key: KEY, event: "key", digit: "1" });
  expect(of().calls).toMatchObject([{ person: "boss", by: "郭静", at: stand.clock.now() }]);
  expect(of().acknowledgedBy).toBeUndefined();
});

test("key 2 hands on: an offer is declined, a ladder takes its next step; other keys say nothing", async () => {
  const offer = { person: "op", round: 1, state: "open" as const, at: START, until: later(START, minutes(2)) };
  stand.door.house.tickets.set(NO, ticket(NO, { offers: [offer], state: "dispatched" }));
  await tell({ key: KEY, event: "key", digit: "7" });
  expect(of().offers).toMatchObject([{ state: "open" }]);
  await tell({ key: KEY, event: "key", digit: "2" });
  expect(of().offers?.[0]).toMatchObject({ state: "declined", because: expect.stringContaining("按键 2") });
  await tell({ key: KEY, event: "key", digit: "2" });
  expect(stand.door.journal.map((entry) => entry.event)).toContain("ticket-escalate");
});

test("what is forged, stale, unsigned or for a channel that takes no answers changes nothing, and learns nothing", async () => {
  const body = { key: KEY, event: "key", digit: "1" };
  const now = stand.clock.now();
  const hostile: readonly How[] = [
    { secret: "another secret of some length" },
    { at: now - minutes(6) },
    { at: now + minutes(6) },
    { channel: "sms" },
    { channel: "pigeon" },
    { id: "x y" },
    { signature: () => "" },
    { signature: () => "v1," },
    { signature: (right) => right.replace("v1,", "v2,") },
    { signature: (right) => right.slice(0, -4) },
  ];
  for (const how of hostile) expect([how, (await tell(body, how)).status]).toEqual([how, 401]);
  // The bytes are judged, not what they mean: the signature of another body does not do.
  const before = stand.door.taken.length;
  const right = createHmac("sha256", Buffer.from(SECRET.slice(6), "base64"))
    .update(`m.${Math.floor(now / 1_000)}.{}`)
    .digest("base64");
  const swapped = {
    "content-type": "application/json",
    "webhook-id": "m",
    "webhook-timestamp": String(Math.floor(now / 1_000)),
    "webhook-signature": `v1,${right}`,
  };
  expect(
    (await exchange(stand.port, "POST", "/api/channels/voice/answers", swapped, JSON.stringify(body))).status,
  ).toBe(401);
  expect(stand.door.taken.length).toBe(before);
  expect(of().acknowledgedBy).toBeUndefined();
});

test("an answer that is sent again word for word is heard once, also when it comes twice in the same moment", async () => {
  const again = { id: "msg_same" };
  const both = await Promise.all([
    tell({ key: KEY, event: "key", digit: "1" }, again),
    tell({ key: KEY, event: "key", digit: "1" }, again),
  ]);
  expect(both.map(({ body }) => body.taken).sort()).toEqual([false, true]);
  await stand.clock.advance(minutes(4));
  expect((await tell({ key: KEY, event: "key", digit: "1" }, { ...again, at: START })).body).toEqual({ taken: false });
  expect(stand.door.journal.filter((entry) => entry.event === "call-key")).toHaveLength(1);
  expect(stand.door.journal.filter((entry) => entry.event === "ticket-acknowledge")).toHaveLength(1);
});

test("while a secret is changed, any one of several signatures will do", async () => {
  expect((await tell({ key: KEY, event: "delivered" }, { signature: (right) => `v1,AAAA ${right}` })).status).toBe(200);
});

test.each([
  "",
  "{",
  "[]",
  "null",
  '{"key":1,"event":"key"}',
  `{"key":"${KEY}","event":"explode"}`,
  `{"key":"${KEY}","event":"key","digit":"12"}`,
  `{"key":"${KEY}","event":"failed","code":"<b>"}`,
  `{"key":"${KEY}","event":"read","more":1}`,
])("garbage under a good signature is refused in words: %s", async (text) => {
  expect((await tell(text)).status).toBe(400);
  expect(rows()).toEqual([]);
});

test("an answer larger than any answer is not read, and one about a message of nobody is known as such", async () => {
  expect((await tell({ key: "x".repeat(5_000), event: "read" })).status).toBe(413);
  for (const key of [`${NO}/1/other/0/op/voice`, "GD20991121-000009/1/a/0/op/voice", "/", "paper:x/1", "../../etc"])
    expect(await tell({ key, event: "delivered" })).toMatchObject({ status: 200, body: { taken: false } });
  stand.messages.splice(0, 1, sent({ channel: "sms" }));
  expect((await tell({ key: KEY, event: "delivered" })).body).toEqual({ taken: false });
  // What was called off or still waits did not go out.
  for (const state of ["cancelled", "pending"] as const) {
    stand.messages.splice(0, 1, sent({ state }));
    expect((await tell({ key: KEY, event: "key", digit: "1" })).body).toEqual({ taken: false });
  }
  expect(of().acknowledgedBy).toBeUndefined();
});

test("a key about a ticket that is closed is written down and moves nothing", async () => {
  stand.door.house.tickets.set(NO, ticket(NO, { state: "closed", closedAt: START }));
  await tell({ key: KEY, event: "key", digit: "1" });
  expect(stand.door.journal.map((entry) => entry.event)).toEqual(["call-key"]);
  expect(of().acknowledgedBy).toBeUndefined();
});
