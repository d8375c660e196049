/** A month of tickets and how people answered them, as the report tells it: for the eyes of the console tests. */
import { days, hours, type Instant, instant, later, minutes } from "#model/time";
import { responseReportBody } from "../../gateway/api/project-response.ts";
import type { ResponseReportBody } from "../../gateway/api/response-shapes.ts";
import { masked } from "../../gateway/reports/mask.ts";
import { responseFigures } from "../../gateway/reports/response-figures.ts";
import { roundsIn } from "../../gateway/reports/response-rounds.ts";
import { ticket } from "../gateway/api/stand.ts";
import { building, policy } from "../support/building.ts";

const PEOPLE = ["张伟", "李娜", "王强"];

/** One ticket whose accept and resolve clocks took so long. */
function answered(index: number, opened: Instant) {
  const took = [minutes(2), minutes(4), minutes(4), minutes(11)][index % 4] ?? minutes(2);
  const clock = (kind: "accept" | "resolve" | "staff-onsite", target: number, lasted: number) => {
    const late = lasted > target;
    const metAt = later(opened, lasted as typeof took);
    return {
      kind,
      target: target as typeof took,
      state: late ? ("breached" as const) : ("met" as const),
      startedAt: opened,
      dueAt: later(opened, target as typeof took),
      metAt,
      segments: [{ kind: "run" as const, from: opened, to: metAt }],
      warnAt: opened,
      ...(late ? { breachedAt: later(opened, target as typeof took) } : {}),
    };
  };
  return ticket(`GD20261121-${String(index).padStart(6, "0")}`, {
    openedAt: opened,
    closedAt: later(opened, hours(5)),
    state: "closed",
    device: index % 3 === 0 ? "lift-2" : "lift-1",
    place: { building: index % 2 === 0 ? "A 座" : "B 座" },
    assignee: PEOPLE[index % 3] ?? "",
    ratings: [{ score: 5 - (index % 3), round: 1, how: "phone", by: "王工", at: opened }],
    clocks: [
      clock("accept", minutes(5), took),
      clock("staff-onsite", minutes(15), took * 3),
      clock("resolve", hours(24), took * 50),
    ],
    ...(index % 11 === 0 ? { simulated: true } : {}),
  });
}

export function answeredMonth(at: number): ResponseReportBody {
  const now = instant(at);
  const rounds = Array.from({ length: 44 }, (_, index) =>
    answered(index, instant(now - days(1) - index * hours(26))),
  ).flatMap((one) => roundsIn(one, policy));
  const choice = { kind: "real", zone: "Asia/Shanghai" } as const;
  const window = { from: instant(now - days(30)), to: now };
  const before = { from: instant(now - days(60)), to: window.from };
  const report = { now: responseFigures(rounds, window, choice), before: responseFigures(rounds, before, choice) };
  return responseReportBody(report, building(), { data: "real" }, (name) => masked(name ?? ""));
}
