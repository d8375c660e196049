/** 补录: what is entered later, and clocks that were moved, never make a clock run backwards nor lock anybody out. */
import { beforeEach, describe, expect, test } from "vitest";
import { hours, type Instant, later, minutes } from "#model/time";
import { elapsed } from "../../../rules/response/clocks.ts";
import { operator, TEN } from "../../support/building.ts";
import { createDesk } from "./desk.ts";

const hour = (count: number): Instant => later(TEN, hours(count));
const parts = { reason: "parts" };
let desk: ReturnType<typeof createDesk>;
beforeEach(() => {
  desk = createDesk();
  desk.take("active", TEN);
});
const clock = (kind: string) => {
  const found = desk.clock(desk.newest(), kind);
  if (!found) throw new Error(`no clock ${kind}`);
  return found;
};

test("a wall clock that was set back before the opening locks nobody out: what is entered now is taken", () => {
  const back = later(TEN, minutes(-15));
  desk.house.take({ type: "clock-step", by: minutes(-20) }, back);
  expect(desk.step(desk.newest(), "acknowledge", back, {}, operator).refusal).toBeUndefined();
  expect(desk.step(desk.newest(), "accept", back, {}, operator).refusal).toBeUndefined();
  expect(clock("accept")).toMatchObject({ state: "met", metAt: back });
  expect(elapsed(clock("accept"), back)).toBe(minutes(5));
  // An entry about the time since the opening, as the clock tells it now, is in time; one before that is not.
  const at = (minute: number) => ({ note: "到场", occurredAt: later(TEN, minutes(minute)) });
  expect(desk.step(desk.newest(), "note", back, at(-18)).refusal).toBeUndefined();
  expect(desk.step(desk.newest(), "note", back, at(-21)).refusal?.code).toBe("wrong-time");
});

describe("an entry about the time before the last change", () => {
  test("a report of progress of an hour ago does not wind back the clock that the last report started", () => {
    desk.step(desk.newest(), "accept", TEN);
    desk.step(desk.newest(), "feedback", hour(2), { note: "已到场" });
    desk.step(desk.newest(), "feedback", hour(3), { note: "在途", occurredAt: hour(1) });
    expect(clock("feedback")).toMatchObject({ startedAt: hour(2), dueAt: hour(6) });
    expect(desk.house.journal.filter(({ event }) => event === "ticket-feedback")).toHaveLength(2);
  });

  test("a repair that was done during what is recorded as waiting ends there, and nothing runs backwards", () => {
    desk.step(desk.newest(), "accept", TEN);
    desk.step(desk.newest(), "hold", hour(2), parts);
    desk.step(desk.newest(), "resume", hour(6));
    desk.step(desk.newest(), "repair", hour(8), { occurredAt: hour(4) });
    expect(clock("resolve")).toMatchObject({ state: "met", metAt: hour(4) });
    expect(clock("resolve").segments).toMatchObject([
      { kind: "run", from: TEN, to: hour(2) },
      { kind: "pause", from: hour(2), to: hour(4) },
    ]);
    expect(elapsed(clock("resolve"), hour(8))).toBe(hours(2));
  });

  test("a wait that is entered later cannot overlap an earlier one, and takes back a breach that it explains", () => {
    desk.step(desk.newest(), "accept", TEN);
    desk.step(desk.newest(), "hold", hour(2), parts);
    desk.step(desk.newest(), "resume", hour(6));
    const early = desk.step(desk.newest(), "hold", hour(7), { ...parts, occurredAt: hour(5) });
    expect(early.refusal).toMatchObject({ status: 422, code: "wrong-time" });
    // Due after 28 hours: breached on the paper, but the parts had been ordered two hours before.
    desk.house.take({ type: "tick" }, hour(29));
    expect(clock("resolve")).toMatchObject({ state: "breached", breachedAt: hour(28) });
    desk.step(desk.newest(), "hold", hour(29), { ...parts, occurredAt: hour(26) });
    expect(clock("resolve").state).toBe("paused");
    expect(clock("resolve").breachedAt).toBeUndefined();
    desk.step(desk.newest(), "resume", hour(30));
    expect(clock("resolve")).toMatchObject({ state: "running", dueAt: hour(32) });
  });

  test("an emergency that became graver meanwhile: the new acknowledgement is not met before it began", () => {
    desk.step(desk.newest(), "acknowledge", TEN, {}, operator);
    desk.take("level", hour(1), "S2");
    desk.step(desk.newest(), "acknowledge", hour(1), { occurredAt: hour(0.5) }, operator);
    expect(clock("acknowledge")).toMatchObject({ startedAt: hour(1), metAt: hour(1) });
  });
});
