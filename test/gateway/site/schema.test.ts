/** The schema that editors get: it takes the files of the demo site and the product, and refuses what the check refuses. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { siteFileKinds, siteSchema } from "../../../gateway/site/schema.ts";
import { shipped } from "./written-site.ts";

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
ajv.addFormat("uri", true);
const validators = new Map(siteFileKinds.map((kind) => [kind, ajv.compile(siteSchema(kind))]));
const errors = (kind: (typeof siteFileKinds)[number], value: unknown): readonly string[] => {
  const validate = validators.get(kind);
  return validate?.(value) ? [] : (validate?.errors ?? []).map((one) => `${one.instancePath} ${one.message}`);
};
const yamlIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => [join(folder, name), parse(readFileSync(join(folder, name), "utf8"))] as const);

describe("the files that the product ships fit their schemas", () => {
  test.each([
    ["site", [[join(shipped.demo, "site.yaml"), parse(readFileSync(join(shipped.demo, "site.yaml"), "utf8"))]]],
    ["people", [[join(shipped.demo, "people.yaml"), parse(readFileSync(join(shipped.demo, "people.yaml"), "utf8"))]]],
    [
      "response",
      [[join(shipped.demo, "response.yaml"), parse(readFileSync(join(shipped.demo, "response.yaml"), "utf8"))]],
    ],
    ["devices", yamlIn(join(shipped.demo, "devices"))],
    [
      "rules",
      [
        ...yamlIn(join(shipped.demo, "rules")),
        ...yamlIn(shipped.library).filter(([name]) => !name.endsWith(".cases.yaml")),
      ],
    ],
    ["profile", yamlIn(shipped.profiles)],
  ] as const)("%s", (kind, files) => {
    expect(files.length).toBeGreaterThan(0);
    for (const [name, value] of files) expect([name, value === null ? [] : errors(kind, value)]).toEqual([name, []]);
  });
});

describe("what the check refuses is marked", () => {
  const device = { id: "lift-1", name: { zh: "梯", en: "Lift" }, profile: "x", link: "a" };
  const rule = {
    id: "own.rule",
    kind: "elevator",
    severity: "S2",
    title: { zh: "规", en: "R" },
    when: "speed > 1 m/s",
    because: { zh: "因", en: "B" },
    advice: { zh: "看", en: "L" },
    source: "test",
  };
  test.each([
    ["site", { id: "park", name: { zh: "园", en: "Park" } }, { id: "park", name: { zh: "园", en: "Park" }, zoen: "x" }],
    [
      "site",
      { id: "p", name: { zh: "园", en: "P" }, calendars: { n: { hours: "22:00-06:00" } } },
      { id: "p", name: { zh: "园", en: "P" }, calendars: { n: { hour: "22:00-06:00" } } },
    ],
    ["devices", device, { ...device, kind: "lift" }],
    ["devices", [device], [{ ...device, name: "Lift" }]],
    [
      "devices",
      { ...device, points: [{ id: "p", name: { zh: "压", en: "P" }, type: "number", at: "holding:1" }] },
      { ...device, points: [{ id: "p", type: "number", at: "holding:1" }] },
    ],
    ["rules", rule, { ...rule, severity: "S5" }],
    ["rules", { ...rule, each: { tag: "riser", floor: 3 }, deadband: "5 kPa" }, { ...rule, each: { tags: "riser" } }],
    [
      "rules",
      [{ override: "elevator.overspeed", enabled: false }],
      [{ override: "elevator.overspeed", enable: false }],
    ],
    [
      "people",
      { people: [{ id: "li", name: "李" }], teams: [], fallback: "li" },
      { people: [{ id: "li" }], teams: [], fallback: "li" },
    ],
    ["response", {}, { clases: {} }],
  ] as const)("%s: %j", (kind, good, bad) => {
    expect(errors(kind, good)).toEqual([]);
    expect(errors(kind, bad).length).toBeGreaterThan(0);
  });
});

test("without a kind every schema stands under $defs, with descriptions in both languages", () => {
  const all = siteSchema() as { $defs: Record<string, unknown> };
  expect(Object.keys(all.$defs)).toEqual(siteFileKinds);
  const text = JSON.stringify(all);
  expect(text).toContain("该类设备中只选这些 / { tag, building");
  expect(text).not.toContain('"zh":"该类');
  expect(() => ajv.compile(all)).not.toThrow();
});
