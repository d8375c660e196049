/** What every rule of the library owes: texts in both languages, sources, a place in the README, and no surprise on any device. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RuleDefinition } from "#model/rule";
import { createProblemList, formatProblem } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";
import { readRules } from "../../../gateway/site/rules.ts";
import { checkRules } from "../../../rules/language/check.ts";
import { facts } from "./car.ts";
import { type Installed, install, installSelf, libraryFolder, readLibrary } from "./installation.ts";

const rules = await readLibrary();
const lift = await install("default-elevator", facts);
const set = await install("default-booster", { normalFlow: 8 });
const panel = await install("default-fire-panel");
/** A door and its controller are two devices: each takes the rules of its own points. */
const others = await Promise.all(
  [
    "default-door",
    "default-door-controller",
    "default-power-meter",
    "default-ups",
    "default-generator",
    "default-gas-detector",
  ].map((name) => install(name)),
);
const readme = await readFile(join(libraryFolder, "README.md"), "utf8");
const chinese = /\p{Script=Han}/u;

const check = (devices: readonly Installed[], own: readonly RuleDefinition[] = rules) => {
  const points = devices.flatMap((installed) => installed.points);
  let first = 0;
  const placed = devices.map(({ device, points: its }) => {
    const handles = its.map((_, n) => first + n);
    first += its.length;
    return { ...device, id: `${device.kind}-${first}`, place: { building: "A" }, points: handles };
  });
  return checkRules(own, placed, points);
};

test("the checker finds nothing wrong, and every rule watches the device of the default map", () => {
  const { problems, applies } = check([lift, set, panel, ...others, installSelf()]);
  expect(problems.map((problem) => formatProblem(problem, "en"))).toEqual([]);
  expect(applies.filter((row) => !row.applies && !row.rule.startsWith("access."))).toEqual([]);
  const watching = new Set(applies.filter((row) => row.applies).map((row) => row.rule));
  expect([...watching].sort()).toEqual(rules.map((rule) => rule.id).sort());
});

test("whatever points and facts a device lacks, the packs have no mistake there, only rules that do not apply", () => {
  const keys = [lift, set, panel, ...others].flatMap(({ points }) => points.map((point) => point.key));
  fc.assert(
    fc.asyncProperty(fc.subarray(keys), fc.boolean(), async (lacking, told) => {
      const poorLift = await install("default-elevator", told ? { ...facts, rescueDevice: true } : {}, lacking);
      const poorSet = await install("default-booster", told ? { normalFlow: 6 } : {}, lacking);
      const poorPanel = await install("default-fire-panel", {}, lacking);
      const names = others.map(({ device }) => device.profile ?? "");
      const poorOthers = await Promise.all(names.map((name) => install(name, {}, lacking)));
      const { problems, applies } = check([poorLift, poorSet, poorPanel, ...poorOthers]);
      expect(problems).toEqual([]);
      for (const row of applies) if (!row.applies) expect(row.because?.zh, row.rule).toMatch(chinese);
    }),
    { numRuns: 60, seed: 7 },
  );
});

test.each([
  ["service_mode", (rule: RuleDefinition) => rule.kind === "elevator" && !rule.id.endsWith("heartbeat_frozen")],
  ["out_fan_fb", (rule: RuleDefinition) => rule.id === "fire.feedback_fan"],
  ["flow", (rule: RuleDefinition) => rule.id.startsWith("water.pipe_burst")],
] as const)("no rule that rests on %s runs on a device without it", async (key, rests) => {
  const poor = await Promise.all([
    install("default-elevator", facts, [key]),
    install("default-booster", {}, [key]),
    install("default-fire-panel", {}, [key]),
  ]);
  const { applies } = check(poor);
  for (const rule of rules.filter(rests))
    expect(applies.find((row) => row.rule === rule.id)?.applies, rule.id).toBe(false);
});

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  test("speaks Chinese and English, and tells the operator what to do", () => {
    for (const text of [rule.title, rule.because, rule.advice]) {
      expect(text.zh).toMatch(chinese);
      expect(text.en).not.toMatch(chinese);
    }
    expect(rule.advice.zh.length).toBeGreaterThan(20);
    expect(rule.because.zh.match(/\{\w+\}/g)?.sort()).toEqual(rule.because.en.match(/\{\w+\}/g)?.sort());
  });

  test("names the source of every number", () => {
    for (const { source } of Object.values(rule.params)) expect(source.length).toBeGreaterThan(10);
    expect(rule.source.length).toBeGreaterThan(10);
  });

  test("writes no number into its condition that a device might want to change", () => {
    const texts = [rule.when, rule.clear, ...Object.values(rule.let)].map((expression) => expression?.text ?? "");
    for (const text of texts) {
      // Codes of GB/T 24476, zeros and counts of pumps are no limits; spans of references are.
      const limits = text.match(/[<>]=?\s*-?\d*\.?\d+ (?:m\/s|MPa|m3\/h|Hz|Cel|%|m)\b/g) ?? [];
      expect(limits).toEqual([]);
    }
  });

  test("stands in the README with its severities and its ticket", () => {
    const row = readme.split("\n").find((line) => line.startsWith(`| \`${id}\` `));
    const severities = [...new Set([rule.severity, ...rule.levels.map((level) => level.severity)])].join(", ");
    expect(row).toBe(`| \`${id}\` ${rule.title.zh} | ${severities} | ${rule.ticket ? `\`${rule.ticket}\`` : "–"} |`);
  });

  test("pages nobody for a note, and somebody for everything else", () => {
    expect(rule.ticket === undefined).toBe(rule.severity === "S4");
    expect(rule.lifeSafety && rule.severity !== "S1").toBe(false);
    expect(id.startsWith(`${rule.kind}.`)).toBe(true);
  });
});

test("every parameter that the README names exists", () => {
  const known = new Set(rules.flatMap((rule) => Object.keys(rule.params)));
  const named = [
    "openRunCode",
    "overTravelUpCode",
    "overTravelDownCode",
    "overspeedCode",
    "presenceSteady",
    "burstStep",
    "lowestFloor",
    "entrapmentHold",
  ];
  for (const name of named) {
    expect(readme).toContain(name);
    expect(known).toContain(name);
  }
});

test("the entry that the README shows is a rule that works", () => {
  const block = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const problems = createProblemList();
  const file = readYaml("rules/library/README.md", new TextEncoder().encode(block), problems);
  const { rules: shown } = readRules([file], [], problems);
  expect(problems.list().map((problem) => formatProblem(problem, "en"))).toEqual([]);
  const { problems: found, applies } = check([set], shown);
  expect(found).toEqual([]);
  expect(applies).toMatchObject([{ rule: "water.tank_low", applies: true }]);
});
