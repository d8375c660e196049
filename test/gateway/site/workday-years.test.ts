import { expect, test } from "vitest";
import { instant } from "#model/time";
import { createProblemList } from "../../../gateway/site/problems.ts";
import { WorkdayYears, warnOfMissingYears } from "../../../gateway/site/workday-years.ts";
import { policy } from "../../support/building.ts";

const at = (text: string) => instant(Temporal.Instant.from(`${text}+08:00`).epochMilliseconds);
const base = policy.classes.general_fault;
if (!base) throw new Error("no such class");
const counting = {
  ...policy,
  workdays: { zone: "Asia/Shanghai", years: { 2026: { source: "test", off: [], on: [] } } },
  classes: {
    complaint: {
      ...base,
      clocks: [{ kind: "resolve" as const, target: base.clocks[0]?.target ?? (0 as never), workdays: true as const }],
    },
  },
};

test.each([
  ["in the year that is written down", counting, "2026-06-01T08:00:00", []],
  ["from December on, when the next year is not there", counting, "2026-12-01T08:00:00", ["2027"]],
  ["in a year that is missing", counting, "2028-03-01T08:00:00", ["2028"]],
  ["of a site whose clocks count no workdays", policy, "2028-03-01T08:00:00", []],
] as const)("a missing calendar is told %s", (_when, of, now, years) => {
  const problems = createProblemList();
  warnOfMissingYears(of, at(now), "Asia/Shanghai", "response.yaml", problems);
  const found = problems.list();
  expect(found.map((one) => one.level)).toEqual(years.map(() => "warning"));
  for (const [n, year] of years.entries()) expect(JSON.stringify(found[n])).toContain(year);
});

test.each([
  ["no source", { 2026: { off: ["2026-01-01"] } }],
  ["a day that does not exist", { 2026: { source: "x", off: ["2026-02-30"] } }],
  ["a range backwards", { 2026: { source: "x", off: ["2026-01-03..2026-01-01"] } }],
  ["a year that is none", { next: { source: "x", off: ["2026-01-01"] } }],
])("a calendar with %s is refused", (_what, written) => {
  expect(WorkdayYears.safeParse(written).success).toBe(false);
});
