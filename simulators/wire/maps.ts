/** Which point stands in which register. The maps are data: a maker's manual would print them as such tables. */

/** u32 and i32 take two registers, high word first (ABCD). hi8 and lo8 share one register; so do bits. */
export type Encoding = "u16" | "i16" | "u32" | "i32" | "hi8" | "lo8" | `bit${number}`;

export interface RegisterEntry {
  /** 0-based address of a holding register. */
  readonly at: number;
  readonly as: Encoding;
  readonly point: string;
  /** Register value = point value × scale. */
  readonly scale: number;
  /** Lowest and highest value of the point that may be written; absent: read only. */
  readonly takes?: readonly [number, number];
}

export type RegisterMap = readonly RegisterEntry[];

const entry = (at: number, as: Encoding, point: string, scale = 1): RegisterEntry => ({ at, as, point, scale });
const flags = (at: number, points: readonly string[]): RegisterEntry[] =>
  points.map((point, bit) => entry(at, `bit${bit}`, point));

/** Elevator: registers 0–16. */
export const elevatorMap: RegisterMap = [
  entry(0, "u16", "heartbeat"),
  entry(1, "u16", "service_mode"),
  entry(2, "hi8", "car_status"),
  entry(2, "lo8", "direction"),
  entry(3, "i16", "floor_index"),
  entry(4, "i16", "speed", 100),
  ...flags(5, [
    "door_zone",
    "door_closed",
    "door_open_limit",
    "landing_lock",
    "safety_circuit",
    "brake_released",
    "occupied",
    "alarm_button",
    "limit_up",
    "limit_down",
    "main_power",
    "fire_recall",
  ]),
  entry(6, "u16", "fault_code"),
  entry(7, "u16", "load_pct", 10),
  entry(8, "i16", "leveling_error", 10),
  entry(9, "u16", "door_state"),
  entry(10, "u32", "run_count"),
  entry(12, "u32", "run_hours"),
  entry(14, "u32", "door_cycles"),
  entry(16, "i16", "machine_temp", 10),
];

const pumpBlock = (number: number): RegisterEntry[] => {
  const at = 20 + 10 * (number - 1);
  const point = (name: string) => `p${number}_${name}`;
  return [
    ...flags(at, [point("run"), point("fault"), point("auto"), point("comm_ok")]),
    entry(at + 1, "u16", point("freq"), 100),
    entry(at + 2, "u16", point("current"), 10),
    entry(at + 3, "u16", point("power"), 100),
    entry(at + 4, "i16", point("temp"), 10),
    entry(at + 5, "u32", point("hours")),
    entry(at + 7, "u32", point("starts")),
    entry(at + 9, "u16", point("alarm")),
  ];
};

const sumpPumpBlock = (number: number): RegisterEntry[] => {
  const at = 60 + 4 * (number - 1);
  const point = (name: string) => `s${number}_${name}`;
  return [
    ...flags(at, [point("run"), point("fault"), point("auto")]),
    entry(at + 1, "u16", point("current"), 10),
    entry(at + 2, "u32", point("hours")),
  ];
};

/** Booster set: registers 0–12, three pumps from 20, two sump pumps from 60; nothing in between. */
export const boosterMap: RegisterMap = [
  entry(0, "u16", "heartbeat"),
  ...flags(1, ["sump_high_float", "leak_rope", "room_flood", "control_power", "valve_open", "plc_fault", "all_auto"]),
  entry(2, "i16", "inlet_pressure", 1000),
  entry(3, "i16", "outlet_pressure", 1000),
  // MPa, as far as its pumps reach.
  { ...entry(4, "u16", "pressure_setpoint", 1000), takes: [0.45, 0.6] },
  entry(5, "i16", "flow", 10),
  // In tenths of a cubic metre.
  entry(6, "u32", "flow_total", 10),
  // Centimetres.
  entry(8, "u16", "tank_level", 100),
  entry(9, "u16", "sump_level", 100),
  entry(10, "u16", "turbidity", 100),
  entry(11, "u16", "chlorine", 100),
  entry(12, "u16", "ph", 100),
  ...pumpBlock(1),
  ...pumpBlock(2),
  ...pumpBlock(3),
  ...sumpPumpBlock(1),
  ...sumpPumpBlock(2),
];

const component = (address: number): RegisterEntry => entry(1000 + address, "u16", `component_${address}`);
const ringEntry = (slot: number): RegisterEntry[] => {
  const at = 200 + 8 * slot;
  const point = (name: string) => `event${slot}_${name}`;
  return [
    entry(at, "u16", point("seq")),
    entry(at + 1, "u32", point("time")),
    entry(at + 3, "u16", point("type")),
    entry(at + 4, "u16", point("loop")),
    entry(at + 5, "u16", point("address")),
    entry(at + 6, "u16", point("component")),
    entry(at + 7, "u16", point("status")),
  ];
};
const numbered = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

/**
 * Fire panel: registers 0–9, zones 10–73, outputs and battery 100–104, event ring 200–455 (an event stands in the slot
 * `number mod 32`), components of loop 1 from 1001. Register 1 is the system word of GB/T 26875.3.
 */
export const firePanelMap: RegisterMap = [
  entry(0, "u16", "heartbeat"),
  ...flags(1, [
    "normal_mode",
    "fire_alarm",
    "panel_fault",
    "disablement",
    "supervisory",
    "output_started",
    "output_feedback",
    "delay_active",
    "mains_fail",
    "battery_fail",
    "loop_fault",
    "manual_mode",
    "config_changed",
    "panel_reset",
  ]),
  entry(2, "u16", "fire_count"),
  entry(3, "u16", "prealarm_count"),
  entry(4, "u16", "fault_count"),
  entry(5, "u16", "disable_count"),
  entry(6, "u16", "supv_count"),
  entry(7, "u16", "first_fire_zone"),
  // Loop × 1000 + address: 1023 is L1D23.
  entry(8, "u32", "first_fire_addr"),
  ...numbered(64).map((zone) => entry(9 + zone, "u16", `zone${zone}_state`)),
  ...flags(100, ["out_lift_recall_cmd", "out_fan_cmd", "out_power_cut_cmd", "out_door_release_cmd", "out_pump_cmd"]),
  ...flags(101, ["out_lift_recall_fb", "out_fan_fb", "out_power_cut_fb", "out_door_release_fb", "out_pump_fb"]),
  entry(102, "u16", "battery_v", 10),
  entry(103, "u32", "event_seq"),
  ...Array.from({ length: 32 }, (_, slot) => ringEntry(slot)).flat(),
  ...numbered(160).map(component),
];

const doorBlock = (number: number): RegisterEntry[] => {
  const at = 10 * number;
  const point = (name: string) => `d${number}_${name}`;
  return [
    ...flags(
      at,
      ["door_open", "lock_locked", "lock_cmd", "rex", "tamper_reader", "reader_online", "duress", "grant"].map(point),
    ),
    entry(at + 1, "u16", point("alarm_state")),
    entry(at + 2, "u16", point("door_mode")),
    entry(at + 3, "u16", point("open_seconds"), 10),
    entry(at + 4, "u16", point("lock_current"), 100),
    entry(at + 5, "u16", point("event_code")),
    entry(at + 6, "u32", point("event_seq")),
    entry(at + 8, "u32", point("event_time")),
  ];
};

/** Access controller: registers 0–2, door N from 10 · N. */
export const accessMap = (doors: number): RegisterMap => [
  entry(0, "u16", "heartbeat"),
  ...flags(1, ["mains_ok", "tamper_ctrl", "fire_input", "controller_online"]),
  entry(2, "u16", "battery_v", 10),
  ...numbered(doors).flatMap(doorBlock),
];

/** Incoming supply with its meter: registers 0–12. */
export const utilityMap: RegisterMap = [
  entry(0, "u16", "heartbeat"),
  ...flags(1, ["utility_ok", "on_generator", "breaker_closed"]),
  entry(2, "u16", "voltage_l1", 10),
  entry(3, "u16", "voltage_l2", 10),
  entry(4, "u16", "voltage_l3", 10),
  entry(5, "u16", "current_l1", 10),
  entry(6, "u16", "current_l2", 10),
  entry(7, "u16", "current_l3", 10),
  entry(8, "u16", "frequency", 100),
  entry(9, "i32", "active_power", 10),
  entry(11, "u32", "energy", 10),
];

/** Generator with its transfer switch: registers 0–12. */
export const generatorMap: RegisterMap = [
  entry(0, "u16", "heartbeat"),
  ...flags(1, ["running", "ready", "in_auto", "start_cmd", "common_fault", "start_fault", "breaker_closed"]),
  entry(2, "u16", "voltage_l1", 10),
  entry(3, "u16", "voltage_l2", 10),
  entry(4, "u16", "voltage_l3", 10),
  entry(5, "u16", "frequency", 100),
  entry(6, "u16", "oil_pressure"),
  entry(7, "i16", "coolant_temp", 10),
  entry(8, "u16", "fuel_level", 10),
  entry(9, "u16", "battery_v", 10),
  entry(10, "u16", "speed"),
  entry(11, "u32", "run_hours"),
];

/** UPS: registers 0–7; bit 4 of register 0 is 1 when the input is bad. */
export const upsMap: RegisterMap = [
  ...flags(0, [
    "on_battery",
    "battery_low",
    "battery_depleted",
    "battery_temp_bad",
    "input_ok",
    "output_bad",
    "overload",
    "on_bypass",
    "charger_fault",
    "battery_replace",
  ]),
  entry(1, "u16", "battery_pct"),
  entry(2, "u16", "runtime"),
  entry(3, "u16", "battery_v", 10),
  entry(4, "u16", "load_pct"),
  entry(5, "i16", "battery_temp", 10),
  entry(6, "u16", "seconds_on_battery"),
  entry(7, "u16", "heartbeat"),
];

/** Gas detector with its controller: registers 0–3. */
export const gasMap: RegisterMap = [
  entry(0, "u16", "heartbeat"),
  ...flags(1, ["level1", "level2", "fault", "valve_closed", "valve_cmd", "fan_run", "fan_cmd"]),
  entry(2, "i16", "conc_lel", 10),
  entry(3, "u16", "sensor_life"),
];
