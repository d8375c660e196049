/** Which machine runs which remembering term. */
import type { MemoryOperator, Term } from "../language/graph.ts";
import { createBaseline } from "./baseline.ts";
import { createExtreme, createFlat } from "./extremes.ts";
import { createInCalendar } from "./in-calendar.ts";
import type { Machine, Wiring } from "./machine.ts";
import type { CellOperator } from "./moment-cells.ts";
import { createRises, createSince } from "./moments.ts";
import { createPrevious, createRate } from "./movements.ts";
import { createNightMinimum } from "./night-minimum.ts";
import { createUnanswered, createUnpreceded } from "./sequence.ts";
import type { WindowOperator } from "./windows.ts";

type Make = (wiring: Wiring, numbers: readonly number[], zone: string) => Machine;

/** Those of `moment-cells.ts` and `windows.ts` have no machine of their own. */
export type MachineOperator = Exclude<MemoryOperator, CellOperator | WindowOperator>;

const MACHINES: Readonly<Record<MachineOperator, Make>> = {
  min: (wiring, [span = 0]) => createExtreme(wiring, span, "low"),
  max: (wiring, [span = 0]) => createExtreme(wiring, span, "high"),
  rate: (wiring, [span = 0, counter = 0]) => createRate(wiring, span, counter === 1),
  flat: (wiring, [span = 0, limit = 0]) => createFlat(wiring, span, limit),
  previous: (wiring, [span = 0]) => createPrevious(wiring, span),
  since: (wiring) => createSince(wiring),
  rises: (wiring, [span = 0]) => createRises(wiring, span),
  unanswered: (wiring, [span = 0]) => createUnanswered(wiring, span),
  unpreceded: (wiring, [span = 0]) => createUnpreceded(wiring, span),
  in_calendar: (wiring, numbers) => createInCalendar(wiring, numbers),
  baseline_min: (wiring, [from = 0, to = 0, days = 0], zone) => createNightMinimum(wiring, { from, to }, days, zone),
  baseline: (wiring, [told = Number.NaN], zone) => createBaseline(wiring, told, zone),
};

/** True for what is true only in the step in which it happened. */
export const isPulse = (term: Term): boolean => ["rising", "falling", "changed"].includes(term.operator);

export const createMachine = (
  operator: MachineOperator,
  wiring: Wiring,
  numbers: readonly number[],
  zone: string,
): Machine => MACHINES[operator](wiring, numbers, zone);
