/** 10,000 alarms at one moment: until the last is in the journal, how long the loop stood, and when the emergencies were shown. */
import { setTimeout as pause } from "node:timers/promises";
import type { Plan } from "#model/plan";
import type { Transition } from "#model/rule";
import type { Severity } from "#model/severity";
import type { Site } from "#model/site";
import { createClock } from "../../gateway/clock.ts";
import { createFeed } from "../../gateway/feed.ts";
import { createPipeline } from "../../gateway/pipeline.ts";
import { openStore } from "../../gateway/store/sqlite/open-store.ts";
import type { RuleEngine } from "../../rules/engine/engine.ts";
import { building, verdict } from "../support/building.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { stormStep } from "./storm-step.ts";

const ALARMS = 10_000;
const DEVICES = 500;
const ROUNDS = 5;
/** A building in trouble: few emergencies, some grave faults, the rest is what follows from them. Emergencies ask for tickets. */
const SHARES: readonly (readonly [Severity, number])[] = [
  ["S1", 0.005],
  ["S2", 0.05],
  ["S3", 0.345],
  ["S4", 0.6],
];

function storm(): readonly Transition[] {
  const wanted = SHARES.flatMap(([severity, share]) =>
    Array.from({ length: Math.round(ALARMS * share) }, () => severity),
  );
  // As in a house, all devices of a kind share the rule.
  const rules = new Map<string, Transition["instance"]["rule"]>();
  return wanted
    .map((severity, n) => {
      const device = `d${n % DEVICES}`;
      const ticket = severity === "S1" ? { ticket: "elevator_entrapment" as const } : {};
      const name = `r${Math.floor(n / DEVICES)}`;
      const one = verdict(name, device, "active", { severity, ...ticket });
      const rule = rules.get(`${name} ${severity}`) ?? one.instance.rule;
      rules.set(`${name} ${severity}`, rule);
      return { ...one, instance: { ...one.instance, rule } };
    })
    .reverse();
}

const site = (): Site => {
  const usual = building();
  const [lift] = usual.devices;
  if (!lift) throw new Error("a lift");
  return { ...usual, devices: Array.from({ length: DEVICES }, (_, n) => ({ ...lift, id: `d${n}` })) };
};

/** An engine that says it all at once. */
const saying = (transitions: Transition[]): RuleEngine => ({
  instances: [],
  step: () => transitions.splice(0),
  insert: () => {},
  evaluated: () => 0,
  takeCancelled: () => new Map(),
  nextWake: () => Number.POSITIVE_INFINITY as never,
  pages: () => [],
  restore: () => {},
  skip: () => {},
  resume: () => {},
});

interface Round {
  readonly took: number;
  readonly stall: number;
  readonly work: number;
  /** Work of all threads, ms. */
  readonly cpu: number;
  readonly emergencies: number;
  readonly rows: number;
  readonly complete: boolean;
}

async function round(): Promise<Round> {
  using folder = createDataFolder();
  const clock = createClock();
  await using store = await openStore({ folder: folder.path, clock });
  const feed = createFeed();
  const transitions = [...storm()];
  let rows = 0;
  const door = createPipeline({
    site: site(),
    kept: await store.load(clock.now()),
    store,
    engine: saying(transitions),
    feed,
    clock,
    measure: {
      committed: () => {},
      decided: (plan: Plan) => {
        rows += plan.journal.length;
      },
      storeAway: () => {},
    },
  });
  let shown = 0;
  let emergencies = 0;
  let began = 0;
  feed.follow((news) => {
    if (news.kind !== "alarms") return;
    shown += news.alarms.length;
    if (
      emergencies === 0 &&
      [...door.house.alarms.values()].filter((one) => one.severity === "S1").length === ALARMS * 0.005
    )
      emergencies = performance.now() - began;
  });
  const watch = watchLoop();
  const before = process.cpuUsage();
  began = performance.now();
  door.samples(new Int32Array(0), 0);
  await door.take({ type: "tick" });
  const took = performance.now() - began;
  const cpu = cpuOf(process.cpuUsage(before));
  const { stall, work } = await watch.stop();
  const verdictOnChain = await store.verify();
  return {
    took,
    stall,
    work,
    cpu,
    emergencies,
    rows,
    complete: shown >= ALARMS && verdictOnChain.ok && verdictOnChain.rows === rows,
  };
}

/** Between two looks at the loop, ms: turning it without a rest would take the time that is measured. */
const LOOK = 2;

/** The longest time in which the loop did not turn, by the clock and by what this thread worked in it: other programs steal the rest. */
function watchLoop() {
  let worst = 0;
  let work = 0;
  let last = performance.now();
  let busy = cpuOf(process.threadCpuUsage());
  let over = false;
  const running = (async () => {
    while (!over) {
      await pause(LOOK);
      const now = performance.now();
      worst = Math.max(worst, now - last - LOOK);
      last = now;
      const cpu = cpuOf(process.threadCpuUsage());
      work = Math.max(work, cpu - busy);
      busy = cpu;
    }
  })();
  return {
    async stop() {
      over = true;
      await running;
      return { stall: worst, work };
    },
  };
}

const cpuOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000;

/** The same number of rows of the same size, written by nobody but SQLite's worker: what the disk and the thread take alone. */
async function beside(): Promise<number> {
  using folder = createDataFolder();
  const clock = createClock();
  await using store = await openStore({ folder: folder.path, clock });
  const now = clock.now();
  const began = performance.now();
  for (let first = 0; first < ALARMS; first += 200) {
    const journal = Array.from({ length: 200 }, (_, n) => ({
      occurredAt: now,
      at: now,
      about: `alarm:r@d${first + n}`,
      event: "activated",
      actor: "gatehouse",
      data: { text: "x".repeat(1_200) },
    }));
    const empty = {
      alarms: [],
      tickets: [],
      papers: [],
      messages: [],
      cancelMessages: [],
      accounts: [],
      sessions: [],
      tokens: [],
    };
    await store.commit({ ...empty, journal }, first + 1);
  }
  return performance.now() - began;
}

const median = (list: readonly number[]): string =>
  (list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN).toFixed(0);

export async function run(): Promise<void> {
  await round();
  const rounds: Round[] = [];
  const alone: number[] = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    rounds.push(await round());
    alone.push(await beside());
  }
  stormStep();
  const steps = Array.from({ length: ROUNDS }, stormStep);
  const one = (key: "took" | "stall" | "work" | "cpu" | "emergencies" | "rows") => rounds.map((each) => each[key]);
  process.stdout.write(
    `  ${ALARMS} activations at once → all in the journal, medians of ${ROUNDS}: ${median(one("took"))} ms (goal 1000; ${median(one("cpu"))} ms of work in all threads), ` +
      `longest stall of the loop ${median(one("stall"))} ms (goal 50; ${median(one("work"))} ms of it work of this thread), all emergencies shown after ${median(one("emergencies"))} ms, ` +
      `${median(one("rows"))} journal rows, complete and chained: ${rounds.every((each) => each.complete) ? "yes" : "NO"}\n` +
      `  beside it, ${ALARMS} bare journal rows of that size in as many transactions: ${median(alone)} ms\n` +
      `  before it, the engine's own step in which ${ALARMS} rules turn, with sentences and inputs: ${median(steps)} ms of work (goal 50; each ${steps.map((ms) => ms.toFixed(0)).join(" ")})\n` +
      `  each round: ${rounds.map((each) => `${each.took.toFixed(0)}/${each.stall.toFixed(0)}`).join(" ")} ms\n`,
  );
}
