/** Ten thousand open tickets with sixty thousand clocks: what a heartbeat costs, and how long the house takes to start. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Plan } from "#model/plan";
import type { Ticket } from "#model/ticket";
import { hours, type Instant, instant, later, milliseconds, minutes } from "#model/time";
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
/** Fifty minutes of a house that beats for months: the first minute, when its code is still being compiled, counts for what it is. */
const BEATS = 3_000;

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
    // The clocks that the ticket carries, so that the self-check finds nothing amiss.
    policy: { ...general, clocks: KINDS.map((kind, n) => ({ kind, target: hours(4 + n) })) },
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

/** Writes the open tickets into a data folder, as the house would have. */
async function fill(folder: string): Promise<void> {
  const clock = createClock();
  const now = clock.now();
  const tickets = Array.from({ length: TICKETS }, (_, index) => openTicket(index, now));
  await using store = await openStore({ folder, clock });
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

/** What one call costs: the thread that everything waits for, and the process with its collectors and the disk's thread. */
async function costOf(work: () => unknown, own: number[], all: number[]): Promise<void> {
  const thread = process.threadCpuUsage();
  const cpu = process.cpuUsage();
  await work();
  const spentOwn = process.threadCpuUsage(thread);
  const spent = process.cpuUsage(cpu);
  own.push((spentOwn.user + spentOwn.system) / 1_000);
  all.push((spent.user + spent.system) / 1_000);
}

const told = (what: string, own: number[], all: number[]): string =>
  `  ${what}, CPU: median ${middle(own, 0.5)} ms, p99 ${middle(own, 0.99)} ms; of all threads: median ${middle(all, 0.5)} ms, p99 ${middle(all, 0.99)} ms\n`;

/** Starts on a filled folder in a process of its own: what made the folder left no garbage behind that is collected here. */
async function open(folder: string): Promise<void> {
  const clock = createClock();
  const now = clock.now();
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  await using store = await openStore({ folder, clock });
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
  const quietAll: number[] = [];
  for (let beat = 0; beat < BEATS; beat += 1) await costOf(() => door.take({ type: "tick" }), quiet, quietAll);
  // Hand-held time, second by second: some beats find a clock or a step that is due.
  const tickets = new Map(door.house.tickets);
  const view = { site: building(), ...door.house, tickets, lastTicket: TICKETS };
  const busy: number[] = [];
  const busyAll: number[] = [];
  let due = 0;
  for (let second = 0; second < BEATS; second += 1) {
    const at = later(now, milliseconds(minutes(1) + second * 1_000));
    await costOf(
      () => {
        const plan = decide(view, { type: "tick" }, at);
        due += plan.tickets.length;
        for (const ticket of plan.tickets) tickets.set(ticket.no, ticket);
      },
      busy,
      busyAll,
    );
  }
  process.stdout.write(
    told("beat with nothing due", quiet, quietAll) +
      told(`beat with ${(due / BEATS).toFixed(1)} tickets due on average, decided alone`, busy, busyAll),
  );
}

export async function run(): Promise<void> {
  using folder = createDataFolder();
  await fill(folder.path);
  const child = spawn(process.execPath, [import.meta.filename, folder.path], { stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the house on the filled folder ended with ${code}`);
}

if (import.meta.main) await open(process.argv[2] ?? "");
