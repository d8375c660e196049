/** States of a fire panel that stand for long: no mains, parts left disabled, a shut sprinkler valve, a test by the crew. */
import { addressCount, type FirePanel } from "../plant/fire-panel-state.ts";
import { feedbackRules, quiet } from "./fire-start.ts";
import type { Mark, Parameter, ScenarioOf } from "./scenario.ts";

const minute = 60;
const hour = 3600;
const noFire = ["fire.alarm", "fire.confirmed", "fire.prealarm", ...feedbackRules] as const;
const lasts = (usual: number, most: number): Parameter => ({
  default: usual,
  min: 5 * minute,
  max: most,
  unit: "s",
  tells: { zh: "持续时间", en: "Lasts" },
});

/** Volts fall from 27.2 to 24 within an hour and to 21 within a day: 22 V are left after so long. */
const lowAfter = hour + (2 / 3) * 23 * hour;

export const fireMainsLoss: ScenarioOf<FirePanel, "lasts"> = {
  name: "fire-mains-loss",
  kind: "fire-panel",
  title: { zh: "消防主机主电故障", en: "Fire panel loses its mains" },
  tells: {
    zh: "主机主电断开，由备电供电，电压缓慢下降",
    en: "The panel loses its mains and runs on its battery, whose voltage falls slowly",
  },
  parameters: { lasts: lasts(30 * minute, 24 * hour) },
  mustFollow: [
    { rule: "fire.power_supply", severity: "S2", ticketClass: "general_fault", within: 90 },
    {
      rule: "fire.power_supply",
      severity: "S1",
      ticketClass: "general_fault",
      within: 10 * minute,
      from: () => lowAfter,
      onlyIf: (values) => values.lasts > lowAfter + 10 * minute,
    },
  ],
  mustNotFollow: [...noFire, "fire.fault"],
  watch: ["mains_fail", "battery_v", "battery_fail"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) => [
    { at: 0, tells: { zh: "主电断开", en: "The mains fail" }, act: (panel) => panel.loseMains() },
    { at: 90, tells: { zh: "主机报主电故障", en: "The panel tells it" } },
    { at: values.lasts, tells: { zh: "主电恢复", en: "The mains are back" }, act: (panel) => panel.restoreMains() },
    { at: values.lasts + minute, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.lasts,
};

export const fireDisablementLeft: ScenarioOf<FirePanel, "count" | "lasts"> = {
  name: "fire-disablement-left",
  kind: "fire-panel",
  title: { zh: "屏蔽忘记恢复", en: "Disablement left behind" },
  tells: {
    zh: "施工屏蔽若干探测器，完工后忘记恢复，第二天仍在屏蔽",
    en: "Detectors are disabled for work and forgotten; they are still disabled the next day",
  },
  parameters: {
    count: {
      default: 4,
      min: 1,
      max: 20,
      unit: "1",
      whole: true,
      tells: { zh: "屏蔽数量", en: "Disabled components" },
    },
    lasts: lasts(25 * hour, 48 * hour),
  },
  mustFollow: [
    {
      rule: "fire.disablement_left",
      severity: "S3",
      ticketClass: "general_fault",
      within: 2 * hour,
      onlyIf: (values) => values.lasts > 2 * hour + 20,
    },
    {
      rule: "fire.disablement_left",
      severity: "S2",
      ticketClass: "general_fault",
      within: 24 * hour,
      onlyIf: (values) => values.lasts > 24 * hour + 20,
    },
  ],
  mustNotFollow: [...noFire, "fire.fault", "fire.power_supply"],
  watch: ["disable_count"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) => [
    {
      at: 0,
      tells: { zh: `屏蔽 ${values.count} 个探测器`, en: `${values.count} detectors are disabled` },
      act(panel) {
        for (let index = 0; index < values.count; index += 1) panel.setDisabled(addressCount / 2 + index, true);
      },
    },
    {
      at: values.lasts,
      tells: { zh: "恢复", en: "They are enabled again" },
      act(panel) {
        for (let index = 0; index < values.count; index += 1) panel.setDisabled(addressCount / 2 + index, false);
      },
    },
    { at: values.lasts + minute, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.lasts,
};

export const fireValveClosed: ScenarioOf<FirePanel, "lasts"> = {
  name: "fire-valve-closed",
  kind: "fire-panel",
  title: { zh: "喷淋信号阀关闭", en: "Sprinkler valve shut" },
  tells: { zh: "喷淋信号阀被关闭，喷淋失效", en: "A sprinkler valve is shut: the sprinklers are out of use" },
  parameters: { lasts: lasts(10 * minute, 24 * hour) },
  mustFollow: [{ rule: "fire.supervisory", severity: "S2", ticketClass: "general_fault", within: 60 }],
  mustNotFollow: [...noFire, "fire.fault", "fire.power_supply"],
  watch: ["supervisory", "supv_count"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) => [
    { at: 0, tells: { zh: "信号阀关闭", en: "The valve is shut" }, act: (panel) => panel.closeValve(true) },
    { at: values.lasts, tells: { zh: "信号阀打开", en: "It is opened" }, act: (panel) => panel.closeValve(false) },
    { at: values.lasts + minute, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.lasts,
};

export const fireTestMode: ScenarioOf<FirePanel, "alarms"> = {
  name: "fire-test-mode",
  kind: "fire-panel",
  title: { zh: "消防维保测试", en: "Test by the maintenance crew" },
  tells: {
    zh: "维保将主机置于测试状态，20 min 内逐点加烟 40 次，只记录，不派单",
    en: "The crew puts the panel into test and tries 40 points within 20 min: noted, and nobody is paged",
  },
  parameters: {
    alarms: { default: 40, min: 2, max: 80, unit: "1", whole: true, tells: { zh: "测试点数", en: "Points tried" } },
  },
  mustFollow: [
    { rule: "fire.test_mode", severity: "S4", ticketClass: "none", within: 2 },
    { rule: "fire.test_alarm", severity: "S4", ticketClass: "none", within: 2, from: () => 30 },
  ],
  mustNotFollow: [...noFire, "fire.fault"],
  watch: ["normal_mode", "fire_count", "event_seq"],
  approach: (panel) => quiet(panel),
  course(_panel, values) {
    const every = (20 * minute) / values.alarms;
    const tries: Mark<FirePanel>[] = Array.from({ length: values.alarms }, (_, index) => ({
      at: 30 + index * every,
      // A call point of one zone after another, reset at once.
      act: (panel: FirePanel) => panel.pressCallPoint((index % 16) + 1),
    }));
    const resets: Mark<FirePanel>[] = tries.map(({ at }) => ({
      at: at + every * 0.8,
      act: (panel: FirePanel) => void panel.reset(),
    }));
    return [
      { at: 0, tells: { zh: "转入测试", en: "Into test" }, act: (panel: FirePanel) => panel.setTest(true) },
      ...[...tries, ...resets].sort((one, other) => one.at - other.at),
      {
        at: 22 * minute,
        tells: { zh: "测试结束", en: "The test is over" },
        act: (panel: FirePanel) => panel.setTest(false),
      },
      { at: 23 * minute, tells: { zh: "恢复正常监视", en: "The panel watches again" } },
    ];
  },
  endsAfter: () => 22 * minute,
};
