/** Every rule of the library against its table: when it raises, when it stays silent, how it ends, and what bad input does. */
import { describe, expect, test } from "vitest";
import { createProblemList, formatProblem } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";
import { expected, playCase, readShippedTables, readTables } from "./case-file.ts";
import { readLibrary } from "./installation.ts";

const rules = await readLibrary();
const rows = await readShippedTables(rules);

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  const own = rows.filter((row) => row.rule === id);

  test.each(own.map((row) => [row.it, row] as const))("%s", (_, row) => {
    expect(playCase(row, rules)).toEqual(expected(row.written));
  });

  test("has cases in the table of its kind: raises, stays silent, ends, and gets bad input", () => {
    expect(own.map((row) => row.file)).toEqual(own.map(() => `${rule.kind}.cases.yaml`));
    const words = own.map((row) => expected(row.written).join(" "));
    const bad = own.map(({ written }) => written.unread !== undefined || /"bad"/.test(JSON.stringify(written.given)));
    expect({
      raises: words.some((said) => /S[1-4]/.test(said)),
      silent: words.includes(""),
      ends: words.some((said) => said.includes("normal")),
      bad: bad.includes(true),
    }).toEqual({ raises: true, silent: true, ends: true, bad: true });
    const reached = new Set(words.flatMap((said) => said.match(/S[1-4]/g) ?? []));
    expect([...reached].sort()).toEqual([
      ...new Set([rule.severity, ...rule.levels.map((level) => level.severity)].sort()),
    ]);
  });
});

describe("a table that is wrong", () => {
  const problemsOf = async (text: string): Promise<string[]> => {
    const problems = createProblemList();
    const file = readYaml("x.cases.yaml", new TextEncoder().encode(text), problems);
    await readTables([file], rules, problems);
    return problems.list().map((problem) => formatProblem(problem, "en").split("  ").slice(0, 2).join("  "));
  };
  const table = (cases: string) =>
    `device: default-ups\nrest: { on_battery: 0 }\ncases:\n  ups.on_battery:\n    - { it: "is only a trial case", ${cases} }\n`;

  test.each([
    ["a good one", "given: { on_battery: { 10: true, 20: bad } }, expect: { 15: S3 }", []],
    ["an unknown key", "expct: {}, expect: {}", ["x.cases.yaml:5:37  unknown key expct"]],
    ["no expectation", "given: {}", ["x.cases.yaml:5:7  expect is missing"]],
    [
      "a point that the device lacks",
      "given: { on_batery: 1 }, expect: {}",
      ["x.cases.yaml:5:46  there is no on_batery"],
    ],
  ] as const)("%s", async (_, cases, problems) => {
    expect(await problemsOf(table(cases))).toEqual(problems);
  });

  test("a device beside it is read strictly as well", async () => {
    const beside =
      "device: default-ups\nrest: { on_battery: 0 }\nbeside: { meter: { device: default-power-meter, rest: { utilty_ok: 1 } } }\ncases: {}\n";
    expect(await problemsOf(beside)).toEqual(["x.cases.yaml:3:57  there is no utilty_ok"]);
    expect(await problemsOf(beside.replace("utilty_ok", "utility_ok"))).toEqual([]);
  });

  test.each([
    ["a second that is no number", "given: { on_battery: { soon: 1 } }, expect: {}"],
    ["a word that no rule says", "expect: { 5: panic }"],
    ["a value that no register holds", "given: { on_battery: { 5: maybe } }, expect: {}"],
    ["half a gap", "unread: [3], expect: {}"],
  ])("%s is a problem at its place", async (_, cases) => {
    const problems = await problemsOf(table(cases));
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(/^x\.cases\.yaml:5:\d+ {2}/);
  });

  test("a rule that does not exist is named with the nearest one", async () => {
    expect(await problemsOf(table("expect: {}").replace("ups.on_battery", "ups.on_batery"))).toEqual([
      "x.cases.yaml:4:3  there is no ups.on_batery",
    ]);
  });
});
