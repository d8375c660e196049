/** Writes the reports that are due, each exactly once: counted, stored as a paper, and offered to whom the policy names. */
import type { Message } from "#model/message";
import type { Period, WrittenReport } from "#model/paper";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { between, type Instant, later, minutes, type Span } from "#model/time";
import { onDuty } from "../../rules/response/on-duty.ts";
import { waysTo } from "../../rules/response/reach.ts";
import type { Door } from "../door.ts";
import type { Store } from "../store/store.ts";
import { type DueReport, dueReports } from "./report-calendar.ts";

/** A report written this much after its hour was held up by downtime and says so. */
const LATE_AFTER: Span = minutes(5);

export interface ReportWriterInput {
  readonly site: Site;
  readonly door: Door;
  readonly store: Pick<Store, "journalBegins" | "paper">;
  /** Counts the window. */
  readonly count: (due: DueReport) => Promise<{ readonly body: object; readonly summary: Text }>;
  readonly failed: (error: unknown) => void;
}

export interface ReportWriter {
  /** Looks what is due at `now`; one look at a time, the others are left out. Resolves when it has written. */
  look(now: Instant): Promise<void>;
}

const periodName: Readonly<Record<Period, Text>> = {
  daily: { zh: "日报", en: "Daily report" },
  weekly: { zh: "周报", en: "Weekly report" },
  monthly: { zh: "月报", en: "Monthly report" },
};

export function createReportWriter({ site, door, store, count, failed }: ReportWriterInput): ReportWriter {
  const settings = site.policy.reports;
  let busy = false;
  let lookedAt: Instant | undefined;

  async function write(due: DueReport, now: Instant): Promise<void> {
    const known = door.house.papers.get(due.id) ?? (await store.paper(due.id));
    if (known?.kind === "report" && !known.ahead) return;
    const { body, summary } = await count(due);
    const behind = between(due.at, now);
    const paper: WrittenReport = {
      kind: "report",
      id: due.id,
      state: "closed",
      at: due.at,
      period: due.period,
      from: due.from,
      to: due.to,
      ...(behind > LATE_AFTER ? { lateBy: behind } : {}),
      summary,
      body,
    };
    const entry = {
      occurredAt: due.at,
      at: now,
      about: `paper:${paper.id}`,
      event: "report-written",
      actor: "gatehouse",
      data: { period: paper.period, late: paper.lateBy !== undefined },
      after: { paper },
    };
    await door.take({ type: "record", rows: { papers: [paper], messages: messages(paper, now), journal: [entry] } });
  }

  /** The clock was set back into a window of which a report is written: it is not over, and was not counted whole. */
  async function markAhead(now: Instant): Promise<void> {
    for (const paper of door.house.papers.values()) {
      if (paper.kind !== "report" || paper.to <= now || paper.ahead) continue;
      const marked: WrittenReport = { ...paper, ahead: true };
      const about = `paper:${paper.id}`;
      const said = { occurredAt: now, at: now, about, event: "report-ahead", actor: "gatehouse" };
      await door.take({
        type: "record",
        rows: { papers: [marked], journal: [{ ...said, data: { due: paper.at }, after: { paper: marked } }] },
      });
    }
  }

  function messages(paper: WrittenReport, now: Instant): Message[] {
    const day = Temporal.Instant.fromEpochMilliseconds(paper.from).toZonedDateTimeISO(site.zone).toPlainDate();
    const told = new Set<string>();
    return (settings?.tell ?? []).flatMap((role) =>
      onDuty(site.people, role, now, site.zone).people.flatMap((person) => {
        if (told.has(person)) return [];
        told.add(person);
        // A report wakes nobody: the ways of an ordinary fault, without text messages and calls.
        const ways = waysTo(site, person, "S3").filter(({ after }) => after === 0);
        return ways.map(
          ({ channel, after }): Message => ({
            key: [`paper:${paper.id}`, "written", person, channel].join("/"),
            ticket: `paper:${paper.id}`,
            step: "report-written",
            severity: "S4",
            role,
            to: person,
            channel,
            text: {
              zh: `${periodName[paper.period].zh}（${day} 起）：${paper.summary.zh}。详见控制台 /reports/written/${paper.id}`,
              en: `${periodName[paper.period].en} (from ${day}): ${paper.summary.en}. See /reports/written/${paper.id} in the console`,
            },
            phone: false,
            state: "pending",
            attempts: 0,
            nextTryAt: later(now, after),
            createdAt: now,
          }),
        );
      }),
    );
  }

  return {
    async look(now) {
      if (!settings || busy) return;
      // Between two beats hardly ever anything is due: the calendar is asked once a minute.
      if (lookedAt !== undefined && between(lookedAt, now) >= 0 && between(lookedAt, now) < minutes(1)) return;
      busy = true;
      lookedAt = now;
      try {
        // Of the time before the house's first row nothing can be told.
        await markAhead(now);
        const begins = (await store.journalBegins()) ?? now;
        for (const due of dueReports(settings, site.zone, begins, now)) await write(due, now);
      } catch (error) {
        // The next look tries again: what is written already is known by its id.
        lookedAt = undefined;
        failed(error);
      } finally {
        busy = false;
      }
    },
  };
}
