import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { Site } from "#model/site";
import { readChangedRule } from "../../../gateway/site/changed-rule.ts";
import { demoSite } from "../../bench/plant-samples.ts";

const library = fileURLToPath(new URL("../../../rules/library", import.meta.url));
let site: Site;
beforeAll(async () => {
  site = await demoSite();
});
const read = (text: string, rule = "water.tank_low") =>
  readChangedRule({ site, rule, text: new TextEncoder().encode(text), name: "changed.yaml", library });

const whole = [
  "- id: water.tank_low",
  "  kind: water",
  "  severity: S3",
  "  title: { zh: 水箱低, en: Tank low }",
  "  when: tank_level < 0.3 m",
  '  because: { zh: "水位 {tank_level}", en: "level {tank_level}" }',
  "  advice: { zh: 看, en: look }",
  "  source: test",
].join("\n");

describe("a changed copy of a rule", () => {
  test("as an override of the library's, or written as a whole", async () => {
    const override = await read("- override: water.tank_low\n  params: { tankLow: 0.3 m }\n");
    expect(override).toMatchObject({ rule: { id: "water.tank_low", params: { tankLow: { default: 0.3 } } } });
    expect(await read(whole)).toMatchObject({ rule: { severity: "S3", when: { text: "tank_level < 0.3 m" } } });
  });

  test.each([
    ["a parameter that does not exist", "- override: water.tank_low\n  params: { tankLo: 0.3 m }\n"],
    ["another rule", "- override: water.tank_high\n"],
    ["an expression that does not hold", whole.replace("tank_level <", "tank_lever <")],
    ["pressure where a level belongs", whole.replace("0.3 m", "0.3 MPa")],
    ["a rule switched off", "- override: water.tank_low\n  enabled: false\n"],
    ["nothing", ""],
    ["half a file", "{{{{"],
    ["bytes", "\u0000\u0001\u0002"],
    ["something else", "42"],
  ])("%s is refused with its place, in both languages", async (_name, text) => {
    const result = await read(text);
    if (!("problems" in result)) throw new Error("it was taken");
    expect(result.problems.length).toBeGreaterThan(0);
    for (const problem of result.problems) {
      expect(problem).toMatchObject({
        file: "changed.yaml",
        line: expect.any(Number),
        what: { zh: expect.any(String) },
      });
    }
  });
});
