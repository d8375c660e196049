/** The utility fails: pumps stop, lifts stand, panel and doors rest on batteries, and the generator takes over, or does not. */
import type { Elevator } from "../plant/elevator-state.ts";
import type { Generator } from "../plant/generator.ts";
import type { Utility } from "../plant/utility.ts";
import type { Parameter, ScenarioOf } from "./scenario.ts";

const lasts: Parameter = {
  default: 900,
  min: 60,
  max: 14_400,
  unit: "s",
  tells: { zh: "停电时长", en: "The outage lasts" },
};
/** Three attempts of 15 s with rests of 7 s, after 3 s of waiting. */
const givenUpAfter = 65;

export const powerOutage: ScenarioOf<Utility, "lasts" | "generatorStarts"> = {
  name: "power-outage",
  spansBuilding: true,
  kind: "utility",
  title: { zh: "市电停电", en: "Power outage" },
  tells: {
    zh: "市电中断，水泵停机、电梯停梯、消防主机和门禁转电池，发电机约 10–15 s 后带负荷，水泵依次恢复；可设为发电机启动失败",
    en: "The utility fails: pumps and lifts stop, panel and doors go to batteries, the generator takes over after 10 to 15 s and the pumps come back one set after another; or the generator does not start",
  },
  parameters: {
    lasts,
    generatorStarts: {
      default: 1,
      min: 0,
      max: 1,
      unit: "1",
      whole: true,
      tells: { zh: "发电机能否启动（1 能，0 不能）", en: "The generator starts (1) or does not (0)" },
    },
  },
  mustFollow: [
    { rule: "power.utility_lost", severity: "S2", ticketClass: "power_outage", within: 10 },
    {
      rule: "generator.no_start",
      severity: "S1",
      ticketClass: "power_outage",
      within: 33,
      at: "generator",
      onlyIf: ({ generatorStarts, lasts: long }) => generatorStarts < 0.5 && long > 40,
    },
    {
      rule: "power.no_backup",
      severity: "S1",
      ticketClass: "power_outage",
      within: 60,
      onlyIf: ({ generatorStarts, lasts: long }) => generatorStarts < 0.5 && long > 65,
      // The gateway hears of the utility's return a moment later than it happens.
      mayIf: ({ generatorStarts, lasts: long }) => generatorStarts < 0.5 && long > 55,
    },
  ],
  mustNotFollow: [
    "water.pipe_burst_drop",
    "water.pipe_burst_collapse",
    "water.pipe_burst_sustained",
    "elevator.overspeed",
    "elevator.open_door_run",
    "access.forced",
    "access.held_open",
    "fire.alarm",
  ],
  mayFollow: [
    "power.utility_warning",
    "elevator.power_lost",
    "elevator.stopped_outside_zone",
    "elevator.entrapment_off_landing",
    "elevator.entrapment_at_landing",
    "elevator.alarm_button",
    "water.all_pumps_failed",
    "water.under_pressure",
    "fire.power_supply",
    "access.power_supply",
    "ups.on_battery",
    "generator.common_fault",
  ],
  watch: ["utility_ok", "on_generator", "voltage_l1"],
  approach: () => () => "there",
  course: (_utility, values) => [
    {
      at: 0,
      tells: { zh: "市电中断", en: "The utility fails" },
      act(utility, wired) {
        utility.setVoltage(0);
        for (const other of wired) {
          if (other.kind === "generator") (other as Generator).refuseToFire(values.generatorStarts < 0.5);
          if (other.kind === "elevator") (other as Elevator).makeRestless();
        }
      },
    },
    { at: 15, tells: { zh: "发电机应已带负荷", en: "The generator should carry the load" } },
    ...(values.generatorStarts < 0.5
      ? [{ at: givenUpAfter, tells: { zh: "发电机启动失败", en: "The generator has given up" } }]
      : []),
    {
      at: values.lasts,
      tells: { zh: "市电恢复", en: "The utility is back" },
      act(utility, wired) {
        utility.setVoltage(1);
        for (const other of wired) if (other.kind === "generator") (other as Generator).refuseToFire(false);
      },
    },
    { at: values.lasts + 400, tells: { zh: "已切回市电", en: "Back on the utility" } },
  ],
  endsAfter: (values) => values.lasts,
};
