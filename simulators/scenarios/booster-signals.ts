/** Booster sets whose signals lie: a broken pressure sensor, a drive that no longer answers. */
import type { Booster } from "../plant/booster.ts";
import { onePumpHoldingPressure } from "./booster-start.ts";
import { demand, repairAfter, type ScenarioOf } from "./scenario.ts";

const noBurst = ["water.pipe_burst_drop", "water.pipe_burst_collapse", "water.pipe_burst_sustained"] as const;

export const pressureSensorBroken: ScenarioOf<Booster, "demand" | "repairAfter"> = {
  name: "pressure-sensor-broken",
  kind: "booster",
  title: { zh: "压力传感器断线", en: "Pressure sensor's wire breaks" },
  tells: {
    zh: "压力读数为 0，控制器全速加泵，真实压力升到约 0.71 MPa，流量基本不变，不得误报爆管",
    en: "The pressure reads 0; the controller runs all pumps at full speed, the true pressure rises to some 0.71 MPa, and it is no burst",
  },
  parameters: { demand: { ...demand, min: 4 }, repairAfter },
  mustFollow: [
    {
      rule: "water.pressure_sensor",
      severity: "S2",
      ticketClass: "pump_fault",
      within: 20,
      onlyIf: (values) => values.repairAfter > 25,
    },
  ],
  mustNotFollow: [...noBurst, "water.all_pumps_failed", "water.dry_run"],
  // Once the wire is mended the true pressure is seen, until the controller has slowed down.
  mayFollow: ["water.over_pressure"],
  watch: ["outlet_pressure", "flow", "p1_freq", "p2_run", "p3_run"],
  approach: (booster, values) => onePumpHoldingPressure(booster, values.demand),
  course: (_booster, values) => [
    { at: 0, tells: { zh: "压力传感器断线", en: "The wire breaks" }, act: (booster) => booster.breakSensor(true) },
    { at: 30, tells: { zh: "全部水泵满速", en: "All pumps run at full speed" } },
    {
      at: values.repairAfter,
      tells: { zh: "接线修复", en: "The wire is mended" },
      act: (booster) => booster.breakSensor(false),
    },
    { at: values.repairAfter + 60, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.repairAfter,
};

/** The controller gives a drive up after half a minute. */
const givenUpAfter = 30;

export const driveLost: ScenarioOf<Booster, "demand" | "repairAfter"> = {
  name: "drive-lost",
  kind: "booster",
  title: { zh: "变频器通讯中断", en: "Drive does not answer its controller" },
  tells: {
    zh: "1 号泵变频器与控制器通讯中断，频率、电流读数停住，供水照常",
    en: "The drive of pump 1 no longer answers; its frequency and current stand still while water runs as before",
  },
  parameters: { demand, repairAfter },
  mustFollow: [
    {
      rule: "water.drive_lost",
      severity: "S3",
      ticketClass: "comms_loss",
      within: 60,
      from: () => givenUpAfter,
      onlyIf: (values) => values.repairAfter > givenUpAfter + 65,
    },
  ],
  mustNotFollow: [...noBurst, "water.all_pumps_failed", "water.pump_fault", "water.pressure_sensor"],
  watch: ["p1_comm_ok", "p1_freq", "outlet_pressure"],
  approach: (booster, values) => onePumpHoldingPressure(booster, values.demand),
  course: (_booster, values) => [
    { at: 0, tells: { zh: "变频器通讯线松脱", en: "The drive's line comes loose" } },
    {
      at: givenUpAfter,
      tells: { zh: "控制器判定通讯中断", en: "The controller gives the drive up" },
      act: (booster) => booster.loseDrive(1),
    },
    {
      at: values.repairAfter,
      tells: { zh: "接线修复", en: "The line is mended" },
      act: (booster) => booster.loseDrive(0),
    },
    { at: values.repairAfter + 30, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.repairAfter,
};
