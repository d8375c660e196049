/** Notices on their way out: residents read the notice and nothing else, and a simulated site has no way to them. */
import { expect, test } from "vitest";
import type { Message } from "#model/message";
import { later, minutes } from "#model/time";
import type { ChannelContext } from "../../../gateway/notify/channel.ts";
import { groupText } from "../../../gateway/notify/wording.ts";
import { TEN } from "../../support/building.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { aMessage } from "../../support/stored-things.ts";
import { startReceiver } from "../../support/webhook-receiver.ts";
import { startOffice } from "./office.ts";

const PAPER = "paper:TZ20261121-000001";
const text = { zh: "【停水通知】3号楼停水。预计恢复：11月21日 18:30。", en: "[Water] Block 3 is without water." };
const notice = (more: Partial<Message> = {}): Message =>
  aMessage(`${PAPER}/1/residents/board`, {
    ticket: PAPER,
    step: "notice-1",
    severity: "S2",
    to: "residents",
    channel: "board",
    text,
    audience: "residents",
    ...more,
  });

const paper = {
  kind: "notice",
  id: "TZ20261121-000001",
  state: "open",
  at: TEN,
  ticket: "GD20261121-000001",
  editions: [],
  asked: [],
  lastRev: 1,
} as const;

test("a group of residents reads no severity and nobody's name", () => {
  const context: ChannelContext = {
    site: { id: "park", name: { zh: "园区", en: "Park" } },
    person: { id: "residents", name: "residents" },
    now: TEN,
    beside: [],
  };
  expect(groupText(notice(), context, 2_000)).toBe(text.zh);
  expect(groupText(aMessage("k", { text, severity: "S2" }), context, 2_000)).toContain("【高】");
});

const KEY = "whsec-0123456789abcdef";

const residents = (url: string) => ({
  households: 10,
  channels: [{ id: "board", kind: "webhook", settings: { url, secret: KEY, allow: ["loopback"] } }],
  ways: [{ id: "board", name: { zh: "公告屏", en: "Board" }, households: 10 }],
  contacts: [],
});

test("goes out by the channel to residents, and is told from what the crew gets", async () => {
  await using receiver = await startReceiver(KEY);
  await using office = startOffice({
    messages: [],
    channels: [],
    tickets: [],
    site: { residents: residents(receiver.url) },
  });
  await office.door.take({ type: "record", rows: { papers: [paper], messages: [notice()] } });
  office.office.wake();
  await office.reached(notice().key, "delivered");
  expect(receiver.calls[0]?.body).toMatchObject({ type: "residents.notice", data: { text, to: { id: "residents" } } });
  expect(await office.office.tryChannel("board", "p-1")).toBeUndefined();
});

test("on a simulated site nothing goes out, whatever stands in the outbox", async () => {
  await using receiver = await startReceiver(KEY);
  await using office = startOffice({
    messages: [],
    channels: [],
    tickets: [],
    site: { simulated: true, residents: residents(receiver.url) },
  });
  await office.door.take({ type: "record", rows: { papers: [paper], messages: [notice()] } });
  office.office.wake();
  expect((await office.reached(notice().key, "failed")).because).toContain("board");
  expect(receiver.calls).toEqual([]);
});

/** When the clock of the office begins. */
const BEGIN = createManualClock().now();
/** `back`: minutes from then until the time that the notice promises. */
const sent = (back?: number) => ({
  ...paper,
  editions: [
    {
      n: 1,
      kind: "first" as const,
      text,
      ...(back === undefined ? {} : { backAt: later(BEGIN, minutes(back)) }),
      draftedBy: "王工",
      approvedBy: "李主管",
      at: TEN,
      ways: [],
      reports: {},
    },
  ],
});

test("approved, and the power was cut before it was sent: it goes out once the house is back, with the same key", async () => {
  await using receiver = await startReceiver(KEY);
  // As the row lies on the disk: it was on its way when the process died.
  const row = notice({ state: "sending", attempts: 1, nextTryAt: later(BEGIN, minutes(30)) });
  await using office = startOffice({
    messages: [],
    channels: [],
    tickets: [],
    site: { residents: residents(receiver.url) },
  });
  await office.door.take({ type: "record", rows: { papers: [sent()], messages: [row] } });
  office.office.wake();
  await office.clock.advance(minutes(31));
  await office.reached(row.key, "delivered");
  expect(receiver.calls.map(({ body }) => body.data.key)).toEqual([row.key]);
});

test("a way that fails is tried again, and never tells residents at three that the water is back at one", async () => {
  await using receiver = await startReceiver(KEY);
  await using office = startOffice({
    messages: [],
    channels: [],
    tickets: [],
    site: { residents: residents("http://127.0.0.1:1/nobody-listens") },
  });
  await office.door.take({ type: "record", rows: { papers: [sent(60)], messages: [notice()] } });
  office.office.wake();
  expect((await office.reached(notice().key, "pending", 1)).because).toBeTruthy();
  expect(office.office.channels()).toMatchObject([{ id: "board", health: "fails" }]);
  await office.clock.advance(minutes(61));
  await office.reached(notice().key, "cancelled");
  expect(receiver.calls).toEqual([]);
});
