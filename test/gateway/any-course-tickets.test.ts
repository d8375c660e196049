/** Random nights through the door and a real store, ended at any point and begun again: no ticket, clock or message is lost. */
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { Plan } from "#model/plan";
import type { Site } from "#model/site";
import { seconds } from "#model/time";
import type { Door } from "../../gateway/door.ts";
import { createFeed } from "../../gateway/feed.ts";
import { createPipeline } from "../../gateway/pipeline.ts";
import { openStore } from "../../gateway/store/sqlite/open-store.ts";
import type { Store } from "../../gateway/store/store.ts";
import { emptyPlan } from "../../rules/draft.ts";
import { happeningOf, type Move, move, nightSite } from "../rules/response/any-course.ts";
import { expectLegal, nothingSeen } from "../rules/response/any-course-holds.ts";
import { shippedPolicy } from "../rules/response/shipped-policy.ts";
import { TEN } from "../support/building.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { idle } from "../support/idle-engine.ts";
import { createManualClock } from "../support/manual-clock.ts";

let site: Site;
beforeAll(async () => {
  site = nightSite(await shippedPolicy());
});

/** Messages that a plan leaves to be sent, beside those that were there. */
function waitingAfter(before: ReadonlySet<string>, plan: Plan, door: Door): Set<string> {
  const waiting = new Set(before);
  for (const { ticket, step } of plan.cancelMessages)
    for (const key of before) {
      const [no, _round, ofStep] = key.split("/");
      if (no === ticket && (step === undefined || ofStep === step)) waiting.delete(key);
    }
  for (const { key, state } of plan.messages)
    if (state === "pending" || state === "sending") waiting.add(key);
    else waiting.delete(key);
  expect([...door.house.outbox.keys()].sort()).toEqual([...waiting].sort());
  return waiting;
}

async function play(moves: readonly Move[]): Promise<void> {
  using folder = createDataFolder();
  let clock = createManualClock(TEN);
  let rows = 0;
  let plan: Plan = emptyPlan;
  const open = async (): Promise<{ store: Store; door: Door }> => {
    const store = await openStore({ folder: folder.path, clock });
    const measure = {
      committed: () => {},
      storeAway: () => {},
      decided: (decided: Plan) => {
        plan = decided;
        rows += decided.journal.length;
      },
    };
    const kept = await store.load(clock.now());
    return { store, door: createPipeline({ site, kept, store, engine: idle, feed: createFeed(), clock, measure }) };
  };
  let { store, door } = await open();
  try {
    let seen = nothingSeen();
    let waiting: ReadonlySet<string> = new Set();
    for (const [n, one] of moves.entries()) {
      await clock.advance(seconds(one.wait));
      if (one.kind === "clock") clock.stepWall(one.jump);
      if (one.kind === "restart") {
        const was = { tickets: new Map(door.house.tickets), outbox: new Map(door.house.outbox) };
        await store[Symbol.asyncDispose]();
        // Another process: its monotonic clock begins at nothing.
        clock = createManualClock(clock.now());
        ({ store, door } = await open());
        expect(new Map(door.house.tickets), "tickets survive").toEqual(was.tickets);
        expect(new Map(door.house.outbox), "messages survive").toEqual(was.outbox);
      }
      plan = emptyPlan;
      const known = [...door.house.tickets.values(), ...door.house.lately.values()];
      await door.take(happeningOf(one, n, clock.now(), known, door.house.papers.values()));
      seen = expectLegal(one, plan, clock.now(), door.house, seen);
      waiting = waitingAfter(waiting, plan, door);
    }
    expect(await store.verify()).toEqual({ ok: true, rows });
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

test("whatever the order of alarms, steps, restarts and jumps of the clock, tickets and messages on disk are those of the house", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { size: "max", minLength: 5, maxLength: 30 }), (moves) => play(moves)),
    { numRuns: 6 },
  );
}, 120_000);
