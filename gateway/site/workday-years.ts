/** Public holidays and worked weekends by year, as the State Council arranges them; and what is said when a year is missing. */
import * as z from "zod";
import type { Policy } from "#model/policy";
import type { Instant } from "#model/time";
import { DateText } from "./calendars.ts";
import type { ProblemList } from "./problems.ts";

const Year = z.strictObject({
  source: z.string().min(1),
  off: z.array(DateText).min(1),
  on: z.array(DateText).default([]),
});

/** By year: `2026: { source, off: [2026-01-01..2026-01-03], on: [2026-01-04] }`. */
export const WorkdayYears = z.record(z.string().regex(/^20\d\d$/), Year).check(({ value, issues }) => {
  for (const [year, { off, on }] of Object.entries(value))
    for (const [list, ranges] of Object.entries({ off, on }))
      for (const [index, { first, last }] of ranges.entries()) {
        if (yearOf(first) === Number(year) && yearOf(last) === Number(year)) continue;
        // Last year's list under this year's name would be read by nobody, and every holiday would count as a workday.
        issues.push({
          code: "custom",
          input: value,
          path: [year, list, index],
          params: {
            what: { zh: `该日期不在 ${year} 年内`, en: `is not a date of ${year}` },
            todo: { zh: "每年的日期写在当年名下。", en: "Write each date under its own year." },
          },
        });
      }
});

const EPOCH = Temporal.PlainDate.from("1970-01-01");
/** `day`: days since 1970-01-01. */
const yearOf = (day: number): number => EPOCH.add({ days: day }).year;

/** The arrangement of a year is published in the November before: from December on the next one is asked for as well. */
export function warnOfMissingYears(
  policy: Policy,
  now: Instant,
  zone: string,
  file: string,
  problems: ProblemList,
): void {
  const clocks = Object.values(policy.classes).flatMap((one) => [
    ...one.clocks,
    ...Object.values(one.bySeverity).flat(),
  ]);
  if (!clocks.some((clock) => clock.workdays)) return;
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  const wanted = today.month === 12 ? [today.year, today.year + 1] : [today.year];
  for (const year of wanted.filter((one) => policy.workdays?.years[one] === undefined)) {
    problems.warning(
      { file, line: 1, column: 1 },
      {
        zh: `没有 ${year} 年的节假日和调休安排，按工作日计时的时限暂按周一至周五计算`,
        en: `the public holidays of ${year} are not known, so clocks that count workdays go by Monday to Friday`,
      },
      {
        zh: `在 response.yaml 的 workdays 里按国务院办公厅通知填写 ${year} 年。`,
        en: `Write the year ${year} under workdays in response.yaml, as the State Council published it.`,
      },
    );
  }
}
