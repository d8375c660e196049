/** `devices/*.yaml` → devices and their points, with every reference between them checked. */
import type { PointDefinition } from "#model/points";
import type { RuleDefinition } from "#model/rule";
import type { Device, DeviceKind } from "#model/site";
import { nearest } from "../../rules/language/nearest.ts";
import { DeviceEntry } from "./device-file.ts";
import type { Links } from "./links.ts";
import { parameterForms, readParameters } from "./params.ts";
import { itemsOf, keyPlaceOf, type Part, parsePart, part, placeOf, whole } from "./parse-part.ts";
import { defaultEvery, finishPoints, overridePoints, readPoints, type WrittenPoint } from "./points.ts";
import { formatPlace, type ProblemList, suggestion } from "./problems.ts";
import type { Profile, Profiles } from "./profiles.ts";
import type { YamlFile } from "./yaml-file.ts";

/** Modbus application protocol 6.3: one read answers at most 125 registers. */
const MOST_REGISTERS = 125;

export interface SiteDevices {
  readonly devices: readonly Device[];
  readonly points: readonly PointDefinition[];
  /** False when a device could not be understood at all, so that what others say about it cannot be judged. */
  readonly complete: boolean;
}

/** Keep a device alive that lacks something, so that the rest of it is checked too. */
const standIns = { id: "unnamed", name: { zh: "?", en: "?" }, link: "unknown" };

/** False when a stand-in took the place of what the file says. */
const isTold = (at: Part, key: string, value: unknown): boolean => part(at, key).value === value;

interface Tools {
  readonly links: Links;
  readonly profiles: Profiles;
  /** All rules, for the names of their parameters. */
  readonly rules: readonly RuleDefinition[];
}

export async function readDevices(
  files: readonly YamlFile[],
  tools: Tools,
  problems: ProblemList,
): Promise<SiteDevices> {
  const devices: Device[] = [];
  const points: PointDefinition[] = [];
  const places = new Map<string, Part>();
  const entries: { at: Part; entry: DeviceEntry }[] = [];
  let complete = true;
  for (const file of files) {
    complete &&= file.value !== undefined;
    for (const at of itemsOf(whole(file))) {
      const entry = parsePart(at, DeviceEntry, problems, standIns).value;
      if (entry) entries.push({ at, entry });
      const before = entry && isTold(at, "id", entry.id) ? places.get(entry.id) : undefined;
      if (entry && before) {
        const place = formatPlace(placeOf(before, "id"));
        problems.error(
          placeOf(at, "id"),
          {
            zh: `设备编号 ${entry.id} 重复，已在 ${place}`,
            en: `the device id ${entry.id} already stands at ${place}`,
          },
          { zh: "换一个编号。", en: "Give it another id." },
        );
      } else if (entry && isTold(at, "id", entry.id)) {
        places.set(entry.id, at);
      }
      const device = entry && (await readDevice(at, entry, points, tools, problems));
      complete &&= device?.complete ?? false;
      if (device && !before) devices.push(device.device);
    }
  }
  checkDependencies(entries, places, problems);
  return { devices, points, complete };
}

async function readDevice(
  at: Part,
  entry: DeviceEntry,
  points: PointDefinition[],
  tools: Tools,
  problems: ProblemList,
): Promise<{ device: Device; complete: boolean } | undefined> {
  const profile =
    entry.profile === undefined ? undefined : await tools.profiles.find(entry.profile, placeOf(at, "profile"));
  const where = part(at, "link").value;
  const link =
    (typeof where === "object" && where !== null) || isTold(at, "link", entry.link)
      ? tools.links.find(part(at, "link"))
      : undefined;
  const kind = kindOf(at, entry, profile, problems);
  const fits = speaks(at, link?.driver.kind, profile, problems);
  const own = readPoints(part(at, "points"), problems);
  const written = overridePoints(profile?.points ?? new Map<string, WrittenPoint>(), part(at, "overrides"), problems);
  for (const [key, point] of own.points) written.set(key, point);
  const named = part(at, "profile").value !== undefined || part(at, "points").value !== undefined;
  if (!named || (profile && written.size === 0)) {
    problems.error(
      placeOf(at, "id"),
      { zh: `设备 ${entry.id} 没有点`, en: `the device ${entry.id} has no points` },
      { zh: "写 profile:，或在 points: 下列出点。", en: "Name a profile, or list its points under points:." },
    );
  }
  const home = {
    device: entry.id,
    kind,
    every: profile?.fields.every ?? defaultEvery,
    // Addresses of another protocol would only be wrong one by one.
    driver: fits ? link?.driver : undefined,
    vars: entry.vars,
  };
  const finished = finishPoints(written.values(), home, problems);
  const unit = unitOf(at, entry, link?.unit, problems);
  if (kind === undefined) return undefined;
  const forms = parameterForms(kind, tools.rules);
  const told = readParameters(part(at, "params"), forms, problems);
  const params = { ...(profile ? readParameters(profile.params, forms, problems) : {}), ...told };
  const handles = finished.map((_, index) => points.length + index);
  points.push(...finished);
  const suspect = entry.suspect ?? profile?.fields.suspect;
  const device: Device = {
    id: entry.id,
    name: entry.name,
    kind,
    ...(entry.profile === undefined ? {} : { profile: entry.profile }),
    place: placeOfDevice(entry),
    link: link?.id ?? "",
    unit,
    params,
    ...(Object.keys(told).length > 0 ? { ownParams: Object.keys(told) } : {}),
    dependsOn: entry.dependsOn,
    ...(entry.tags.length > 0 ? { tags: entry.tags } : {}),
    points: handles,
    maxRegisters: entry.maxRegisters ?? profile?.fields.maxRegisters ?? MOST_REGISTERS,
    ...(suspect ? { suspect } : {}),
  };
  const known = part(at, "profile").value === undefined || profile?.complete === true;
  return { device, complete: known && own.complete };
}

function placeOfDevice({ place: { building, floor, room } }: DeviceEntry): Device["place"] {
  return {
    ...(building === undefined ? {} : { building }),
    ...(floor === undefined ? {} : { floor }),
    ...(room === undefined ? {} : { room }),
  };
}

/** Whether the link speaks the protocol for which the addresses of the profile are written; a problem when not. */
function speaks(at: Part, driver: string | undefined, profile: Profile | undefined, problems: ProblemList): boolean {
  const protocol = profile?.fields.protocol;
  if (driver === undefined || protocol === undefined || driver.split("-")[0] === protocol) return true;
  problems.error(
    placeOf(at, "link"),
    {
      zh: `型号 ${profile?.fields.id} 用于 ${protocol}，但链路是 ${driver}`,
      en: `the profile ${profile?.fields.id} is for ${protocol}, but the link is ${driver}`,
    },
    {
      zh: `换成 ${protocol} 的链路，或换一个型号。`,
      en: `Give the device a link of ${protocol}, or choose another profile.`,
    },
  );
  return false;
}

function kindOf(
  at: Part,
  entry: DeviceEntry,
  profile: Profile | undefined,
  problems: ProblemList,
): DeviceKind | undefined {
  if (entry.kind !== undefined && profile && entry.kind !== profile.fields.kind) {
    problems.error(
      placeOf(at, "kind"),
      {
        zh: `kind 为 ${entry.kind}，但型号 ${profile.fields.id} 是 ${profile.fields.kind}`,
        en: `the kind is ${entry.kind}, but the profile ${profile.fields.id} is of kind ${profile.fields.kind}`,
      },
      { zh: "删除 kind，或换一个型号。", en: "Remove the kind, or choose another profile." },
    );
  }
  const kind = entry.kind ?? profile?.fields.kind;
  if (kind === undefined && part(at, "profile").value === undefined && part(at, "kind").value === undefined) {
    problems.error(
      placeOf(at, "id"),
      { zh: `设备 ${entry.id} 缺少 kind`, en: `the device ${entry.id} has no kind` },
      {
        zh: "写 kind:（如 elevator、water），或写 profile:。",
        en: "Add a kind such as elevator or water, or name a profile.",
      },
    );
  }
  return kind;
}

function unitOf(at: Part, entry: DeviceEntry, inLink: Part | undefined, problems: ProblemList): number {
  if (!inLink) return entry.unit ?? 1;
  const unit = inLink.value;
  const number = typeof unit === "string" && /^\d{1,3}$/.test(unit) ? Number(unit) : unit;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > 255) {
    problems.error(
      placeOf(inLink),
      { zh: "unit 应为 0 到 255 的整数", en: "the unit must be a whole number from 0 to 255" },
      { zh: "写设备的从站地址。", en: "Write the unit id of the device." },
    );
    return 1;
  }
  if (entry.unit !== undefined && entry.unit !== number) {
    problems.error(
      keyPlaceOf(at, "unit"),
      { zh: `unit 写了两次：${entry.unit} 和 ${number}`, en: `the unit is given twice: ${entry.unit} and ${number}` },
      { zh: "只保留一个。", en: "Keep one of them." },
    );
  }
  return number;
}

/** Each `dependsOn` names a device, and no device depends on itself, not even by way of others. */
function checkDependencies(
  entries: readonly { readonly at: Part; readonly entry: DeviceEntry }[],
  places: ReadonlyMap<string, Part>,
  problems: ProblemList,
): void {
  const needs = new Map(entries.map(({ entry }) => [entry.id, entry.dependsOn]));
  for (const { at, entry } of entries) {
    for (const [index, target] of entry.dependsOn.entries()) {
      const place = placeOf(at, "dependsOn", index);
      if (!places.has(target)) {
        const known = [...places.keys()];
        problems.error(
          place,
          { zh: `没有设备 ${target}`, en: `there is no device ${target}` },
          suggestion(nearest(target, known), known),
        );
        continue;
      }
      const way = wayBack(target, entry.id, needs);
      // A circle is reported once, at the device whose id comes first in it.
      if (!way || entry.id !== [...way].sort()[0]) continue;
      const circle = [entry.id, ...way].join(" → ");
      problems.error(
        place,
        { zh: `设备相互依赖成环：${circle}`, en: `devices depend on each other in a circle: ${circle}` },
        { zh: "删除其中一个 dependsOn。", en: "Remove one of these dependsOn." },
      );
    }
  }
}

/** The devices from `from` to `to` along `dependsOn`, both included. */
function wayBack(
  from: string,
  to: string,
  needs: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  const open = [from];
  for (let here = open.shift(); here !== undefined; here = open.shift()) {
    if (here === to) {
      const way: string[] = [];
      for (let step: string | undefined = here; step !== undefined; step = cameFrom.get(step)) way.unshift(step);
      return way;
    }
    for (const next of needs.get(here) ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, here);
      open.push(next);
    }
  }
  return undefined;
}
