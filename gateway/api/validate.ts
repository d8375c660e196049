/** Checks what a request brings against its zod schema and says in both languages what does not fit. */
import type { FastifySchemaCompiler } from "fastify";
import type * as z from "zod";
import { Text } from "#model/text";
import { Refused } from "../net/refused.ts";
import { sayChinese, sayEnglish } from "./issue-words.ts";

const where: Readonly<Record<string, string>> = { querystring: "query", params: "path" };
const pathOf = (part: string, path: readonly PropertyKey[]): string =>
  [where[part] ?? part, ...path.map(String)].join(".").slice(0, 200);

/** Words that the schema itself brings, see `inputs.ts`. */
function ownWords(issue: z.core.$ZodIssue): Text | undefined {
  const words = issue.code === "custom" ? Text.safeParse(issue.params?.what) : undefined;
  return words?.success ? words.data : undefined;
}

/** Fastify's validator: the parsed value, or a 400 whose detail lists each problem with its path. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const part = httpPart ?? "body";
  return (data) => {
    const read = schema.safeParse(data, { error: sayEnglish });
    if (read.success) return { value: read.data };
    // Only now, so that good requests are parsed once.
    const chinese = schema.safeParse(data, { error: sayChinese });
    const problems = read.error.issues.slice(0, 20).map((issue, index) => ({
      path: pathOf(part, issue.path),
      message: ownWords(issue) ?? { zh: chinese.error?.issues[index]?.message ?? issue.message, en: issue.message },
    }));
    // Words of the schema's own name what they are about; the names of fields are for programs.
    const own = read.error.issues.map((issue) => ownWords(issue) !== undefined);
    const say = (language: "zh" | "en") =>
      problems
        .slice(0, 3)
        .map(({ path, message }, index) => (own[index] ? message[language] : `${path}: ${message[language]}`))
        .join(language === "zh" ? "；" : "; ");
    return {
      error: new Refused(
        400,
        "bad-request",
        `请求有误：${say("zh")}`,
        `The request does not fit: ${say("en")}`,
        problems,
      ),
    };
  };
};
