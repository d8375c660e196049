/** `gatehouse check` finds the holes of a response policy, each in its own words: the real process over a program with a torn policy. */
import { spawn } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDataFolder } from "../support/data-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const program = createDataFolder();
afterAll(() => program[Symbol.dispose]());

/** Replaced once, or the test says that it tears nothing. */
function tear(file: string, what: RegExp, by: string): void {
  const before = readFileSync(file, "utf8");
  const after = before.replace(what, by);
  if (after === before) throw new Error(`${what} stands nowhere in ${file}`);
  writeFileSync(file, after);
}

beforeAll(() => {
  for (const part of ["gateway", "rules", "drivers", "simulators", "package.json"]) {
    const filter = (from: string) => !from.includes(`${sep}console${sep}`);
    cpSync(join(ROOT, part), join(program.path, part), { recursive: true, filter });
  }
  symlinkSync(join(ROOT, "node_modules"), join(program.path, "node_modules"));
  const policy = join(program.path, "rules/response/policy.yaml");
  tear(policy, /^overdue:\n(?: {2}.*\n)+/m, "");
  tear(policy, /(\n {2}non_urgent:\n(?: {4}.*\n)*? {4}sop:)\n(?: {6}- .*\n)+/, "$1 []\n");
  tear(join(program.path, "simulators/demo-site/response.yaml"), /^classes: \{\}$/m, "profiles: [medical, hz-draft]");
  const days = [...Array(31).keys()].map((n) => Temporal.Now.plainDateISO("Asia/Shanghai").add({ days: n }).toString());
  const people = join(program.path, "simulators/demo-site/people.yaml");
  // Away in three weeks, and nobody else has that part of the day.
  tear(people, /^# leave:$/m, `leave:\n  - { person: liu-yang, from: "${days[20]}", to: "${days[21]}" }\n# leave:`);
});

const check = (language: string): Promise<{ code: number | null; text: string }> => {
  const child = spawn(
    process.execPath,
    [join(program.path, "gateway/main.ts"), "check", join(program.path, "simulators/demo-site")],
    { env: { ...process.env, LANG: language } },
  );
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return new Promise((done) => child.once("close", (code) => done({ code, text })));
};

const DAY = "\\d{4}-\\d{2}-\\d{2}";

test("a step without a person, a clock without a step and a class without a list, in Chinese", async () => {
  const { code, text } = await check("zh_CN.UTF-8");
  expect(text).toMatch(
    new RegExp(
      `people\\.yaml:1:1 .*值班技工（technician-on-duty，步骤 s1-opened）未来 30 天有无人值班的时段：${DAY} 16:00 – `,
    ),
  );
  expect(text).toMatch(/response\.yaml:1:1 .*电梯困人（S1）的时限 .*resolve.* 超时后没有升级步骤/);
  expect(text).toMatch(/response\.yaml:1:1 .*工单类 non_urgent（非紧急事项）没有处置步骤/);
  expect(text).toMatch(
    /采用的响应方案：medical（医疗协助（到场 5 分钟））、hz-draft（杭州电梯应急救援（征求意见稿））；策略版本 .+\+[0-9a-f]{8}。/,
  );
  expect(text).toMatch(/预案核对发现 \d+ 处缺口/);
  expect(code).toBe(0);
}, 60_000);

test("the same in English", async () => {
  const { code, text } = await check("en_US.UTF-8");
  expect(text).toMatch(
    new RegExp(
      `Technician on duty \\(technician-on-duty, step s1-opened\\) has nobody on duty within 30 days: ${DAY} 16:00`,
    ),
  );
  expect(text).toMatch(/clocks of Lift entrapment \(S1\) run out without a step: .*resolve/);
  expect(text).toMatch(/the class non_urgent has no list of steps/);
  expect(text).toMatch(
    /Response profiles in force: medical \(Medical aid: on site within 5 min\), hz-draft \(Hangzhou lift rescue, draft\); policy version /,
  );
  expect(text).toMatch(/The response policy has \d+ holes/);
  expect(code).toBe(0);
}, 60_000);
