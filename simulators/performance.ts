/** One story on one plant: brings it to its start, lets the marks happen, tells the truth about them. */
import { createChance } from "./chance.ts";
import type { Plant } from "./plant/plant.ts";
import type { Expectation, Mark, ScenarioOf } from "./scenarios/scenario.ts";
import type { Text } from "./text.ts";
import type { FaultName } from "./wire/faults.ts";

/** How much faster the plant's clock runs until the last seconds before t0. */
const approachSpeed = 60;
/** Plant seconds after which a start that was never reached is given up. */
const approachLimit = 900;

export interface PerformanceEvents {
  /** t0: these must follow, with this much real time per plant second. */
  started(expected: readonly Expectation[]): void;
  mark(tells: Text): void;
  /** A mark that belongs to the line and not to the plant. */
  line(fault: FaultName, on: boolean): void;
  notPrepared(): void;
  ended(): void;
}

export interface Performance {
  readonly phase: "approach" | "running" | "over";
  /** Plant seconds per second of real time. */
  readonly rate: number;
  /** Plant seconds since t0; negative before it. */
  readonly sinceStart: number;
  /** To be called after every step of the plant. */
  afterStep(): void;
}

export interface PlayOptions {
  readonly speed: number;
  readonly seed: number;
  readonly values: Readonly<Record<string, number>>;
}

export interface PlayStatus {
  readonly play: number;
  readonly scenario: string;
  readonly speed: number;
  readonly seed: number;
  readonly phase: Performance["phase"];
  /** Plant seconds since t0; negative before it. */
  readonly sinceStart: number;
}

/** An alarm whose rule needs longer than the (accelerated) situation lasts cannot be demanded. */
function demanded<P extends Plant>(
  scenario: ScenarioOf<P>,
  values: Readonly<Record<string, number>>,
  speed: number,
): readonly Expectation[] {
  const realSeconds = scenario.endsAfter(values) / speed;
  return scenario.mustFollow
    .map((one) => ({ ...one, within: one.within + (one.from?.(values) ?? 0) / speed }))
    .filter(
      ({ within, needs, onlyIf }) =>
        within <= realSeconds && (!needs || needs.held < needs.of / speed) && (onlyIf?.(values) ?? true),
    );
}

export function perform<P extends Plant>(
  scenario: ScenarioOf<P>,
  plant: P,
  options: PlayOptions,
  events: PerformanceEvents,
  wired: readonly Plant[] = [],
): Performance {
  const { speed, values } = options;
  const chance = createChance(options.seed, scenario.name);
  const begunAt = plant.elapsed;
  const approach = scenario.approach(plant, values, chance);
  let phase: Performance["phase"] = "approach";
  let rate = Math.max(approachSpeed, speed);
  let t0 = 0;
  let marks: readonly Mark<P>[] = [];
  let next = 0;

  const playMarks = () => {
    // Half a step of tolerance keeps a mark at 13 s in the step that ends at 13 s.
    const since = plant.elapsed - t0 + plant.stepSeconds / 2;
    for (let mark = marks[next]; mark && mark.at <= since; mark = marks[next]) {
      next += 1;
      mark.act?.(plant, wired);
      if (mark.line) events.line(mark.line.fault, mark.line.on);
      if (mark.tells) events.mark(mark.tells);
    }
    if (next < marks.length) return;
    phase = "over";
    rate = 1;
    plant.recover();
    for (const other of wired) other.recover();
    events.ended();
  };

  return {
    get phase() {
      return phase;
    },
    get rate() {
      return rate;
    },
    get sinceStart() {
      return phase === "approach" ? begunAt - plant.elapsed : plant.elapsed - t0;
    },
    afterStep() {
      if (phase === "running") playMarks();
      if (phase !== "approach") return;
      const where = approach();
      rate = where === "fast" ? Math.max(approachSpeed, speed) : speed;
      if (where === "there") {
        phase = "running";
        t0 = plant.elapsed;
        marks = scenario.course(plant, values, chance);
        events.started(demanded(scenario, values, speed));
        playMarks();
      } else if (plant.elapsed - begunAt > approachLimit) {
        phase = "over";
        rate = 1;
        plant.recover();
        events.notPrepared();
      }
    },
  };
}
