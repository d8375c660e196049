/**
 * What the points of any profile read: those that the plant of the kind has come from the plant, those that follow from them
 * are reckoned here, and what nothing is known about rests where it neither alarms nor lies.
 */
import type { ProfilePoint } from "./profile.ts";
import { conversion } from "./units.ts";

type Readings = (point: string) => number;
type Derived = (read: Readings, found: RegExpMatchArray) => number | string;

/** A plant of a booster reads 1.6 MPa at the end of its sensor. */
const sensorEnd = 1.6;
/** Metres of water for one megapascal. */
const metresPerMpa = 101.97;

/** By id of the point; `$1` is the number in it. The first that fits is taken. Last the unit of what it answers. */
const derived: readonly (readonly [RegExp, Derived, string?])[] = [
  [/^going_up$/, (read) => +(read("direction") === 1)],
  [/^going_down$/, (read) => +(read("direction") === 2)],
  [/^floor_label$/, (read) => floorLabel(read("floor_index"))],
  [/^power_source$/, (read) => +(read("main_power") === 0)],
  [/^floors_travelled$/, (read) => read("run_count") * 4],
  // What a car-top box concludes by itself: stands with somebody inside behind closed doors while the lift is out of order.
  [/^now_status$/, (read) => trappedCode(read) || +(read("fault_code") > 0)],
  [/^told_trapped_landing$/, (read) => +(trappedCode(read) === 2)],
  [/^told_trapped_between$/, (read) => +(trappedCode(read) === 3)],
  [/^told_stopped_outside$/, (read) => +(read("fault_code") === 4)],
  [/^told_open_outside$/, (read) => +(read("door_open_limit") === 1 && read("door_zone") === 0)],
  [/^told_open_run$/, (read) => +(read("door_open_limit") === 1 && Math.abs(read("speed")) > 0.5)],
  [/^told_overspeed$/, (read) => +(read("fault_code") === 11)],
  [/^prealarm$/, (read) => +(read("prealarm_count") > 0)],
  // GB/T 26875.3: the transmitter watches; its own faults are 0.
  [/^sender_watching$/, () => 1],
  [/^head$/, (read) => (read("outlet_pressure") - read("inlet_pressure")) * metresPerMpa, "m"],
  [/^feedback_pct$/, (read) => (read("outlet_pressure") / sensorEnd) * 100, "%"],
  [/^p(\d)_speed_pct$/, (read, [, pump]) => read(`p${pump}_freq`) * 2, "%"],
  [
    /^p(\d)_(?:alarm|fault)_code$/,
    (read, [, pump]) => (read(`p${pump}_fault`) ? Math.max(1, read(`p${pump}_alarm`)) : 0),
  ],
  [/^p(\d)_freq_set$/, (read, [, pump]) => read(`p${pump}_freq`), "Hz"],
  // An inverter at 50 Hz gives the mains' 380 V; its bus stands at √2 of that.
  [/^p(\d)_out_voltage$/, (read, [, pump]) => read(`p${pump}_freq`) * 7.6, "V"],
  [/^p\d_bus_voltage$/, (read) => (read("control_power") ? 537 : 0), "V"],
  [/^backup_high_float$/, (read) => read("sump_high_float")],
  [/^duty_pump$/, (read) => (read("s2_run") && !read("s1_run") ? 2 : 1)],
  // The states of RFC 1628 count from 1: normal is 2, low 3, depleted 4.
  [/^battery_condition$/, (read) => (read("battery_depleted") ? 4 : read("battery_low") ? 3 : 2)],
  [/^battery$/, () => 98, "%"],
];

const floorLabel = (floor: number): string => (floor < 0 ? `B${-floor}` : `${floor}`);

/** 0, or 2 at a landing and 3 between two. */
function trappedCode(read: Readings): 0 | 2 | 3 {
  const stuck = read("fault_code") > 0 && read("speed") === 0 && read("door_closed") === 1 && read("occupied") === 1;
  if (!stuck) return 0;
  return read("door_zone") === 1 ? 2 : 3;
}

/** Bits that are 1 while all is well. */
const restsAtOne = /_(ok|online|auto|ready|watching)$|^(ready|in_auto|valve_open|control_power|normal_mode)$/;

/** Where a point rests that no plant knows. */
function resting(point: ProfilePoint): number | string {
  if (point.type === "bool") return +restsAtOne.test(point.id);
  if (point.type === "text") return "";
  if (point.values && point.type === "enum") return Number(Object.keys(point.values)[0] ?? 0);
  const [low, high] = point.range ?? [0, 0];
  return Math.min(high, Math.max(low, 0));
}

/** Points whose bit in the plant's own map says the opposite. */
const turned = new Set(["input_ok"]);

/** The unit in which the model of a point reckons; undefined where it has none. */
export const modelUnit = (id: string, plantUnits: ReadonlyMap<string, string>): string | undefined =>
  plantUnits.get(id) ?? derived.find(([pattern]) => pattern.test(id))?.[2];

/** From the unit of the model to that of the point; a point that tells no unit, or one without a model, is left as it is. */
export function intoUnitOf(
  { id, unit }: ProfilePoint,
  plantUnits: ReadonlyMap<string, string>,
): ((value: number) => number) | undefined {
  const model = modelUnit(id, plantUnits);
  return unit === undefined || model === undefined ? (value) => value : conversion(model, unit);
}

/**
 * Answers the present value of a point in the unit of its model. `has` tells what the plant knows, `read` what it reads; `part` is the
 * number of a door, whose points go by `d<number>_<id>`.
 */
export function profileReadings(
  has: (point: string) => boolean,
  read: Readings,
  part: number,
): (point: ProfilePoint) => number | string {
  const nameOf = (id: string) => (has(`d${part}_${id}`) ? `d${part}_${id}` : has(id) ? id : undefined);
  const byId: Readings = (id) => {
    const name = nameOf(id);
    if (name === undefined) return 0;
    return turned.has(id) ? 1 - read(name) : read(name);
  };
  const ways = new Map<string, () => number | string>();
  const wayTo = (point: ProfilePoint): (() => number | string) => {
    if (nameOf(point.id) !== undefined) return () => byId(point.id);
    for (const [pattern, value] of derived) {
      const found = pattern.exec(point.id);
      if (found) return () => value(byId, found);
    }
    const rest = resting(point);
    return () => rest;
  };
  return (point) => {
    let way = ways.get(point.id);
    if (!way) {
      way = wayTo(point);
      ways.set(point.id, way);
    }
    return way();
  };
}
