/** Which stretch of time a report or an export is about, from what the query says. */
import { days, type Instant, instant } from "#model/time";
import { Refused } from "../net/refused.ts";
import { LONGEST_WINDOW, ReportsBusy, type WindowName, windowNow, windows } from "../reports/alarm-report.ts";
import type { Window } from "../reports/figures.ts";
import { toInstant } from "./inputs.ts";

interface Told {
  readonly window?: WindowName | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** `usual`: how long before its end the window begins when nobody says. Throws a 400 in words. */
export function windowOf(told: Told, now: Instant, usual: WindowName = "24h"): Window {
  if (told.window !== undefined || (told.from === undefined && told.to === undefined)) {
    return windowNow(told.window ?? usual, now);
  }
  const to = told.to === undefined ? now : toInstant(told.to);
  const from = told.from === undefined ? instant(to - windows[usual]) : toInstant(told.from);
  if (from < to && to - from <= LONGEST_WINDOW && from >= 0) return { from, to };
  throw new Refused(
    400,
    "bad-range",
    `时间范围有误：from 应早于 to（缺省为现在），范围不超过 ${LONGEST_WINDOW / days(1)} 天。`,
    `The range does not fit: from must lie before to (now, when it is not told), at most ${LONGEST_WINDOW / days(1)} days.`,
  );
}

/** Too many reports at once become an answer, anything else stays what it is. */
export async function unlessBusy<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ReportsBusy)) throw error;
    throw new Refused(
      429,
      "reports-busy",
      "正在统计的报表过多，请稍后重试。",
      "Too many reports are being made. Wait a moment and try again.",
    );
  }
}
