/** The names that rules use: canonical points of every device kind with type and unit, and the facts that no register tells. */
import type { PointType } from "#model/points";
import type { DeviceKind } from "#model/site";

export interface CanonicalPoint {
  readonly key: string;
  readonly type: PointType;
  /** UCUM code; absent for bool, enum, text and plain counts. */
  readonly unit?: string;
  /** The number only grows, and starts anew when it wraps or its device restarts. */
  readonly counter: boolean;
}

/** One word per point: `key` is a bool, `key:` a plain number, `key:unit` a quantity, `key:enum`, `key:text`; a `+` marks counters. */
const TABLE: Readonly<Record<DeviceKind, string>> = {
  elevator: `service_mode:enum car_status:enum direction:enum floor_index: floor_label:text speed:m/s position:m door_zone
    door_closed door_open_limit door_state:enum landing_lock safety_circuit brake_released occupied person_count: load_pct:%
    alarm_button fault_code:enum fault_raw: limit_up limit_down leveling_error:mm main_power power_source:enum fire_recall
    run_count:+ run_hours:h+ door_cycles:+ relevel_count: machine_temp:Cel heartbeat:+ standby_out call_pending`,
  water: `inlet_pressure:MPa outlet_pressure:MPa pressure_setpoint:MPa flow:m3/h flow_total:m3+ tank_level:m sump_level:m
    sump_high_float leak_rope room_flood valve_open valve_cmd control_power plc_fault all_auto turbidity:NTU chlorine:mg/L
    ph:[pH] heartbeat:+`,
  fire: `sys_word: fire_count: prealarm_count: fault_count: disable_count: supv_count: first_fire_zone: first_fire_addr:
    dev_analog:dB/m normal_mode fire_alarm prealarm panel_fault supervisory test_mode manual_mode silence delay_active
    mains_fail battery_fail battery_v:V loop_fault disablement output_started output_feedback config_changed panel_reset
    event_seq:+ heartbeat:+`,
  access: `door_open lock_locked lock_cmd door_mode:enum alarm_state:enum rex grant access_event:enum event_code:enum event_seq:+
    tamper_reader tamper_ctrl duress reader_online controller_online open_seconds:s fire_input mains_ok battery_v:V lock_current:A heartbeat:+`,
  power: `utility_ok voltage_l1:V voltage_l2:V voltage_l3:V current_l1:A current_l2:A current_l3:A active_power:kW energy:kWh+
    frequency:Hz on_generator breaker_closed heartbeat:+`,
  gas: `conc_lel:%[LEL] level1 level2 fault valve_closed valve_cmd fan_run fan_cmd sensor_life:% heartbeat:+`,
  ups: `on_battery on_bypass battery_low battery_replace overload output_bad input_ok charger_fault battery_pct:% runtime:min
    load_pct:% battery_v:V battery_temp:Cel heartbeat:+`,
  generator: `running ready in_auto start_cmd common_fault start_fault breaker_closed voltage_l1:V voltage_l2:V voltage_l3:V
    frequency:Hz oil_pressure:kPa coolant_temp:Cel fuel_level:% battery_v:V speed:[rpm] run_hours:h+ heartbeat:+`,
  gateway: `cpu_load:% memory_used:% disk_free:% commit_time:ms history_queue: history_ok history_damaged: outbox_depth: outbox_age:s clock_trusted
    clock_step:s store_ok screens: links: links_down: north_age:s north_fill:% north_waiting:enum north_dropped:
    north_dropping:enum north_refused: north_refusing:enum north_damaged: north_down: north_away:enum channels_failing: channels_away:enum cert_days:d mains_ok temperature:Cel heartbeat:+`,
};

/** Blocks of points that a device has several times: prefix, how many, suffixes. */
const REPEATED: Readonly<
  Partial<Record<DeviceKind, readonly (readonly [prefix: string, times: number, points: string])[]>>
> = {
  water: [
    ["p", 6, "run fault auto comm_ok freq:Hz current:A power:kW temp:Cel hours:h+ starts:+ alarm:enum"],
    ["s", 4, "run fault auto current:A hours:h+"],
  ],
  fire: [["zone", 64, "state:enum"]],
};
const FIRE_OUTPUTS = ["lift_recall", "fan", "power_cut", "door_release", "pump"] as const;

function read(word: string): CanonicalPoint {
  const counter = word.endsWith("+");
  const [key = "", kind] = (counter ? word.slice(0, -1) : word).split(/:(.*)/s);
  if (kind === undefined) return { key, type: "bool", counter };
  if (kind === "enum" || kind === "text") return { key, type: kind, counter };
  return kind === "" ? { key, type: "number", counter } : { key, type: "number", unit: kind, counter };
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

function table(kind: DeviceKind): ReadonlyMap<string, CanonicalPoint> {
  const all = [...words(TABLE[kind])];
  for (const [prefix, times, points] of REPEATED[kind] ?? []) {
    for (let n = 1; n <= times; n += 1) for (const word of words(points)) all.push(`${prefix}${n}_${word}`);
  }
  if (kind === "fire") for (const output of FIRE_OUTPUTS) all.push(`out_${output}_cmd`, `out_${output}_fb`);
  return new Map(all.map((word) => [read(word).key, read(word)]));
}

const TABLES = new Map<DeviceKind, ReadonlyMap<string, CanonicalPoint>>(
  (Object.keys(TABLE) as DeviceKind[]).map((kind) => [kind, table(kind)]),
);

/** The canonical points of a kind, by key. */
export function canonicalPoints(kind: DeviceKind): ReadonlyMap<string, CanonicalPoint> {
  return TABLES.get(kind) ?? new Map();
}

export interface DeviceFact {
  readonly type: "bool" | "number";
  readonly unit?: string;
}

/** What may stand in a device's `params` beside parameters of rules. A bool that is not told is false. */
export const deviceFacts: Readonly<Record<string, DeviceFact>> = {
  ratedSpeed: { type: "number", unit: "m/s" },
  floors: { type: "number" },
  homeFloor: { type: "number" },
  normalFlow: { type: "number", unit: "m3/h" },
  nightFlow: { type: "number", unit: "m3/h" },
  rescueDevice: { type: "bool" },
  restricted: { type: "bool" },
  escapeDoor: { type: "bool" },
};
