/** How a point of a profile is written in an OPC UA address space: its node id, its type, its engineering unit. */
import { type EUInformation, makeEUInformation } from "node-opcua";
import type { Profile, ProfilePoint } from "../profile/profile.ts";

/** UCUM codes of profiles with the sign and the UN/CEFACT name that OPC UA part 8 wants. */
const units: Readonly<Record<string, readonly [code: string, sign: string, name: string]>> = {
  "m/s": ["MTS", "m/s", "metre per second"],
  MPa: ["MPA", "MPa", "megapascal"],
  kPa: ["KPA", "kPa", "kilopascal"],
  "m3/h": ["MQH", "m³/h", "cubic metre per hour"],
  m3: ["MTQ", "m³", "cubic metre"],
  m: ["MTR", "m", "metre"],
  mm: ["MMT", "mm", "millimetre"],
  Hz: ["HTZ", "Hz", "hertz"],
  "%": ["P1", "%", "percent"],
  "%[LEL]": ["P1", "%LEL", "percent of the lower explosive limit"],
  A: ["AMP", "A", "ampere"],
  V: ["VLT", "V", "volt"],
  kW: ["KWT", "kW", "kilowatt"],
  kWh: ["KWH", "kWh", "kilowatt hour"],
  Cel: ["CEL", "°C", "degree Celsius"],
  s: ["SEC", "s", "second"],
  min: ["MIN", "min", "minute"],
  h: ["HUR", "h", "hour"],
  "mg/L": ["M1", "mg/L", "milligram per litre"],
  "[rpm]": ["RPM", "r/min", "revolutions per minute"],
};

/** A unit without a UN/CEFACT code keeps its own sign. */
export function engineeringUnit(unit: string): EUInformation {
  const [code, sign, name] = units[unit] ?? ["C62", unit, unit];
  return makeEUInformation(code, sign, name);
}

export interface NodePlace {
  readonly uri: string;
  /** `s=lift-1.speed` */
  readonly nodeId: string;
}

/** The house's own namespace, where a profile names no other. */
export const ownNamespace = "urn:gatehouse:simulator";

/** An OPC UA profile says where its points are; others stand at `s=<device>.<point>`. */
export function placeOf(profile: Profile, device: string, point: ProfilePoint): NodePlace {
  const found = profile.protocol === "opcua" ? /^nsu=([^;]+);([isgb]=.+)$/.exec(point.at) : undefined;
  return found
    ? { uri: found[1] ?? "", nodeId: found[2] ?? "" }
    : { uri: ownNamespace, nodeId: `s=${device}.${point.id}` };
}
