/** A table of points becomes a device file that the site loader takes, or a list of what is wrong with it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { drivers } from "../../../drivers/catalog.ts";
import { type ImportInput, importPoints } from "../../../gateway/commands/import-points.ts";
import { siteOf } from "../site/written-site.ts";

const folder = mkdtempSync(join(tmpdir(), "gatehouse-import-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "points.csv");

const run = (table: string | Uint8Array, more: Partial<ImportInput> = {}) => {
  writeFileSync(file, table);
  return importPoints({ file, device: "pump-9", force: false, drivers, language: "en", ...more });
};
const told = async (table: string) => {
  const result = await run(table);
  return result.outcome === "refused" ? result.lines.map((line) => line.replace(`${file}:`, "")) : result;
};

const CHINESE = `点名,名称,类型,单位,地址,系数,下限,上限,周期,取值
outlet_pressure,出水压力,模拟量,MPa,holding:2:i16,0.001,0,1.6,1s,
running,运行,开关,,coil:3,,,,,
mode,"方式, 手动/自动",枚举,,holding:4,,,,5s,0=手动/manual;1=自动
`;

describe("a table with a Chinese header", () => {
  test("becomes a device that the site takes as it is", async () => {
    const result = await run(CHINESE, { kind: "water", link: "{ modbus-tcp: { host: 10.0.0.1 } }" });
    if (result.outcome !== "text") throw new Error(JSON.stringify(result));
    const site = await siteOf({ "devices/pump.yaml": result.text });
    const device = site.devices.find(({ id }) => id === "pump-9");
    const points = device?.points.map((handle) => site.points[handle]);
    expect(device?.kind).toBe("water");
    expect(points).toMatchObject([
      {
        id: "pump-9.outlet_pressure",
        name: { zh: "出水压力", en: "出水压力" },
        type: "number",
        unit: "MPa",
        scale: 0.001,
        range: [0, 1.6],
        every: 1_000,
      },
      { id: "pump-9.running", type: "bool", atText: "coil:3" },
      {
        id: "pump-9.mode",
        name: { zh: "方式, 手动/自动" },
        type: "enum",
        every: 5_000,
        values: { 0: { zh: "手动", en: "manual" }, 1: { zh: "自动", en: "自动" } },
      },
    ]);
  });

  test("in GB18030 gives the same", async () => {
    const gb = Uint8Array.of(
      0xb5,
      0xe3,
      0xc3,
      0xfb,
      0x2c,
      0xc3,
      0xfb,
      0xb3,
      0xc6,
      0x2c,
      0xc0,
      0xe0,
      0xd0,
      0xcd,
      0x2c,
      0xb5,
      0xd8,
      0xd6,
      0xb7,
      0x0a,
    );
    const row = [
      ...Uint8Array.of(0x61, 0x2c, 0xd1, 0xb9, 0xc1, 0xa6),
      ...new TextEncoder().encode(",number,holding:1\n"),
    ];
    expect(await run(Uint8Array.from([...gb, ...row]))).toMatchObject({ text: expect.stringContaining('zh: "压力"') });
  });
});

test("a table with an English header, and texts that YAML could misread, come through", async () => {
  const result = await run('id;name_zh;name;type;at\nyes_no;"{ a: [b] } # ""x""";no: - yes;bool;coil:0\n', {
    kind: "water",
    link: "{ modbus-tcp: { host: 10.0.0.1 } }",
  });
  if (result.outcome !== "text") throw new Error(JSON.stringify(result));
  const site = await siteOf({ "devices/pump.yaml": result.text });
  expect(site.points.find(({ key }) => key === "yes_no")?.name).toEqual({ zh: '{ a: [b] } # "x"', en: "no: - yes" });
});

describe("what is wrong is told at its line and column, all at once", () => {
  test.each([
    ["", ["1:1  the file is empty"]],
    ["点名,名称,类型,地址\n", ["1:1  there are no points"]],
    ["点名,名称,类型\na,a,bool\n", ['1:1  the column "at" is missing']],
    ["点名,名称,类型,地址,备注,点名\n", ['1:5  there is no column "备注"', '1:6  the column "点名" comes twice']],
    [
      "id,name_zh,type,at,scale,low,high,every,values\nA b,,switch,holding:99999,x,5,1,often,on\na,甲,enum,,0,,,,\na,乙,bool,coil:1,,,,,,more\n",
      [
        '2:1  id: "A b" is not a point name',
        "2:2  中文名称: is empty",
        '2:3  type: "switch" is no type',
        "2:4  at: The address",
        '2:5  scale: "x" is no number',
        "2:6  low: low and high come together",
        '2:8  every: "often" is no length of time',
        '2:9  values: "on" cannot be read',
        "3:4  at: is empty",
        "3:5  scale: cannot be 0",
        "3:9  values: an enum needs its values",
        '4:10  "more" stands beyond the last column',
        "4:1  id: a already stands in line 3",
      ],
    ],
  ])("%j", async (table, lines) => {
    const found = await told(table);
    expect(found).toHaveLength(lines.length);
    for (const [n, line] of lines.entries()) expect((found as string[])[n]).toContain(line);
  });

  test("a device id, a kind, or a file that is not there", async () => {
    expect(await run(CHINESE, { device: "../x" })).toMatchObject({ outcome: "refused" });
    expect(await run(CHINESE, { kind: "pump" })).toMatchObject({
      lines: [expect.stringContaining("There is no kind pump")],
    });
    expect(await run(CHINESE, { file: join(folder, "none.csv") })).toMatchObject({
      lines: [expect.stringContaining("ENOENT")],
    });
  });
});

test("a file is never overwritten without --force", async () => {
  const out = join(folder, "pump.yaml");
  expect(await run(CHINESE, { out })).toEqual({ outcome: "written", file: out, points: 3 });
  writeFileSync(out, "mine");
  expect(await run(CHINESE, { out })).toMatchObject({
    outcome: "refused",
    lines: [expect.stringContaining("--force")],
  });
  expect(readFileSync(out, "utf8")).toBe("mine");
  expect(await run(CHINESE, { out, force: true })).toMatchObject({ outcome: "written" });
  expect(readFileSync(out, "utf8")).toContain("outlet_pressure");
});
