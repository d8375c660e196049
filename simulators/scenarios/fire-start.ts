/** What the stories of fire panels share: the quiet start, the rules of feedbacks, and the course of a fire that is fought. */
import type { FirePanel } from "../plant/fire-panel-state.ts";
import type { Approach, Expectation, Mark, Parameter } from "./scenario.ts";

const quietSeconds = 3;
/** Feedbacks are gone a little after a reset; the panel then rests. */
const restAfterReset = 30;
const airSeconds = 60;

export const feedbackRules = [
  "fire.feedback_doors",
  "fire.feedback_power",
  "fire.feedback_pump",
  "fire.feedback_fan",
  "fire.feedback_lifts",
] as const;

export const resetAfter: Parameter = {
  default: 1500,
  // The farthest neighbour has followed, and water has flowed.
  min: 400,
  max: 14_400,
  unit: "s",
  tells: { zh: "现场处置完毕、主机复位时间", en: "The fire is out and the panel is reset after" },
};

/** From the detector that smoulders to its neighbour. */
export const metres: Parameter = {
  default: 10,
  min: 3,
  max: 20,
  unit: "m",
  tells: { zh: "两只探测器的距离", en: "Distance between the two detectors" },
};
/** The first detector is in alarm, and smoke spreads by so much a second: figures of the plant. */
const firstAlarm = 90;
const spreads = 0.15;
/** Seconds until the second detector is in alarm; 157 s at 10 m. */
export const confirmedAt = (values: { readonly metres: number }): number => firstAlarm + values.metres / spreads;
/** Outputs are commanded so long after the confirmation, at most. */
const commandedWithin = 3;
export const commandedAt = (values: { readonly metres: number }): number => confirmedAt(values) + commandedWithin;

/** A panel without alarms, commands and events of an earlier story. */
export function quiet(panel: FirePanel): () => Approach {
  panel.recover();
  let quietFor = 0;
  return () => {
    const { state } = panel;
    const still = !state.first && state.feedbacks.size === 0 && !state.resetting && !state.loopFault;
    quietFor = still ? quietFor + panel.stepSeconds : 0;
    return quietFor >= quietSeconds ? "there" : "fast";
  };
}

/** Alarms of a fire at L1D23 whose neighbour follows; times of the model, s. */
export const smoulderingAlarms: readonly Expectation<"metres" | "resetAfter">[] = [
  {
    rule: "fire.prealarm",
    severity: "S3",
    ticketClass: "general_fault",
    // 0.10 dB/m are reached at 73.5 s, which is told after 10 s.
    within: 83.5,
    // From 73.5 s to 90 s.
    needs: { held: 10, of: 16 },
  },
  { rule: "fire.alarm", severity: "S1", ticketClass: "fire_alarm", within: 91 },
  { rule: "fire.confirmed", severity: "S1", ticketClass: "fire_alarm", within: 1, from: confirmedAt },
];

export function smoulderingCourse(values: { readonly metres: number; readonly resetAfter: number }): Mark<FirePanel>[] {
  const confirmed = confirmedAt(values);
  return [
    {
      at: 0,
      tells: { zh: "3 区 L1D23 探测器附近开始阴燃", en: "Something smoulders at detector L1D23, zone 3" },
      act: (panel) => panel.startFire(23, [{ address: 24, metres: values.metres }]),
    },
    { at: 74, tells: { zh: "3 区预警", en: "Prealarm in zone 3" } },
    { at: 90, tells: { zh: "L1D23 火警", en: "L1D23 is in alarm" } },
    { at: confirmed, tells: { zh: "L1D24 火警，火灾确认", en: "L1D24 is in alarm: the fire is confirmed" } },
    { at: commandedAt(values), tells: { zh: "联动命令已发出", en: "The linkage is commanded" } },
    { at: confirmed + 58, tells: { zh: "联动反馈时间已过", en: "Time for feedbacks is over" } },
    {
      at: confirmed + 83,
      tells: { zh: "3 区水流指示器动作", en: "The flow switch of zone 3 sees water" },
      act: (panel) => panel.flowAt(3),
    },
    {
      at: values.resetAfter - airSeconds,
      tells: { zh: "火已扑灭，开窗排烟", en: "The fire is out, the windows are open" },
      act: (panel) => panel.airOut(),
    },
    {
      at: values.resetAfter,
      tells: { zh: "值班员在主机上复位", en: "The panel is reset by hand" },
      act: (panel) => void panel.reset(),
    },
    { at: values.resetAfter + restAfterReset, tells: { zh: "主机恢复正常监视", en: "The panel watches again" } },
  ];
}
