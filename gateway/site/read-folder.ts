/** Reads the files of a site, of the profiles and of the rule library from disk. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ProblemList } from "./problems.ts";
import { readYaml, refuseSize, yamlLimits } from "./read-yaml.ts";
import type { YamlFile } from "./yaml-file.ts";

export interface Folder {
  /** Reads a file; `undefined` when it does not exist. A file that cannot be read is a problem. */
  read(name: string): Promise<YamlFile | undefined>;
  /** YAML files of a subfolder (`""` for the folder itself), sorted; nothing when it does not exist. */
  list(subfolder: string): Promise<readonly string[]>;
}

/** Collects the bytes of every file read, for the site's revision. */
export type Seen = Map<string, Uint8Array>;

export function openFolder(path: string, label: string, seen: Seen, problems: ProblemList): Folder {
  const read = async (name: string): Promise<YamlFile | undefined> => {
    const shown = join(path, name);
    const place = { file: shown, line: 1, column: 1 };
    try {
      const about = await stat(shown);
      if (!about.isFile()) {
        problems.error(
          place,
          { zh: "不是普通文件", en: "this is not a plain file" },
          { zh: "删除或改名。", en: "Remove or rename it." },
        );
        return undefined;
      }
      if (about.size > yamlLimits.bytes) {
        refuseSize(shown, about.size, problems);
        return undefined;
      }
      const bytes = await readFile(shown);
      seen.set(`${label}/${name}`, bytes);
      return readYaml(shown, bytes, problems);
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      problems.error(
        place,
        { zh: "文件读不到", en: "the file cannot be read" },
        { zh: "检查文件权限。", en: "Check its permissions." },
      );
      return undefined;
    }
  };
  const list = async (subfolder: string): Promise<readonly string[]> => {
    try {
      const names = await readdir(join(path, subfolder));
      return names
        .filter((name) => name.endsWith(".yaml") && !name.startsWith("."))
        .map((name) => join(subfolder, name))
        .sort();
    } catch {
      return [];
    }
  };
  return { read, list };
}

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR");

/** Whether a path exists and is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Whether a path exists and is a file. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

const expected = new Set(["site.yaml", "response.yaml", "people.yaml"]);

/** Warns of YAML files in a site folder that nobody reads, so that a misplaced file is not silently ignored. */
export async function warnOfUnreadFiles(
  path: string,
  alsoKnown: readonly string[],
  problems: ProblemList,
): Promise<void> {
  for (const subfolder of ["", "devices", "rules"]) {
    const entries = await readdir(join(path, subfolder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const name = join(subfolder, entry.name);
      const yaml = /\.ya?ml$/i.test(entry.name) && !entry.name.startsWith(".");
      const read = subfolder === "" ? expected.has(name) || alsoKnown.includes(name) : entry.name.endsWith(".yaml");
      if (!yaml || read || entry.isDirectory()) continue;
      problems.warning(
        { file: join(path, name), line: 1, column: 1 },
        { zh: `${basename(name)} 没有被读取`, en: `${basename(name)} is not read` },
        {
          zh: "设备放在 devices/*.yaml，规则放在 rules/*.yaml，扩展名为 .yaml。",
          en: "Devices stand in devices/*.yaml, rules in rules/*.yaml, with the ending .yaml.",
        },
      );
    }
  }
}
