/** What a fleet file may not say although every word of it is understood. */
import type { Fleet, FleetPort, FleetProblem, FleetUnit } from "./fleet.ts";
import type { Text } from "./text.ts";

/** Names and addresses that may stand only once. */
export function doubles(fleet: Fleet, partsOf: (unit: FleetUnit) => readonly string[]): FleetProblem[] {
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

export function looseEnds(fleet: Fleet): FleetProblem[] {
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

/** What a line of each kind must tell, and what means nothing on it. */
const fields = [
  "path",
  "baudRate",
  "broker",
  "user",
  "password",
  "clientId",
  "prefix",
  "every",
  "keepAlive",
  "latency",
  "lost",
  "clients",
  "idleSeconds",
] as const;
type Field = (typeof fields)[number];
const modbusFields = ["latency", "lost", "clients", "idleSeconds"] as const;
const takes: Readonly<
  Record<
    FleetPort["speaks"],
    { readonly listens: boolean; readonly must: readonly Field[]; readonly may: readonly Field[] }
  >
> = {
  "modbus-tcp": { listens: true, must: [], may: modbusFields },
  "rtu-over-tcp": { listens: true, must: [], may: [...modbusFields, "baudRate"] },
  serial: { listens: false, must: ["path"], may: ["baudRate", "latency", "lost"] },
  opcua: { listens: true, must: [], may: ["clients", "idleSeconds"] },
  mqtt: {
    listens: false,
    must: ["broker"],
    may: ["user", "password", "clientId", "prefix", "every", "keepAlive", "lost"],
  },
  sparkplug: { listens: false, must: ["broker"], may: ["user", "password", "clientId", "prefix", "keepAlive", "lost"] },
};

function wrongOfLine(port: FleetPort): Text[] {
  const { listens, must, may } = takes[port.speaks];
  const wrong: Text[] = [];
  const say = (zh: string, en: string) => void wrong.push({ zh, en });
  const placed = [port.offset, port.port].filter((one) => one !== undefined).length;
  if (listens && placed !== 1)
    say("offset 与 port 必须且只能写一个", "Give either an offset or a port, not both and not neither");
  if (!listens && placed !== 0)
    say(
      `${port.speaks} 不监听端口，请删除 offset 和 port`,
      `A line of ${port.speaks} listens on no port; leave offset and port out`,
    );
  for (const field of must)
    if (port[field] === undefined) say(`${port.speaks} 必须写 ${field}`, `A line of ${port.speaks} needs ${field}`);
  for (const field of fields) {
    if (port[field] !== undefined && !must.includes(field) && !may.includes(field))
      say(
        `${field} 对 ${port.speaks} 无意义，请删除`,
        `${field} means nothing on a line of ${port.speaks}; leave it out`,
      );
  }
  if (port.latency && port.latency[0] > port.latency[1])
    say("latency 的下限大于上限", "latency: the least is above the most");
  if (
    port.speaks !== "mqtt" &&
    port.speaks !== "sparkplug" &&
    port.speaks !== "opcua" &&
    port.units.some(({ unit }) => unit > 247)
  )
    say("一条 Modbus 线路最多 247 个从站", "A Modbus line has at most 247 units; spread them over several lines");
  return wrong;
}

/** What the captured frames of a gateway are answered on. */
const replays: readonly FleetPort["speaks"][] = ["modbus-tcp", "rtu-over-tcp", "serial"];

export function placement(fleet: Fleet): FleetProblem[] {
  const problems: FleetProblem[] = [];
  fleet.ports.forEach((port, p) => {
    for (const what of wrongOfLine(port)) problems.push({ path: `ports[${p}]`, what });
    port.units.forEach((unit, u) => {
      if (unit.kind !== "replay" || replays.includes(port.speaks)) return;
      problems.push({
        path: `ports[${p}].units[${u}]`,
        what: { zh: "录制的报文只能在 Modbus 线路上回放", en: "Captured frames are replayed on Modbus lines only" },
      });
    });
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
