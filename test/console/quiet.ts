/** What stands on the three lists, what a month of alarms comes to, and who may sign in: for the eyes of the console tests. */

import type { AlarmBody } from "../../gateway/api/alarm-shapes.ts";
import type { UserBody } from "../../gateway/api/people-shapes.ts";
import type { AlarmReportBody, SuppressedBody } from "../../gateway/api/report-shapes.ts";
import { alarmKpis } from "../../gateway/reports/alarm-kpis.ts";
import { judge, targetText } from "../../gateway/reports/kpi.ts";
import { entrapment } from "./building.ts";

const iso = (at: number) => new Date(at).toISOString();
const hour = 3_600_000;

/** An alarm that disturbs nobody, in one of the three ways. */
export const quietAlarm = (now: number, more: Partial<AlarmBody>): AlarmBody =>
  entrapment(now, {
    id: "access.held_open@door-7",
    device: "door-7",
    deviceName: { zh: "C 座 7 号门", en: "Door C-7" },
    title: { zh: "门长时间未关", en: "Held open" },
    severity: "S3",
    lifeSafety: false,
    state: "shelved",
    simulated: false,
    ...more,
  });

export const quietLists = (now: number): readonly SuppressedBody[] => [
  {
    list: "shelved",
    since: iso(now - hour),
    by: "王工",
    why: { zh: "门磁更换中", en: "门磁更换中" },
    until: iso(now + 3 * hour),
    overdue: false,
    requested: false,
    occurrences: 14,
    alarm: quietAlarm(now, {
      shelf: {
        kind: "timed",
        until: iso(now + 3 * hour),
        since: iso(now - hour),
        by: "王工",
        reason: "门磁更换中",
        renewals: 0,
      },
    }),
  },
  {
    list: "suppressed",
    since: iso(now - 600_000),
    why: { zh: "由 A 座总线 通讯中断 引起", en: "follows from Bus A: Communication lost" },
    overdue: false,
    requested: false,
    occurrences: 1,
    alarm: quietAlarm(now, {
      id: "comms_loss@pump-2",
      device: "pump-2",
      state: "suppressed",
      title: { zh: "通讯中断", en: "Communication lost" },
      deviceName: { zh: "2#生活泵", en: "Pump 2" },
    }),
  },
  {
    list: "out-of-service",
    since: iso(now - 50 * hour),
    by: "李工",
    why: { zh: "作业票 2026-118：井道大修", en: "作业票 2026-118：井道大修" },
    until: iso(now - hour),
    overdue: true,
    requested: false,
    occurrences: 2,
    alarm: quietAlarm(now, {
      id: "elevator.door_fault@lift-2",
      device: "lift-2",
      state: "out-of-service",
      title: { zh: "门机故障", en: "Door fault" },
      deviceName: { zh: "2#客梯", en: "Lift 2" },
    }),
  },
  {
    list: "out-of-service",
    since: iso(now - 300_000),
    by: "赵工",
    why: { zh: "作业票 2026-121：更换烟感", en: "作业票 2026-121：更换烟感" },
    until: iso(now + 72 * hour),
    overdue: false,
    requested: true,
    occurrences: 0,
    alarm: quietAlarm(now, {
      id: "fire.alarm@panel-1",
      device: "panel-1",
      lifeSafety: true,
      severity: "S1",
      state: "normal",
      title: { zh: "火警", en: "Fire alarm" },
      deviceName: { zh: "1#火灾报警主机", en: "Fire panel 1" },
      service: {
        state: "requested",
        since: iso(now - 300_000),
        by: "赵工",
        reason: "作业票 2026-121：更换烟感",
        reviewAt: iso(now + 72 * hour),
      },
    }),
  },
];

/** A busy day: numbers on both sides of their targets. */
export function busyDay(now: number): AlarmReportBody {
  const values: Readonly<Record<string, number>> = {
    annunciated: 212,
    "per-10-min-mean": 1.47,
    "per-10-min-max": 14,
    "flood-time": 0.004,
    "top-ten-share": 0.61,
    "acknowledge-p50": 38_000,
    "acknowledge-p90": 110_000,
  };
  const name = { zh: "C 座 7 号门 门长时间未关", en: "Door C-7: Held open" };
  const counted = { alarm: "access.held_open@door-7", name, count: 66 };
  return {
    from: iso(now - 24 * hour),
    to: iso(now),
    position: "site",
    positions: [
      { id: "site", name: { zh: "值守台（全部）", en: "Main desk (all)" } },
      { id: "building:A 座", name: { zh: "A 座", en: "A 座" } },
    ],
    data: "real",
    kpis: alarmKpis.map((kpi) => {
      const value = values[kpi.id] ?? (kpi.unit === "count" ? 1 : null);
      const { id, group, name: label, formula, unit, target } = kpi;
      return {
        id,
        group,
        name: label,
        formula,
        unit,
        value,
        target: targetText(kpi),
        source: target?.source ?? { zh: "", en: "" },
        verdict: judge(value ?? Number.NaN, target),
      };
    }),
    top: [
      { ...counted, share: 0.31 },
      {
        ...counted,
        alarm: "x@y",
        name: { zh: "2#生活泵 出口压力低", en: "Pump 2: Low pressure" },
        count: 21,
        share: 0.1,
      },
    ],
    chattering: [counted],
    fleeting: [{ ...counted, suggestedDelay: 8_400 }],
    stale: [{ alarm: "a@b", name, age: 53 * hour }],
    floods: [{ from: iso(now - 3 * hour), to: iso(now - 2.8 * hour), alarms: 41, peak: 14, firstUp: "a@b", name }],
    priorities: (["S1", "S2", "S3", "S4"] as const).map((severity, i) => ({
      severity,
      count: 10 ** i,
      configured: 3 + i,
      acknowledged: i,
      p50: i === 0 ? null : 38_000,
      p90: 110_000,
      inTime: 0.96,
      within: 60_000 * (1 + i),
    })),
    suppressedBy: [counted],
    pairs: [{ first: name, second: { zh: "2#生活泵 停泵", en: "Pump 2: stopped" }, count: 9, share: 0.9 }],
    badQuality: [
      { device: "door-7", name: { zh: "C 座 7 号门", en: "Door C-7" }, bad: 5 * hour, silent: 2 * hour },
      { device: "lift-3", name: { zh: "3#客梯", en: "Lift 3" }, bad: hour / 2, silent: 0 },
    ],
    cancelledDelays: [counted],
    neverFired: [{ rule: "gas.leak", title: { zh: "燃气泄漏", en: "Gas leak" } }],
    others: { real: 212, simulated: 0, test: 6, maintenance: 11 },
  };
}

export const staff: readonly UserBody[] = [
  { id: "root", name: "管理员", role: "admin", state: "active", createdAt: "2026-11-01T08:00:00.000Z" },
  { id: "wang", name: "王工", role: "operator", state: "active", createdAt: "2026-11-02T08:00:00.000Z" },
  { id: "chen", name: "陈工", role: "maintainer", state: "disabled", createdAt: "2026-11-03T08:00:00.000Z" },
];
