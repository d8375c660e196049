/** Which machine runs which remembering term. */
import type { MemoryOperator, Term } from "../language/graph.ts";
import { createBaseline } from "./baseline.ts";
import { createExtreme, createFlat } from "./extremes.ts";
import { createInCalendar } from "./in-calendar.ts";
import type { Machine, Wiring } from "./machine.ts";
import { createHeld, createPulse, createRises, createSince, createWithin } from "./moments.ts";
import { createPrevious, createRate } from "./movements.ts";
import { createNightMinimum } from "./night-minimum.ts";
import { createUnanswered, createUnpreceded } from "./sequence.ts";
import { createAverage, createMedian } from "./windows.ts";

type Make = (wiring: Wiring, numbers: readonly number[], zone: string) => Machine;

const MACHINES: Readonly<Record<MemoryOperator, Make>> = {
  avg: (wiring, [span = 0]) => createAverage(wiring, span),
  min: (wiring, [span = 0]) => createExtreme(wiring, span, "low"),
  max: (wiring, [span = 0]) => createExtreme(wiring, span, "high"),
  median: (wiring, [span = 0, ago = 0]) => createMedian(wiring, span, ago),
  rate: (wiring, [span = 0, counter = 0]) => createRate(wiring, span, counter === 1),
  flat: (wiring, [span = 0, limit = 0]) => createFlat(wiring, span, limit),
  previous: (wiring, [span = 0]) => createPrevious(wiring, span),
  held: (wiring, [span = 0]) => createHeld(wiring, span),
  since: (wiring) => createSince(wiring),
  within: (wiring, [span = 0, inclusive = 0]) => createWithin(wiring, span, inclusive === 1),
  rises: (wiring, [span = 0]) => createRises(wiring, span),
  rising: (wiring) => createPulse(wiring, 1),
  falling: (wiring) => createPulse(wiring, 0),
  changed: (wiring) => createPulse(wiring, "any"),
  unanswered: (wiring, [span = 0]) => createUnanswered(wiring, span),
  unpreceded: (wiring, [span = 0]) => createUnpreceded(wiring, span),
  in_calendar: (wiring, numbers) => createInCalendar(wiring, numbers),
  baseline_min: (wiring, [from = 0, to = 0, days = 0], zone) => createNightMinimum(wiring, { from, to }, days, zone),
  baseline: (wiring, [told = Number.NaN], zone) => createBaseline(wiring, told, zone),
};

/** True for what is true only in the step in which it happened. */
export const isPulse = (term: Term): boolean => ["rising", "falling", "changed"].includes(term.operator);

export const createMachine = (
  operator: MemoryOperator,
  wiring: Wiring,
  numbers: readonly number[],
  zone: string,
): Machine => MACHINES[operator](wiring, numbers, zone);
