/**
 * 每日抽查: each day the house draws records of the day before, a supervisor who had no hand in them looks them through, and what is
 * found is put right in time. The drawing is a paper; it waits there, survives a restart, and is told of once.
 */
import { type DaySample, type SampledRow, sampleId } from "#model/sampling";
import type { Ticket } from "#model/ticket";
import { between, days, type Instant, instant, later, type Span } from "#model/time";
import type { Draft } from "../draft.ts";
import { drawSample, recordsOf } from "./draw-sample.ts";
import { tellAboutPaper } from "./tell-about-paper.ts";

/** A week in arrears is looked through; what is older is not filled in for the sake of the figure. Engineering judgement. */
const LOOKED_WITHIN = days(7);
/** Then the ticket is no longer at hand, and a finding that nobody put right stays one. */
const GIVEN_UP = days(30);
/** Days that are drawn after the house was down: as many as its daily reports. */
const DRAWN_LATE = 7;
/** Holds for a policy that names no targets. */
const USUAL_SHARE = 0.2;
/** Numbers that a message names. */
const NAMED = 5;

const waitsForCorrection = (row: SampledRow): boolean => row.verdict === "finding" && row.correctedAt === undefined;

/** The paper as it stands at `now`: closed once nothing is left to do on it. */
function settledPaper(paper: DaySample, now: Instant): DaySample {
  const age = between(paper.at, now);
  const waits = paper.rows.some((row) => waitsForCorrection(row) || (row.verdict === undefined && age < LOOKED_WITHIN));
  return { ...paper, state: waits && age < GIVEN_UP ? "open" : "closed" };
}

/** The heartbeat: the day's drawing, what nobody looked through in time, and corrections that are overdue. */
export function watchSampling(draft: Draft): void {
  const { policy, zone } = draft.view.site;
  if (!policy.sampling) return;
  let newest: Instant | undefined;
  const late: DaySample[] = [];
  for (const paper of draft.view.papers.values()) {
    if (paper.kind !== "sample") continue;
    if (paper.at > draft.now) {
      if (!paper.ahead) draft.putPaper({ ...paper, ahead: true }, "sample-ahead", { due: paper.at });
      continue;
    }
    if (!paper.ahead && (newest === undefined || paper.at > newest)) newest = paper.at;
    const isOld = between(paper.at, draft.now) >= LOOKED_WITHIN;
    if (paper.state === "closed" && isOld) continue;
    if (paper.rows.some((row) => isOverdue(row, draft.now))) late.push(paper);
    const settled = settledPaper(paper, draft.now);
    if (settled.state === paper.state) continue;
    // A clock that ran ahead for a while had closed it too early.
    draft.putPaper(settled, settled.state === "closed" ? "sample-closed" : "sample-open-again", {
      missed: paper.rows.filter(({ verdict }) => verdict === undefined).map(({ ticket }) => ticket),
    });
  }
  for (const day of dueDays(policy.sampling.at, zone, newest, draft.now)) draw(draft, day);
  if (late.length > 0) tellOverdue(draft, late);
}

const isOverdue = (row: SampledRow, now: Instant): boolean =>
  waitsForCorrection(row) && !row.told && row.correctBy !== undefined && row.correctBy <= now;

const dayOf = (at: Instant, zone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(Math.trunc(at)).toZonedDateTimeISO(zone).toPlainDate();

/** Days whose drawing fell due after `newest`, oldest first; of a house that has never drawn the last one alone. */
function dueDays(
  minute: number,
  zone: string,
  newest: Instant | undefined,
  now: Instant,
): readonly { readonly day: Temporal.PlainDate; readonly at: Instant }[] {
  // With every beat: most of a day there is nothing to ask the calendar.
  if (newest !== undefined && between(newest, now) < days(1) - LEAST_DAY) return [];
  const plainTime = Temporal.PlainTime.from({ hour: Math.floor(minute / 60), minute: minute % 60 });
  const today = dayOf(now, zone);
  const found: { day: Temporal.PlainDate; at: Instant }[] = [];
  for (let back = 0; back < DRAWN_LATE; back += 1) {
    const day = today.subtract({ days: back });
    const at = instant(day.toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds);
    if (at > now) continue;
    if (newest !== undefined && at <= newest) break;
    found.unshift({ day, at });
    if (newest === undefined) break;
  }
  return found;
}
/** A day with a change of summer time is so much shorter at most, with room for a site that moves the hour. */
const LEAST_DAY: Span = days(0.5);

function draw(draft: Draft, { day, at }: { readonly day: Temporal.PlainDate; readonly at: Instant }): void {
  const { site } = draft.view;
  const { zone, policy } = site;
  const start = (date: Temporal.PlainDate) => instant(date.toZonedDateTime(zone).epochMilliseconds);
  const [from, to] = [start(day.subtract({ days: 1 })), start(day)];
  const id = sampleId(day);
  const before = draft.paper(id);
  const known = before?.kind === "sample" ? before.rows : [];
  const records = recordsOf(draft.view, from, to);
  const fresh = drawSample(records, policy.kpi?.sampleDaily ?? USUAL_SHARE, day.toString()).filter(
    (no) => !known.some(({ ticket }) => ticket === no),
  );
  const paper = settledPaper(
    {
      kind: "sample",
      id,
      state: "open",
      at,
      from,
      to,
      of: site.simulated ? "simulated" : "real",
      records: records.length,
      rows: [...known, ...fresh.map((ticket) => ({ ticket }))],
    },
    draft.now,
  );
  draft.putPaper(paper, "sample-drawn", { records: paper.records, drawn: fresh }, at);
  for (const no of fresh) {
    const ticket = draft.ticket(no) ?? draft.view.lately.get(no);
    if (!ticket) throw new Error(`${no} was drawn and is not at hand`);
    draft.putTicket(
      { ...ticket, samples: [...(ticket.samples ?? []), { paper: id, drawnAt: draft.now }] },
      "ticket-drawn",
      { paper: id },
    );
  }
  if (fresh.length === 0) return;
  tellAboutPaper(draft, {
    paper: id,
    word: "drawn",
    step: "sample-drawn",
    roles: policy.sampling?.tell ?? [],
    reach: "quiet",
    text: {
      zh: `今日抽查 ${fresh.length} 份（昨日服务记录 ${paper.records} 份）：${named(fresh, "、")}。请由未参与处理的主管查阅并登记结果。`,
      en: `Drawn today: ${fresh.length} of the ${paper.records} service records of ${day.subtract({ days: 1 })}: ${named(fresh, ", ")}. A supervisor who had no hand in them looks them through and notes the verdict.`,
    },
  });
}

const named = (numbers: readonly string[], comma: string): string =>
  `${numbers.slice(0, NAMED).join(comma)}${numbers.length > NAMED ? " …" : ""}`;

/** Several that ran out together, or while the house was down, are one message: the newest paper carries it. */
function tellOverdue(draft: Draft, late: readonly DaySample[]): void {
  const newest = late.reduce((a, b) => (b.at > a.at ? b : a));
  const numbers: string[] = [];
  for (const found of late) {
    const paper = draft.paper(found.id);
    if (paper?.kind !== "sample") continue;
    const own = paper.rows.filter((row) => isOverdue(row, draft.now));
    numbers.push(...own.map(({ ticket }) => ticket));
    draft.putPaper(
      { ...paper, rows: paper.rows.map((row) => (own.includes(row) ? { ...row, told: true } : row)) },
      "sample-overdue",
      { tickets: own.map(({ ticket }) => ticket) },
      own.reduce((first, { correctBy = first }) => instant(Math.min(first, correctBy)), draft.now),
    );
  }
  tellAboutPaper(draft, {
    paper: newest.id,
    word: `overdue-${numbers.join("+")}`,
    step: "sample-overdue",
    roles: draft.view.site.policy.sampling?.tell ?? [],
    reach: "ordinary",
    text: {
      zh: `抽查发现的问题逾期未整改：${named(numbers, "、")}。请督促整改，并在工单中登记整改情况。`,
      en: `Found in the daily sample and not put right in time: ${named(numbers, ", ")}. See that it is done, and note on the ticket what was done.`,
    },
  });
}

/** The day's paper with one of its rows changed; undefined when the paper is not at hand. */
export function noteOnPaper(
  draft: Draft,
  id: string,
  ticket: string,
  change: Omit<SampledRow, "ticket">,
  event: string,
  at: Instant,
): void {
  const paper = draft.paper(id);
  if (paper?.kind !== "sample") return;
  const rows = paper.rows.map((row) => (row.ticket === ticket ? { ...row, ...change } : row));
  draft.putPaper(settledPaper({ ...paper, rows }, draft.now), event, { ticket }, at);
}

/** The wall clock was moved by `by`: what is still to be put right keeps the time that is left. */
export function shiftSampling(draft: Draft, by: Span): void {
  for (const paper of draft.view.papers.values()) {
    if (paper.kind !== "sample" || paper.state === "closed") continue;
    const moved = paper.rows.filter((row) => waitsForCorrection(row) && !row.told && row.correctBy !== undefined);
    if (moved.length === 0) continue;
    const rows = paper.rows.map((row) =>
      moved.includes(row) && row.correctBy !== undefined ? { ...row, correctBy: later(row.correctBy, by) } : row,
    );
    draft.putPaper({ ...paper, rows }, "clock-step", { by });
    for (const { ticket: no } of moved) {
      const ticket = draft.ticket(no) ?? draft.view.lately.get(no);
      if (ticket) draft.putTicket(shifted(ticket, paper.id, by), "clock-step", { by });
    }
  }
}

const shifted = (ticket: Ticket, paper: string, by: Span): Ticket => ({
  ...ticket,
  samples: (ticket.samples ?? []).map((one) =>
    one.paper === paper && one.correctBy !== undefined ? { ...one, correctBy: later(one.correctBy, by) } : one,
  ),
});
