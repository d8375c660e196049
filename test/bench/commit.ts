/** How long the one door takes: a verdict to an alarm, a ticket and its messages, on disk. */
import type { Plan } from "#model/plan";
import { createClock } from "../../gateway/clock.ts";
import { createFeed } from "../../gateway/feed.ts";
import { createPipeline } from "../../gateway/pipeline.ts";
import { openStore } from "../../gateway/store/sqlite/open-store.ts";
import { building, verdict } from "../support/building.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { idle } from "../support/idle-engine.ts";

const ROUNDS = 500;

/** The door is measured alone: nothing is evaluated. */
const at = (sorted: readonly number[], share: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);

export async function run(): Promise<void> {
  using folder = createDataFolder();
  const clock = createClock();
  await using store = await openStore({ folder: folder.path, clock });
  const door = createPipeline({
    site: building(),
    kept: await store.load(clock.now()),
    store,
    engine: idle,
    feed: createFeed(),
    clock,
    measure: { committed: () => {}, decided: (_plan: Plan) => {}, storeAway: () => {} },
  });
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    const to = round % 2 === 0 ? "active" : "normal";
    await door.take({
      type: "conditions",
      transitions: [verdict("elevator.entrapment", "lift-1", to, { ticket: "elevator_entrapment" })],
    });
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  process.stdout.write(
    `  verdict → alarm and ticket on disk (synchronous FULL), ${ROUNDS} rounds: median ${at(took, 0.5)} ms, p99 ${at(took, 0.99)} ms\n`,
  );
}
