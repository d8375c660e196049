import fc from "fast-check";
import { expect, test } from "vitest";
import type { AlarmEvent } from "#model/alarm-event";
import { hours, instant, later, milliseconds, minutes, type Span, seconds } from "#model/time";
import { alarmKpis } from "../../../gateway/reports/alarm-kpis.ts";
import { type Choice, type Figures, figuresOf, SLICE } from "../../../gateway/reports/figures.ts";
import { judge, targetText } from "../../../gateway/reports/kpi.ts";
import { createOccurrences } from "../../../gateway/reports/occurrences.ts";
import { standingAlarms } from "../../../gateway/reports/standing-alarms.ts";

const FROM = instant(1_795_248_000_000);
const window = { from: FROM, to: later(FROM, hours(24)) };
const real: Choice = { kind: "real", at: () => true };

/** One thing that happened to an alarm, so long after the start of the window. */
const event = (after: Span, alarm: string, what: string, more: Partial<AlarmEvent> = {}): AlarmEvent => ({
  at: later(FROM, after),
  alarm,
  event: what,
  occurrence: 1,
  annunciated: true,
  ...more,
});
const came = (after: Span, alarm: string, more: Partial<AlarmEvent> = {}) =>
  event(after, alarm, "activated", { severity: "S3", ...more });

function figures(events: readonly AlarmEvent[], choice = real, over = window): Figures {
  const found = createOccurrences();
  for (const one of events) found.add(one);
  const steps = figuresOf(found.all.values(), over, choice);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}
const kpi = (id: string, of: Figures): number => {
  const found = alarmKpis.find((one) => one.id === id);
  if (!found) throw new Error(`there is no KPI ${id}`);
  return found.read(
    of,
    standingAlarms([], [], window.to, () => true),
    {},
    { devices: [], bad: milliseconds(0), share: 0 },
  );
};

test("an average day: rate per 10 minutes, hour and day over all periods, empty ones included", () => {
  const found = figures(Array.from({ length: 144 }, (_, i) => came(minutes(i * 10), `r@d${i}`)));
  expect(found.told).toBe(144);
  expect(kpi("per-10-min-mean", found)).toBe(1);
  expect(kpi("per-10-min-max", found)).toBe(1);
  expect(kpi("per-hour-mean", found)).toBe(6);
  expect(kpi("per-day-mean", found)).toBe(144);
  expect(kpi("flood-time", found)).toBe(0);
  const oneHour = figures(Array.from({ length: 36 }, (_, i) => came(minutes(i), `r@d${i}`)));
  expect(kpi("per-10-min-mean", oneHour)).toBe(0.25);
  expect(kpi("per-10-min-max", oneHour)).toBe(10);
  expect(kpi("periods-above-10", oneHour)).toBe(0);
  expect(kpi("hours-above-30", oneHour)).toBeCloseTo(1 / 24, 9);
});

test("no rate is told of less than the time that it is about", () => {
  const early = figures([came(minutes(1), "r@d")], real, { from: FROM, to: later(FROM, minutes(30)) });
  expect(kpi("per-10-min-mean", early)).toBeCloseTo(1 / 3, 9);
  expect([kpi("per-hour-mean", early), kpi("per-day-mean", early)]).toEqual([Number.NaN, Number.NaN]);
});

test("what nobody was told of does not count: on the shelf, under a cause, waiting for one", () => {
  const found = figures([
    came(minutes(1), "shelved@d", { annunciated: false }),
    came(minutes(2), "child@d"),
    event(minutes(2), "child@d", "suppressed", { causes: ["comms_loss@bus"] }),
    came(minutes(3), "patient@d"),
    event(minutes(3), "patient@d", "waits-for-cause"),
    event(later0(3, 4), "patient@d", "annunciated"),
    came(minutes(5), "late-child@d"),
    event(minutes(6), "late-child@d", "suppressed", { causes: ["comms_loss@bus"] }),
  ]);
  expect(found.top.map((one) => one.alarm)).toEqual(["late-child@d", "patient@d"]);
  expect(found.told).toBe(2);
  expect(found.suppressed).toEqual([{ alarm: "comms_loss@bus", count: 2 }]);
});
const later0 = (m: number, s: number): Span => milliseconds(minutes(m) + seconds(s));

test("the top ten, their share, and what chatters or is gone before anybody can act", () => {
  const bad = Array.from({ length: 30 }, (_, i) => came(minutes(i * 20), "bad@d", { occurrence: i + 1 }));
  const others = Array.from({ length: 70 }, (_, i) => came(minutes(i * 20), `r@d${i}`));
  const flutter = [
    came(minutes(1), "flutter@d"),
    event(later0(1, 30), "flutter@d", "reactivated"),
    event(later0(2, 0), "flutter@d", "reactivated", { chattering: true }),
    event(later0(2, 5), "flutter@d", "returned", { activeFor: seconds(9) }),
  ];
  const found = figures([...bad, ...others, ...flutter]);
  expect(found.top[0]).toEqual({ alarm: "bad@d", count: 30 });
  expect(found.top).toHaveLength(10);
  expect(found.topShare).toBeCloseTo(39 / 101, 9);
  expect(found.chattering).toEqual([{ alarm: "flutter@d", count: 1 }]);
  expect(found.fleeting).toEqual([{ alarm: "flutter@d", count: 1, suggestedDelay: 9_000 }]);
  expect(found.again).toBe(1);
});

test("three activations in 60.0 s chatter, in 60.1 s they do not", () => {
  const thrice = (last: number) =>
    figures([
      came(milliseconds(0), "a@d"),
      event(seconds(30), "a@d", "reactivated"),
      event(milliseconds(last), "a@d", "reactivated"),
    ]).chattering.length;
  expect([thrice(60_000), thrice(60_100)]).toEqual([1, 0]);
});

test("times to acknowledge by severity, in time or not, false or not, with words or without", () => {
  const ack = (n: number, delay: Span, more: Partial<AlarmEvent> = {}) => [
    came(minutes(n), `r@d${n}`),
    event(minutes(n + 1), `r@d${n}`, "alarm-acknowledged", { delay, commented: false, ...more }),
  ];
  const found = figures([
    ...ack(1, seconds(30)),
    ...ack(2, seconds(60), { reason: "false" }),
    ...ack(3, minutes(20), { commented: true }),
    ...ack(4, minutes(2)),
  ]);
  expect(found.acknowledge).toEqual({ p50: 60_000, p90: 1_200_000, p95: 1_200_000, count: 4 });
  expect(found.acknowledgeBy.S3).toMatchObject({ count: 4, inTime: 0.75 });
  expect([found.inTimeShare, found.falseShare, found.uncommentedShare]).toEqual([0.75, 0.25, 0.75]);
});

test("test, maintenance and simulated data are kept apart, and said how many", () => {
  const events = [
    came(minutes(1), "real@d"),
    came(minutes(2), "drill@d", { simulated: true }),
    came(minutes(3), "tested@d"),
    event(minutes(4), "tested@d", "alarm-acknowledged", { delay: minutes(1), reason: "test" }),
    came(minutes(5), "serviced@d"),
    event(minutes(6), "serviced@d", "alarm-acknowledged", { delay: minutes(1), reason: "maintenance" }),
  ];
  for (const kind of ["real", "simulated", "test", "maintenance"] as const) {
    const found = figures(events, { kind, at: () => true });
    expect(found.told, kind).toBe(1);
    expect(found.others).toEqual({ real: 1, simulated: 1, test: 1, maintenance: 1 });
  }
  expect(figures(events).acknowledge.count).toBe(0);
  expect(figures(events, { kind: "real", at: () => false }).others.real).toBe(0);
});

test("an alarm that nearly always follows another is named as a pair", () => {
  const events = Array.from({ length: 6 }, (_, i) => [
    came(minutes(i * 60), "a@d", { occurrence: i + 1 }),
    came(later0(i * 60, 20), "b@d", { occurrence: i + 1 }),
  ]).flat();
  expect(figures(events).pairs).toEqual([{ first: "a@d", second: "b@d", count: 6, share: 1 }]);
});

test("an empty window gives no number where there is nothing to divide, and no verdict", () => {
  const found = figures([]);
  expect(found.told).toBe(0);
  expect(kpi("per-10-min-mean", found)).toBe(0);
  for (const id of ["top-ten-share", "priority-s1", "acknowledge-p50", "acknowledged-in-time", "with-ticket"]) {
    expect(kpi(id, found), id).toBeNaN();
    expect(judge(Number.NaN, alarmKpis.find((one) => one.id === id)?.target)).toBe("none");
  }
});

test("every figure has a name and a formula in both languages, and every target a source", () => {
  expect(new Set(alarmKpis.map((one) => one.id)).size).toBe(alarmKpis.length);
  for (const one of alarmKpis) {
    for (const text of [one.name, one.formula]) {
      expect(text.zh, one.id).toMatch(/[\u4e00-\u9fff]/);
      expect(text.en, one.id).toMatch(/^[\x20-\x7e\u00f7\u2265]+$/);
    }
    if (one.target) expect(one.target.source.en, one.id).not.toBe("");
    if (one.target) expect(targetText(one)).toMatch(/^[<≤>≥] \d/);
  }
  expect(judge(0.01, { atMost: 0.01, strictly: true, source: { zh: "x", en: "x" } })).toBe("over");
  expect(judge(0.0099, { atMost: 0.01, strictly: true, source: { zh: "x", en: "x" } })).toBe("good");
  expect([
    judge(1, { atMost: 1, source: { zh: "x", en: "x" } }),
    judge(0.79, { atLeast: 0.8, source: { zh: "x", en: "x" } }),
  ]).toEqual(["good", "over"]);
});

test("rests at least once in every few thousand occurrences", () => {
  const found = createOccurrences();
  for (let i = 0; i < SLICE * 10; i += 1) found.add(came(milliseconds(i * 4_000), `r@d${i}`));
  const steps = figuresOf(found.all.values(), window, real);
  let rests = 0;
  while (!steps.next().done) rests += 1;
  expect(rests).toBeGreaterThanOrEqual(20);
});

test("no course of events breaks the figures: shares stay shares, sums fit", () => {
  const names = [
    "activated",
    "reactivated",
    "suppressed",
    "annunciated",
    "returned",
    "alarm-acknowledged",
    "waits-for-cause",
    "level-changed",
    "re-alarmed",
    "nonsense",
  ];
  const any = fc.record({
    after: fc.integer({ min: -1_000, max: 90_000 }),
    alarm: fc.constantFrom("a@d", "b@d", "c@e"),
    what: fc.constantFrom(...names),
    occurrence: fc.integer({ min: 0, max: 3 }),
    delay: fc.option(fc.integer({ min: -5, max: 1_000_000 }), { nil: undefined }),
    severity: fc.option(fc.constantFrom("S1", "S2", "S3", "S4" as const), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 60 }), (wild) => {
      const found = figures(
        wild
          .sort((a, b) => a.after - b.after)
          .map(({ after, alarm, what, occurrence, delay, severity }) =>
            event(seconds(after), alarm, what, {
              occurrence,
              ...(severity ? { severity: severity as "S1" } : {}),
              ...(delay === undefined ? {} : { delay: milliseconds(delay), activeFor: milliseconds(delay) }),
            }),
          ),
      );
      const shares = [found.floodShare, found.topShare, found.inTimeShare, found.withTicketShare, found.falseShare];
      const severities = Object.values(found.bySeverity).reduce((a, b) => a + b, 0);
      return severities === found.told && shares.every((one) => Number.isNaN(one) || (one >= 0 && one <= 1));
    }),
  );
});
