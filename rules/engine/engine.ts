/** The rule engine as the rest of the house sees it. It touches nothing: columns and times come in, transitions go out. */
import type { PointColumns, PointDefinition } from "#model/points";
import type { RuleDefinition, RuleInstance, Transition } from "#model/rule";
import type { Device } from "#model/site";
import type { Moment, Span } from "#model/time";
import type { LateSample } from "./late.ts";

export interface EngineInput {
  readonly rules: readonly RuleDefinition[];
  readonly devices: readonly Device[];
  readonly points: readonly PointDefinition[];
  readonly columns: PointColumns;
  /** IANA zone for hours of the day (baselines, calendars). */
  readonly zone: string;
  /** The value of a point that a sentence tells (NaN unless good), where the engine hears only of what makes a difference. */
  readonly tell?: (handle: number) => number;
}

export interface RuleEngine {
  readonly instances: readonly RuleInstance[];
  /**
   * Takes the handles that changed (value or quality) in this batch, runs what depends on them and every timer that is due
   * by `at.mono`. The result is empty for almost every call and may be reused by the next one.
   */
  step(changed: Int32Array, count: number, at: Moment): readonly Transition[];
  /** A sample that came late, for the windows that would have seen it; the next step answers for it. */
  insert(late: LateSample): void;
  /** How many verdicts were looked at since the start, for the figures of the house. */
  evaluated(): number;
  /** By rule instance, how often its condition ended before the delay was over, since this was last asked; mostly empty. */
  takeCancelled(): ReadonlyMap<string, number>;
  /** Monotonic time of the earliest timer; Infinity when none. */
  nextWake(): Span;
  /**
   * State of every window, delay and verdict as named texts, to be kept one by one under their names. Only what moved since it
   * was last told is told, about a millisecond of work each; the engine may run between two of them. The last one says that
   * all are there. A text that could not be kept is told again if the loop is left there. With `whole` everything is told.
   */
  pages(at: Moment, whole?: boolean): Iterable<readonly [name: string, text: string]>;
  /** Takes kept pages back, and leaves other notes alone: matched by rule instance and node, so an edited rule keeps the windows that did not change. */
  restore(notes: ReadonlyMap<string, string>, at: Moment): void;
  /** Nothing was seen from `from`, the last step, to `at`: as a restart between the two would have it. */
  skip(from: Moment, at: Moment): void;
  /** The house's alarms are the truth about what is active: called once after `restore`, before the first step. */
  resume(activeInstances: ReadonlySet<string>): void;
}
