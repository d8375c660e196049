/**
 * A profile of the response policy: another reading of the texts, as a set of numbers that a site takes over by naming it. It changes
 * targets, steps and the fire control room's log, and adds plans for what is expected.
 */
import type { FireLogPolicy } from "./fire-log.ts";
import type { ClassPlan, ClockTarget, TicketClass } from "./policy.ts";
import type { Severity } from "./severity.ts";
import type { Text } from "./text.ts";
import type { Span } from "./time.ts";

export interface PolicyProfile {
  readonly name: Text;
  /** Replace what a class carries of the same name at this severity; a class with a ladder of its own is left alone. */
  readonly severities: Readonly<Partial<Record<Severity, readonly ClockTarget[]>>>;
  /** Added to a class, or replacing those of the same name: at every severity, then at single ones. */
  readonly classes: Readonly<
    Partial<
      Record<
        TicketClass,
        {
          readonly clocks: readonly ClockTarget[];
          /** Laid over the class's own targets for work of several departments. */
          readonly crossDepartment: readonly ClockTarget[];
          readonly bySeverity: Readonly<Partial<Record<Severity, readonly ClockTarget[]>>>;
          readonly plans?: Readonly<Record<string, ClassPlan>>;
        }
      >
    >
  >;
  /** Steps of a ladder by id: when they are due instead, and what they then say. */
  readonly steps: Readonly<Record<string, { readonly after: Span; readonly say: Text }>>;
  readonly fireLog: Partial<Pick<FireLogPolicy, "every" | "atHandover" | "atLeast" | "longestShift">>;
}
