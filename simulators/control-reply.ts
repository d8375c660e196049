/** How the control interface answers: with a body, or with a refusal in both languages. */
import * as z from "zod";
import type { Text } from "./text.ts";

/** `status` is the HTTP status; a refusal carries a sentence in both languages. */
export type Reply =
  | { readonly status: 200; readonly body: unknown }
  | { readonly status: 400 | 404 | 409; readonly code: string; readonly message: Text };

export const no = (status: 400 | 404 | 409, code: string, zh: string, en: string): Reply => ({
  status,
  code,
  message: { zh, en },
});

/** Checks a body; the refusal names every field that is wrong. */
export function parse<T>(schema: z.ZodType<T>, body: unknown): { value: T } | { refused: Reply } {
  const english = schema.safeParse(body);
  if (english.success) return { value: english.data };
  const chinese = schema.safeParse(body, { error: z.locales.zhCN().localeError });
  const sentence = (issues: readonly z.core.$ZodIssue[]) =>
    issues.map((issue) => [issue.path.join("."), issue.message].filter(Boolean).join(": ")).join("; ");
  return {
    refused: no(
      400,
      "bad_request",
      `请求内容有误：${sentence(chinese.error?.issues ?? [])}`,
      `The request is not understood: ${sentence(english.error.issues)}`,
    ),
  };
}
