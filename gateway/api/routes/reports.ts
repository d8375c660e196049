/** The figures about alarms with formula and target, and the three lists of what people are not told. */
import * as z from "zod";
import { partName, type Site } from "#model/site";
import type { Text } from "#model/text";
import { formatInstant, type Instant, instant } from "#model/time";
import { Refused } from "../../net/refused.ts";
import { alarmKpis } from "../../reports/alarm-kpis.ts";
import type { AlarmReports } from "../../reports/alarm-report.ts";
import { type BadQuality, badQuality } from "../../reports/bad-quality.ts";
import { cancelledDelays } from "../../reports/cancelled-delays.ts";
import type { Cell } from "../../reports/csv-text.ts";
import { ACKNOWLEDGE_WITHIN, type AlarmCount } from "../../reports/figures.ts";
import { figure, readKpis } from "../../reports/kpi.ts";
import { clocksKept } from "../../reports/sla-kpis.ts";
import { standingAlarms } from "../../reports/standing-alarms.ts";
import { listSuppressed, type Suppressed } from "../../reports/suppressed-lists.ts";
import { alarmName, type Position, positionsOf } from "../alarm-places.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { paced, sendCsv } from "../csv-reply.ts";
import { answers } from "../inputs.ts";
import { alarmBody } from "../project-alarm.ts";
import { AlarmReportQuery, SuppressedQuery } from "../report-inputs.ts";
import { type AlarmReportBody, AlarmReportShape, type SuppressedBody, SuppressedShape } from "../report-shapes.ts";
import { reportRows } from "../report-table.ts";
import { unlessBusy, windowOf } from "../report-window.ts";

export function reportRoutes(server: Server, house: ApiHouse, reports: AlarmReports): void {
  const positions = positionsOf(house.site);

  server.get(
    "/api/reports/alarms",
    {
      schema: {
        tags: ["reports"],
        summary:
          "Alarm figures by ISA-18.2 / IEC 62682, each with its formula and target; format=csv for a spreadsheet",
        querystring: AlarmReportQuery,
        response: answers(AlarmReportShape),
      },
    },
    async (request, reply) => {
      const { query } = request;
      const now = house.clock.now();
      const position = positions.find((one) => one.id === query.position);
      if (!position) {
        throw new Refused(
          404,
          "no-such-position",
          `没有岗位 ${query.position}。`,
          `There is no position ${query.position}.`,
          { positions: positions.map(({ id }) => id) },
        );
      }
      const data = query.data ?? (house.site.simulated ? "simulated" : "real");
      const window = windowOf(query, now);
      const figures = await unlessBusy(reports.figures(window, { kind: data, at: position.sees }));
      const bad = await badQuality(house.store, figures, devicesAt(house.site, position, data));
      const own = data === (house.site.simulated ? "simulated" : "real");
      const cancelled = own ? await cancelledDelays(house.store, figures, position.sees) : [];
      const body = reportBody(house, position, positions, data, figures, { bad, cancelled }, now);
      if (query.format === "json") return body;
      const { head, rows } = reportRows(body, query.lang);
      return sendCsv(reply, "alarm-kpi", head, paced(rows));
    },
  );

  server.get(
    "/api/alarms/suppressed",
    {
      schema: {
        tags: ["alarms"],
        summary: "The three lists: shelved, suppressed by design, out of service (and what waits for a second person)",
        querystring: SuppressedQuery,
        response: answers(z.array(SuppressedShape)),
      },
    },
    async (request, reply) => {
      const all = listSuppressed(house.door.house.alarms.values(), house.clock.now()).map((one) =>
        suppressedBody(one, house),
      );
      if (request.query.format === "json") return all;
      const { head, rows } = suppressedRows(all, request.query.lang, house);
      return sendCsv(reply, "suppressed", head, paced(rows));
    },
  );
}

/** The devices whose data the figures are about. Readings are real or simulated with the whole site; no test is among them. */
function devicesAt(site: Site, position: Position, data: AlarmReportBody["data"]): ReadonlySet<string> {
  if (data !== (site.simulated ? "simulated" : "real")) return new Set();
  return new Set(site.devices.map(({ id }) => id).filter((id) => position.sees(`@${id}`)));
}

function reportBody(
  house: ApiHouse,
  position: Position,
  positions: readonly Position[],
  data: AlarmReportBody["data"],
  figures: Awaited<ReturnType<AlarmReports["figures"]>>,
  { bad, cancelled }: { readonly bad: BadQuality; readonly cancelled: readonly AlarmCount[] },
  now: Instant,
): AlarmReportBody {
  const { rules } = house.site;
  const titles = new Map(rules.map((rule) => [rule.id, rule.title]));
  // A rule counts at a position only when it runs there.
  const here = house.rules
    .filter(({ rule, devices }) => devices.some((device) => position.sees(`${rule.id}@${device}`)))
    .map(({ rule }) => rule.id);
  const standing = standingAlarms(house.door.house.alarms.values(), here, now, position.sees);
  const { tickets, lately } = house.door.house;
  const kept = clocksKept([...tickets.values(), ...lately.values()], figures, { kind: data, at: position.sees });
  const name = (alarm: string): Text => alarmName(house, alarm);
  const counted = ({ alarm, count }: AlarmCount) => ({ alarm, name: name(alarm), count });
  return {
    from: formatInstant(figures.from),
    to: formatInstant(figures.to),
    position: position.id,
    positions: positions.map(({ id, name: label }) => ({ id, name: label })),
    data,
    kpis: readKpis(alarmKpis, figures, standing, kept, bad),
    top: figures.top.map((one) => ({ ...counted(one), share: one.count / figures.told })),
    chattering: figures.chattering.map(counted),
    fleeting: figures.fleeting.map((one) => ({ ...counted(one), suggestedDelay: one.suggestedDelay })),
    stale: standing.stale.map(({ alarm, age }) => ({ alarm, name: name(alarm), age })),
    floods: figures.floods.map((flood) => ({
      from: formatInstant(flood.from),
      to: formatInstant(instant(Math.round(flood.to))),
      alarms: flood.alarms,
      peak: flood.peak,
      firstUp: flood.firstUp,
      name: name(flood.firstUp),
    })),
    priorities: (["S1", "S2", "S3", "S4"] as const).map((severity) => {
      const { count, p50, p90, inTime } = figures.acknowledgeBy[severity];
      return {
        severity,
        count: figures.bySeverity[severity],
        configured: rules.filter((rule) => rule.severity === severity).length,
        acknowledged: count,
        p50: figure(p50),
        p90: figure(p90),
        inTime: figure(inTime),
        within: ACKNOWLEDGE_WITHIN[severity],
      };
    }),
    suppressedBy: figures.suppressed.map(counted),
    pairs: figures.pairs.map(({ first, second, count, share }) => ({
      first: name(first),
      second: name(second),
      count,
      share,
    })),
    badQuality: bad.devices.map(({ device, bad: badFor, silent }) => ({
      device,
      name: partName(house.devicesById.get(device), device),
      bad: badFor,
      silent,
    })),
    cancelledDelays: cancelled.map(counted),
    neverFired: standing.neverFired.map((rule) => ({ rule, title: titles.get(rule) ?? { zh: rule, en: rule } })),
    others: figures.others,
  };
}

function suppressedBody(one: Suppressed, house: ApiHouse): SuppressedBody {
  const { list, by, confirmedBy, why, overdue, requested, occurrences } = one;
  return {
    list,
    since: formatInstant(one.since),
    ...(by === undefined ? {} : { by }),
    ...(confirmedBy === undefined ? {} : { confirmedBy }),
    why:
      list === "suppressed" && one.alarm.suppressedBy[0] !== "waiting"
        ? {
            zh: `由 ${one.alarm.suppressedBy.map((id) => alarmName(house, id).zh).join("、")} 引起`,
            en: `follows from ${one.alarm.suppressedBy.map((id) => alarmName(house, id).en).join(", ")}`,
          }
        : why,
    ...(one.until === undefined ? {} : { until: formatInstant(one.until) }),
    overdue,
    requested,
    occurrences,
    alarm: alarmBody(one.alarm, house.devicesById),
  };
}

const listNames: Readonly<Record<SuppressedBody["list"], Text>> = {
  shelved: { zh: "搁置", en: "shelved" },
  suppressed: { zh: "抑制", en: "suppressed by design" },
  "out-of-service": { zh: "停用", en: "out of service" },
};
const suppressedHead: Readonly<Record<"zh" | "en", readonly string[]>> = {
  zh: [
    "清单",
    "级别",
    "设备",
    "告警",
    "告警编号",
    "自",
    "操作人",
    "第二人",
    "原因",
    "至",
    "逾期",
    "等待第二人",
    "期间发生次数",
  ],
  en: [
    "list",
    "severity",
    "device",
    "alarm",
    "alarm id",
    "since",
    "by",
    "second person",
    "why",
    "until",
    "overdue",
    "waits for second person",
    "occurrences meanwhile",
  ],
};

function suppressedRows(all: readonly SuppressedBody[], lang: "zh" | "en", house: ApiHouse) {
  const time = (iso: string | undefined) => (iso === undefined ? "" : house.clockTime(instant(Date.parse(iso))));
  const rows = all.map((one): readonly Cell[] => [
    listNames[one.list][lang],
    one.alarm.severity,
    one.alarm.deviceName[lang],
    one.alarm.title[lang],
    one.alarm.id,
    time(one.since),
    one.by,
    one.confirmedBy,
    one.why[lang],
    time(one.until),
    one.overdue,
    one.requested,
    one.occurrences,
  ]);
  return { head: suppressedHead[lang], rows };
}
