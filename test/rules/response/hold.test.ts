/** Waiting for parts: the repair clock stands still, nothing else does, and nothing waits for ever. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { hours, type Instant, later, minutes } from "#model/time";
import { elapsed } from "../../../rules/response/clocks.ts";
import { at, operator, TEN } from "../../support/building.ts";
import { createDesk } from "./desk.ts";

const parts = { reason: "parts" };
const after = (count: number): Instant => later(TEN, hours(count));
let desk: ReturnType<typeof createDesk>;

beforeEach(() => {
  desk = createDesk();
  desk.take("active", TEN);
  desk.step(desk.newest(), "accept", TEN);
});

test("parts ordered at eight in the evening, here at eight in the morning: due twelve hours later, reports went on", () => {
  desk.step(desk.newest(), "hold", after(10), parts);
  expect(desk.newest()).toMatchObject({ state: "on-hold", hold: { reason: "parts", by: "李主管", state: "accepted" } });
  desk.house.beat(after(10), after(14));
  expect(desk.clock(desk.newest(), "feedback")?.breachedAt).toBe(after(12));
  desk.step(desk.newest(), "resume", after(22), {}, operator);
  expect(desk.newest().state).toBe("accepted");
  expect(desk.clock(desk.newest(), "resolve")).toMatchObject({ state: "running", dueAt: after(36), startedAt: TEN });
  expect(desk.clock(desk.newest(), "resolve")?.segments).toMatchObject([
    { kind: "run", from: TEN, to: after(10) },
    { kind: "pause", from: after(10), to: after(22), reason: "parts", by: "李主管" },
    { kind: "run", from: after(22) },
  ]);
});

test("after the longest time the ticket goes on by itself, from the true instant, and the team lead is told once", () => {
  desk.step(desk.newest(), "hold", after(1), parts);
  desk.house.take({ type: "tick" }, after(51));
  expect(desk.newest()).toMatchObject({ state: "accepted" });
  expect(desk.newest().hold).toBeUndefined();
  expect(desk.clock(desk.newest(), "resolve")?.dueAt).toBe(after(72));
  desk.house.take({ type: "tick" }, after(52));
  const told = desk.house.said.filter((message) => message.step.startsWith("hold-over"));
  expect(told.map((message) => message.to)).toEqual(["p-team-lead"]);
});

test.each([
  ["an operator", operator, parts, "approval-needed"],
  ["no reason", undefined, {}, "reason-needed"],
  ["a reason of one's own", undefined, { reason: "later" }, "reason-needed"],
  ["longer than the policy allows", undefined, { ...parts, for: hours(49) }, "too-long"],
  ["no time at all", undefined, { ...parts, for: hours(0) }, "too-long"],
])("%s cannot put it on hold", (_, actor, words, code) => {
  expect(desk.step(desk.newest(), "hold", after(1), words, actor).refusal?.code).toBe(code);
  expect(desk.newest().state).toBe("accepted");
});

test("the longest time is allowed, and one that is entered later ends as long after its true beginning", () => {
  const words = { ...parts, for: hours(48), occurredAt: after(1) };
  expect(desk.step(desk.newest(), "hold", after(3), words).refusal).toBeUndefined();
  expect(desk.newest().hold).toMatchObject({ since: after(1), until: after(49) });
  desk.house.take({ type: "tick" }, after(49));
  expect(desk.newest().state).toBe("accepted");
});

test("a wait that is entered later cannot lie within the time of an earlier one", () => {
  desk.step(desk.newest(), "hold", after(1), parts);
  desk.step(desk.newest(), "resume", after(3));
  const again = { ...parts, occurredAt: after(2) };
  expect(desk.step(desk.newest(), "hold", after(4), again).refusal?.code).toBe("wrong-time");
  expect(desk.step(desk.newest(), "hold", after(4), { ...parts, occurredAt: after(3) }).refusal).toBeUndefined();
});

test("done within a wait, as was entered later: what was waited after that never was", () => {
  desk.step(desk.newest(), "hold", after(1), parts);
  desk.step(desk.newest(), "resume", after(6));
  desk.step(desk.newest(), "repair", after(7), { occurredAt: after(3) });
  expect(desk.clock(desk.newest(), "resolve")).toMatchObject({
    state: "met",
    metAt: after(3),
    dueAt: after(26),
    segments: [
      { kind: "run", from: TEN, to: after(1) },
      { kind: "pause", from: after(1), to: after(3) },
    ],
  });
});

test("the warning moves as far as the end, and comes once", () => {
  desk.step(desk.newest(), "hold", after(1), parts);
  desk.step(desk.newest(), "resume", after(5));
  expect(desk.clock(desk.newest(), "resolve")).toMatchObject({ warnAt: after(22), dueAt: after(28) });
  for (const hour of [18, 21, 22, 23]) desk.house.take({ type: "tick" }, after(hour));
  const warned = desk.house.said.filter(({ step }) => step.startsWith("warn-resolve"));
  expect(warned.map(({ createdAt }) => createdAt)).toEqual([after(22)]);
});

test("an emergency cannot wait, and one that becomes an emergency waits no more", () => {
  desk.step(desk.newest(), "hold", after(1), parts);
  desk.take("level", after(2), "S1");
  expect(desk.newest()).toMatchObject({ severity: "S1", state: "accepted" });
  expect(desk.newest().hold).toBeUndefined();
  expect(desk.step(desk.newest(), "hold", after(3), parts).refusal?.code).toBe("never-waits");
});

test("a rise in severity keeps start and pause: what is overdue by the new target was so at its true instant", () => {
  desk.step(desk.newest(), "hold", after(1), parts);
  desk.step(desk.newest(), "resume", after(2));
  desk.take("level", after(3), "S2");
  expect(desk.clock(desk.newest(), "resolve")).toMatchObject({ startedAt: TEN, dueAt: after(13) });
  desk.house.take({ type: "tick" }, after(14));
  expect(desk.clock(desk.newest(), "resolve")).toMatchObject({ state: "breached", breachedAt: after(13) });
});

test("a resume entered later cannot lie before the hold, and a hold needs work to interrupt", () => {
  desk.step(desk.newest(), "hold", after(2), parts);
  expect(desk.step(desk.newest(), "resume", after(4), { occurredAt: after(1) }).refusal?.code).toBe("wrong-time");
  expect(desk.step(desk.newest(), "hold", after(4), parts).refusal?.code).toBe("wrong-state");
  expect(desk.step(desk.newest(), "mitigate", after(4)).refusal?.code).toBe("wrong-state");
});

test("a step of the wall clock moves the end of the waiting with everything else", () => {
  desk.step(desk.newest(), "hold", after(1), { ...parts, for: hours(2) });
  desk.house.take({ type: "clock-step", by: hours(1) }, after(3));
  desk.house.take({ type: "tick" }, after(3.5));
  expect(desk.newest().state).toBe("on-hold");
  desk.house.take({ type: "tick" }, after(4));
  expect(desk.newest().state).toBe("accepted");
});

test("a false alarm that is found while it waits ends the waiting", () => {
  desk.step(desk.newest(), "hold", after(1), parts);
  desk.step(desk.newest(), "false-alarm", after(2), { note: "门机传感器误动" });
  expect(desk.newest()).toMatchObject({ state: "verifying", falseAlarm: true });
  expect(desk.newest().hold).toBeUndefined();
  expect(desk.clock(desk.newest(), "resolve")?.state).toBe("cancelled");
});

describe("whatever the order of holding, going on and moving the clock", () => {
  test("what has elapsed is the time that passed less the time it waited, and the due instant follows from it", () => {
    const moves = fc.array(
      fc.tuple(fc.constantFrom("hold", "resume", "jump", "beat"), fc.integer({ min: 1, max: 180 })),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(moves, (story) => {
        const mine = createDesk();
        mine.take("active", TEN);
        mine.step(mine.newest(), "accept", TEN);
        let wall = 0;
        let waited = 0;
        let ran = 0;
        let holding = false;
        const now = () => at(wall);
        for (const [move, length] of story) {
          if (move === "jump") {
            wall += length;
            mine.house.take({ type: "clock-step", by: minutes(length) }, now());
            continue;
          }
          wall += length;
          if (holding) waited += length;
          else ran += length;
          if (move === "beat") mine.house.take({ type: "tick" }, now());
          else if (mine.step(mine.newest(), move, now(), parts).refusal === undefined) holding = move === "hold";
          if (waited + ran > 1_200) return;
        }
        const clock = mine.clock(mine.newest(), "resolve");
        if (!clock) throw new Error("no clock");
        expect(elapsed(clock, now())).toBe(minutes(ran));
        if (!holding) expect(clock.dueAt).toBe(later(now(), minutes(1_440 - ran)));
      }),
      { numRuns: 300 },
    );
  });
});
