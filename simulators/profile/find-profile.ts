/** Finds the data file of a profile: by its name in `drivers/profiles/`, or by a path. */
import { readFileSync } from "node:fs";
import { basename, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { FleetUnit } from "../fleet.ts";
import type { Text } from "../text.ts";
import { type Profile, type ProfilePoint, parseProfile, plantOf, withWords, wordsOf } from "./profile.ts";
import { intoUnitOf, modelUnit } from "./readings.ts";
import { parsePlace } from "./registers.ts";

const library = fileURLToPath(new URL("../../drivers/profiles/", import.meta.url));

/** The points of a kind that no file was named for. */
const defaults: Readonly<Partial<Record<FleetUnit["kind"], string>>> = {
  elevator: "default-elevator",
  booster: "default-booster",
  "fire-panel": "default-fire-panel",
  access: "default-door-controller",
  utility: "default-power-meter",
  generator: "default-generator",
  ups: "default-ups",
  gas: "default-gas-detector",
};

export type Found = { readonly profile: Profile } | { readonly wrong: readonly Text[] };

/** `named`: a name such as `cartop-monitor`, or a path that counts from `folder`. */
export function findProfile(named: string, folder: string): Found {
  const isName = /^[a-z0-9-]+$/.test(named);
  const file = isName ? resolve(library, `${named}.yaml`) : isAbsolute(named) ? named : resolve(folder, named);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return {
      wrong: [
        {
          zh: `${isName ? `drivers/profiles/ 中没有点表 ${named}` : `${named}: 无法读取`}：${why}`,
          en: `${isName ? `There is no profile ${named} in drivers/profiles/` : `${named}: cannot be read`}: ${why}`,
        },
      ],
    };
  }
  const parsed = parseProfile(text);
  if ("profile" in parsed) return parsed;
  const place = (path: string) => [basename(file), path].filter(Boolean).join(": ");
  return {
    wrong: parsed.problems.map(({ path, what }) => ({
      zh: `${place(path)}: ${what.zh}`,
      en: `${place(path)}: ${what.en}`,
    })),
  };
}

const unitsByKind = new Map<FleetUnit["kind"], ReadonlyMap<string, string>>();

/** In which units the plant of a kind reckons, by id of the point: those of the house's own maps. */
export function plantUnits(kind: FleetUnit["kind"]): ReadonlyMap<string, string> {
  const kept = unitsByKind.get(kind);
  if (kept) return kept;
  const names = [defaults[kind], ...(kind === "access" ? ["default-door"] : [])];
  const points = names.flatMap((name) => {
    const found = name === undefined ? undefined : findProfile(name, "");
    return found && "profile" in found ? found.profile.points : [];
  });
  const units = new Map(points.flatMap(({ id, unit }) => (unit === undefined ? [] : [[id, unit] as const])));
  unitsByKind.set(kind, units);
  return units;
}

/** Points in a unit that the plant's own cannot be turned into. */
function ofAnotherMeasure(profile: Profile, kind: FleetUnit["kind"]): readonly string[] {
  const units = plantUnits(kind);
  return profile.points
    .filter((point) => intoUnitOf(point, units) === undefined)
    .map(({ id, unit }) => `${id} ${unit} (${modelUnit(id, units)})`);
}

/** Doors show theirs behind those of their controller, `d1_` and so on before the id. */
function withDoors(controller: Profile, door: Profile, doors: number): Profile {
  const block = (number: number): ProfilePoint[] =>
    door.points.map((point) => ({
      ...point,
      id: `d${number}_${point.id}`,
      name: { zh: `${number}号门 ${point.name.zh}`, en: `Door ${number}: ${point.name.en}` },
    }));
  return {
    ...controller,
    points: [...controller.points, ...Array.from({ length: doors }, (_, at) => block(at + 1)).flat()],
  };
}

/**
 * The profile of a row of the fleet file with its words filled in, or that of its kind; undefined where the kind has none.
 * `usual`: words that the line tells when the device does not.
 */
export function profileOf(unit: FleetUnit, folder: string, usual: Readonly<Record<string, string>>): Found | undefined {
  const named = unit.profile ?? defaults[unit.kind];
  if (named === undefined) return undefined;
  const found = findProfile(named, folder);
  if ("wrong" in found) return found;
  const { profile } = found;
  if (plantOf[profile.kind] !== unit.kind) {
    const right = plantOf[profile.kind];
    return {
      wrong: [
        {
          zh: `点表 ${named} 用于 ${profile.kind}，设备 ${unit.device} 应写 kind: ${right}`,
          en: `The profile ${named} is for ${profile.kind}: write kind: ${right} for ${unit.device}`,
        },
      ],
    };
  }
  if (unit.kind === "access" && unit.profile === undefined) {
    const door = findProfile("default-door", folder);
    return "wrong" in door ? door : { profile: withDoors(profile, door.profile, unit.params.doors.length) };
  }
  const told = withWords(profile, { ...usual, ...unit.vars });
  const missing = wordsOf(told);
  if (missing.length > 0) {
    const words = missing.join(", ");
    return {
      wrong: [{ zh: `设备 ${unit.device} 缺少 vars: ${words}`, en: `${unit.device} must tell vars: ${words}` }],
    };
  }
  const words = wordsOf(profile);
  // The number of a door also tells which door of the plant it is.
  const taken = unit.kind === "access" ? [...words, "door"] : words;
  const idle = Object.keys(unit.vars ?? {}).filter((name) => !taken.includes(name));
  if (idle.length > 0) {
    const there = words.join(", ");
    return {
      wrong: [
        {
          zh: `点表 ${named} 的地址里没有 ${idle.map((name) => `{${name}}`).join("、")}${there ? `，可用：${there}` : "，不需要 vars"}`,
          en: `The addresses of ${named} hold no ${idle.map((name) => `{${name}}`).join(", ")}; ${there ? `there are: ${there}` : "they need no vars"}`,
        },
      ],
    };
  }
  const foreign = ofAnotherMeasure(profile, unit.kind);
  if (foreign.length > 0) {
    const points = foreign.join(", ");
    return {
      wrong: [
        {
          zh: `${named}: 单位与模型（括号内）不是同一种量，无法换算：${points}`,
          en: `${named}: these units measure something else than the model's in brackets: ${points}`,
        },
      ],
    };
  }
  const misplaced = profile.protocol === "modbus" ? told.points.filter(({ at }) => parsePlace(at) === undefined) : [];
  if (misplaced.length > 0) {
    const places = misplaced.map(({ id, at }) => `${id} ${at}`).join(", ");
    return {
      wrong: [
        { zh: `${named}: 地址无法识别：${places}`, en: `${named}: these addresses are not understood: ${places}` },
      ],
    };
  }
  return { profile: told };
}
