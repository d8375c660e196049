/** Secrets in site files: which keys hold one, and a warning for each that is written in clear. */
import type { ProblemList } from "./problems.ts";
import type { Path, YamlFile } from "./yaml-file.ts";

const SECRET_KEY =
  /(pass(word|wd|phrase)?|secret|token|api_?key|access_?key|private_?key|credential|authorization)s?$/i;
/** `?key=…`, as robots of WeCom and DingTalk have it, the address of a robot of Feishu, or `//user:password@`. */
const SECRET_URL =
  /[?&](key|token|access_token|secret|sign|password)=[^&{]|\/bot\/v2\/hook\/[^/]|\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Values of such a key are never shown in a message. */
export const isSecretKey = (key: string): boolean => SECRET_KEY.test(key) || /^(phone|email|url|endpoint)$/i.test(key);

/** Warns of each secret that stands readable in the file instead of in the environment or a file of its own. */
export function warnOfClearSecrets(file: YamlFile, problems: ProblemList): void {
  const walk = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, [...path, index]);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    } else if (typeof value === "string" && value !== "" && !file.resolved.has(JSON.stringify(path))) {
      const key = String(path.findLast((part) => typeof part === "string") ?? "");
      if (!SECRET_KEY.test(key) && !SECRET_URL.test(value)) return;
      problems.warning(
        file.place(path),
        { zh: `${key} 以明文写在文件里`, en: `${key} holds a secret in clear` },
        {
          zh: `改为环境变量（\${${envName(key)}}）或文件（file:路径）。`,
          en: `Take it from the environment (\${${envName(key)}}) or from a file (file:path).`,
        },
      );
    }
  };
  walk(file.value, []);
}

const envName = (key: string): string => `GATEHOUSE_${key.replaceAll(/[^A-Za-z0-9]+/g, "_").toUpperCase()}`;
