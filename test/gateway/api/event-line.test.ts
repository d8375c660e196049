import { describe, expect, test } from "vitest";
import type { JournalData, JournalRow } from "#model/journal";
import { ticketSteps } from "#model/plan";
import { formatInstant, type Instant, milliseconds } from "#model/time";
import { eventLine } from "../../../gateway/api/event-line.ts";
import { spoken } from "../../../gateway/api/lines/line.ts";
import { START } from "./stand.ts";

const names = {
  actor: (id: string) => (id === "wang" ? "王工" : id),
  role: (id: string) => ({ zh: `角色${id}`, en: `role ${id}` }),
  alarm: (id: string) => (id === "a@b" ? { zh: "1#梯 困人", en: "Lift 1 entrapment" } : { zh: id, en: id }),
};
const row = (event: string, data: JournalData = {}, actor = "wang"): JournalRow => ({
  seq: 1,
  at: START,
  occurredAt: START,
  about: "ticket:GD20261121-000001",
  event,
  actor,
  data,
  hash: "0",
});
const line = (event: string, data: JournalData = {}, actor = "wang") =>
  eventLine(row(event, data, actor), names, (at: Instant) => formatInstant(at).slice(11, 16));

const known: readonly [event: string, data: JournalData, zh: string, en: string][] = [
  ["ticket-opened", { severity: "S1" }, "人工开单，级别紧急", "Opened by hand, Emergency"],
  [
    "late-step-refused",
    {
      step: "arrive",
      because: { zh: "已由他人处理。", en: "Somebody else has it." },
      note: "人已救出",
      through: "link",
    },
    "王工 在无信号期间记录「到场」，未被采纳：已由他人处理。：人已救出（经链接）",
    'wang recorded "there" without a signal; it was not taken: Somebody else has it.: 人已救出 (by link)'.replace(
      "wang",
      "王工",
    ),
  ],
  ["alarm-joined", { alarm: "a@b" }, "并入告警 1#梯 困人", "Alarm joined: Lift 1 entrapment"],
  [
    "step-run",
    {
      step: "no-ack",
      say: { zh: "无人确认", en: "nobody acknowledged" },
      tell: ["x", "y"],
      late: true,
      lateBy: 65_000,
    },
    "通知角色x、角色y：无人确认（迟 1 分钟）",
    "Told role x, role y: nobody acknowledged (late by 1 min)",
  ],
  ["step-run", { step: "s", tell: [], late: false, lateBy: 0 }, "s", "s"],
  [
    "nobody-on-duty",
    { role: "r", fallback: ["wang"] },
    "角色r无人值班，改通知 王工",
    "Nobody is on duty as role r; 王工 was told instead",
  ],
  ["clock-warning", { clock: "staff-onsite" }, "人员到场即将超时", "Staff on site: due soon"],
  ["clock-breached", { clock: "mitigate" }, "控制/解救已超时", "Under control: overdue"],
  [
    "clock-met",
    { clock: "accept", late: false, took: 45_000 },
    "接单按时完成，用时 45 秒",
    "Accept: done in time, after 45 s",
  ],
  [
    "clock-met",
    { clock: "accept", late: true, took: 455_900 },
    "接单完成（已超时），用时 7 分 35 秒",
    "Accept: done late, after 7 min 35 s",
  ],
  [
    "clock-met",
    { clock: "accept", late: true, took: 3_900_000 },
    "接单完成（已超时），用时 1 小时 05 分",
    "Accept: done late, after 1 h 05 min",
  ],
  ["severity-raised", { from: "S3", to: "S1" }, "级别由中升为紧急", "Raised from Medium to Emergency"],
  ["ticket-arrive", { who: "rescue" }, "王工 登记：救援人员到场", "王工 noted: rescuers on site"],
  ["ticket-arrive", { who: "staff", note: "2 人" }, "王工 登记：人员到场：2 人", "王工 noted: staff on site: 2 人"],
  [
    "ticket-sop",
    { sop: "talk", text: { zh: "安抚乘客", en: "Talk to them" } },
    "王工 完成：安抚乘客",
    "王工 did: Talk to them",
  ],
  [
    "ticket-close",
    { override: true, note: "演练" },
    "王工 强制关闭工单：演练",
    "王工 closed the ticket by override: 演练",
  ],
  ["ticket-close", {}, "王工 关闭工单", "王工 closed the ticket"],
  ["shelved", { kind: "timed", reason: "换门机" }, "王工 搁置了告警：换门机", "王工 shelved the alarm: 换门机"],
  ["shelved", { kind: "one-shot", reason: "试" }, "王工 单次搁置了告警：试", "王工 shelved the alarm once: 试"],
  [
    "shelve-extended",
    { renewals: 2, reason: "未完" },
    "王工 延长了搁置（第 2 次续期）：未完",
    "王工 renewed the shelf (renewal 2): 未完",
  ],
  ["unshelved", { cause: "by-hand" }, "王工 取消了搁置", "王工 took the alarm off the shelf"],
  ["unshelved", { cause: "expired" }, "搁置到期", "The shelf is over"],
  [
    "unshelved",
    { cause: "expired", late: true, lateBy: 1_200_000 },
    "搁置到期（迟 20 分钟）",
    "The shelf is over (late by 20 min)",
  ],
  ["unacknowledged", { reason: "未处理" }, "王工 撤销了确认：未处理", "王工 took the acknowledgement back: 未处理"],
  ["reset", {}, "王工 复位了告警", "王工 reset the alarm"],
  [
    "out-of-service",
    { by: "赵工", confirmedBy: "孙工", reason: "待件" },
    "赵工 停用了告警，孙工 确认：待件",
    "赵工 took the alarm out of service, confirmed by 孙工: 待件",
  ],
  ["in-service", {}, "王工 恢复使用告警", "王工 put the alarm back in service"],
  ["alarm-acknowledged", { comment: null }, "王工 确认了告警", "王工 acknowledged the alarm"],
  [
    "alarm-acknowledged",
    { reason: "false", comment: "蒸汽" },
    "王工 确认了告警（误报）：蒸汽",
    "王工 acknowledged the alarm (false alarm): 蒸汽",
  ],
  [
    "ticket-acknowledge",
    { reason: "test", note: "月检" },
    "王工 确认了工单（测试）：月检",
    "王工 acknowledged the ticket (test): 月检",
  ],
  ["ticket-acknowledge", { reason: "constructor" }, "王工 确认了工单", "王工 acknowledged the ticket"],
  [
    "ticket-alarm-acknowledged",
    { alarm: "a@b", reason: "maintenance" },
    "王工 确认了告警 1#梯 困人（维保）",
    "王工 acknowledged the alarm Lift 1 entrapment (maintenance)",
  ],
];

describe("the time line", () => {
  test.each(known)("%s %j", (event, data, zh, en) => {
    expect(line(event, data)).toEqual({ zh, en });
  });

  test("has a sentence for every step that people take", () => {
    for (const step of ticketSteps) {
      const { zh, en } = line(`ticket-${step}`, { assignee: "李", who: "staff", sop: "x" });
      expect(zh, step).toMatch(/^王工 .*[\u4e00-\u9fff]/);
      expect(en, step).toMatch(/^王工 [a-z]/);
    }
  });

  test.each([
    [
      -7_200_000,
      "系统时钟回拨 2 小时 00 分，所有时限同步移动",
      "The clock was set back by 2 h 00 min; all deadlines moved",
    ],
    [
      90_000,
      "系统时钟前拨 2 分钟，所有时限同步移动",
      "The clock was set forward by 2 min; all deadlines moved with it",
    ],
  ])("says of the house's own clock step of %d ms which way and how far", (by, zh, en) => {
    const said = eventLine({ ...row("clock-step", { by }, "gatehouse"), about: "site" }, names, () => "");
    expect(said.zh).toBe(zh);
    expect(said.en).toContain(en);
  });

  test("says when a back-entry really happened", () => {
    expect(line("ticket-arrive", { who: "staff", backEntry: true }).zh).toBe(
      "王工 登记：人员到场（补录，实际时间 08:00）",
    );
  });

  test("shows an event it does not know by its name, and is not upset by odd data", () => {
    expect(line("invented-later", { x: 1 })).toEqual({ zh: "invented-later", en: "invented-later" });
    for (const [event] of known) {
      for (const odd of [{}, { tell: "x", say: 5, clock: {}, took: "long", note: [], text: { zh: 1 }, from: null }]) {
        const { zh, en } = line(event, odd as JournalData);
        expect(`${zh}${en}`).not.toMatch(/undefined|null|NaN|\[object/);
      }
    }
  });
});

test.each([
  [900, "1 s"],
  [59_000, "59 s"],
  [60_000, "1 min"],
  [3_599_000, "1 h 00 min"],
  [-7_260_000, "2 h 01 min"],
])("%d ms is spoken as %s", (ms, en) => {
  expect(spoken(milliseconds(ms)).en).toBe(en);
});
