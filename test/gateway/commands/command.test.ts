/** What a person may have meant by an option that a command has not. */
import { expect, test } from "vitest";
import { parse, texts, WrongUsage } from "../../../gateway/commands/command.ts";
import { noRule } from "../../../gateway/commands/no-rule.ts";

const options = { ...texts("rule", "from", "to"), learn: { type: "boolean" as const } };
const hint = (...args: string[]): string | undefined => {
  try {
    parse(args, options);
  } catch (error) {
    if (error instanceof WrongUsage) return error.hint;
    throw error;
  }
  return undefined;
};

test.each([
  [["--frm", "x"], "没有选项 --frm，是否为 --from？ / There is no option --frm. Did you mean --from?"],
  [
    ["--zzzzzz=1"],
    "没有选项 --zzzzzz，可用：--rule、--from、--to、--learn / There is no option --zzzzzz; there are --rule, --from, --to, --learn",
  ],
  [
    ["-x"],
    "没有选项 -x，可用：--rule、--from、--to、--learn / There is no option -x; there are --rule, --from, --to, --learn",
  ],
  [["--rule"], "选项 --rule 后面要写值 / The option --rule needs a value"],
  [["--learn=yes"], "选项 --learn 后面不写值 / The option --learn takes no value"],
])("%j is told in both languages", (args, told) => {
  expect(hint(...args)).toBe(told);
});

test("what is written right is taken", () => {
  expect(hint("site", "--rule", "a.b", "--learn")).toBeUndefined();
});

test("a rule that is misspelt is told with the one that was meant, one that is nothing like any without", () => {
  const rules = [{ id: "water.pump_fault" }, { id: "fire.alarm" }];
  expect(noRule(rules, "water.pump_falt").because).toEqual({
    zh: "站点没有规则 water.pump_falt，是否为 water.pump_fault？",
    en: "The site has no rule water.pump_falt. Did you mean water.pump_fault?",
  });
  expect(noRule(rules, "x").because.en).toBe("The site has no rule x.");
});
