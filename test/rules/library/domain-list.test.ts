/**
 * The rules that the domain research asks for, held against the packs: which rule answers for which line, how grave it may become,
 * and which one explains it. R-E12, R-W15, R-F10, R-A6: a device that falls silent altogether is the house's own alarm.
 */
import { expect, test } from "vitest";
import type { RuleDefinition } from "#model/rule";
import { readLibrary } from "./installation.ts";

const rules = new Map((await readLibrary()).map((rule) => [rule.id, rule]));
const severitiesOf = (rule: RuleDefinition): string[] => [
  ...new Set([rule.severity, ...rule.levels.map((level) => level.severity)]),
];

/** Line of the list, rule, severities that it must be able to reach. */
const LIST = `
R-E1a elevator.entrapment_off_landing S1
R-E1b elevator.entrapment_at_landing S1
R-E1c elevator.alarm_button S1
R-E2 elevator.open_door_run S1
R-E3 elevator.overspeed S1
R-E4 elevator.over_travel S1
R-E5 elevator.safety_circuit_open S2
R-E6 elevator.stopped_outside_zone S2 S1
R-E7 elevator.door_open_too_long S3 S2
R-E8 elevator.door_cycling S3
R-E9 elevator.run_timeout S2
R-E10 elevator.levelling S4
R-E10 elevator.levelling_far S3
R-E11 elevator.power_lost S2
R-E12 elevator.heartbeat_frozen S2
R-E13 elevator.not_recalled S1
R-E14 elevator.machine_room_hot S4
R-W1a water.pipe_burst_drop S1
R-W1b water.pipe_burst_collapse S1
R-W1c water.pipe_burst_sustained S2 S1
R-W1d water.leak_rope S2
R-W1d water.room_flood S1
R-W2 water.night_flow S3
R-W3 water.under_pressure S2
R-W4 water.over_pressure S2
R-W5 water.dry_run S1
R-W6 water.dead_head S2
R-W7 water.short_cycling S3 S2
R-W7 water.sump_short_cycling S3 S2
R-W8 water.all_pumps_failed S1
R-W9 water.pump_fault S3 S2
R-W10 water.sump_high S1
R-W11 water.sump_pump_no_effect S2
R-W12 water.tank_low S2
R-W12 water.tank_high S2
R-W13 water.pressure_sensor S2
R-W14 water.quality S3
R-W15 water.heartbeat_frozen S2
R-W15 water.drive_lost S3
R-W16 water.suction_low S2
R-W16 water.cavitation S2
R-F1 fire.alarm S1
R-F2 fire.confirmed S1
R-F3 fire.prealarm S3 S2
R-F4 fire.feedback_doors S1
R-F4 fire.feedback_power S1
R-F4 fire.feedback_pump S1
R-F4 fire.feedback_fan S1
R-F4 fire.feedback_lifts S1
R-F5 fire.fault S3 S2
R-F6 fire.power_supply S2 S1
R-F7 fire.disablement_left S3 S2
R-F8 fire.supervisory S3 S2
R-F9 fire.manual_mode S3
R-F10 fire.heartbeat_frozen S1
R-F11 elevator.not_recalled S1
R-A1 access.forced S2 S1
R-A2 access.held_prealarm S4
R-A2 access.held_open S3 S2
R-A3 access.tamper_reader S2
R-A3 access.tamper_controller S2
R-A4 access.duress S1
R-A5 access.reader_offline S3 S2
R-A6 access.controller_offline S2
R-A7 access.release_failed S1
R-A8 access.not_resecured S2
R-A9 access.passback S3 S2
R-A10 access.probing S3
R-A11 access.relock_failed S2
R-A12 access.power_supply S3 S2
utility power.utility_lost S2
utility power.phase_lost S2
utility power.unbalance S3
utility power.frequency S3
ups ups.on_battery S3 S2 S1
ups ups.overload S2
ups ups.on_bypass S2
ups ups.charger_fault S3
ups ups.battery_replace S4
generator generator.no_start S1
generator generator.not_transferred S1
generator generator.not_in_auto S2
generator generator.fuel_low S3 S2
generator generator.oil_pressure S2
generator generator.coolant_hot S2
generator generator.common_fault S2
gas gas.alarm_low S2
gas gas.alarm_high S1
gas gas.valve_no_feedback S1
gas gas.fan_no_feedback S2
gas gas.sensor_fault S3
link-down gateway.links_down S2
clock-step gateway.clock_step S3
disk gateway.disk_low S3 S2
outbox gateway.outbox_stuck S2
screen gateway.no_screen S2
certificate gateway.certificate S3 S2
`;
const lines = LIST.trim()
  .split("\n")
  .map((line) => line.split(" ") as [line: string, id: string, ...severities: string[]]);

test.each(lines.map(([line, id, ...severities]) => [line, id, severities] as const))(
  "%s is told by %s",
  (_, id, severities) => {
    const rule = rules.get(id) as RuleDefinition;
    expect(severitiesOf(rule).sort()).toEqual(expect.arrayContaining([...severities].sort()));
    for (const text of [rule.title, rule.advice, rule.because]) {
      expect(text.zh).toMatch(/\p{Script=Han}/u);
      expect(text.en).not.toBe("");
    }
    expect(rule.source).not.toBe("");
  },
);

test("every line of the list from R-E1 to R-A12 has its rule", () => {
  const told = new Set(lines.map(([line]) => line.replace(/[a-d]$/, "")));
  for (const [letter, last] of [
    ["E", 14],
    ["W", 16],
    ["F", 11],
    ["A", 12],
  ] as const)
    for (let n = 1; n <= last; n += 1) expect(told).toContain(`R-${letter}${n}`);
});

/** Where the cause stands as the site file writes it: `building.power.utility_lost`; on the same device it is the rule alone. */
const written = ({ suppressBy = [] }: RuleDefinition): string[] =>
  suppressBy.map(({ where, rule }) => (where === "same" ? rule : `${where}.${rule}`));

const OUTAGE = ["building.power.utility_lost", "depends_on.power.utility_lost"];
test.each([
  ["elevator.power_lost", OUTAGE],
  ["elevator.stopped_outside_zone", ["elevator.entrapment_off_landing"]],
  ["fire.power_supply", OUTAGE],
  ["access.held_open", ["access.forced"]],
  ["access.held_prealarm", ["access.forced"]],
  ["access.reader_offline", ["depends_on.access.controller_offline"]],
  ["access.power_supply", OUTAGE],
  ["ups.on_battery", OUTAGE],
  ["water.pipe_burst_sustained", ["water.pipe_burst_drop", "water.pipe_burst_collapse"]],
  ["water.under_pressure", ["water.pipe_burst_drop", "water.pipe_burst_collapse", ...OUTAGE]],
  ["water.pump_fault", ["water.all_pumps_failed", ...OUTAGE]],
  ["water.drive_lost", OUTAGE],
  ["water.cavitation", ["water.suction_low"]],
  ["gas.alarm_low", ["gas.alarm_high"]],
] as const)("%s hangs under what causes it, and is nobody's life", (id, causes) => {
  const rule = rules.get(id) as RuleDefinition;
  expect(written(rule)).toEqual(causes);
  expect(rule.lifeSafety ?? false).toBe(false);
  for (const { rule: cause } of rule.suppressBy ?? []) expect(rules.has(cause)).toBe(true);
});

test("nothing explains a life-safety rule away", () => {
  for (const rule of rules.values()) if (rule.lifeSafety) expect([rule.id, written(rule)]).toEqual([rule.id, []]);
});
