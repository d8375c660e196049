/** The fleet file: which devices are simulated, and on which lines. */
import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import * as z from "zod";
import { doubles, looseEnds, placement } from "./fleet-checks.ts";
import { AccessParams } from "./plant/access-params.ts";
import { BoosterParams } from "./plant/booster-params.ts";
import { ElevatorParams } from "./plant/elevator-params.ts";
import { FirePanelParams } from "./plant/fire-panel-params.ts";
import { GasParams, GeneratorParams, UpsParams, UtilityParams } from "./plant/supply-params.ts";
import type { Text } from "./text.ts";
import { ends, Wire } from "./wiring.ts";

const Port = z.int().min(0).max(65_535);
const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
const unitFields = {
  /** Number on a Modbus line; without one the place in the list. */
  unit: z.int().min(1).max(247).optional(),
  device: Name,
  seed: z.int().min(0).max(4_294_967_295).default(1),
  /** So many of the kind: `<device>-1`, `<device>-2` …, with unit numbers and seeds that count on. */
  copies: z.int().min(1).max(1_000).optional(),
  /** A data file of `drivers/profiles/` by its name, or a path from the fleet file: its addresses in place of the kind's own map. */
  profile: z.string().min(1).max(300).optional(),
  /** The words in braces of the profile's addresses. */
  vars: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).optional(),
  /** Most registers that one request may ask for. */
  maxRegisters: z.int().min(1).max(125).optional(),
  /** Which way 32-bit numbers of the kind's own map stand. */
  wordOrder: z.enum(["ABCD", "CDAB", "BADC", "DCBA"]).optional(),
  /** Added to every address of the kind's own map. */
  addressShift: z.int().min(0).max(60_000).optional(),
};

const FleetUnit = z.discriminatedUnion("kind", [
  z.strictObject({ ...unitFields, kind: z.literal("elevator"), params: ElevatorParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("booster"), params: BoosterParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("fire-panel"), params: FirePanelParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("access"), params: AccessParams }),
  z.strictObject({ ...unitFields, kind: z.literal("utility"), params: UtilityParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("generator"), params: GeneratorParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("ups"), params: UpsParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("gas"), params: GasParams.prefault({}) }),
  /** Frames that a gateway has recorded of a link; `capturedUnit` picks one unit of them. */
  z.strictObject({
    ...unitFields,
    kind: z.literal("replay"),
    params: z.strictObject({}).prefault({}),
    capture: z.string().min(1).max(300),
    capturedUnit: z.int().min(0).max(255).optional(),
  }),
]);
export type FleetUnit = z.output<typeof FleetUnit> & { readonly unit: number };

/** Devices of their own that share the unit: the doors of a controller. */
export const partsOf = (unit: FleetUnit): readonly string[] => (unit.kind === "access" ? unit.params.doors : []);

const FleetPort = z.strictObject({
  /** The name that faults of the whole line go by. */
  name: Name,
  /** Counted from `basePort`. */
  offset: z.int().min(0).max(999).optional(),
  /** Or a port of its own; 0 takes any free one. */
  port: Port.optional(),
  /** What the line is: `modbus-tcp` unless told. */
  speaks: z.enum(["modbus-tcp", "rtu-over-tcp", "serial", "opcua", "mqtt", "sparkplug"]).default("modbus-tcp"),
  /** Of a serial line: where the link to the pseudo-terminal is made. */
  path: z.string().min(1).max(200).optional(),
  /** Of a serial line, or the one behind a serial server: then replies take the time that their bytes need. */
  baudRate: z.int().min(300).max(4_000_000).optional(),
  parity: z.enum(["none", "even", "odd"]).default("none"),
  /** Of MQTT and Sparkplug: the broker, `mqtt://127.0.0.1:11883`; `${NAME}` is taken from the environment. */
  broker: z.string().min(1).max(500).optional(),
  user: z.string().min(1).max(200).optional(),
  password: z.string().min(1).max(200).optional(),
  /** Where the broker lets a user in by one client id only, as the gateway's own does. */
  clientId: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/)
    .optional(),
  /** Of MQTT: what stands before the topics. Of Sparkplug: the group. */
  prefix: z
    .string()
    .regex(/^[^#+\s]{1,200}$/)
    .optional(),
  /** Of MQTT: a message is sent when a value has changed, and so often without a change, s. */
  every: z.number().min(0.05).max(3_600).optional(),
  /** Of MQTT and Sparkplug: seconds of silence after which the line asks for its broker; 30 unless told. */
  keepAlive: z.int().min(1).max(3_600).optional(),
  /** Least and most milliseconds from a request to its reply. */
  latency: z.tuple([z.number().min(0).max(60_000), z.number().min(0).max(60_000)]).optional(),
  /** Share of requests that are never answered; of MQTT, of messages about values that never arrive. */
  lost: z.number().min(0).max(1).optional(),
  /** Most clients at a time. */
  clients: z.int().min(1).max(1_000).optional(),
  /** Connections that are silent for so long are closed, s. */
  idleSeconds: z.number().min(0.1).max(86_400).optional(),
  units: z
    .array(FleetUnit)
    .min(1)
    .max(1_000)
    .transform((units) => numbered(units)),
});
export type FleetPort = z.output<typeof FleetPort>;

/** Copies become devices of their own, and each has a number. */
function numbered(units: readonly z.output<typeof FleetUnit>[]): FleetUnit[] {
  const all: FleetUnit[] = [];
  for (const unit of units) {
    for (let copy = 0; copy < (unit.copies ?? 1); copy += 1) {
      const number = unit.unit === undefined ? all.length + 1 : unit.unit + copy;
      const named = unit.copies === undefined ? {} : { device: `${unit.device}-${copy + 1}`, seed: unit.seed + copy };
      const doors = (names: readonly string[]) =>
        unit.copies === undefined ? [...names] : names.map((name) => `${name}-${copy + 1}`);
      if (unit.kind === "access")
        all.push({ ...unit, ...named, unit: number, params: { ...unit.params, doors: doors(unit.params.doors) } });
      else all.push({ ...unit, ...named, unit: number });
    }
  }
  return all;
}

const Fleet = z.strictObject({
  /** IANA zone of the building; the hour of the day decides on traffic and water use. */
  zone: z.string().default("Asia/Shanghai"),
  /** Hour of the day at the start; by default that of the computer's clock. */
  hour: z.number().min(0).max(23.99).optional(),
  basePort: Port.default(15_020),
  control: z.strictObject({ port: Port.default(8090) }).prefault({}),
  ports: z.array(FleetPort).min(1).max(200),
  /** Who feeds and who commands whom. */
  wiring: z.array(Wire).max(200).default([]),
});
export type Fleet = z.output<typeof Fleet>;

/** `path` reads like `ports[0].units[2].kind`; empty when the whole file is meant. */
export interface FleetProblem {
  readonly path: string;
  readonly what: Text;
  /** Counted from 1; absent when the whole file is meant. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

const largestFile = 512 * 1024;

/** Parses the text of a fleet file; answers the fleet or every problem at once. */
export function parseFleet(text: string): { fleet: Fleet } | { problems: readonly FleetProblem[] } {
  if (text.length > largestFile) {
    return problem("", { zh: "文件超过 512 KiB，请拆分", en: "The file is larger than 512 KiB; split it" });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: true, lineCounter: lines });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map((error) => {
        const place = error.linePos?.[0];
        const first = error.message.split("\n")[0] ?? error.message;
        return {
          path: "",
          line: place?.line,
          column: place?.col,
          what: { zh: `不是有效的 YAML：${first}`, en: `This is no valid YAML: ${first}` },
        };
      }),
    };
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    return problem("", { zh: `YAML 别名有误：${cause}`, en: `The aliases of this YAML cannot be resolved: ${cause}` });
  }
  const english = Fleet.safeParse(data);
  if (!english.success) {
    const chinese = Fleet.safeParse(data, { error: z.locales.zhCN().localeError });
    return {
      problems: english.error.issues.map((issue, index) => ({
        path: pathText(issue.path),
        ...placeOf(document, lines, issue.path),
        what: { zh: chinese.error?.issues[index]?.message ?? issue.message, en: issue.message },
      })),
    };
  }
  const problems = [...doubles(english.data, partsOf), ...placement(english.data), ...looseEnds(english.data)];
  if (problems.length === 0) return { fleet: english.data };
  return {
    problems: problems.map((one) => ({
      ...one,
      ...placeOf(
        document,
        lines,
        [...one.path.matchAll(/[^.[\]]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part)),
      ),
    })),
  };
}

/** Where the nearest part of a path that is written stands in the file. */
function placeOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]) {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (!isNode(node) || !node.range) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return { line, column: col };
  }
  return {};
}

function problem(path: string, what: Text): { problems: readonly FleetProblem[] } {
  return { problems: [{ path, what }] };
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`))
    .join("");
}

/** The names of all devices that a wire joins with this one, itself not among them. */
export function wiredTo(fleet: Fleet, device: string): readonly string[] {
  return [
    ...new Set(
      fleet.wiring
        .map(ends)
        .filter((names) => names.includes(device))
        .flat(),
    ),
  ].filter((name) => name !== device);
}

/** The port to listen on. `base` replaces `basePort`; with base 0 every offset takes a free port. */
export function portNumber(port: Fleet["ports"][number], base: number): number {
  if (port.port !== undefined) return port.port;
  return base === 0 ? 0 : base + (port.offset ?? 0);
}
