/** Finds the data file of a profile: by its name in `drivers/profiles/`, or by a path. */
import { readFileSync } from "node:fs";
import { basename, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { FleetUnit } from "../fleet.ts";
import type { Text } from "../text.ts";
import { type Profile, type ProfilePoint, parseProfile, plantOf, withWords, wordsOf } from "./profile.ts";
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
