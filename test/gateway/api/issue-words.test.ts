/** What a person reads when a request does not fit. */
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { Instantly, ListQuery, words } from "../../../gateway/api/inputs.ts";
import { validatorCompiler } from "../../../gateway/api/validate.ts";
import { Refused } from "../../../gateway/net/refused.ts";
import { overEmergency } from "../../../rules/response/words.ts";

const Form = z.strictObject({
  name: words(5),
  count: z.int().min(1).max(9),
  sure: z.boolean(),
  kind: z.enum(["a", "b"]),
  at: Instantly.optional(),
  list: z.array(z.string()).max(1).optional(),
});

function said(schema: z.ZodType, data: unknown, httpPart = "body") {
  const read = validatorCompiler({ schema, httpPart, method: "POST", url: "/" })(data);
  const refused = typeof read === "object" && "error" in read ? read.error : undefined;
  if (!(refused instanceof Refused)) throw new Error("it was taken");
  return refused.detail as { path: string; message: { zh: string; en: string } }[];
}

const good = { name: "门", count: 1, sure: true, kind: "a" };

describe("what does not fit a request", () => {
  test("is missing, and is said so of each field", () => {
    expect(said(Form, {}).map(({ path, message }) => [path, message.zh, message.en])).toEqual(
      ["name", "count", "sure", "kind"].map((name) => [`body.${name}`, "缺少，必须填写", "is missing"]),
    );
  });

  test.each([
    [{ ...good, name: "" }, "不能为空", "must not be empty"],
    [{ ...good, name: "六个字的名字" }, "最多 5 个字符", "has at most 5 characters"],
    [{ ...good, name: "\u0007" }, "格式不对，或含有不允许的字符", "has a form or characters that are not allowed"],
    [{ ...good, name: 7 }, "应为文本", "must be a text"],
    [{ ...good, count: "1" }, "应为数字", "must be a number"],
    [{ ...good, count: 1.5 }, "应为整数", "must be a whole number"],
    [{ ...good, count: 10 }, "不能大于 9", "is at most 9"],
    [{ ...good, sure: "yes" }, "应为 true 或 false", "must be true or false"],
    [{ ...good, kind: "c" }, "应为其中之一：a、b", "must be one of a, b"],
    [
      { ...good, at: "gestern" },
      "应为带时区的时间，如 2026-11-22T08:00:00Z",
      "must be a time with its zone, such as 2026-11-22T08:00:00Z",
    ],
    [{ ...good, list: ["a", "b"] }, "最多 1 项", "has at most 1 entry"],
    [{ ...good, more: 1 }, "没有这一项：more", "there is no such field: more"],
    [[], "应为对象", "must be an object"],
  ])("%j is said in words", (data, zh, en) => {
    expect(said(Form, data).map(({ message }) => message)).toContainEqual({ zh, en });
  });

  test.each(["abc", "0", "-1", "1e3", "10000", "９", "1".repeat(30)])("limit=%s names its bounds", (limit) => {
    const found = said(ListQuery, { limit }, "querystring");
    expect(found.at(-1)?.message.zh).toMatch(/limit 应为 1 至 9999 的整数/u);
  });
});

describe("the refusal of a drill during emergencies", () => {
  const open = (count: number) =>
    overEmergency(Array.from({ length: count }, (_, index) => ({ no: `GD${index + 1}` })));

  test("names three, and says that there are more", () => {
    expect(open(4).zh).toMatch(/^有 4 个.*（GD1、GD2、GD3 等）/u);
    expect(open(4).en).toMatch(/^4 real tickets of S1 or S2 are open \(GD1, GD2, GD3 and 1 more\)/u);
  });

  test("names all when there are few, in good English for one", () => {
    expect(open(3).zh).toMatch(/（GD1、GD2、GD3）/u);
    expect(open(1).en).toMatch(/^1 real ticket of S1 or S2 is open \(GD1\)/u);
  });
});
