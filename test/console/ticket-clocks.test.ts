import { describe, expect, test } from "vitest";
import type { ClockBody, TicketBody } from "../../gateway/api/ticket-shapes.ts";
import {
  byRemaining,
  faceOf,
  overdueCount,
  shortNumber,
  stageAndTotal,
} from "../../gateway/console/src/shared/ticket-clocks.ts";
import { doorTicket, entrapmentTicket } from "./tickets.ts";

const NOW = Date.UTC(2026, 10, 21, 8);
const iso = (ms: number) => new Date(NOW + ms).toISOString();
const clock = (more: Partial<ClockBody> = {}): ClockBody => ({
  kind: "accept",
  state: "running",
  target: "PT5M",
  startedAt: iso(0),
  dueAt: iso(300_000),
  warnAt: iso(150_000),
  pausedFor: "PT0S",
  ...more,
});

describe("the face of a clock", () => {
  test("runs, warns, and when it is over counts up from zero and never shows 00:00 left", () => {
    expect(faceOf(clock(), NOW + 60_000)).toEqual({ mode: "running", left: 240_000, share: 0.2 });
    expect(faceOf(clock(), NOW + 150_000)).toMatchObject({ mode: "soon", left: 150_000 });
    expect(faceOf(clock(), NOW + 300_000)).toEqual({ mode: "over", by: 0 });
    expect(faceOf(clock({ state: "breached", breachedAt: iso(300_000) }), NOW + 365_000)).toEqual({
      mode: "over",
      by: 65_000,
    });
  });

  test("met in time, met late, paused, no longer asked for", () => {
    expect(faceOf(clock({ state: "met", metAt: iso(40_000) }), NOW)).toEqual({
      mode: "met",
      took: 40_000,
      late: false,
    });
    expect(faceOf(clock({ state: "breached", breachedAt: iso(300_000), metAt: iso(400_000) }), NOW)).toEqual({
      mode: "met",
      took: 400_000,
      late: true,
    });
    expect(faceOf(clock({ state: "paused" }), NOW + 60_000).mode).toBe("paused");
    expect(faceOf(clock({ state: "cancelled" }), NOW).mode).toBe("cancelled");
  });

  test("before the gateway's time is known nothing is made up", () => {
    const face = faceOf(clock(), Number.NaN);
    expect(face).toMatchObject({ mode: "running", left: Number.NaN });
  });

  test("a due time before the start does not break the bar", () => {
    expect(faceOf(clock({ dueAt: iso(-1) }), NOW + 5)).toEqual({ mode: "over", by: 6 });
  });
});

describe("the clocks of a card", () => {
  test("the one that is due first, and the last of the whole job; repeating reports are not the job", () => {
    const { stage, total } = stageAndTotal(entrapmentTicket(NOW));
    expect([stage?.kind, total?.kind]).toEqual(["acknowledge", "mitigate"]);
    const mitigated = entrapmentTicket(NOW).clocks.map((one) =>
      one.kind === "mitigate" ? { ...one, state: "met" as const, metAt: iso(0) } : one,
    );
    expect(stageAndTotal({ ...entrapmentTicket(NOW), clocks: mitigated }).total?.kind).toBe("resolve");
    expect(overdueCount(entrapmentTicket(NOW), NOW)).toBe(1);
  });

  test("a paused clock steps back behind a running one", () => {
    const ticket = {
      ...entrapmentTicket(NOW),
      clocks: [clock({ state: "paused", dueAt: iso(1) }), clock({ kind: "resolve", dueAt: iso(9e6) })],
    };
    expect(stageAndTotal(ticket).stage?.kind).toBe("resolve");
  });

  test("no open clock: nothing to show", () => {
    expect(stageAndTotal({ ...entrapmentTicket(NOW), clocks: [] })).toEqual({});
  });

  test("cards of one severity stand by least time left, those without a clock last", () => {
    const none: TicketBody = { ...entrapmentTicket(NOW), no: "X-1", clocks: [] };
    const cards = [none, doorTicket(NOW), entrapmentTicket(NOW)].toSorted(byRemaining);
    expect(cards.map((card) => card.no)).toEqual(["GD20261121-000042", "X-1", "GD20261121-000041"]);
  });

  test("the graver stands above the more urgent, and what came back by itself at the end", () => {
    const trapped = { ...entrapmentTicket(NOW), no: "X-2", severity: "S1" as const };
    const late = { ...doorTicket(NOW), no: "X-3", severity: "S3" as const, clocks: [clock({ dueAt: iso(-60_000) })] };
    const back = { ...trapped, no: "X-4", recovered: true, clocks: [clock({ dueAt: iso(-60_000) })] };
    expect([back, late, trapped].toSorted(byRemaining).map((card) => card.no)).toEqual(["X-2", "X-3", "X-4"]);
    // A lift that has fallen silent still wants a person before a complaint does.
    const complaint = { ...late, no: "X-5", severity: "S4" as const };
    expect([complaint, back].toSorted(byRemaining).map((card) => card.no)).toEqual(["X-4", "X-5"]);
  });

  test("people say the last four digits", () => expect(shortNumber("GD20261121-000042")).toBe("0042"));
});
