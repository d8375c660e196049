/** Resolves `${NAME}`, `${NAME:-default}` and `file:path` in the scalars of a site file. */
import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { ProblemList } from "./problems.ts";
import { type Path, withValue, type YamlFile } from "./yaml-file.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A secret is a line or a key, not a film. */
const LARGEST_SECRET = 65_536;
const REFERENCE = /\$\$\{|\$\{([^}]*)\}?/g;
const INSIDE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Gives the file with every reference replaced. `$${` stands for a plain `${`. A variable that is missing or empty and
 * has no default is a problem that names it; values are never part of a message.
 * `file:` paths are relative to `folder`.
 */
export async function resolveReferences(
  file: YamlFile,
  environment: Environment,
  folder: string,
  problems: ProblemList,
): Promise<YamlFile> {
  const resolved = new Set<string>();
  const unresolved = new Set<string>();

  async function walk(value: unknown, path: Path): Promise<unknown> {
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const [index, item] of value.entries()) items.push(await walk(item, [...path, index]));
      return items;
    }
    if (typeof value === "object" && value !== null) {
      const entries: [string, unknown][] = [];
      for (const [key, item] of Object.entries(value)) entries.push([key, await walk(item, [...path, key])]);
      return Object.fromEntries(entries);
    }
    if (typeof value !== "string") return value;
    const filled = value.includes("${") ? fill(value, path) : value;
    const from = /^file:(?!\/\/)(\S.*)$/.exec(filled)?.[1];
    if (filled !== value || from !== undefined) resolved.add(JSON.stringify(path));
    return from === undefined ? filled : await secretFrom(from, path);
  }

  function fill(text: string, path: Path): string {
    return text.replaceAll(REFERENCE, (whole, inside: string | undefined) => {
      if (whole === "$${") return "${";
      const match = INSIDE.exec(inside ?? "");
      if (!match?.[1] || !whole.endsWith("}")) {
        unresolved.add(JSON.stringify(path));
        problems.error(
          file.place(path),
          { zh: `\${…} 里不是环境变量名`, en: `\${…} does not hold the name of an environment variable` },
          {
            zh: `写成 \${NAME} 或 \${NAME:-默认值}；要写 \${ 本身，用 $\${。`,
            en: `Write \${NAME} or \${NAME:-default}; for a plain \${ write $\${.`,
          },
        );
        return "";
      }
      const name = match[1];
      const told = Object.hasOwn(environment, name) ? environment[name] : undefined;
      if (told !== undefined && told !== "") {
        problems.hide(told, whole);
        return told;
      }
      if (match[2] !== undefined) return match[2];
      unresolved.add(JSON.stringify(path));
      problems.error(
        file.place(path),
        { zh: `环境变量 ${name} 没有设置`, en: `the environment variable ${name} is not set` },
        {
          zh: `启动前设置 ${name}，或写默认值 \${${name}:-…}。`,
          en: `Set ${name} before the start, or give a default: \${${name}:-…}.`,
        },
      );
      return "";
    });
  }

  async function secretFrom(from: string, path: Path): Promise<string> {
    const target = isAbsolute(from) ? from : join(folder, from);
    const unusable = (zh: string, en: string): string => {
      unresolved.add(JSON.stringify(path));
      problems.error(
        file.place(path),
        { zh: `文件 ${from} ${zh}`, en: `the file ${from} ${en}` },
        {
          zh: "检查路径和权限；路径相对于站点文件夹。",
          en: "Check path and permissions; the path is relative to the site folder.",
        },
      );
      return "";
    };
    try {
      const about = await stat(target);
      if (!about.isFile()) return unusable("不是普通文件", "is not a plain file");
      if (about.size > LARGEST_SECRET) return unusable("超过 64 KiB", "is larger than 64 KiB");
      const text = (await readFile(target, "utf8")).replace(/\r?\n$/, "");
      if (text === "") return unusable("是空的", "is empty");
      problems.hide(text, `file:${from}`);
      return text;
    } catch {
      return unusable("读不到", "cannot be read");
    }
  }

  const value = await walk(file.value, []);
  return withValue(file, value, { resolved, unresolved });
}
