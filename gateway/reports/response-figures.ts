/** The figures of one window of tickets: how long people took, what came back, how satisfied those were whom it was for. Pure. */

import type { DaySample } from "#model/sampling";
import { days, type Instant, instant, type Span } from "#model/time";
import type { Window } from "./figures.ts";
import { mean, percentile, sorted } from "./numbers.ts";
import { type Measure, measureNames, type Round, type TicketKind, ticketKinds } from "./response-rounds.ts";
import { type SamplingFigures, samplingFigures } from "./sampling-figures.ts";

/** A like fault on the same device within this time is the same fault come back (T31: 7 天内返工). */
export const COMES_BACK = days(7);
/** Ratings from here on are of somebody who was satisfied (K3, 1 to 5). */
export const SATISFIED = 4;
/** Rows of each list. */
const MOST = 10;
const MOST_LATE = 50;

export interface Times {
  /** Rounds whose clock was met or ran out. */
  readonly count: number;
  readonly met: number;
  /** 0 to 1; NaN when nothing came due. */
  readonly share: number;
  /** Milliseconds, of those that came to be. */
  readonly p50: number;
  readonly p90: number;
}

export interface Slice {
  readonly id: string;
  readonly count: number;
  readonly times: Readonly<Record<Measure, Times>>;
}

export interface LateClock {
  readonly round: Round;
  readonly measure: Measure;
  readonly target: Span;
  readonly took?: Span;
}

export interface DeviceCount {
  readonly device: string;
  readonly count: number;
  /** Faults that came within `COMES_BACK` of a like one. */
  readonly repeats: number;
}

export interface ResponseFigures extends Window {
  readonly count: number;
  readonly closed: number;
  readonly falseAlarms: number;
  readonly complaints: number;
  readonly times: Readonly<Record<Measure, Times>>;
  readonly byClass: readonly Slice[];
  readonly byTeam: readonly Slice[];
  readonly byBuilding: readonly Slice[];
  /** 24 rows, by the hour of the site's clock in which the round began. */
  readonly byHour: readonly Slice[];
  readonly faults: number;
  readonly repeats: number;
  readonly repaired: number;
  readonly firstFixed: number;
  readonly rated: number;
  readonly satisfied: number;
  /** 1 to 5. */
  readonly rating: number;
  readonly followUps: { readonly due: number; readonly done: number };
  /** 专项整改 whose limit came, or that were done before it. */
  readonly rectifications: { readonly due: number; readonly done: number };
  readonly sampling: SamplingFigures;
  readonly top: readonly DeviceCount[];
  /** The clocks that were not met, worst first. */
  readonly late: readonly LateClock[];
  /** Rounds of each kind within the window; only the chosen one is in the figures. */
  readonly others: Readonly<Record<TicketKind, number>>;
}

export interface ResponseChoice {
  readonly kind: TicketKind;
  readonly zone: string;
}

/** Emergencies and faults; rectifications, plans, complaints and questions are no faults. */
const isFault = ({ ticket, class: kind, falseAlarm }: Round): boolean =>
  !falseAlarm &&
  ticket.device !== undefined &&
  ticket.rectifies === undefined &&
  kind !== "non_urgent" &&
  kind !== "complaint" &&
  kind !== "consult";

const timesOf = (rounds: readonly Round[], measure: Measure): Times => {
  const all = rounds.flatMap(({ taken }) => taken[measure] ?? []);
  const took = sorted(all.flatMap((one) => one.took ?? []));
  const met = all.filter((one) => one.met).length;
  return {
    count: all.length,
    met,
    share: met / all.length,
    p50: percentile(took, 0.5),
    p90: percentile(took, 0.9),
  };
};

const allTimes = (rounds: readonly Round[]): Slice["times"] =>
  Object.fromEntries(measureNames.map((measure) => [measure, timesOf(rounds, measure)])) as Slice["times"];

function slices(rounds: readonly Round[], key: (round: Round) => string): readonly Slice[] {
  const groups = Map.groupBy(rounds, key);
  return [...groups]
    .map(([id, own]) => ({ id, count: own.length, times: allTimes(own) }))
    .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
}

const sameThing = (round: Round): string => `${round.class}@${round.ticket.device}`;

/** Faults of each class and device, in the order in which they began. */
const histories = (known: readonly Round[]): ReadonlyMap<string, readonly Round[]> =>
  new Map(
    [...Map.groupBy(known.filter(isFault), sameThing)].map(([key, all]) => [
      key,
      all.toSorted((a, b) => a.startedAt - b.startedAt),
    ]),
  );

/** Began within `COMES_BACK` of the repair (or the beginning) of a like one. */
function cameBack(round: Round, history: readonly Round[] = []): boolean {
  const before = history[history.indexOf(round) - 1];
  return before !== undefined && round.startedAt - (before.resolvedAt ?? before.startedAt) <= COMES_BACK;
}

/** Whether the fault stayed away after this repair: not opened again, and no like one soon after. */
function stayedAway(round: Round, history: readonly Round[] = []): boolean {
  const { resolvedAt } = round;
  if (round.again || resolvedAt === undefined) return false;
  const next = history[history.indexOf(round) + 1];
  return next === undefined || next.startedAt - resolvedAt > COMES_BACK;
}

/** `known`: every round of the window, and of some time before it, of all kinds; `samples`: the daily samples drawn in it. */
export function responseFigures(
  known: readonly Round[],
  { from, to }: Window,
  { kind, zone }: ResponseChoice,
  samples: readonly DaySample[] = [],
): ResponseFigures {
  const inside = known.filter(({ startedAt }) => startedAt >= from && startedAt < to);
  const others = Object.fromEntries(
    ticketKinds.map((one) => [one, inside.filter((round) => round.kind === one).length]),
  ) as Record<TicketKind, number>;
  const like = known.filter((round) => round.kind === kind);
  const rounds = inside.filter((round) => round.kind === kind);
  const faults = rounds.filter(isFault);
  const past = histories(like);
  const historyOf = (round: Round) => past.get(sameThing(round));
  const back = new Set(faults.filter((round) => cameBack(round, historyOf(round))));
  const repaired = faults.filter((round) => round.resolvedAt !== undefined);
  const ratings = rounds.flatMap(({ rating }) => rating ?? []);
  const visits = timesOf(rounds, "followup");
  const rectified = timesOf(
    rounds.filter(({ ticket }) => ticket.rectifies !== undefined),
    "resolve",
  );
  const devices = [...Map.groupBy(faults, ({ ticket }) => ticket.device ?? "")].map(([device, own]) => ({
    device,
    count: own.length,
    repeats: own.filter((round) => back.has(round)).length,
  }));
  const hours = slices(rounds, ({ startedAt }) => String(hourOf(startedAt, zone)));
  return {
    from,
    to,
    count: rounds.length,
    closed: rounds.filter(({ closed }) => closed).length,
    falseAlarms: rounds.filter(({ falseAlarm }) => falseAlarm).length,
    complaints: rounds.filter((round) => round.class === "complaint").length,
    times: allTimes(rounds),
    byClass: slices(rounds, (round) => round.class),
    byTeam: slices(rounds, ({ ticket }) => ticket.lead ?? ticket.policy.lead ?? ""),
    byBuilding: slices(rounds, ({ ticket }) => ticket.place.building ?? ""),
    byHour: Array.from(
      { length: 24 },
      (_, hour) => hours.find(({ id }) => id === String(hour)) ?? { id: String(hour), count: 0, times: allTimes([]) },
    ),
    faults: faults.length,
    repeats: back.size,
    repaired: repaired.length,
    firstFixed: repaired.filter((round) => stayedAway(round, historyOf(round))).length,
    rated: ratings.length,
    satisfied: ratings.filter((one) => one >= SATISFIED).length,
    rating: mean(ratings),
    followUps: { due: visits.count, done: rounds.filter(({ taken }) => taken.followup?.took !== undefined).length },
    rectifications: { due: rectified.count, done: rectified.met },
    sampling: samplingFigures(samples, { from, to }, kind),
    top: devices.sort((a, b) => b.count - a.count || (a.device < b.device ? -1 : 1)).slice(0, MOST),
    late: lateOf(rounds),
    others,
  };
}

/** Those that never came first, then by how many times its target each took. */
function lateOf(rounds: readonly Round[]): readonly LateClock[] {
  const all = rounds.flatMap((round) =>
    measureNames.flatMap((measure): LateClock[] => {
      const taken = round.taken[measure];
      if (!taken || taken.met) return [];
      return [{ round, measure, target: taken.target, ...(taken.took === undefined ? {} : { took: taken.took }) }];
    }),
  );
  const weight = ({ took, target }: LateClock) =>
    took === undefined ? Number.POSITIVE_INFINITY : took / Math.max(1, target);
  return all.sort((a, b) => weight(b) - weight(a) || a.round.startedAt - b.round.startedAt).slice(0, MOST_LATE);
}

const hourOf = (at: Instant, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).hour;

/** A month of the site's calendar, `2026-11`; undefined when the text is none. */
export function monthWindow(month: string, zone: string): Window | undefined {
  if (!/^\d{4}-\d{2}$/.test(month)) return undefined;
  try {
    const first = Temporal.PlainYearMonth.from(month).toPlainDate({ day: 1 });
    const at = (date: Temporal.PlainDate) => instant(date.toZonedDateTime(zone).epochMilliseconds);
    return { from: at(first), to: at(first.add({ months: 1 })) };
  } catch {
    return undefined;
  }
}

/** The period before, for comparison: the month before a month, otherwise a window of the same length. */
export function windowBefore({ from, to }: Window, month: string | undefined, zone: string): Window {
  const earlier = month === undefined ? undefined : Temporal.PlainYearMonth.from(month).subtract({ months: 1 });
  return (
    (earlier && monthWindow(earlier.toString(), zone)) ?? { from: instant(Math.max(0, from - (to - from))), to: from }
  );
}
