import { expect, test } from "vitest";
import type { ClockState, ResponseClock, Ticket } from "#model/ticket";
import { hours, instant, later, minutes } from "#model/time";
import type { Choice } from "../../../gateway/reports/figures.ts";
import { clocksKept, slaKpis } from "../../../gateway/reports/sla-kpis.ts";
import { ticket as anyTicket } from "../api/stand.ts";

const FROM = instant(1_795_248_000_000);
const window = { from: FROM, to: later(FROM, hours(24)) };
const real: Choice = { kind: "real", at: (alarm) => alarm.endsWith("@lift-1") };

const clock = (kind: ResponseClock["kind"], state: ClockState, late = false): ResponseClock => ({
  kind,
  target: minutes(5),
  state,
  startedAt: FROM,
  dueAt: later(FROM, minutes(5)),
  warnAt: later(FROM, minutes(4)),
  segments: [],
  ...(late ? { breachedAt: later(FROM, minutes(5)) } : {}),
});
const opened = (no: number, clocks: readonly ResponseClock[], more: Partial<Ticket> = {}): Ticket => ({
  ...anyTicket(`GD20261121-00000${no}`),
  openedAt: later(FROM, hours(1)),
  alarms: ["a.b@lift-1"],
  simulated: false,
  clocks,
  ...more,
});
const share = (id: string, tickets: readonly Ticket[], choice = real): number | undefined =>
  slaKpis
    .find((kpi) => kpi.id === id)
    ?.read({} as never, {} as never, clocksKept(tickets, window, choice), {} as never);

test("a clock met in time counts for the promise, one overdue or met late against it, one that runs for neither", () => {
  const tickets = [
    opened(1, [clock("accept", "met"), clock("staff-onsite", "met"), clock("rescue-onsite", "breached", true)]),
    opened(2, [clock("accept", "met", true), clock("onsite", "met"), clock("resolve", "running")]),
    opened(3, [clock("accept", "met"), clock("onsite", "cancelled"), clock("resolve", "paused")]),
    opened(4, [clock("accept", "breached", true)]),
  ];
  expect(share("sla-accept", tickets)).toBe(0.5);
  expect(share("sla-onsite", tickets)).toBeCloseTo(2 / 3, 9);
  expect(share("sla-resolve", tickets)).toBeNaN();
});

test("drills, tests, maintenance, other desks, other days and tickets opened by hand stay out", () => {
  const late = [clock("accept", "breached", true)];
  const tickets = [
    opened(1, [clock("accept", "met")]),
    opened(2, late, { simulated: true }),
    opened(3, late, { alarms: ["a.b@lift-2"] }),
    opened(4, late, { openedAt: later(FROM, hours(-1)) }),
    opened(5, late, { alarms: [] }),
    opened(6, late, { judged: "test" }),
    opened(7, [clock("accept", "met"), ...late], { judged: "maintenance" }),
  ];
  expect(share("sla-accept", tickets)).toBe(1);
  expect(share("sla-accept", tickets, { ...real, kind: "simulated" })).toBe(0);
  expect(share("sla-accept", tickets, { ...real, kind: "test" })).toBe(0);
  expect(share("sla-accept", tickets, { ...real, kind: "maintenance" })).toBe(0.5);
});
