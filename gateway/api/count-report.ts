/** What a report that the house writes by itself is made of: the figures about tickets, and what alarmed most. */
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import type { Ticket } from "#model/ticket";
import type { AlarmReports } from "../reports/alarm-report.ts";
import { masked } from "../reports/mask.ts";
import { complaintsText } from "../reports/open-complaints.ts";
import type { DueReport } from "../reports/report-calendar.ts";
import { windowBefore } from "../reports/response-figures.ts";
import { responseReport } from "../reports/response-report.ts";
import type { Store } from "../store/store.ts";
import { responseReportBody } from "./project-response.ts";
import type { WrittenBody } from "./response-shapes.ts";

/** `open`: the tickets that are open now; complaints are counted through among them. */
export function reportCounter(
  site: Site,
  store: Pick<Store, "ticketPage" | "paper">,
  alarms: Pick<AlarmReports, "figures">,
  open: ReadonlyMap<string, Ticket>,
) {
  return async (due: DueReport): Promise<{ readonly body: WrittenBody; readonly summary: Text }> => {
    const kind = site.simulated ? "simulated" : "real";
    const before = windowBefore(due, due.month, site.zone);
    const report = await responseReport(store, site.policy, due, before, { kind, zone: site.zone });
    // Names never leave with a report that goes out by itself.
    const asked = { data: kind, ...(due.month === undefined ? {} : { month: due.month }) } as const;
    const response = responseReportBody(report, site, asked, (name) => masked(name ?? ""));
    const figures = await alarms.figures(due, { kind, at: () => true });
    const share = response.kpis.find(({ id }) => id === "onsite-in-time")?.value ?? null;
    const inTime = share === null ? "–" : `${Math.round(share * 100)} %`;
    const { count, closed, repeats } = report.now;
    const complaints = complaintsText(open.values(), report.now.complaints, kind);
    return {
      body: {
        response: {
          ...response,
          slices: { ...response.slices, hour: response.slices.hour.filter((one) => one.count > 0) },
        },
        alarms: { told: figures.told, top: figures.top.map(({ alarm, count: times }) => ({ alarm, count: times })) },
      },
      summary: {
        zh: `工单 ${count} 件，已关闭 ${closed} 件，到场达标率 ${inTime}，重复故障 ${repeats} 次，告警 ${figures.told} 次${complaints ? `；${complaints.zh}` : ""}`,
        en: `${count} tickets, ${closed} closed, on site in time ${inTime}, ${repeats} repeated faults, ${figures.told} alarms${complaints ? `; ${complaints.en}` : ""}`,
      },
    };
  };
}
