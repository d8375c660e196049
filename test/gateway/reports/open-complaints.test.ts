/** Complaints are counted through in every report that the house writes: the new ones, and each that is still open. */
import { expect, test } from "vitest";
import type { Ticket } from "#model/ticket";
import { days, hours, later } from "#model/time";
import { reportCounter } from "../../../gateway/api/count-report.ts";
import { START, testSite, ticket } from "../api/stand.ts";

const complaint = (no: string, more: Partial<Ticket> = {}): Ticket =>
  ticket(no, { class: "complaint", severity: "S4", alarms: [], clocks: [], ...more });
const late = (no: string, more: Partial<Ticket> = {}): Ticket => {
  const dueAt = later(START, hours(-9));
  const clock = {
    kind: "resolve",
    target: hours(1),
    state: "breached",
    startedAt: dueAt,
    dueAt,
    warnAt: dueAt,
  } as const;
  return complaint(no, { clocks: [{ ...clock, breachedAt: dueAt, segments: [] }], ...more });
};

async function summary(open: readonly Ticket[], stored: readonly Ticket[] = open) {
  const store = { ticketPage: async () => ({ rows: stored }), paper: async () => undefined };
  const alarms = { figures: async () => ({ told: 0, top: [] }) as never };
  const count = reportCounter(testSite(), store, alarms, new Map(open.map((one) => [one.no, one])));
  const due = {
    id: "BB",
    period: "daily" as const,
    at: START,
    from: later(START, days(-1)),
    to: later(START, days(1)),
  };
  return (await count(due)).summary;
}

test("one from before the window stands in the report each day until it is closed, the late ones first", async () => {
  const old = late("GD20260701-000001", { openedAt: later(START, days(-140)) });
  const text = await summary([complaint("GD20261121-000002"), old], [complaint("GD20261121-000002")]);
  expect(text.zh).toMatch(/；投诉 1 件，未结 2 件，其中超时 1 件（GD20260701-000001、GD20261121-000002）$/);
  expect(text.en).toMatch(/; 1 complaints, 2 still open, 1 of them overdue \(GD20260701-000001, GD20261121-000002\)$/);
});

test("a late clock that was met, a drill, a fault and a closed one are none of them; without any nothing is said", async () => {
  const met = late("GD-1");
  const closed = complaint("GD-2", { state: "closed", closedAt: START });
  const [clock] = met.clocks;
  const text = await summary([
    { ...met, clocks: clock ? [{ ...clock, metAt: START }] : [] },
    late("GD-3", { drill: true }),
    late("GD-4", { class: "general_fault" }),
    closed,
  ]);
  expect(text.zh).toContain("未结 1 件（GD-1）");
  expect(text.zh).not.toContain("超时 1 件");
  expect((await summary([ticket("GD-5")])).zh).not.toContain("投诉");
});

test("many are counted and the first five named", async () => {
  const text = await summary(Array.from({ length: 9 }, (_, n) => complaint(`GD-${n}`)));
  expect(text.zh).toContain("未结 9 件（GD-0、GD-1、GD-2、GD-3、GD-4 等）");
});
