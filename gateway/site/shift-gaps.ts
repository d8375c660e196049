/** Finds hours of the week in which a team that works in shifts has nobody on duty. */
import type { Shift } from "#model/site";
import type { Text } from "#model/text";
import { type Part, placeOf } from "./parse-part.ts";
import type { ProblemList } from "./problems.ts";

const DAY = 1440;
const WEEK = 7 * DAY;
const dayNames: readonly Text[] = [
  { zh: "周一", en: "Monday" },
  { zh: "周二", en: "Tuesday" },
  { zh: "周三", en: "Wednesday" },
  { zh: "周四", en: "Thursday" },
  { zh: "周五", en: "Friday" },
  { zh: "周六", en: "Saturday" },
  { zh: "周日", en: "Sunday" },
];

/** The gaps of one team as minutes of the week, `[from, to)`; `to` may lie beyond the week's end. */
export function gapsOf(shifts: readonly Shift[]): readonly (readonly [number, number])[] {
  const covered = new Uint8Array(WEEK);
  for (const { days, from, to } of shifts) {
    // `to` <= `from` means over midnight; equal times are a whole day.
    const length = to > from ? to - from : to - from + DAY;
    for (const day of days) {
      for (let minute = 0; minute < length; minute += 1) covered[((day - 1) * DAY + from + minute) % WEEK] = 1;
    }
  }
  const firstCovered = covered.indexOf(1);
  if (firstCovered < 0) return [[0, WEEK]];
  const gaps: [number, number][] = [];
  let start: number | undefined;
  for (let step = 0; step <= WEEK; step += 1) {
    const minute = firstCovered + step;
    if (covered[minute % WEEK] === 0) start ??= minute;
    else if (start !== undefined) {
      gaps.push([start, minute]);
      start = undefined;
    }
  }
  return gaps;
}

/** One warning per team, at its first shift, naming the first gaps. */
export function warnOfGaps(
  shifts: readonly { readonly shift: Shift; readonly at: Part }[],
  problems: ProblemList,
): void {
  for (const team of new Set(shifts.map(({ shift }) => shift.team))) {
    const own = shifts.filter(({ shift }) => shift.team === team);
    const gaps = gapsOf(own.map(({ shift }) => shift));
    const [first] = own;
    if (gaps.length === 0 || !first) continue;
    const shown = gaps.slice(0, 3).map(([from, to]) => ({ from: formatMinute(from), to: formatMinute(to) }));
    const say = (language: keyof Text): string =>
      shown.map(({ from, to }) => `${from[language]}–${to[language]}`).join(language === "zh" ? "、" : ", ") +
      (gaps.length > shown.length ? " …" : "");
    problems.warning(
      placeOf(first.at, "team"),
      { zh: `班组 ${team} 有无人值班的时段：${say("zh")}`, en: `the team ${team} has nobody on duty at ${say("en")}` },
      { zh: "补上班次；否则这些时段通知 fallback。", en: "Add a shift; until then the fallback person is told." },
    );
  }
}

function formatMinute(minute: number): Text {
  const day = dayNames[Math.floor(minute / DAY) % 7] ?? { zh: "", en: "" };
  const within = minute % DAY;
  const time = `${String(Math.floor(within / 60)).padStart(2, "0")}:${String(within % 60).padStart(2, "0")}`;
  return { zh: `${day.zh}${time}`, en: `${day.en} ${time}` };
}
