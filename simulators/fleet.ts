/** The fleet file: which devices are simulated, and behind which ports. */
import { parseDocument } from "yaml";
import * as z from "zod";
import { AccessParams } from "./plant/access-params.ts";
import { BoosterParams } from "./plant/booster-params.ts";
import { ElevatorParams } from "./plant/elevator-params.ts";
import { FirePanelParams } from "./plant/fire-panel-params.ts";
import { GasParams, GeneratorParams, UpsParams, UtilityParams } from "./plant/supply-params.ts";
import type { Text } from "./text.ts";
import { ends, Wire } from "./wiring.ts";

const Port = z.int().min(0).max(65_535);
const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
const unitFields = { unit: z.int().min(1).max(247), device: Name, seed: z.int().min(0).max(4_294_967_295).default(1) };

const FleetUnit = z.discriminatedUnion("kind", [
  z.strictObject({ ...unitFields, kind: z.literal("elevator"), params: ElevatorParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("booster"), params: BoosterParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("fire-panel"), params: FirePanelParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("access"), params: AccessParams }),
  z.strictObject({ ...unitFields, kind: z.literal("utility"), params: UtilityParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("generator"), params: GeneratorParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("ups"), params: UpsParams.prefault({}) }),
  z.strictObject({ ...unitFields, kind: z.literal("gas"), params: GasParams.prefault({}) }),
]);
export type FleetUnit = z.output<typeof FleetUnit>;

/** Devices of their own that share the unit: the doors of a controller. */
export const partsOf = (unit: FleetUnit): readonly string[] => (unit.kind === "access" ? unit.params.doors : []);

const FleetPort = z.strictObject({
  /** The name that faults of the whole line go by. */
  name: Name,
  /** Counted from `basePort`. */
  offset: z.int().min(0).max(999).optional(),
  /** Or a port of its own; 0 takes any free one. */
  port: Port.optional(),
  units: z.array(FleetUnit).min(1).max(247),
});

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
}

const largestFile = 512 * 1024;

/** Parses the text of a fleet file; answers the fleet or every problem at once. */
export function parseFleet(text: string): { fleet: Fleet } | { problems: readonly FleetProblem[] } {
  if (text.length > largestFile) {
    return problem("", { zh: "文件超过 512 KiB，请拆分", en: "The file is larger than 512 KiB; split it" });
  }
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map((error) => {
        const line = error.linePos ? `line ${error.linePos[0].line}` : "";
        const first = error.message.split("\n")[0] ?? error.message;
        return { path: line, what: { zh: `不是有效的 YAML：${first}`, en: `This is no valid YAML: ${first}` } };
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
        what: { zh: chinese.error?.issues[index]?.message ?? issue.message, en: issue.message },
      })),
    };
  }
  const problems = [...doubles(english.data), ...placement(english.data), ...looseEnds(english.data)];
  return problems.length > 0 ? { problems } : { fleet: english.data };
}

function problem(path: string, what: Text): { problems: readonly FleetProblem[] } {
  return { problems: [{ path, what }] };
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`))
    .join("");
}

/** Names and addresses that may stand only once. */
function doubles(fleet: Fleet): FleetProblem[] {
  const problems: FleetProblem[] = [];
  const seen = new Map<string, string>();
  const once = (key: string, path: string, zh: string, en: string) => {
    const first = seen.get(key);
    if (first === undefined) seen.set(key, path);
    else problems.push({ path, what: { zh: `${zh}，已用于 ${first}`, en: `${en} is already used at ${first}` } });
  };
  fleet.ports.forEach((port, p) => {
    const at = `ports[${p}]`;
    once(`name ${port.name}`, `${at}.name`, `名称 ${port.name} 重复`, `The name ${port.name}`);
    if (port.offset !== undefined) {
      once(`offset ${port.offset}`, `${at}.offset`, `偏移 ${port.offset} 重复`, `The offset ${port.offset}`);
    }
    if (port.port) once(`port ${port.port}`, `${at}.port`, `端口 ${port.port} 重复`, `The port ${port.port}`);
    port.units.forEach((unit, u) => {
      const where = `${at}.units[${u}]`;
      once(`name ${unit.device}`, `${where}.device`, `设备 ${unit.device} 重复`, `The device ${unit.device}`);
      for (const part of partsOf(unit))
        once(`name ${part}`, `${where}.params.doors`, `设备 ${part} 重复`, `The device ${part}`);
      once(`${p} ${unit.unit}`, `${where}.unit`, `从站号 ${unit.unit} 重复`, `Unit ${unit.unit} of this port`);
    });
  });
  return problems;
}

/** What a wire may lead to: each end must be a device of the right kind. */
const endKinds: Readonly<Record<string, readonly FleetUnit["kind"][]>> = {
  supply: ["utility"],
  generator: ["generator"],
  feeds: ["elevator", "booster", "fire-panel", "access", "ups"],
  panel: ["fire-panel"],
  recalls: ["elevator"],
  releases: ["access"],
};

function looseEnds(fleet: Fleet): FleetProblem[] {
  const kinds = new Map(fleet.ports.flatMap((port) => port.units.map((unit) => [unit.device, unit.kind] as const)));
  return fleet.wiring.flatMap((wire, w) =>
    Object.entries(wire).flatMap(([end, names]) =>
      [names].flat().flatMap((name) => {
        if (name === undefined) return [];
        const kind = kinds.get(name);
        const fits = endKinds[end] ?? [];
        if (kind !== undefined && fits.includes(kind)) return [];
        return {
          path: `wiring[${w}].${end}`,
          what: {
            zh: `${name} 不是本文件中类型为 ${fits.join("、")} 的设备`,
            en: `${name} is no device of this file of kind ${fits.join(", ")}`,
          },
        };
      }),
    ),
  );
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

function placement(fleet: Fleet): FleetProblem[] {
  const problems: FleetProblem[] = [];
  fleet.ports.forEach((port, p) => {
    if ((port.offset === undefined) === (port.port === undefined)) {
      problems.push({
        path: `ports[${p}]`,
        what: {
          zh: "offset 与 port 必须且只能写一个",
          en: "Give either an offset or a port, not both and not neither",
        },
      });
    }
  });
  try {
    new Intl.DateTimeFormat("en", { timeZone: fleet.zone });
  } catch {
    problems.push({
      path: "zone",
      what: {
        zh: `时区 ${fleet.zone} 不存在，请写成 Asia/Shanghai 这样的 IANA 名称`,
        en: `There is no time zone ${fleet.zone}; write an IANA name such as Asia/Shanghai`,
      },
    });
  }
  return problems;
}

/** The port to listen on. `base` replaces `basePort`; with base 0 every offset takes a free port. */
export function portNumber(port: Fleet["ports"][number], base: number): number {
  if (port.port !== undefined) return port.port;
  return base === 0 ? 0 : base + (port.offset ?? 0);
}
