/** Rules over the API: as sentences, and checked while somebody writes them. */
import { afterEach, expect, test } from "vitest";
import { RuleCheckShape } from "../../../gateway/api/rule-shapes.ts";
import { type Stand, startStand } from "./stand.ts";

let stand: Stand;
afterEach(async () => stand[Symbol.asyncDispose]());

const RULE = `- id: own.fast
  kind: elevator
  severity: S2
  title: { zh: 太快, en: Too fast }
  when: speed > 3 m/s
  on_delay: 5s
  because: { zh: "速度 {speed}", en: "Speed {speed}" }
  advice: { zh: 去看, en: Look }
  source: test
`;
const check = async (text: string) => {
  const answer = await stand.ask("POST", "/api/rules/check", { as: "engineer", body: { text } });
  expect(answer.status).toBe(200);
  return RuleCheckShape.strict().parse(answer.body);
};

test("a good rule is told where it would run and how it reads", async () => {
  stand = await startStand({});
  const { problems, rules } = await check(RULE);
  expect(problems).toEqual([]);
  expect(rules).toMatchObject([
    {
      id: "own.fast",
      devices: [
        { device: "lift-1", applies: true },
        { device: "lift-2", applies: false },
      ],
    },
  ]);
  expect(rules[0]?.sentence.en).toContain("is above 3.0 m/s for 5 s");
  expect(rules[0]?.sentence.zh).toContain("持续 5 秒");
});

test("each problem has its line and column, what is wrong and what to do", async () => {
  stand = await startStand({});
  const { problems } = await check(RULE.replace("speed > 3 m/s", "sped > 3 m/s && speed > 3"));
  expect(problems.map(({ line, column, what, todo }) => `${line}:${column} ${what.en} ${todo.en}`)).toEqual([
    '5:9 Unknown name "sped": no point, parameter or let has it. Did you mean speed?',
    "5:25 Different quantities: m/s and a plain number. Give the number the unit m/s, e.g. 5 m/s.",
  ]);
  expect((await check("- override: no.such\n")).problems[0]?.what.en).toBe("there is no rule no.such to override");
  expect((await check("id: x\n  kind: [")).problems.length).toBeGreaterThan(0);
  expect(await check("")).toEqual({ problems: [], rules: [] });
});

test("garbage and size are answered, and only engineers may ask", async () => {
  stand = await startStand({});
  for (const text of [
    "\u0000",
    "a: &x [*x]",
    "- ".repeat(2_000),
    "[".repeat(500),
    "'",
    "- id: own.fast\n  when: '((((('\n",
  ]) {
    expect((await check(text)).problems.length).toBeGreaterThan(0);
  }
  const send = (body: unknown, as: "engineer" | "operator") => stand.ask("POST", "/api/rules/check", { as, body });
  expect((await send({ text: "x".repeat(40_000) }, "engineer")).status).toBe(400);
  expect((await send({}, "engineer")).status).toBe(400);
  expect((await send({ text: RULE }, "operator")).status).toBe(403);
});
