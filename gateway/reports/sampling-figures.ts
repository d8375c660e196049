/** The daily samples of a window: how much was looked through, what was found, and what was put right in time. */
import { type DaySample, sampleId } from "#model/sampling";
import { type Instant, instant } from "#model/time";
import type { Store } from "../store/store.ts";
import type { Window } from "./figures.ts";
import type { TicketKind } from "./response-rounds.ts";

export interface SamplingFigures {
  /** Service records of the days whose samples were drawn within the window. */
  readonly records: number;
  readonly drawn: number;
  readonly looked: number;
  readonly findings: number;
  /** Findings that were put right, or whose time ran out. */
  readonly due: number;
  /** Those that were put right in time. */
  readonly corrected: number;
}

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** Samples belong to the day on which they were drawn; of other kinds than the site's own there are none. */
export function samplingFigures(papers: readonly DaySample[], { from, to }: Window, kind: TicketKind): SamplingFigures {
  const own = papers.filter((one) => one.of === kind && !one.ahead && one.at >= from && one.at < to);
  const rows = own.flatMap((one) => one.rows);
  const findings = rows.filter(({ verdict }) => verdict === "finding");
  const over = findings.filter(({ correctedAt, told }) => correctedAt !== undefined || told);
  return {
    records: sum(own.map(({ records }) => records)),
    drawn: rows.length,
    looked: rows.filter(({ verdict }) => verdict !== undefined).length,
    findings: findings.length,
    due: over.length,
    corrected: over.filter(
      ({ correctedAt, correctBy }) =>
        correctedAt !== undefined && (correctBy === undefined || correctedAt <= correctBy),
    ).length,
  };
}

/** The papers of the days from `from` up to `to`: each day of the site's calendar has one at most. */
export async function samplesWithin(
  store: Pick<Store, "paper">,
  from: Instant,
  to: Instant,
  zone: string,
): Promise<readonly DaySample[]> {
  const dayOf = (at: number) =>
    Temporal.Instant.fromEpochMilliseconds(Math.trunc(at)).toZonedDateTimeISO(zone).toPlainDate();
  const last = dayOf(instant(to));
  const found: DaySample[] = [];
  for (let day = dayOf(from); Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    const paper = await store.paper(sampleId(day));
    if (paper?.kind === "sample") found.push(paper);
  }
  return found;
}
