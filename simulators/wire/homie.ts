/**
 * Homie 5: devices that describe themselves. The line is a root device, whose will says that it is lost; its devices are its
 * children, each with one node named after its kind and a property for each point.
 */
import type { ProfilePoint } from "../profile/profile.ts";
import type { Message } from "./mqtt-payload.ts";
import type { ShownDevice } from "./shown.ts";

/** Ids of the convention: lower-case letters, digits and hyphens. */
const idOf = (text: string): string => text.toLowerCase().replace(/[^a-z0-9-]+/g, "-");

export const homieTopic = (prefix: string, device: string, ...rest: readonly string[]): string =>
  [prefix, "5", idOf(device), ...rest].join("/");

function propertyOf({ name, type, unit, range, values }: ProfilePoint): object {
  const datatype = { bool: "boolean", number: "float", enum: "integer", text: "string" }[type];
  return {
    name: name.en,
    datatype,
    // Commands are not taken: the convention would have it otherwise where nothing is said.
    settable: false,
    ...(type === "number" && range && { format: `${range[0]}:${range[1]}` }),
    ...(type === "number" && unit !== undefined && unit !== "1" && { unit }),
    ...(type === "enum" && values && { format: formatOfCodes(Object.keys(values)) }),
  };
}

const formatOfCodes = (codes: readonly string[]): string =>
  `${Math.min(...codes.map(Number))}:${Math.max(...codes.map(Number))}`;

const description = (body: object): string => JSON.stringify({ homie: "5.0", version: 1, ...body });

function describeDevice({ profile }: ShownDevice, line: string): string {
  const properties = Object.fromEntries(profile.points.map((point) => [idOf(point.id), propertyOf(point)]));
  const nodes = { [idOf(profile.kind)]: { name: profile.name.en, type: profile.kind, properties } };
  return description({ name: profile.name.en, root: idOf(line), nodes });
}

/** What line and devices say of themselves when they come and go. */
export function homieManner(prefix: string, line: string, devices: readonly ShownDevice[]) {
  const say = (device: string, attribute: "$state" | "$description", payload: string): Message => ({
    topic: homieTopic(prefix, device, attribute),
    payload,
    retain: true,
  });
  const everybody = [line, ...devices.map(({ id }) => id)];
  const states = (state: string) => everybody.map((id) => say(id, "$state", state));
  return {
    will: say(line, "$state", "lost"),
    born: () => [
      ...states("init"),
      say(line, "$description", description({ name: line, children: devices.map(({ id }) => idOf(id)) })),
      ...devices.map((device) => say(device.id, "$description", describeDevice(device, line))),
    ],
    ready: states("ready"),
    farewell: states("disconnected"),
  };
}

/** A value as the convention writes it. */
function written({ type }: ProfilePoint, value: number | string): string {
  if (type === "bool") return value === 0 ? "false" : "true";
  return type === "enum" ? `${Math.round(Number(value))}` : `${value}`;
}

/** One retained topic for each property. */
export function homieMessage(
  prefix: string,
  device: ShownDevice,
  point: ProfilePoint,
  value: number | string,
): Message {
  const topic = homieTopic(prefix, device.id, idOf(device.profile.kind), idOf(point.id));
  return { topic, payload: written(point, value), retain: true };
}
