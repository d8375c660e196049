/** Water runs into a sump whose pumps do not work, until it is over the edge; and the same beside a lift shaft. */
import type { Booster } from "../plant/booster.ts";
import type { Elevator } from "../plant/elevator-state.ts";
import { onePumpHoldingPressure } from "./booster-start.ts";
import { demand, type Expectation, type Mark, repairAfter, type ScenarioOf } from "./scenario.ts";

const startLevel = 0.9;
/** Seconds from 0.90 m to the float at 1.40 m and over the edge at 1.80 m, with 23.3 m³/h in and nothing out. */
const floatAfter = 306;
const edgeAfter = 558;

type Name = "demand" | "repairAfter";
const lastsUntil =
  (seconds: number) =>
  (values: { readonly repairAfter: number }): boolean =>
    values.repairAfter > seconds + 15;

const mustFollow: readonly Expectation<Name>[] = [
  { rule: "water.pipe_burst_drop", severity: "S1", ticketClass: "pipe_burst", within: 22 },
  { rule: "water.leak_rope", severity: "S2", ticketClass: "pipe_burst", within: 10 },
  {
    rule: "water.sump_high",
    severity: "S1",
    ticketClass: "pump_fault",
    within: 12,
    from: () => floatAfter,
    onlyIf: lastsUntil(floatAfter + 18),
  },
  {
    rule: "water.room_flood",
    severity: "S1",
    ticketClass: "pipe_burst",
    within: 12,
    from: () => edgeAfter,
    onlyIf: lastsUntil(edgeAfter + 40),
  },
];

const flooding = (values: { readonly repairAfter: number }): Mark<Booster>[] => [
  {
    at: 0,
    tells: {
      zh: "20 mm 破口，水流入集水井，污水泵不工作",
      en: "A 20 mm hole; its water runs into the sump, whose pumps do not work",
    },
    act(booster) {
      booster.failSump(true);
      booster.setSump(startLevel);
      booster.burst(20, 2, 1);
    },
  },
  { at: floatAfter, tells: { zh: "集水井高液位", en: "The sump is at its high float" } },
  { at: edgeAfter, tells: { zh: "集水井溢出", en: "The sump runs over" } },
  {
    at: values.repairAfter,
    tells: { zh: "关阀，污水泵恢复", en: "The valve is shut, the sump pumps work again" },
    act(booster) {
      booster.isolateBurst();
      booster.failSump(false);
    },
  },
];
const over: Mark<Booster> = { at: 0, tells: { zh: "排水完毕", en: "The sump is empty again" } };
const drainSeconds = 900;
const flood = { ...repairAfter, default: 720 };

export const sumpOverflow: ScenarioOf<Booster, Name> = {
  name: "sump-overflow",
  kind: "booster",
  title: { zh: "集水井溢流", en: "Sump overflows" },
  tells: {
    zh: "爆管水流入集水井，一台污水泵故障、另一台不在自动，液位每分钟上升约 10 cm",
    en: "A burst runs into the sump; one pump has tripped, the other is not in automatic; it rises by some 10 cm a minute",
  },
  parameters: { demand, repairAfter: flood },
  mustFollow,
  mustNotFollow: ["water.all_pumps_failed", "water.pump_fault", "water.dry_run"],
  mayFollow: [
    "water.pipe_burst_sustained",
    "water.under_pressure",
    "water.sump_pump_no_effect",
    "water.sump_high",
    "water.room_flood",
  ],
  watch: ["sump_level", "sump_high_float", "room_flood", "flow"],
  approach: (booster, values) => onePumpHoldingPressure(booster, values.demand),
  course: (_booster, values) => [...flooding(values), { ...over, at: values.repairAfter + drainSeconds }],
  endsAfter: (values) => values.repairAfter,
};

/** Seconds until somebody takes the lift out of use. */
const liftTakenAfter = 420;

export const burstInShaft: ScenarioOf<Booster, Name> = {
  name: "burst-in-shaft",
  spansBuilding: true,
  kind: "booster",
  title: { zh: "管井爆管、水入电梯底坑", en: "Burst in a shaft, water in the lift pit" },
  tells: {
    zh: "立管爆裂，水流入集水井和电梯底坑，现场将电梯停到高层停用",
    en: "A riser bursts; its water reaches sump and lift pit, and the lift is taken out of use upstairs",
  },
  parameters: { demand, repairAfter: flood },
  mustFollow,
  mustNotFollow: [
    "elevator.entrapment_off_landing",
    "elevator.entrapment_at_landing",
    "elevator.stopped_outside_zone",
    "water.all_pumps_failed",
  ],
  mayFollow: [
    "water.pipe_burst_sustained",
    "water.under_pressure",
    "water.sump_pump_no_effect",
    "water.sump_high",
    "water.room_flood",
  ],
  watch: ["sump_level", "sump_high_float", "room_flood", "flow"],
  approach: (booster, values) => onePumpHoldingPressure(booster, values.demand),
  course: (_booster, values) =>
    [
      ...flooding(values),
      {
        at: liftTakenAfter,
        tells: { zh: "电梯停到高层并停用", en: "The lift is taken upstairs and out of use" },
        act(_booster: Booster, wired: readonly { readonly kind: string }[]) {
          for (const other of wired) {
            if (other.kind !== "elevator") continue;
            const lift = other as Elevator;
            lift.order({ from: lift.nextLanding, to: lift.params.floors - 1, persons: 0 });
          }
        },
      },
      { ...over, at: values.repairAfter + drainSeconds },
    ].sort((one, other) => one.at - other.at),
  endsAfter: (values) => values.repairAfter,
};
