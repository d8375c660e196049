/** The whole door with a real store, whatever happens in whatever order: nothing is lost, nothing is double, replay gives the state. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Actor } from "#model/account";
import { isAnnunciated, shownState, stateBeneath } from "#model/alarm";
import type { Command, Plan } from "#model/plan";
import { hours, instant, minutes, seconds } from "#model/time";
import type { Door } from "../../gateway/door.ts";
import { createFeed } from "../../gateway/feed.ts";
import { createPipeline } from "../../gateway/pipeline.ts";
import { openStore } from "../../gateway/store/sqlite/open-store.ts";
import type { Store } from "../../gateway/store/store.ts";
import { engineer } from "../support/alarm-desk.ts";
import { building, operator, supervisor, verdict } from "../support/building.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { idle } from "../support/idle-engine.ts";
import { createManualClock } from "../support/manual-clock.ts";

const traits = {
  "door.fault": { severity: "S3", ticket: "general_fault" },
  "brake.fault": { severity: "S2", ticket: "general_fault", latch: true },
  "elevator.entrapment": { severity: "S1", ticket: "elevator_entrapment", lifeSafety: true },
  "light.out": { severity: "S4" },
} as const;
const names = Object.keys(traits) as (keyof typeof traits)[];
const ruleOf = (name: keyof typeof traits, words = "") => {
  const { rule } = verdict(name, "lift-1", "active", traits[name]).instance;
  return { ...rule, title: { zh: `${name}${words}`, en: `${name}${words}` }, reAlarm: minutes(30) };
};
/** The site as it is edited: all rules, other words, one rule gone. */
const sites = [
  building({ rules: names.map((name) => ruleOf(name)) }),
  building({ rules: names.map((name) => ruleOf(name, " 2")) }),
  building({ rules: names.slice(1).map((name) => ruleOf(name)) }),
];
const people: readonly Actor[] = [operator, supervisor, engineer];

const kinds = [
  "active",
  "active",
  "normal",
  "unknown",
  "known",
  "acknowledge",
  "acknowledge-old",
  "acknowledge-seen",
  "shelve",
  "shelve-once",
  "unshelve",
  "reset",
  "out",
  "in",
  "offline",
  "online",
  "tick",
  "tick",
  "clock+",
  "clock-",
  "retry",
  "restart",
] as const;
const move = fc.record({
  kind: fc.constantFrom(...kinds),
  name: fc.constantFrom(...names),
  by: fc.nat({ max: 2 }),
  site: fc.nat({ max: 2 }),
  wait: fc.constantFrom(0, 1, 31, 61, 700, 3_700),
});
type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;

function commandOf(one: Move, door: Door): Command | undefined {
  const alarm = `${one.name}@lift-1`;
  const occurrence = door.house.alarms.get(alarm)?.occurrence ?? 1;
  const reason = "r";
  switch (one.kind) {
    case "acknowledge":
      return { do: "acknowledge-alarm", alarm, occurrence: Math.max(1, occurrence), reason: "real" };
    case "acknowledge-old":
      return { do: "acknowledge-alarm", alarm, occurrence: occurrence + 1, reason: "real" };
    case "acknowledge-seen":
      return {
        do: "acknowledge-seen",
        reason: "test",
        seen: [...door.house.alarms.values()].map(({ id, occurrence: seen }) => ({ alarm: id, occurrence: seen })),
      };
    case "shelve":
      return { do: "shelve", alarm, kind: "timed", for: hours(1), reason };
    case "shelve-once":
      return { do: "shelve", alarm, kind: "one-shot", for: hours(1), reason };
    case "unshelve":
      return { do: "unshelve", alarm };
    case "reset":
      return { do: "reset-alarm", alarm };
    case "out":
      return { do: "out-of-service", alarm, reason, reviewAt: instant(Date.parse("2026-12-01T00:00:00Z")) };
    case "in":
      return { do: "in-service", alarm };
    default:
      return undefined;
  }
}

function expectLegal(door: Door): void {
  for (const alarm of door.house.alarms.values()) {
    if (alarm.process === "active") expect(alarm.latch).toBe("none");
    if (alarm.acknowledge === "unacknowledged") expect(alarm.acknowledgedBy).toBeUndefined();
    if (alarm.reAlarmAt !== undefined) {
      expect([alarm.process, alarm.acknowledge]).toEqual(["active", "acknowledged"]);
    }
    if (alarm.lifeSafety) expect([alarm.shelf.state, alarm.suppressedBy]).toEqual(["none", []]);
    if (isAnnunciated(alarm)) expect(shownState(alarm)).toBe(stateBeneath(alarm));
  }
  const open = [...door.house.tickets.values()].map((ticket) => `${ticket.device} ${ticket.class}`);
  expect(new Set(open).size).toBe(open.length);
}

async function play(moves: readonly Move[]): Promise<void> {
  using folder = createDataFolder();
  const clock = createManualClock();
  let rows = 0;
  let site = sites[0] as (typeof sites)[number];
  let last: { readonly id: string; readonly actor: Actor; readonly command: Command } | undefined;
  const open = async (): Promise<{ store: Store; door: Door }> => {
    const store = await openStore({ folder: folder.path, clock });
    const measure = {
      committed: () => {},
      storeAway: () => {},
      decided: (plan: Plan) => {
        rows += plan.journal.length;
      },
    };
    const kept = await store.load(clock.now());
    return { store, door: createPipeline({ site, kept, store, engine: idle, feed: createFeed(), clock, measure }) };
  };
  let { store, door } = await open();
  try {
    for (const [n, one] of moves.entries()) {
      await clock.advance(seconds(one.wait));
      const command = commandOf(one, door);
      if (command) {
        last = { id: `c${n}`, actor: people[one.by] ?? operator, command };
        await door.take({ type: "command", ...last });
      } else if (one.kind === "retry") {
        // The answer was lost on the way: the same command comes again, and nothing is done twice.
        const before = rows;
        const known = last && (await store.load(clock.now())).commands.some((kept) => kept.id === last?.id);
        if (last) await door.take({ type: "command", ...last });
        if (known) expect(rows).toBe(before);
      } else if (one.kind === "clock+" || one.kind === "clock-") {
        const by = hours(one.kind === "clock+" ? 1 : -1);
        clock.stepWall(by);
        await door.take({ type: "clock-step", by });
      } else if (one.kind === "tick") {
        await door.take({ type: "tick" });
      } else if (one.kind === "offline" || one.kind === "online") {
        await door.take({
          type: "communication",
          changes: [{ device: "lift-1", state: one.kind, since: clock.now() }],
        });
      } else if (one.kind === "restart") {
        const was = new Map(door.house.alarms);
        await store[Symbol.asyncDispose]();
        site = sites[one.site] ?? site;
        ({ store, door } = await open());
        expect(new Map(door.house.alarms)).toEqual(was);
        await door.take({ type: "started", lastSeen: clock.now() });
      } else {
        const to = one.kind as "active" | "normal" | "unknown" | "known";
        await door.take({ type: "conditions", transitions: [verdict(one.name, "lift-1", to, traits[one.name])] });
      }
      expectLegal(door);
    }
    expect(await store.verify()).toEqual({ ok: true, rows });
    const kept = await store.load(clock.now());
    expect(new Map(kept.alarms.map((alarm) => [alarm.id, alarm]))).toEqual(new Map(door.house.alarms));
    expect(new Map(kept.tickets.map((ticket) => [ticket.no, ticket]))).toEqual(new Map(door.house.tickets));
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

test("legal states, every row in the chain, the journal's replay is the state, one ticket for a device and class", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 25 }), (moves) => play(moves)),
    { numRuns: 8 },
  );
}, 120_000);
