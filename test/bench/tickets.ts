/** Ten thousand open tickets with sixty thousand clocks: what a heartbeat costs, and how long the house takes to start. */
import type { Plan } from "#model/plan";
import type { Ticket } from "#model/ticket";
import { hours, type Instant, instant, later, minutes } from "#model/time";
import { createClock } from "../../gateway/clock.ts";
import { createFeed } from "../../gateway/feed.ts";
import { createPipeline } from "../../gateway/pipeline.ts";
import { openStore } from "../../gateway/store/sqlite/open-store.ts";
import { decide } from "../../rules/decide.ts";
import { emptyPlan } from "../../rules/draft.ts";
import { building, policy } from "../support/building.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { idle } from "../support/idle-engine.ts";

const TICKETS = 10_000;
const KINDS = ["acknowledge", "accept", "onsite", "mitigate", "resolve", "feedback"] as const;
const BEATS = 300;

/** Due some time within the next days, so that a beat finds a few of them and not all. */
function openTicket(index: number, now: Instant): Ticket {
  const general = policy.classes.general_fault;
  if (!general) throw new Error("the test policy has a general fault");
  const first = later(now, minutes(1 + (index % 4_000) / 60));
  return {
    no: `GD20261121-${String(index + 1).padStart(6, "0")}`,
    class: "general_fault",
    severity: "S3",
    state: "accepted",
    title: { zh: "门机故障", en: "Door drive fault" },
    place: { building: "A" },
    alarms: [],
    openedAt: instant(now - hours(1)),
    round: 1,
    rescueTier: 1,
    policyVersion: "test.1",
    policy: general,
    clocks: KINDS.map((kind, n) => ({
      kind,
      target: hours(4 + n),
      state: "running",
      startedAt: instant(now - hours(1)),
      dueAt: later(first, hours(2 + n)),
      warnAt: later(first, minutes(60 * n)),
      segments: [{ kind: "run", from: instant(now - hours(1)) }],
    })),
    ladder: policy.ladders.S3.map((step, n) => ({ step, dueAt: later(first, hours(n)), state: "waiting", loop: 0 })),
    sop: [],
    recovered: false,
    falseAlarm: false,
    simulated: false,
    wakeAt: first,
  };
}

const middle = (all: number[], share: number): string =>
  (all.sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0).toFixed(2);

export async function run(): Promise<void> {
  using folder = createDataFolder();
  const clock = createClock();
  const now = clock.now();
  const tickets = Array.from({ length: TICKETS }, (_, index) => openTicket(index, now));
  {
    await using store = await openStore({ folder: folder.path, clock });
    await store.load(now);
    for (let from = 0; from < TICKETS; from += 500) {
      const part = tickets.slice(from, from + 500);
      const journal = part.map((ticket) => ({
        occurredAt: now,
        at: now,
        about: `ticket:${ticket.no}`,
        event: "ticket-opened",
        actor: "gatehouse",
        data: {},
        after: { ticket },
      }));
      await store.commit({ ...emptyPlan, tickets: part, journal }, from + 1);
    }
  }
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  await using store = await openStore({ folder: folder.path, clock });
  const kept = await store.load(now);
  const loaded = performance.now() - began;
  const door = createPipeline({
    site: building(),
    kept,
    store,
    engine: idle,
    feed: createFeed(),
    clock,
    measure: { committed: () => {}, decided: (_plan: Plan) => {}, storeAway: () => {} },
  });
  await door.take({ type: "started", lastSeen: now });
  const up = performance.now() - began;
  const cpu = process.cpuUsage(cpuBefore);
  process.stdout.write(
    `  start with ${kept.tickets.length} open tickets, ${kept.tickets.length * KINDS.length} clocks: ${up.toFixed(0)} ms (load ${loaded.toFixed(0)} ms), CPU of both threads ${((cpu.user + cpu.system) / 1_000).toFixed(0)} ms\n`,
  );

  const quiet: number[] = [];
  for (let beat = 0; beat < BEATS; beat += 1) {
    const cpu = process.cpuUsage();
    await door.take({ type: "tick" });
    const spent = process.cpuUsage(cpu);
    quiet.push((spent.user + spent.system) / 1_000);
  }
  // Hand-held time, second by second: some beats find a clock or a step that is due.
  const open = new Map(door.house.tickets);
  const view = { site: building(), ...door.house, tickets: open, lastTicket: TICKETS };
  const busy: number[] = [];
  let due = 0;
  for (let second = 0; second < BEATS; second += 1) {
    const cpu = process.cpuUsage();
    const plan = decide(view, { type: "tick" }, later(now, (minutes(1) + second * 1_000) as never));
    const spent = process.cpuUsage(cpu);
    busy.push((spent.user + spent.system) / 1_000);
    due += plan.tickets.length;
    for (const ticket of plan.tickets) open.set(ticket.no, ticket);
  }
  process.stdout.write(
    `  beat with nothing due, CPU: median ${middle(quiet, 0.5)} ms, p99 ${middle(quiet, 0.99)} ms\n` +
      `  beat with ${(due / busy.length).toFixed(1)} tickets due on average, decided alone, CPU: median ${middle(busy, 0.5)} ms, p99 ${middle(busy, 0.99)} ms\n`,
  );
}
