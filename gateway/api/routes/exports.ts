/** Tables for spreadsheets: alarms, tickets, journal, points and their past. Streamed; names of people masked by default. */
import type { FastifyRequest } from "fastify";
import { hidePhones } from "#model/hide-phones";
import { qualities } from "#model/quality";
import { formatInstant, type Instant, instant } from "#model/time";
import { HistoryAway, HistoryBusy } from "../../history/historian.ts";
import { Refused } from "../../net/refused.ts";
import type { AlarmReports } from "../../reports/alarm-report.ts";
import type { Cell } from "../../reports/csv-text.ts";
import type { Window } from "../../reports/figures.ts";
import { masked } from "../../reports/mask.ts";
import { kindOf } from "../../reports/occurrences.ts";
import type { WalkQuery } from "../../store/store.ts";
import { alarmName } from "../alarm-places.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { paced, sendCsv } from "../csv-reply.ts";
import { exportHeads as heads } from "../export-heads.ts";
import { actorOf } from "../guard.ts";
import { withoutNames } from "../hide-names.ts";
import { toInstant, toSpan } from "../inputs.ts";
import { pointBody } from "../project.ts";
import { AlarmExport, JournalExport, PointExport, PointHistoryExport, TicketExport } from "../report-inputs.ts";
import { dataNames } from "../report-table.ts";
import { unlessBusy, windowOf } from "../report-window.ts";
import { mapped, resumed, walk } from "../walk-pages.ts";

/** Buckets of one question to the history. */
const AT_ONCE = 1_000;
/** Rows of one export of the past: about what a spreadsheet takes. */
const MOST_ROWS = 1_000_000;

export function exportRoutes(server: Server, house: ApiHouse, reports: AlarmReports): void {
  const local = (at: Instant | undefined) => (at === undefined ? "" : localTime(house.site.zone, at));

  /** Names as the asker may see them. Every export is in the log with who took it. */
  function people(request: FastifyRequest, persons: "masked" | "full", what: string, window?: Window) {
    const actor = actorOf(request);
    if (persons === "full" && actor.role !== "supervisor") {
      throw new Refused(
        403,
        "names-are-masked",
        "只有主管可以导出姓名。请去掉 persons=full，或由主管导出。",
        "Only a supervisor may export names. Leave persons=full out, or ask a supervisor.",
      );
    }
    const range = window && { from: formatInstant(window.from), to: formatInstant(window.to) };
    house.log.info({ what, by: actor.id, role: actor.role, persons, ...range }, "data were exported");
    return (name: string | undefined) => {
      const known = name === undefined ? "" : house.names.actor(name);
      return persons === "full" ? known : masked(known);
    };
  }

  const schema = { tags: ["exports"] };
  server.get(
    "/api/exports/alarms.csv",
    {
      schema: {
        ...schema,
        summary: "Alarms of a window, a row for each occurrence; 24 h without from",
        querystring: AlarmExport,
      },
    },
    async (request, reply) => {
      const { lang, persons } = request.query;
      const window = windowOf(request.query, house.clock.now());
      people(request, persons, "alarms", window);
      const all = await unlessBusy(reports.occurrences(window));
      const rows = mapped(paced(all), (one): readonly Cell[] => [
        local(one.startedAt),
        one.severity,
        alarmName(house, one.alarm)[lang],
        one.alarm,
        one.number,
        one.told.length,
        local(one.acknowledgedAt),
        one.delay === undefined ? null : one.delay / 1_000,
        one.reason,
        local(one.returnedAt),
        one.activeFor === undefined ? null : one.activeFor / 1_000,
        one.causes.join(" "),
        one.ticket,
        dataNames[kindOf(one)][lang],
      ]);
      return sendCsv(reply, "alarms", heads.alarms[lang], rows);
    },
  );

  server.get(
    "/api/exports/tickets.csv",
    { schema: { ...schema, summary: "Tickets opened in a window; 30 days without from", querystring: TicketExport } },
    async (request, reply) => {
      const { lang, persons } = request.query;
      const window = windowOf(request.query, house.clock.now(), "30d");
      const name = people(request, persons, "tickets", window);
      const found = await walk((query) => house.store.ticketPage(query), window);
      const rows = mapped(found, (ticket): readonly Cell[] => [
        ticket.no,
        ticket.severity,
        ticket.policy.name[lang],
        ticket.state,
        persons === "full" ? ticket.title[lang] : hidePhones(ticket.title[lang]),
        house.devicesById.get(ticket.device ?? "")?.name[lang] ?? ticket.device,
        ticket.place.building,
        ticket.place.floor,
        ticket.place.room,
        local(ticket.openedAt),
        name(ticket.acknowledgedBy),
        name(ticket.assignee),
        local(ticket.closedAt),
        ticket.falseAlarm,
        ticket.simulated,
        ticket.round,
        ticket.drill === true,
      ]);
      return sendCsv(reply, "tickets", heads.tickets[lang], rows);
    },
  );

  server.get(
    "/api/exports/journal.csv",
    {
      schema: {
        ...schema,
        summary: "The journal of a window, oldest first; 24 h without from",
        querystring: JournalExport,
      },
    },
    async (request, reply) => {
      const { lang, persons, about } = request.query;
      const window = windowOf(request.query, house.clock.now());
      const name = people(request, persons, "journal", window);
      const ask = (query: WalkQuery) =>
        house.store.journalPage({ ...query, ...(about === undefined ? {} : { about }) });
      const rows = mapped(await walk(ask, window), (row): readonly Cell[] => [
        row.seq,
        formatInstant(row.at),
        formatInstant(row.occurredAt),
        // An account's own name is a person's too.
        persons === "full"
          ? row.about
          : row.about.replace(/^account:(.+)$/, (_, account: string) => `account:${masked(account)}`),
        row.event,
        name(row.actor),
        persons === "full" ? JSON.stringify(row.data) : hidePhones(JSON.stringify(withoutNames(row.data))),
        row.hash,
      ]);
      return sendCsv(reply, "journal", heads.journal[lang], rows);
    },
  );

  server.get(
    "/api/exports/points.csv",
    {
      schema: { ...schema, summary: "Every point as it stands now, or those of one device", querystring: PointExport },
    },
    async (request, reply) => {
      const { lang, device } = request.query;
      if (device !== undefined && !house.devicesById.has(device)) {
        throw new Refused(404, "no-such-device", `没有设备 ${device}。`, `There is no device ${device}.`);
      }
      people(request, "masked", "points");
      const { definitions } = house.table;
      const handles = definitions.flatMap((point, handle) =>
        device === undefined || point.device === device ? [handle] : [],
      );
      const rows = mapped(paced(handles), (handle): readonly Cell[] => {
        const point = pointBody(house.table, handle);
        const time = (iso: string | null) => (iso === null ? "" : local(toInstant(iso)));
        return [
          point.id,
          house.devicesById.get(point.device)?.name[lang] ?? point.device,
          point.name[lang],
          point.value,
          point.label?.[lang],
          point.unit,
          point.quality,
          point.reasonText?.[lang],
          time(point.at),
          time(point.receivedAt),
        ];
      });
      return sendCsv(reply, "points", heads.points[lang], rows);
    },
  );

  server.get(
    "/api/exports/points/history.csv",
    {
      schema: {
        ...schema,
        summary: "The past of chosen points in rows of equal length",
        querystring: PointHistoryExport,
      },
    },
    async (request, reply) => {
      const { lang, points, every } = request.query;
      const window = windowOf(request.query, house.clock.now());
      const step = toSpan(every);
      const handles = points.map((id) => {
        const handle = house.handles.get(id);
        if (handle === undefined)
          throw new Refused(404, "no-such-point", `没有点位 ${id}。`, `There is no point ${id}.`);
        if (house.table.definitions[handle]?.type === "text") {
          throw new Refused(
            422,
            "no-numbers",
            `点位 ${id} 是文本，没有历史。`,
            `The point ${id} is a text and has no past.`,
          );
        }
        return handle;
      });
      const count = Math.ceil((window.to - window.from) / step) * handles.length;
      if (count > MOST_ROWS) {
        throw new Refused(
          422,
          "too-many-rows",
          `将导出 ${count} 行，超过 ${MOST_ROWS} 行。请缩短时间范围、减少点位或加大 every。`,
          `That would be ${count} rows, and ${MOST_ROWS} are the limit. Choose a shorter range, fewer points or a longer every.`,
        );
      }
      people(request, "masked", "history", window);
      const rows = past(house, handles, window, step);
      // The first question is asked before anything is sent, so that a history that is away is an answer and not half a file.
      const first = await rows.next();
      return sendCsv(reply, "history", heads.past[lang], resumed(first, rows));
    },
  );
}

async function* past(
  house: ApiHouse,
  handles: readonly number[],
  { from, to }: Window,
  step: number,
): AsyncGenerator<readonly Cell[]> {
  const number = (x: number | undefined): number | null => (x === undefined || Number.isNaN(x) ? null : x);
  for (const handle of handles) {
    const id = house.table.definitions[handle]?.id;
    for (let at: number = from; at < to; at += step * AT_ONCE) {
      const end = Math.min(to, at + step * AT_ONCE);
      const trend = await readPast(house, handle, instant(at), instant(end), Math.max(1, Math.ceil((end - at) / step)));
      for (let i = 0; i < trend.count; i += 1) {
        yield [
          formatInstant(instant(trend.at[i] as number)),
          id,
          number(trend.low[i]),
          number(trend.high[i]),
          number(trend.mean[i]),
          number(trend.last[i]),
          trend.samples[i] ?? 0,
          qualities[trend.quality[i] as number] ?? "bad",
        ];
      }
    }
  }
}

async function readPast(house: ApiHouse, handle: number, from: Instant, to: Instant, buckets: number) {
  try {
    return await house.historian.read(handle, from, to, buckets);
  } catch (error) {
    if (!(error instanceof HistoryBusy) && !(error instanceof HistoryAway)) throw error;
    throw new Refused(
      429,
      "history-busy",
      "历史暂时无法读取，请稍后重试。",
      "The history cannot be read at the moment. Wait a moment and try again.",
    );
  }
}

/** `2026-11-21 16:25:07` in the site's zone. */
const localTime = (zone: string, at: Instant): string =>
  Temporal.Instant.fromEpochMilliseconds(Math.trunc(at))
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: "second" })
    .replace("T", " ");
