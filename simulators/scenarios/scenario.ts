/** What a story is: how the plant is brought to its start, what happens then, and what must follow from it. */
import type { Chance } from "../chance.ts";
import type { AccessController } from "../plant/access-state.ts";
import type { Booster } from "../plant/booster.ts";
import type { Elevator } from "../plant/elevator-state.ts";
import type { FirePanel } from "../plant/fire-panel-state.ts";
import type { GasDetector } from "../plant/gas-detector.ts";
import type { Plant } from "../plant/plant.ts";
import type { Utility } from "../plant/utility.ts";
import type { Text } from "../text.ts";
import type { FaultName } from "../wire/faults.ts";

export type Severity = "S1" | "S2" | "S3" | "S4";

export interface Parameter {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  /** Counts, numbers of doors and yes or no: half a person is refused. */
  readonly whole?: true;
  readonly tells: Text;
}

/** An alarm that must come, `within` seconds after its cause (t0 unless told); whoever polls adds a poll period. */
export interface Expectation<Name extends string = string> {
  readonly rule: string;
  readonly severity: Severity;
  /** The class of the ticket that the alarm opens or joins; `none` for a note. */
  readonly ticketClass: string;
  readonly within: number;
  /** Plant seconds after t0 at which the cause begins. */
  from?(values: Readonly<Record<Name, number>>): number;
  /** Expected only for some parameters, e.g. a hole that is large enough. */
  onlyIf?(values: Readonly<Record<Name, number>>): boolean;
  /** Nobody can demand it then, and it is not false either: the situation ends about when the alarm is due. */
  mayIf?(values: Readonly<Record<Name, number>>): boolean;
  /** The door that the alarm belongs to, from 1; left out or 0: the device itself. */
  part?(values: Readonly<Record<Name, number>>): number;
  /** The alarm belongs to the devices of this kind that are wired to the one that plays; absent: to itself. */
  readonly at?: Plant["kind"];
  /** The alarm belongs to the whole line: nobody on it answers. */
  readonly ofLine?: true;
  /** The rule needs `held` real seconds of something that lasts `of` plant seconds: played faster it cannot come. */
  readonly needs?: { readonly held: number; readonly of: number };
}

/** fast: still on the way to the start, the plant's clock may run ahead · live: the last seconds · there: t0. */
export type Approach = "fast" | "live" | "there";

/** A point of the time course, in plant seconds after t0. */
export interface Mark<P> {
  readonly at: number;
  /** What really happens; marks without a text only move the plant. */
  readonly tells?: Text;
  act?(plant: P, wired: readonly Plant[]): void;
  /** The line or the unit begins to misbehave, or stops doing so. */
  readonly line?: { readonly fault: FaultName; readonly on: boolean };
}

export interface ScenarioOf<P extends Plant, Name extends string = string> {
  readonly name: string;
  /** `any`: whatever the device is, the story is one of its line. */
  readonly kind: P["kind"] | "any";
  readonly title: Text;
  readonly tells: Text;
  readonly parameters: Readonly<Record<Name, Parameter>>;
  readonly mustFollow: readonly Expectation<Name>[];
  readonly mustNotFollow: readonly string[];
  /** Consequences that may be told as well, depending on chance and parameters; everything else is a false alarm. */
  readonly mayFollow?: readonly string[];
  /** It reaches the devices that are wired to the one that plays. */
  readonly spansBuilding?: true;
  /** Points whose true value goes into the record with every mark. */
  readonly watch: readonly string[];
  /** Begins to move the plant to its start; the answer is asked after every step. */
  approach(plant: P, values: Readonly<Record<Name, number>>, chance: Chance): () => Approach;
  /** Marks in order of time. The last one ends the story, and the plant is released to normal. */
  course(plant: P, values: Readonly<Record<Name, number>>, chance: Chance): readonly Mark<P>[];
  /** Seconds after t0 until somebody ends the situation: an alarm that needs longer cannot be demanded. */
  endsAfter(values: Readonly<Record<Name, number>>): number;
}

export type Scenario =
  | ScenarioOf<Elevator>
  | ScenarioOf<Booster>
  | ScenarioOf<FirePanel>
  | ScenarioOf<AccessController>
  | ScenarioOf<Utility>
  | ScenarioOf<GasDetector>
  | (ScenarioOf<Plant> & { readonly kind: "any" });

const minutes = (count: number) => count * 60;

/** Parameters that several stories share. */
export const rescueAfter: Parameter = {
  default: minutes(14),
  min: 30,
  max: minutes(120),
  unit: "s",
  tells: { zh: "救援人员到场时间", en: "Rescuers arrive after" },
};

export const repairAfter: Parameter = {
  default: minutes(10),
  min: 30,
  max: minutes(240),
  unit: "s",
  tells: { zh: "处置完成时间", en: "Repaired after" },
};

export const demand: Parameter = {
  default: 8,
  min: 2,
  max: 14,
  unit: "m3/h",
  tells: { zh: "事件前用水量", en: "Demand before the event" },
};
