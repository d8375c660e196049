/** What happens to a line and not to the equipment: frozen data, a controller or a whole bus that no longer answers. */
import type { AccessController } from "../plant/access-state.ts";
import type { Elevator } from "../plant/elevator-state.ts";
import type { FirePanel } from "../plant/fire-panel-state.ts";
import type { Plant } from "../plant/plant.ts";
import { calm } from "./door-start.ts";
import { quiet } from "./fire-start.ts";
import type { Parameter, ScenarioOf } from "./scenario.ts";

const lasts: Parameter = {
  default: 300,
  min: 30,
  max: 7200,
  unit: "s",
  tells: { zh: "持续时间", en: "Lasts" },
};
const calmAgain = 60;

export const elevatorFrozen: ScenarioOf<Elevator, "lasts"> = {
  name: "elevator-frozen",
  kind: "elevator",
  title: { zh: "电梯数据冻结", en: "Lift's data frozen" },
  tells: {
    zh: "网关反复返回旧数据，寄存器和心跳全部不变，没有任何通讯错误",
    en: "The gateway repeats old data: no register moves, the heartbeat neither, and there is no error on the line",
  },
  parameters: { lasts },
  mustFollow: [
    {
      rule: "elevator.heartbeat_frozen",
      severity: "S2",
      ticketClass: "comms_loss",
      within: 30,
      onlyIf: (values) => values.lasts > 35,
    },
  ],
  mustNotFollow: ["elevator.entrapment_off_landing", "elevator.entrapment_at_landing", "elevator.run_timeout"],
  // After a minute of it the lift counts as silent as well; at just half a minute either may come first.
  mayFollow: ["comms_loss", "elevator.heartbeat_frozen"],
  watch: ["heartbeat"],
  approach: () => () => "there",
  course: (_elevator, values) => [
    { at: 0, tells: { zh: "数据冻结", en: "The data freezes" }, line: { fault: "old-data", on: true } },
    { at: values.lasts, tells: { zh: "数据恢复", en: "It moves again" }, line: { fault: "old-data", on: false } },
    { at: values.lasts + calmAgain, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.lasts,
};

export const fireGatewayFrozen: ScenarioOf<FirePanel, "frozenFor" | "deadFor"> = {
  name: "fire-gateway-frozen",
  kind: "fire-panel",
  title: { zh: "消防主机通讯中断", en: "Fire panel's gateway lost" },
  tells: {
    zh: "主机网关先反复返回旧数据、心跳停止，随后返回异常码 0B",
    en: "The panel's gateway first repeats old data while the heartbeat stands still, then answers exception 0B",
  },
  parameters: {
    frozenFor: { default: 300, min: 65, max: 3600, unit: "s", tells: { zh: "旧数据时长", en: "Old data for" } },
    deadFor: { default: 120, min: 75, max: 3600, unit: "s", tells: { zh: "异常码时长", en: "Exception 0B for" } },
  },
  mustFollow: [
    // A device whose registers all stand still counts as silent, so it is told once for both ways of being dead.
    { rule: "comms_loss", severity: "S1", ticketClass: "comms_loss", within: 60 },
  ],
  mustNotFollow: ["fire.alarm", "fire.confirmed", "fire.fault", "fire.power_supply"],
  mayFollow: ["fire.heartbeat_frozen"],
  watch: ["heartbeat"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) => [
    { at: 0, tells: { zh: "网关返回旧数据", en: "Old data" }, line: { fault: "old-data", on: true } },
    {
      at: values.frozenFor,
      tells: { zh: "网关返回异常码 0B", en: "Exception 0B" },
      line: { fault: "exception-11", on: true },
    },
    { at: values.frozenFor + values.deadFor, line: { fault: "old-data", on: false } },
    {
      at: values.frozenFor + values.deadFor,
      tells: { zh: "通讯恢复", en: "The gateway answers again" },
      line: { fault: "exception-11", on: false },
    },
    { at: values.frozenFor + values.deadFor + calmAgain, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.frozenFor + values.deadFor,
};

export const accessOffline: ScenarioOf<AccessController, "lasts"> = {
  name: "access-offline",
  kind: "access",
  title: { zh: "门禁控制器离线", en: "Access controller offline" },
  tells: {
    zh: "门禁控制器断线，四个门的状态停在最后一刻，只报一次",
    en: "The controller is lost; the last state of its four doors stands still; told once, not five times",
  },
  parameters: { lasts },
  mustFollow: [
    {
      rule: "comms_loss",
      severity: "S2",
      ticketClass: "comms_loss",
      within: 120,
      ofLine: true,
      onlyIf: (values) => values.lasts > 125,
    },
  ],
  mustNotFollow: ["access.forced", "access.held_open", "access.reader_offline"],
  // The devices of the line hang under it.
  mayFollow: ["comms_loss"],
  watch: ["heartbeat"],
  approach: (controller) =>
    calm(
      controller,
      controller.params.doors.map((_, index) => index + 1),
    ),
  course: (_controller, values) => [
    { at: 0, tells: { zh: "控制器断线", en: "The controller is lost" }, line: { fault: "silence", on: true } },
    { at: values.lasts, tells: { zh: "恢复", en: "It is back" }, line: { fault: "silence", on: false } },
    { at: values.lasts + calmAgain, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.lasts,
};

export const busCut: ScenarioOf<Plant, "lasts"> & { readonly kind: "any" } = {
  name: "bus-cut",
  kind: "any",
  title: { zh: "总线断线", en: "Bus cut" },
  tells: {
    zh: "整条通讯总线断开，线上全部设备无应答，应合并为一条线路告警和一张工单",
    en: "A whole bus is cut: none of its devices answers, which is one alarm of the line and one ticket",
  },
  parameters: { lasts },
  mustFollow: [
    {
      rule: "comms_loss",
      severity: "S2",
      ticketClass: "comms_loss",
      within: 60,
      ofLine: true,
      onlyIf: (values) => values.lasts > 65,
    },
  ],
  mustNotFollow: [],
  mayFollow: ["comms_loss"],
  watch: ["heartbeat"],
  approach: () => () => "there",
  course: (_plant, values) => [
    { at: 0, tells: { zh: "总线断开", en: "The bus is cut" }, line: { fault: "half-open", on: true } },
    { at: values.lasts, tells: { zh: "总线恢复", en: "The bus is mended" }, line: { fault: "half-open", on: false } },
    { at: values.lasts + calmAgain, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.lasts,
};
