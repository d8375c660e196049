/** Device profiles: read when a device first names one, each once. */
import { basename } from "node:path";
import { nearest } from "../../rules/language/nearest.ts";
import { ProfileFile } from "./device-file.ts";
import { type Part, parsePart, part, placeOf, whole } from "./parse-part.ts";
import { readPoints, type WrittenPoint } from "./points.ts";
import { type Place, type ProblemList, suggestion } from "./problems.ts";
import type { Folder } from "./read-folder.ts";

export interface Profile {
  readonly fields: ProfileFile;
  readonly points: ReadonlyMap<string, WrittenPoint>;
  /** False when a point of it could not be understood. */
  readonly complete: boolean;
  /** Default parameters, to be checked like those of a device. */
  readonly params: Part;
}

export interface Profiles {
  /** The profile, or `undefined` after a problem, which is reported at `place` when the profile does not exist. */
  find(name: string, place: Place): Promise<Profile | undefined>;
}

export async function openProfiles(folder: Folder, problems: ProblemList): Promise<Profiles> {
  const offered = (await folder.list("")).map((file) => basename(file, ".yaml"));
  const read = new Map<string, Promise<Profile | undefined>>();

  async function load(name: string): Promise<Profile | undefined> {
    const file = await folder.read(`${name}.yaml`);
    if (!file || file.value === undefined) return undefined;
    const root = whole(file);
    const fields = parsePart(root, ProfileFile, problems).value;
    if (!fields) return undefined;
    if (fields.id !== name) {
      problems.error(
        placeOf(root, "id"),
        {
          zh: `型号编号 ${fields.id} 与文件名 ${name}.yaml 不一致`,
          en: `the profile ${fields.id} stands in the file ${name}.yaml`,
        },
        { zh: "两者改成一样。", en: "Give both the same name." },
      );
    }
    return { fields, ...readPoints(part(root, "points"), problems), params: part(root, "params") };
  }

  return {
    find(name, place) {
      if (!offered.includes(name)) {
        problems.error(
          place,
          { zh: `没有设备型号 ${name}`, en: `there is no profile ${name}` },
          suggestion(nearest(name, offered), offered),
        );
        return Promise.resolve(undefined);
      }
      const found = read.get(name) ?? load(name);
      read.set(name, found);
      return found;
    },
  };
}
