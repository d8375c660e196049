/** An alarm rule as data. Its expressions are text here; `rules/language` compiles them. */

import type { Calendar } from "./calendar.ts";
import type { TicketClass } from "./policy.ts";
import type { Severity } from "./severity.ts";
import type { DeviceKind } from "./site.ts";
import type { Text } from "./text.ts";
import type { Span } from "./time.ts";

export interface RuleParameter {
  /** A number in `unit`, a span in milliseconds (`type: "span"`), or a bool. */
  readonly type: "number" | "span" | "bool";
  readonly default: number | boolean;
  readonly unit?: string;
  /** Where the number comes from: standard, clause, or "engineering judgement". */
  readonly source: string;
}

/** Where a piece of text stands in its file, so that an error inside an expression points at it. */
export interface Expression {
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Which devices of its kind a rule is for; each list names the words of which one must fit. Absent: all. */
export interface RuleSelection {
  readonly device?: readonly string[];
  readonly profile?: readonly string[];
  readonly tag?: readonly string[];
  readonly building?: readonly string[];
  readonly floor?: readonly string[];
  readonly room?: readonly string[];
}

/** Where a cause stands, seen from the device of its consequence. */
export type CausePlace = "same" | "depends_on" | "room" | "floor" | "building" | "site";

/** While an alarm of `rule` stands there, the alarm of this rule is its consequence. */
export interface RuleCause {
  readonly rule: string;
  readonly where: CausePlace;
}

export interface RuleDefinition {
  /** Stable: it is the key of the alarm's state. */
  readonly id: string;
  /** The rule exists for every device of this kind that has the points it must have. */
  readonly kind: DeviceKind;
  readonly title: Text;
  readonly severity: Severity;
  /** Cannot be shelved, suppressed, or hidden in a flood. */
  readonly lifeSafety: boolean;
  readonly latch: boolean;
  readonly let: Readonly<Record<string, Expression>>;
  readonly when: Expression;
  /** Condition to return to normal; absent: `!when`. */
  readonly clear?: Expression;
  /** Instead of `clear`: how far the value must come back over the limits of `when`. */
  readonly deadband?: Expression;
  /** Of the devices of the kind only these. */
  readonly each?: RuleSelection;
  /**
   * What bad inputs do: hold the alarm as it is, or raise a trouble beside it. They never clear and never raise. Absent:
   * `trouble` for life safety, otherwise `hold`.
   */
  readonly onBad?: "hold" | "trouble";
  /** Rules whose alarms explain this one; resolved and without circles. Never for life safety. */
  readonly suppressBy?: readonly RuleCause[];
  /** Spans as literals or names of span parameters. */
  readonly onDelay?: Expression;
  readonly offDelay?: Expression;
  /** So long after the acknowledgement an alarm that is still active asks again; absent: never. */
  readonly reAlarm?: Span;
  /** The first level whose expression is true replaces `severity` while the alarm is active. */
  readonly levels: readonly { readonly when: Expression; readonly severity: Severity }[];
  /** Points that may be missing on a device: a name listed here reads as `missing` (false/unknown) there. */
  readonly optional: readonly string[];
  readonly params: Readonly<Record<string, RuleParameter>>;
  readonly ticket?: TicketClass;
  /** Sentence with `{point}` / `{param}` / `{let}` placeholders, filled at the moment of the transition. */
  readonly because: Text;
  /** Where the sentences stand in the file. */
  readonly becauseAt?: { readonly zh: Expression; readonly en: Expression };
  /** What the operator should do. */
  readonly advice: Text;
  readonly source: string;
  readonly file: string;
  /** The site's calendars, by the names that `in_calendar` uses. */
  readonly calendars?: Readonly<Record<string, Calendar>>;
}

/** What the engine saw of one input at a transition. */
export interface InputSeen {
  readonly point: string;
  readonly value: number | null;
  readonly unit?: string;
  readonly quality: "good" | "uncertain" | "bad";
  /** Instant of receipt, ms since epoch. */
  readonly at: number;
  /** What the source itself says, where it says another instant. */
  readonly sourceAt?: number;
}

/** One rule on one device. `index` is its row in the engine. */
export interface RuleInstance {
  readonly index: number;
  /** `<rule>@<device>`: the alarm's id. */
  readonly id: string;
  readonly rule: RuleDefinition;
  readonly device: string;
  /** `<rule>.trouble@<device>`: the id of the alarm that says that this one cannot be judged. Absent: nobody is told. */
  readonly trouble?: string;
}

/** What the engine says when a rule's verdict changes after its delays. */
export interface Transition {
  readonly instance: RuleInstance;
  /**
   * `unknown` and `known` belong to an active alarm. `trouble` says, of an active alarm or of none, that points it reads have
   * been bad for so long that the condition cannot be judged; `trouble-over`, that it can be again.
   */
  readonly to: "active" | "normal" | "unknown" | "known" | "level" | "trouble" | "trouble-over";
  /** Severity in force (base or level); of a trouble at most S2, since trouble is not what the rule warns of. */
  readonly severity: Severity;
  /** How long the raw condition had held before the delay was over, in ms. */
  readonly heldFor: number;
  readonly because: Text;
  readonly inputs: readonly InputSeen[];
}
