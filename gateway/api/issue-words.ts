/** What zod finds wrong with a request, as a person says it: no patterns and no names of programming types. */
import * as z from "zod";
import type { Text } from "#model/text";

const zhCN = z.locales.zhCN().localeError;
const english = z.locales.en().localeError;

const kinds: Readonly<Record<string, Text>> = {
  string: { zh: "文本", en: "a text" },
  number: { zh: "数字", en: "a number" },
  int: { zh: "整数", en: "a whole number" },
  boolean: { zh: " true 或 false", en: "true or false" },
  array: { zh: "列表", en: "a list" },
  object: { zh: "对象", en: "an object" },
  record: { zh: "对象", en: "an object" },
};

/** How a bound is said of a text, a list, or a number. */
function bound(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall>): Text | undefined {
  const most = issue.code === "too_big";
  const limit = String(most ? issue.maximum : issue.minimum);
  switch (issue.origin) {
    case "string":
      if (!most && limit === "1") return { zh: "不能为空", en: "must not be empty" };
      return most
        ? { zh: `最多 ${limit} 个字符`, en: `has at most ${limit} characters` }
        : { zh: `至少 ${limit} 个字符`, en: `has at least ${limit} characters` };
    case "array":
    case "set":
      return most
        ? { zh: `最多 ${limit} 项`, en: `has at most ${limit} ${limit === "1" ? "entry" : "entries"}` }
        : { zh: `至少 ${limit} 项`, en: `has at least ${limit} ${limit === "1" ? "entry" : "entries"}` };
    case "number":
    case "int":
    case "bigint":
      if (issue.inclusive === false)
        return most
          ? { zh: `应小于 ${limit}`, en: `is below ${limit}` }
          : { zh: `应大于 ${limit}`, en: `is above ${limit}` };
      return most
        ? { zh: `不能大于 ${limit}`, en: `is at most ${limit}` }
        : { zh: `不能小于 ${limit}`, en: `is at least ${limit}` };
    default:
      return undefined;
  }
}

function words(issue: z.core.$ZodRawIssue): Text | undefined {
  switch (issue.code) {
    case "invalid_type": {
      if (issue.input === undefined) return { zh: "缺少，必须填写", en: "is missing" };
      const kind = kinds[issue.expected];
      return kind && { zh: `应为${kind.zh}`, en: `must be ${kind.en}` };
    }
    case "invalid_value":
      if (issue.input !== undefined) {
        const listed = issue.values.map(String);
        const [only] = listed;
        if (listed.length === 1) return { zh: `应为 ${only}`, en: `must be ${only}` };
        return { zh: `应为其中之一：${listed.join("、")}`, en: `must be one of ${listed.join(", ")}` };
      }
      return { zh: "缺少，必须填写", en: "is missing" };
    case "invalid_format":
      if (issue.format === "regex") {
        return { zh: "格式不对，或含有不允许的字符", en: "has a form or characters that are not allowed" };
      }
      if (issue.format === "datetime") {
        return {
          zh: "应为带时区的时间，如 2026-11-22T08:00:00Z",
          en: "must be a time with its zone, such as 2026-11-22T08:00:00Z",
        };
      }
      return undefined;
    case "unrecognized_keys":
      return { zh: `没有这一项：${issue.keys.join("、")}`, en: `there is no such field: ${issue.keys.join(", ")}` };
    case "too_big":
    case "too_small":
      return bound(issue);
    default:
      return undefined;
  }
}

type Said = ReturnType<typeof zhCN>;
export const sayChinese = (issue: z.core.$ZodRawIssue): Said => words(issue)?.zh ?? zhCN(issue);
export const sayEnglish = (issue: z.core.$ZodRawIssue): Said => words(issue)?.en ?? english(issue);
