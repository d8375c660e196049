/** Gas leaks into a plant room: fan at the first stage, valve at the second; either may fail to follow. */
import type { GasDetector } from "../plant/gas-detector.ts";
import type { ScenarioOf } from "./scenario.ts";

/** % LEL at rest of a leak (m³/h) into 50 m³ with so many air changes an hour. */
const rest = (leak: number, changes: number) => (100 * leak) / 50 / changes / 0.05;
/** Seconds until the room has `level` % LEL, with natural draught. */
const reaches = (level: number, leak: number) => -3600 * Math.log(1 - level / rest(leak, 1));
/** A sensor shows a slow rise half a minute late. */
const late = 45;

export const gasLeak: ScenarioOf<GasDetector, "leak" | "fanWorks" | "valveWorks" | "repairAfter"> = {
  name: "gas-leak",
  kind: "gas",
  title: { zh: "燃气泄漏", en: "Gas leak" },
  tells: {
    zh: "燃气表间泄漏，25% LEL 一级报警并启动排风机；排风机不动作时升到 50% LEL，二级报警并关阀",
    en: "Gas leaks into a meter room: stage 1 at 25 % LEL starts the fan; without the fan it reaches stage 2 at 50 % LEL, which shuts the valve",
  },
  parameters: {
    leak: { default: 3, min: 2, max: 8, unit: "m3/h", tells: { zh: "泄漏量", en: "Leak" } },
    fanWorks: {
      default: 0,
      min: 0,
      max: 1,
      unit: "1",
      whole: true,
      tells: { zh: "排风机能否启动", en: "The fan works (1) or not (0)" },
    },
    valveWorks: {
      default: 1,
      min: 0,
      max: 1,
      unit: "1",
      whole: true,
      tells: { zh: "切断阀能否关闭", en: "The valve works (1) or not (0)" },
    },
    repairAfter: { default: 2400, min: 600, max: 7200, unit: "s", tells: { zh: "处置完成时间", en: "Repaired after" } },
  },
  mustFollow: [
    {
      rule: "gas.alarm_low",
      severity: "S2",
      ticketClass: "gas_leak",
      within: 12 + late,
      from: ({ leak }) => reaches(25, leak),
    },
    {
      rule: "gas.fan_no_feedback",
      severity: "S2",
      ticketClass: "gas_leak",
      within: 32 + late,
      from: ({ leak }) => reaches(25, leak),
      onlyIf: ({ fanWorks }) => fanWorks < 0.5,
    },
    {
      rule: "gas.alarm_high",
      severity: "S1",
      ticketClass: "gas_leak",
      within: 5 + late,
      from: ({ leak }) => reaches(50, leak),
      onlyIf: ({ fanWorks, leak }) => fanWorks < 0.5 && rest(leak, 1) > 60,
    },
    {
      rule: "gas.valve_no_feedback",
      severity: "S1",
      ticketClass: "gas_leak",
      within: 7 + late,
      from: ({ leak }) => reaches(50, leak),
      onlyIf: ({ fanWorks, valveWorks, leak }) => fanWorks < 0.5 && valveWorks < 0.5 && rest(leak, 1) > 60,
    },
  ],
  mustNotFollow: ["gas.sensor_fault", "gas.heartbeat_frozen"],
  watch: ["conc_lel", "level1", "level2", "valve_closed", "fan_run"],
  approach: (detector) => {
    detector.recover();
    return () => "there";
  },
  course: (_detector, values) => [
    {
      at: 0,
      tells: { zh: `开始泄漏 ${values.leak} m³/h`, en: `${values.leak} m³/h leak out` },
      act(detector) {
        detector.leak(values.leak);
        detector.failFan(values.fanWorks < 0.5);
        detector.stickValve(values.valveWorks < 0.5);
      },
    },
    {
      at: values.repairAfter,
      tells: { zh: "漏点修复，通风复位", en: "The leak is mended, the room aired, the controller reset" },
      act: (detector) => detector.recover(),
    },
    { at: values.repairAfter + 180, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.repairAfter,
};
