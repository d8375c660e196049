/** A small made-up November, counted by hand: every figure of the response report, with the cases that are easily counted wrong. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClockKind } from "#model/policy";
import type { DaySample, SampledRow } from "#model/sampling";
import type { ResponseClock, Ticket } from "#model/ticket";
import { days, type Instant, instant, later, minutes } from "#model/time";
import { ResponseReportShape } from "../../../gateway/api/response-shapes.ts";
import { readCsv } from "../../../gateway/commands/csv.ts";
import { type Stand, startStand, testSite, ticket } from "./stand.ts";

/** The clock on the wall in Shanghai. */
const at = (local: string): Instant => instant(Date.parse(`${local}+08:00`));
const TARGET: Partial<Record<ClockKind, number>> = {
  accept: 15,
  onsite: 30,
  mitigate: 120,
  resolve: 1_440,
  followup: 1_440,
};
/** Minutes that people took; `null`: never, and the time is over; "runs": it may still be met. */
type Took = Readonly<Partial<Record<ClockKind, number | null | "runs">>>;

/** `pause`: minutes of the time in which it waited for parts; they do not count. */
function clocksOf(from: Instant, took: Took, pause = 0): ResponseClock[] {
  return Object.entries(took).map(([kind, long]): ResponseClock => {
    const target = minutes(TARGET[kind as ClockKind] ?? 0);
    const dueAt = later(from, target);
    const plain = { kind: kind as ClockKind, target, startedAt: from, dueAt, warnAt: dueAt };
    if (long === "runs") return { ...plain, state: "running", segments: [{ kind: "run", from }] };
    if (long === null) return { ...plain, state: "breached", breachedAt: dueAt, segments: [{ kind: "run", from }] };
    const waits = kind === "resolve" ? pause : 0;
    const metAt = later(from, minutes(long + waits));
    const noon = later(from, minutes(10));
    const segments = waits
      ? [
          { kind: "run" as const, from, to: noon },
          { kind: "pause" as const, from: noon, to: later(noon, minutes(waits)), reason: "parts" },
          { kind: "run" as const, from: later(noon, minutes(waits)), to: metAt },
        ]
      : [{ kind: "run" as const, from, to: metAt }];
    const late = minutes(long) > target;
    return { ...plain, state: late ? "breached" : "met", metAt, ...(late ? { breachedAt: dueAt } : {}), segments };
  });
}

let serial = 0;
function made(
  openedAt: Instant,
  device: string | undefined,
  building: string,
  took: Took,
  more: Partial<Ticket> & { pause?: number } = {},
): Ticket {
  serial += 1;
  const { pause, ...rest } = more;
  const { device: _, ...base } = ticket(`GD20261101-${String(serial).padStart(6, "0")}`, { openedAt });
  return {
    ...base,
    class: "general_fault",
    place: building ? { building } : {},
    policy: { ...base.policy, lead: "technician-on-duty" },
    ...(device === undefined ? {} : { device }),
    clocks: clocksOf(openedAt, took, pause),
    ...rest,
  };
}
const closed = (local: string) => ({ state: "closed" as const, closedAt: at(local) });
const rated = (score: number, local: string) => ({
  ratings: [{ score, round: 1, how: "phone" as const, by: "王工", at: at(local) }],
});

const stepped = at("2026-11-20T11:00:00");
const again = at("2026-11-12T12:00:00");
const base = ticket("GD20261101-999999").policy;

const november: readonly Ticket[] = [
  made(
    at("2026-11-02T09:10:00"),
    "lift-1",
    "A",
    { accept: 5, onsite: 20, mitigate: 40, resolve: 100, followup: 60 },
    { ...closed("2026-11-03T09:00:00"), ...rated(5, "2026-11-03T09:00:00") },
  ),
  // Exactly on its time is in time; ten hours of waiting for parts do not count for the repair.
  made(at("2026-11-02T09:50:00"), "pump-1", "B", { accept: 15, onsite: 31, resolve: 1_400 }, { pause: 600 }),
  // At the stroke of midnight, three days after the repair of the first: the same fault come back.
  made(
    at("2026-11-05T00:00:00"),
    "lift-1",
    "A",
    { accept: 40, mitigate: 130, resolve: 60, followup: null },
    { ...closed("2026-11-08T00:00:00"), ...rated(2, "2026-11-07T00:00:00") },
  ),
  // Opened again two days later: two rounds, each with times of its own.
  made(
    at("2026-11-14T12:00:00"),
    "pump-1",
    "B",
    { accept: 3, resolve: 30 },
    {
      openedAt: again,
      round: 2,
      past: [
        {
          round: 1,
          closedAt: at("2026-11-13T12:00:00"),
          clocks: clocksOf(again, { accept: 10, resolve: 200 }),
          sop: [],
        },
      ],
    },
  ),
  // Handed from one to another in the last second of a day; another team leads.
  made(
    at("2026-11-15T23:59:59"),
    "lift-2",
    "A",
    { accept: 12, onsite: 25 },
    { assignee: "李娜", policy: { ...base, lead: "lift-maintenance" } },
  ),
  // The wall clock was set on by an hour in its midst: its clocks were moved with it.
  made(stepped, "door-1", "B", { accept: 10, resolve: 50 }, { openedAt: at("2026-11-20T10:00:00") }),
  // In the last millisecond of the month, and never accepted.
  made(instant(at("2026-12-01T00:00:00") - 1), "lift-3", "A", { accept: null }),
  made(at("2026-11-21T14:00:00"), "lift-1", "A", { accept: 2 }, { falseAlarm: true, ...closed("2026-11-21T15:00:00") }),
  made(at("2026-11-30T10:00:00"), "lift-4", "B", { accept: "runs" }),
  made(
    at("2026-11-23T15:00:00"),
    undefined,
    "",
    { accept: 14, followup: 100 },
    { class: "complaint", ...closed("2026-11-25T15:00:00"), ...rated(4, "2026-11-25T15:00:00") },
  ),
  // None of these belongs to November's real figures.
  made(
    at("2026-11-16T10:00:00"),
    "lift-1",
    "A",
    { accept: 100, onsite: 900, mitigate: 900, resolve: 9_000, followup: null },
    { drill: true, ...rated(1, "2026-11-16T11:00:00") },
  ),
  made(at("2026-11-17T10:00:00"), "lift-1", "A", { accept: 100 }, { state: "merged", mergedInto: "GD20261101-000001" }),
  made(at("2026-11-22T10:00:00"), "lift-1", "A", { accept: 100, resolve: 5 }, { judged: "test" }),
  made(at("2026-11-22T11:00:00"), "lift-1", "A", { accept: 100, resolve: 5 }, { judged: "maintenance" }),
  made(at("2026-11-22T12:00:00"), "lift-1", "A", { accept: 100, resolve: 5 }, { simulated: true }),
  made(at("2026-12-01T00:00:00"), "lift-5", "A", { accept: 100 }),
  made(instant(at("2026-11-01T00:00:00") - 1), "lift-9", "C", { accept: 7 }),
];

/** What was drawn on a day at eight, and what came of it. */
function drawn(
  day: string,
  records: number,
  rows: readonly Omit<SampledRow, "ticket">[],
  more: Partial<DaySample> = {},
) {
  const to = at(`${day}T00:00:00`);
  return {
    kind: "sample",
    id: `CC${day.replaceAll("-", "")}`,
    state: "closed",
    at: at(`${day}T08:00:00`),
    from: later(to, days(-1)),
    to,
    of: "real",
    records,
    rows: rows.map((row, n) => ({ ticket: `GD-${n}`, ...row })),
    ...more,
  } satisfies DaySample;
}
const found = (due: string, more: Partial<SampledRow> = {}) =>
  ({ verdict: "finding", correctBy: at(`${due}T09:00:00`), ...more }) as const;
const samples: readonly DaySample[] = [
  drawn("2026-11-03", 9, [
    { verdict: "in-order" },
    found("2026-11-04", { correctedAt: at("2026-11-04T09:00:00") }), // on the minute
  ]),
  drawn("2026-11-10", 4, [found("2026-11-11", { correctedAt: at("2026-11-11T09:00:01"), told: true }), {}]),
  drawn("2026-11-30", 3, [found("2026-12-01")]), // there is time left
  // None of these is of November's real figures.
  drawn("2026-10-31", 5, [{ verdict: "in-order" }]),
  drawn("2026-12-01", 5, [{ verdict: "in-order" }]),
  drawn("2026-11-20", 5, [{ verdict: "in-order" }], { of: "simulated" }),
  drawn("2026-11-29", 5, [{ verdict: "in-order" }], { ahead: true }),
];

let stand: Stand;
beforeAll(async () => {
  stand = await startStand({ site: testSite() });
  for (const one of november) stand.stored.set(one.no, one);
  for (const one of samples) stand.door.house.papers.set(one.id, one);
});
afterAll(async () => stand[Symbol.asyncDispose]());

const ask = async (data = "real") => {
  const { status, body } = await stand.ask("GET", `/api/reports/response?month=2026-11&data=${data}`, { as: "viewer" });
  expect(status).toBe(200);
  return ResponseReportShape.strict().parse(body);
};
const values = (report: Awaited<ReturnType<typeof ask>>) =>
  Object.fromEntries(report.kpis.map(({ id, value }) => [id, value]));

/** Counted on paper. */
const BY_HAND = {
  tickets: 11, // ten tickets, one of them twice
  closed: 5 / 11,
  "false-alarms": 1 / 11,
  complaints: 1 / 11,
  "accept-p50": minutes(10), // 2 3 5 10 [10] 12 14 15 40
  "accept-p90": minutes(40),
  "accept-in-time": 8 / 10, // one never, one after forty minutes
  "onsite-p50": minutes(25), // 20 [25] 31
  "onsite-p90": minutes(31),
  "onsite-in-time": 2 / 3,
  "mitigate-p50": minutes(40), // [40] 130
  "mitigate-p90": minutes(130),
  "mitigate-in-time": 1 / 2,
  "resolve-p50": minutes(60), // 30 50 [60] 100 200 1400
  "resolve-p90": minutes(1_400),
  "resolve-in-time": 1,
  "repeat-share": 2 / 9, // lift-1 after three days, pump-1 opened again
  "repeat-change": null, // there was none in October
  "first-fix": 4 / 6, // not the first of lift-1, nor the first round of pump-1
  satisfaction: 2 / 3, // 5 4 · 2
  rating: 11 / 3,
  "follow-up": 2 / 3,
  rectified: null, // none opened
  sampled: 4 / 16, // of 9, 4 and 3 records; one that was drawn nobody looked at
  "sample-in-order": 1 / 4,
  "sample-corrected": 1 / 2, // one in time, one late; the third has time left
} as const;

test("every figure is the one that was counted by hand", async () => {
  const report = await ask();
  expect([report.from, report.to]).toEqual(["2026-10-31T16:00:00.000Z", "2026-11-30T16:00:00.000Z"]);
  const found = values(report);
  for (const [id, wanted] of Object.entries(BY_HAND)) {
    if (wanted === null) expect([id, found[id]]).toEqual([id, null]);
    else expect(found[id], id).toBeCloseTo(wanted, 9);
  }
});

test("by class, team, building and hour each ticket stands once, in the hour of the wall", async () => {
  const { slices } = await ask();
  const counts = (rows: readonly { id: string; count: number }[]) =>
    Object.fromEntries(rows.filter(({ count }) => count > 0).map(({ id, count }) => [id, count]));
  expect(counts(slices.class)).toEqual({ general_fault: 10, complaint: 1 });
  expect(counts(slices.team)).toEqual({ "technician-on-duty": 10, "lift-maintenance": 1 });
  expect(counts(slices.building)).toEqual({ A: 5, B: 5, "": 1 });
  expect(counts(slices.hour)).toEqual({ 0: 1, 9: 2, 10: 2, 12: 2, 14: 1, 15: 1, 23: 2 });
  const nine = slices.hour.find(({ id }) => id === "9")?.times;
  expect(nine?.accept).toEqual({ count: 2, p50: minutes(5), p90: minutes(15), share: 1 });
  expect(slices.team.find(({ id }) => id === "lift-maintenance")?.times.onsite).toMatchObject({
    count: 1,
    p50: minutes(25),
  });
});

test("the devices that failed most, what was late, and the month before beside it", async () => {
  const report = await ask();
  expect(report.top.map(({ device, count, repeats }) => [device, count, repeats])).toEqual([
    ["pump-1", 3, 1],
    ["lift-1", 2, 1],
    ["door-1", 1, 0],
    ["lift-2", 1, 0],
    ["lift-3", 1, 0],
    ["lift-4", 1, 0],
  ]);
  expect(report.late.map(({ measure, took }) => [measure, took === null ? null : took / 60_000])).toEqual([
    ["followup", null],
    ["accept", null],
    ["accept", 40],
    ["mitigate", 130],
    ["onsite", 31],
  ]);
  expect(report.kpis.find(({ id }) => id === "accept-p50")).toMatchObject({ before: minutes(7) });
  expect(report.kpis.find(({ id }) => id === "tickets")).toMatchObject({ value: 11, before: 1 });
  expect(report.others).toEqual({ real: 11, drill: 1, simulated: 1, test: 1, maintenance: 1 });
});

test("a drill moves no figure of the real ones, and has figures of its own", async () => {
  const before = values(await ask());
  const gone = november.filter((one) => one.drill !== undefined);
  for (const one of gone) stand.stored.delete(one.no);
  const without = values(await ask());
  for (const one of gone) stand.stored.set(one.no, one);
  expect(without).toEqual(before);
  expect(values(await ask("drill"))).toMatchObject({
    tickets: 1,
    "accept-p50": minutes(100),
    "accept-in-time": 0,
    rating: 1,
  });
});

test("the file tells the same figures as the page", async () => {
  const { status, text } = await stand.ask("GET", "/api/reports/response?month=2026-11&format=csv", {
    as: "supervisor",
  });
  expect(status).toBe(200);
  const read = readCsv(new TextEncoder().encode(text));
  if (!("rows" in read)) throw new Error(read.flaw.what.en);
  const rows = read.rows.map(({ cells }) => cells.map((cell) => cell.text));
  const row = (name: string) => rows.find(([first]) => first === name);
  expect(row("工单数")?.[1]).toBe("11");
  expect(row("接单达标率")?.slice(1, 3)).toEqual(["80", "%"]);
  expect(row("接单用时（中位数）")?.slice(1, 3)).toEqual(["600", "秒"]);
  expect(row("首次修复率")?.[1]).toBe("66.667");
  expect(row("每日抽查比例")?.slice(1, 5)).toEqual(["25", "%", "≥ 20 %", "达标"]);
  expect(row("抽查问题按时整改率")?.slice(1, 5)).toEqual(["50", "%", "≥ 100 %", "未达标"]);
  expect(text).not.toContain("李娜");
});
