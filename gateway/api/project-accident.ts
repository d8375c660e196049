/** An accident report as it is read: what the house recorded, in words, and what people wrote. Names are masked unless asked for. */
import { type AccidentFacts, type AccidentReport, type AccidentTime, accidentNeeds } from "#model/accident";
import type { JournalRow } from "#model/journal";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { formatInstant, type Instant } from "#model/time";
import { clockName } from "../../rules/response/words.ts";
import { masked } from "../reports/mask.ts";
import type { AccidentBody, AccidentListBody } from "./accident-shapes.ts";
import { eventLine, isBookkeeping } from "./event-line.ts";
import { withoutNames } from "./hide-names.ts";
import type { Names } from "./lines/line.ts";

const timeName: Readonly<Record<AccidentTime["what"], Text>> = {
  reported: { zh: "接报", en: "Reported" },
  acknowledged: { zh: "值班确认", en: "Acknowledged" },
  sent: { zh: "派出", en: "Sent out" },
  accepted: { zh: "接单", en: "Accepted" },
  staff: { zh: "人员到场", en: "Staff on site" },
  rescue: { zh: "救援到场", en: "Rescuers on site" },
  controlled: { zh: "解救/控制", en: "Freed, or under control" },
  restored: { zh: "恢复运行", en: "Back in service" },
};
const partName: Readonly<Record<AccidentFacts["people"][number]["part"], Text>> = {
  acknowledged: { zh: "值班确认", en: "Acknowledged" },
  assigned: { zh: "处理人", en: "Handled by" },
  called: { zh: "电话通知", en: "Called by phone" },
};

const time = (at: Instant | undefined) => (at === undefined ? {} : { at: formatInstant(at) });

export const accidentRow = (report: AccidentReport, name: (of: string) => string): AccidentListBody[number] => ({
  id: report.id,
  ticket: report.ticket,
  state: report.state === "closed" ? "signed" : "draft",
  drill: report.drill === true,
  simulated: report.simulated === true,
  at: formatInstant(report.at),
  by: name(report.by),
  ...(report.signedBy ? { signedBy: { name: name(report.signedBy.name), at: formatInstant(report.signedBy.at) } } : {}),
});

export interface AccidentInput {
  readonly report: AccidentReport;
  /** Frozen ones of a signed report, or the ticket's just now. */
  readonly facts: AccidentFacts;
  /** The ticket's journal. */
  readonly rows: readonly JournalRow[];
  readonly site: Site;
  readonly names: Names;
  readonly clockTime: (at: Instant) => string;
  readonly namesShown: boolean;
  readonly mayWrite: boolean;
}

export function accidentBody(input: AccidentInput): AccidentBody {
  const { report, facts, rows, site, names, clockTime, namesShown, mayWrite } = input;
  const name = namesShown ? (of: string) => of : masked;
  const actor = (id: string): string => name(names.actor(id));
  const device = site.devices.find(({ id }) => id === facts.device)?.name;
  const shown = (row: JournalRow): JournalRow =>
    namesShown ? row : { ...row, data: withoutNames(row.data) as JournalRow["data"] };
  return {
    ...accidentRow(report, name),
    rev: report.rev,
    fields: { ...report.fields },
    needs: [...accidentNeeds],
    mayWrite: mayWrite && report.state === "open",
    namesShown,
    facts: {
      at: formatInstant(facts.at),
      title: { ...facts.title },
      className: { ...facts.className },
      severity: facts.severity,
      place: [facts.place.building, facts.place.floor, facts.place.room].filter(Boolean).join(" "),
      ...(device ? { deviceName: { ...device } } : {}),
      openedAt: formatInstant(facts.openedAt),
      ...(facts.closedAt === undefined ? {} : { closedAt: formatInstant(facts.closedAt) }),
      round: facts.round,
      rescueTier: facts.rescueTier,
      falseAlarm: facts.falseAlarm,
      policy: facts.policy,
      times: facts.times.map(({ what, at }) => ({ name: { ...timeName[what] }, ...time(at) })),
      late: facts.late.map(({ kind, dueAt, by }) => ({
        name: { ...clockName[kind] },
        dueAt: formatInstant(dueAt),
        ...(by === undefined ? {} : { by }),
      })),
      people: facts.people.map(({ part, name: who, at }) => ({
        part: { ...partName[part] },
        name: name(who),
        ...time(at),
      })),
      sop: facts.sop.map(({ text, mandatory, by, at }) => ({
        text: { ...text },
        mandatory,
        ...(by === undefined ? {} : { by: name(by) }),
        ...time(at),
      })),
      files: facts.files.map((file) => ({ ...file, by: name(file.by), at: formatInstant(file.at) })),
    },
    timeline: rows
      .filter((row) => !isBookkeeping(row.event) && (report.signedBy === undefined || row.at <= report.signedBy.at))
      .toSorted((a, b) => a.occurredAt - b.occurredAt || a.seq - b.seq)
      .map((row) => ({
        at: formatInstant(row.occurredAt),
        ...(row.at === row.occurredAt ? {} : { recordedAt: formatInstant(row.at) }),
        by: actor(row.actor),
        text: { ...eventLine(shown(row), { ...names, actor }, clockTime) },
      })),
  };
}
