/** What the control interface can be asked to do: play, fault, set, stop. Checks every word; answers or refuses. */
import * as z from "zod";
import type { Building, BuildingDevice, BuildingLine } from "./building.ts";
import { no, parse, type Reply } from "./control-reply.ts";
import { findScenario, scenarios } from "./scenarios/index.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { type FaultName, faultKind, faultKinds, isFaultName } from "./wire/faults.ts";

const PlayBody = z.strictObject({
  scenario: z.string(),
  device: z.string(),
  speed: z.number().min(0.1).max(1_000).default(1),
  seed: z.int().min(0).max(4_294_967_295).default(1),
  params: z.record(z.string(), z.number()).default({}),
});
const FaultBody = z.strictObject({
  device: z.string().optional(),
  link: z.union([z.string(), z.int()]).optional(),
  fault: z.string(),
  on: z.boolean().default(true),
  seconds: z.number().optional(),
});
const SetBody = z.strictObject({
  device: z.string(),
  point: z.string(),
  value: z.union([z.number(), z.boolean(), z.null()]),
});
const StopBody = z.strictObject({ device: z.string().optional() }).prefault({});

export const names = (list: readonly string[]) => list.join(", ");

export function noDevice(building: Building, id: string): Reply {
  const known = names(building.devices.flatMap(({ device }) => [device.id, ...device.parts]));
  return no(404, "unknown_device", `没有设备 ${id}，现有：${known}`, `There is no device ${id}; there are: ${known}`);
}

export function findDevice(building: Building, id: string): BuildingDevice | undefined {
  return building.devices.find(({ device }) => device.id === id || device.parts.includes(id));
}

/** A door goes by its own name: 1 to 4, or 0 for the device itself. */
const partNumber = (device: BuildingDevice["device"], id: string): number => device.parts.indexOf(id) + 1;

/** The scenario's defaults with `given` in their place, or a sentence about what is wrong with them. */
function parameterValues(scenario: Scenario, given: Readonly<Record<string, number>>): Record<string, number> | Reply {
  const values: Record<string, number> = {};
  for (const [name, parameter] of Object.entries(scenario.parameters)) values[name] = parameter.default;
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(scenario.parameters, name) ? scenario.parameters[name] : undefined;
    const known = names(Object.keys(scenario.parameters));
    if (!parameter) {
      return no(
        400,
        "unknown_parameter",
        `场景 ${scenario.name} 没有参数 ${name}，可用：${known}`,
        `${scenario.name} has no parameter ${name}; it has: ${known}`,
      );
    }
    if (value < parameter.min || value > parameter.max) {
      const range = `${parameter.min}–${parameter.max} ${parameter.unit}`;
      return no(
        400,
        "parameter_out_of_range",
        `参数 ${name} 超出范围 ${range}`,
        `${name} is outside its range ${range}`,
      );
    }
    if (parameter.whole && !Number.isInteger(value)) {
      return no(400, "not_whole", `参数 ${name} 应为整数`, `${name} is a whole number`);
    }
    values[name] = value;
  }
  return values;
}

const isReply = (value: Record<string, number> | Reply): value is Reply =>
  typeof value.status === "number" && "code" in value;

export function play(building: Building, body: unknown): Reply {
  const parsed = parse(PlayBody, body);
  if ("refused" in parsed) return parsed.refused;
  const { speed, seed, params } = parsed.value;
  const scenario = findScenario(parsed.value.scenario);
  if (!scenario) {
    const known = names(scenarios.map((one) => one.name));
    const asked = parsed.value.scenario;
    return no(
      404,
      "unknown_scenario",
      `没有场景 ${asked}，现有：${known}`,
      `There is no scenario ${asked}; there are: ${known}`,
    );
  }
  const found = findDevice(building, parsed.value.device);
  if (!found) return noDevice(building, parsed.value.device);
  const { device } = found;
  if (device.kind !== scenario.kind && scenario.kind !== "any") {
    return no(
      400,
      "wrong_kind",
      `场景 ${scenario.name} 用于 ${scenario.kind}，而 ${device.id} 是 ${device.kind}`,
      `${scenario.name} is for a device of kind ${scenario.kind}; ${device.id} is of kind ${device.kind}`,
    );
  }
  if (device.playing) {
    return no(
      409,
      "already_playing",
      `${device.id} 正在演练 ${device.playing.scenario}，请先停止`,
      `${device.id} is playing ${device.playing.scenario}; stop it first`,
    );
  }
  const part = partNumber(device, parsed.value.device);
  if (part > 0 && params.door !== undefined && params.door !== part) {
    const named = parsed.value.device;
    return no(
      400,
      "bad_request",
      `${named} 是 ${part} 号门，与参数 door 不符`,
      `${named} is door ${part}, which parameter door contradicts`,
    );
  }
  const named = part > 0 && Object.hasOwn(scenario.parameters, "door") ? { door: part } : {};
  const values = parameterValues(scenario, { ...params, ...named });
  if (isReply(values)) return values;
  if ((values.door ?? 0) > device.parts.length) {
    return no(
      400,
      "parameter_out_of_range",
      `${device.id} 只有 ${device.parts.length} 个门`,
      `${device.id} has ${device.parts.length} doors only`,
    );
  }
  const number = device.play(scenario, { speed, seed, values });
  return {
    status: 200,
    body: {
      play: number,
      scenario: scenario.name,
      title: scenario.title,
      device: device.id,
      speed,
      seed,
      parameters: values,
      /** Devices, and the line where the story is one of the line: whose alarms may come of it. */
      concerns: [...device.concerns(scenario), found.line.name],
    },
  };
}

export function findLine(building: Building, link: string | number): BuildingLine | undefined {
  return building.lines.find(({ name, line }) => name === link || line.port === Number(link));
}

export function fault(building: Building, body: unknown): Reply {
  const parsed = parse(FaultBody, body);
  if ("refused" in parsed) return parsed.refused;
  const { device, link, fault: name, on, seconds } = parsed.value;
  if (!isFaultName(name)) {
    const known = names(Object.keys(faultKinds));
    return no(
      400,
      "unknown_fault",
      `没有故障 ${name}，可用：${known}`,
      `There is no fault ${name}; there are: ${known}`,
    );
  }
  if ((device === undefined) === (link === undefined)) {
    return no(400, "bad_request", "device 与 link 必须且只能写一个", "Name either a device or a link");
  }
  const range = faultKind(name).seconds;
  if (seconds !== undefined && (!range || seconds < range.min || seconds > range.max)) {
    const allowed = range ? `${range.min}–${range.max} s` : "–";
    return no(
      400,
      "bad_request",
      `故障 ${name} 的 seconds 允许范围：${allowed}`,
      `seconds of ${name} may be: ${allowed}`,
    );
  }
  const found = device === undefined ? undefined : findDevice(building, device);
  const line = found?.line ?? (link === undefined ? undefined : findLine(building, link));
  if (!line) {
    if (device !== undefined) return noDevice(building, device);
    const known = names(building.lines.map((one) => one.name));
    return no(404, "unknown_link", `没有链路 ${link}，现有：${known}`, `There is no link ${link}; there are: ${known}`);
  }
  const why = line.line.refuses(name);
  if (why) {
    const where = line.line.where;
    return no(
      400,
      "means_nothing",
      `故障 ${name} 对 ${where} 无意义：${why.zh}`,
      `${name} means nothing on ${where}. ${why.en}`,
    );
  }
  return { status: 200, body: switchFault(building, name, on, seconds, line, found) };
}

/** A fault of the whole line hits the line even when one of its devices was named; the reply says so. */
function switchFault(
  building: Building,
  name: FaultName,
  on: boolean,
  seconds: number | undefined,
  line: BuildingLine,
  found: BuildingDevice | undefined,
) {
  const whole = !found || faultKind(name).scope === "line";
  if (whole) line.line.setFault(name, on, seconds);
  else found.device.faults.setFault(name, on, seconds);
  const about = whole ? line.name : found.device.id;
  const { tells } = faultKind(name);
  building.truth.record({
    kind: "fault",
    device: about,
    tells: on
      ? { zh: `故障投入：${tells.zh}（${name}）`, en: `Fault on: ${tells.en} (${name})` }
      : { zh: `故障解除：${name}`, en: `Fault off: ${name}` },
  });
  const hit = building.devices.filter((one) => (whole ? one.line === line : one === found));
  return {
    fault: name,
    on,
    link: line.name,
    port: line.line.port ?? null,
    devices: hit.map(({ device }) => device.id),
  };
}

export function set(building: Building, body: unknown): Reply {
  const parsed = parse(SetBody, body);
  if ("refused" in parsed) return parsed.refused;
  const found = findDevice(building, parsed.value.device);
  if (!found) return noDevice(building, parsed.value.device);
  const { device } = found;
  const { value } = parsed.value;
  const part = partNumber(device, parsed.value.device);
  const point = part > 0 ? `d${part}_${parsed.value.point}` : parsed.value.point;
  const limits = device.limits(point);
  if (!limits) {
    return no(404, "unknown_point", `${device.id} 没有测点 ${point}`, `${device.id} has no point ${point}`);
  }
  const number = value === null ? undefined : Number(value);
  if (number !== undefined && (number < limits[0] || number > limits[1])) {
    const range = `${limits[0]}–${limits[1]}`;
    return no(
      400,
      "value_out_of_range",
      `测点 ${point} 的寄存器只能表示 ${range}`,
      `The register of ${point} can show ${range} only`,
    );
  }
  device.setPoint(point, number);
  return { status: 200, body: { device: device.id, point, value: number ?? null } };
}

/** Ends stories, gives points back and switches faults off: of one device, or of everything. */
export function stop(building: Building, body: unknown): Reply {
  const parsed = parse(StopBody, body);
  if ("refused" in parsed) return parsed.refused;
  const id = parsed.value.device;
  if (id !== undefined && !findDevice(building, id)) return noDevice(building, id);
  const stopped: { device: string; scenario: string | null }[] = [];
  for (const { device } of building.devices) {
    if (id !== undefined && device.id !== id && !device.parts.includes(id)) continue;
    for (const name of [...device.faults.faults.keys()]) {
      device.faults.setFault(name, false);
      building.truth.record({
        kind: "fault",
        device: device.id,
        tells: { zh: `故障解除：${name}`, en: `Fault off: ${name}` },
      });
    }
    if (!device.playing && device.set.size === 0) continue;
    stopped.push({ device: device.id, scenario: device.playing?.scenario ?? null });
    device.stop();
  }
  if (id === undefined) {
    building.storm.stop();
    for (const line of building.lines) {
      for (const name of [...line.line.faults.keys()]) switchFault(building, name, false, undefined, line, undefined);
    }
  }
  return { status: 200, body: { stopped } };
}
