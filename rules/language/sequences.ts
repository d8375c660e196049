/** Functions about what comes after what, and about the calendar. */

import { arg, type Build, define, type FunctionRow, quoted, span, unknown } from "./arguments.ts";
import { type Calendar, calendarNumbers, readHours } from "./calendar.ts";
import { badHours, unknownCalendar, wholeDays } from "./faults.ts";
import type { MemoryOperator } from "./graph.ts";
import { nearest } from "./nearest.ts";
import { PLAIN_NUMBER, TRUTH } from "./scope.ts";
import { toldFlow } from "./told-flow.ts";

const DAY = 86_400_000;

/** Two truths and a span: the machine gets both truths in one number. */
const sequence =
  (operator: MemoryOperator): Build =>
  (r, call, args) => {
    const [a, b] = [r.truth(arg(args, 0)), r.truth(arg(args, 1))];
    const length = span(r, args[2], call.name);
    if (Number.isNaN(length)) return unknown(r, TRUTH);
    const { graph } = r.scope;
    return graph.apply(operator, [graph.apply("pair", [a, b], PLAIN_NUMBER)], TRUTH, [length]);
  };

const inCalendar: Build = (r, call, args) => {
  const tree = arg(args, 0);
  const name = quoted(r, tree, call, '"night"');
  if (name === undefined) return unknown(r, TRUTH);
  const calendars: Readonly<Record<string, Calendar>> = r.scope.rule.calendars ?? {};
  const calendar = Object.hasOwn(calendars, name) ? calendars[name] : undefined;
  if (!calendar) {
    const known = Object.keys(calendars);
    return r.fail(unknownCalendar(tree, name, nearest(name, known), known));
  }
  return r.scope.graph.apply("in_calendar", [], TRUTH, calendarNumbers(calendar));
};

const baselineMin: Build = (r, call, args) => {
  const value = r.number(arg(args, 0));
  const tree = arg(args, 1);
  const text = quoted(r, tree, call, '"02:00-04:00"');
  const hours = text === undefined ? undefined : readHours(text);
  const length = span(r, args[2], call.name);
  if (text !== undefined && !hours) return r.fail(badHours(tree, text));
  if (!hours || Number.isNaN(length)) return unknown(r, value.type);
  if (length % DAY !== 0) return r.fail(wholeDays(arg(args, 2)));
  const told = toldFlow(r, value, "nightFlow");
  const numbers = [hours.from, hours.to, length / DAY, ...(Number.isNaN(told) ? [] : [told])];
  return r.scope.graph.apply("baseline_min", [value], value.type, numbers);
};

export const sequenceFunctions: Readonly<Record<string, FunctionRow>> = {
  unanswered: define("unanswered(cmd, fb, T)", 3, 3, sequence("unanswered")),
  unpreceded: define("unpreceded(e, by, T)", 3, 3, sequence("unpreceded")),
  in_calendar: define('in_calendar("name")', 1, 1, inCalendar),
  baseline_min: define('baseline_min(v, "02:00-04:00", 14d)', 3, 3, baselineMin),
};
