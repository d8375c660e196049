/** A ticket that becomes graver: what starts anew, what goes on, and what stays as it was. */
import { beforeEach, expect, test } from "vitest";
import { hours, type Instant, later } from "#model/time";
import { at, operator, TEN } from "../../support/building.ts";
import { createDesk } from "./desk.ts";

let desk: ReturnType<typeof createDesk>;
const hour = (count: number): Instant => later(TEN, hours(count));
const clock = (kind: string) => desk.clock(desk.newest(), kind);
beforeEach(() => {
  desk = createDesk();
  desk.take("active", TEN);
});

test("the acknowledgement is gone with its end, and the time to acknowledge counts from the rise", () => {
  desk.step(desk.newest(), "acknowledge", at(1), {}, operator);
  expect(clock("acknowledge")).toMatchObject({ metAt: at(1) });
  desk.take("level", at(20), "S2");
  const raised = desk.newest();
  expect(raised.acknowledgedBy).toBeUndefined();
  expect(raised.acknowledgeExpiresAt).toBeUndefined();
  expect(clock("acknowledge")).toMatchObject({ state: "running", startedAt: at(20), dueAt: at(20, 30) });
  expect(clock("acknowledge")?.metAt).toBeUndefined();
  // Nothing expires that no longer holds: not when the old acknowledgement would have ended.
  desk.house.take({ type: "tick" }, hour(4.1));
  expect(desk.house.events(`ticket:${raised.no}`)).not.toContain("acknowledgement-expired");
});

test("what was met stays met as it was, and what was called off stays so", () => {
  desk.step(desk.newest(), "accept", at(1), {}, operator);
  for (const step of ["arrive", "mitigate", "repair"] as const) desk.step(desk.newest(), step, at(30), {}, operator);
  const [resolved, feedback] = [clock("resolve"), clock("feedback")];
  expect(resolved).toMatchObject({ state: "met", target: hours(24) });
  expect(feedback).toMatchObject({ state: "cancelled" });
  desk.take("level", at(40), "S2");
  expect(clock("resolve")).toEqual(resolved);
  expect(clock("feedback")).toEqual(feedback);
  desk.house.take({ type: "tick" }, hour(20));
  expect(clock("resolve")).toEqual(resolved);
});

test("its ladder begins anew as another loop: the old steps wait no more, the first is told once more", () => {
  desk.house.take({ type: "tick" }, at(1));
  desk.take("level", at(5), "S2");
  const rows = desk.newest().ladder.map(({ step, state, loop }) => `${loop} ${step.id} ${state}`);
  expect(rows).toEqual(["0 opened done", "0 no-accept cancelled", "1 opened done", "1 no-accept waiting"]);
  expect(desk.newest().ladder.at(-1)?.dueAt).toBe(at(20));
  const keys = desk.house.said.filter(({ step }) => step === "opened").map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toContain(`${desk.newest().no}/1/opened/1/p-technician-on-duty/console`);
});

test("while the repair waits: it waits on under the graver target, and the wait still counts", () => {
  desk.step(desk.newest(), "accept", TEN);
  desk.step(desk.newest(), "hold", hour(1), { reason: "parts" });
  desk.take("level", hour(2), "S2");
  expect(desk.newest()).toMatchObject({ severity: "S2", state: "on-hold" });
  expect(clock("resolve")).toMatchObject({ state: "paused", target: hours(12) });
  desk.step(desk.newest(), "resume", hour(4));
  expect(clock("resolve")).toMatchObject({ state: "running", dueAt: hour(15), warnAt: hour(12) });
});
