/** The report about tickets as JSON and as the rows of one sheet: names for ids, people masked by who is handed in. */
import { partName, type Site } from "#model/site";
import type { Text } from "#model/text";
import { formatInstant } from "#model/time";
import type { Cell } from "../reports/csv-text.ts";
import { figure, readKpis } from "../reports/kpi.ts";
import type { Slice, Times } from "../reports/response-figures.ts";
import { measureName, responseKpis } from "../reports/response-kpis.ts";
import type { ResponseReport } from "../reports/response-report.ts";
import { measureNames, type TicketKind } from "../reports/response-rounds.ts";
import { kpiCells, kpiHead, type Lang, shown, units } from "./report-table.ts";
import type { ResponseReportBody } from "./response-shapes.ts";

export const ticketKindName: Readonly<Record<TicketKind, Text>> = {
  real: { zh: "真实", en: "real" },
  drill: { zh: "演练", en: "drills" },
  simulated: { zh: "模拟", en: "simulated" },
  test: { zh: "测试", en: "test" },
  maintenance: { zh: "维保", en: "maintenance" },
};

const NOBODY: Text = { zh: "未指定", en: "not told" };

export function responseReportBody(
  { now, before }: ResponseReport,
  site: Site,
  asked: { readonly data: TicketKind; readonly month?: string },
  person: (name: string | undefined) => string,
): ResponseReportBody {
  const { policy } = site;
  const device = (id: string | undefined): Text =>
    id === undefined
      ? { zh: "", en: "" }
      : {
          ...partName(
            site.devices.find((one) => one.id === id),
            id,
          ),
        };
  const className = (id: string): Text => policy.classes[id as keyof typeof policy.classes]?.name ?? { zh: id, en: id };
  const names: Record<keyof ResponseReportBody["slices"], (id: string) => Text> = {
    class: className,
    team: (id) => policy.roles[id] ?? (id === "" ? NOBODY : { zh: id, en: id }),
    building: (id) => (id === "" ? NOBODY : { zh: id, en: id }),
    hour: (id) => ({ zh: `${id} 时`, en: `${id}:00` }),
  };
  const sliceBody = (slices: readonly Slice[], name: (id: string) => Text) =>
    slices.map(({ id, count, times }) => ({ id, name: { ...name(id) }, count, times: timesBody(times) }));
  const kpis = responseKpis(policy);
  const earlier = readKpis(kpis, before, before);
  return {
    from: formatInstant(now.from),
    to: formatInstant(now.to),
    ...(asked.month === undefined ? {} : { month: asked.month }),
    before: { from: formatInstant(before.from), to: formatInstant(before.to) },
    data: asked.data,
    policy: policy.version,
    kpis: readKpis(kpis, now, before).map((row, index) => ({
      ...row,
      // What is itself a comparison is not compared again.
      before: row.id === "repeat-change" ? null : (earlier[index]?.value ?? null),
    })),
    measures: measureNames.map((id) => ({ id, name: measureName[id] })),
    slices: {
      class: sliceBody(now.byClass, names.class),
      team: sliceBody(now.byTeam, names.team),
      building: sliceBody(now.byBuilding, names.building),
      hour: sliceBody(now.byHour, names.hour),
    },
    top: now.top.map((one) => ({ ...one, name: device(one.device) })),
    late: now.late.map(({ round, measure, target, took }) => ({
      no: round.ticket.no,
      round: round.round,
      // The title of a ticket that a person opened is free text and may name somebody.
      class: { ...round.ticket.policy.name },
      device: device(round.ticket.device),
      measure,
      target,
      took: took ?? null,
      assignee: person(round.ticket.assignee),
    })),
    others: { ...now.others },
  };
}

const timesBody = (times: Slice["times"]): ResponseReportBody["slices"]["class"][number]["times"] =>
  Object.fromEntries(
    measureNames.map((id) => {
      const { count, p50, p90, share }: Times = times[id];
      return [id, { count, p50: figure(p50), p90: figure(p90), share: figure(share) }];
    }),
  ) as ResponseReportBody["slices"]["class"][number]["times"];

const words = {
  window: { zh: "统计期", en: "window" },
  compared: { zh: "对比期", en: "compared with" },
  data: { zh: "数据", en: "data" },
  policy: { zh: "预案版本", en: "policy" },
  before: { zh: "上期", en: "before" },
  class: { zh: "类别", en: "class" },
  team: { zh: "班组", en: "team" },
  building: { zh: "楼栋", en: "building" },
  hour: { zh: "时段", en: "hour" },
  tickets: { zh: "工单数", en: "tickets" },
  median: { zh: "中位数", en: "median" },
  p90: { zh: "90 分位", en: "90th percentile" },
  inTime: { zh: "达标率", en: "in time" },
  top: { zh: "故障最多的设备", en: "top device" },
  repeats: { zh: "其中重复", en: "of these repeated" },
  late: { zh: "超时", en: "overdue" },
  never: { zh: "未完成", en: "never" },
} as const satisfies Record<string, Text>;

/** Figures first, then a row for each slice and measure, then devices and what was late. */
export function responseRows(
  body: ResponseReportBody,
  lang: Lang,
): { head: readonly Cell[]; rows: readonly (readonly Cell[])[] } {
  const name = (id: ResponseReportBody["measures"][number]["id"]) => measureName[id][lang];
  const sliceRows = (what: keyof ResponseReportBody["slices"]): Cell[][] =>
    body.slices[what].flatMap((slice) => [
      [`${words[what][lang]} ${slice.name[lang]} ${words.tickets[lang]}`, slice.count, units.count[lang]],
      ...body.measures.flatMap(({ id }): Cell[][] => {
        const times = slice.times[id];
        if (!times || times.count === 0) return [];
        const label = `${words[what][lang]} ${slice.name[lang]} ${name(id)}`;
        return [
          [`${label} ${words.median[lang]}`, shown(times.p50, "span"), units.span[lang]],
          [`${label} ${words.p90[lang]}`, shown(times.p90, "span"), units.span[lang]],
          [`${label} ${words.inTime[lang]}`, shown(times.share, "share"), units.share[lang]],
        ];
      }),
    ]);
  return {
    head: [...kpiHead[lang], words.before[lang]],
    rows: [
      [words.window[lang], `${body.from} – ${body.to}`],
      [words.compared[lang], `${body.before.from} – ${body.before.to}`],
      [words.data[lang], ticketKindName[body.data][lang]],
      [words.policy[lang], body.policy],
      ...body.kpis.map((kpi) => [...kpiCells(kpi, lang), shown(kpi.before, kpi.unit)]),
      ...sliceRows("class"),
      ...sliceRows("team"),
      ...sliceRows("building"),
      ...sliceRows("hour"),
      ...body.top.map((one): Cell[] => [
        `${words.top[lang]} ${one.name[lang]}`,
        one.count,
        units.count[lang],
        "",
        "",
        `${words.repeats[lang]} ${one.repeats}`,
      ]),
      ...body.late.map((one): Cell[] => [
        `${words.late[lang]} ${one.no} ${one.class[lang]} ${one.device[lang]} ${name(one.measure)}`,
        one.took === null ? words.never[lang] : shown(one.took, "span"),
        units.span[lang],
        `≤ ${shown(one.target, "span")}`,
        one.assignee,
      ]),
    ],
  };
}
