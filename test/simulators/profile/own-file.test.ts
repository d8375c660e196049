/** A data file that nobody here wrote: other units, addresses and types than the house's, and what cannot be played. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FleetRefused } from "../../../simulators/open-line.ts";
import { conversion } from "../../../simulators/profile/units.ts";
import { startFleet } from "../start-fleet.ts";
import { rawClient } from "../wire/raw-client.ts";

function written(points: readonly string[], kind = "water") {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-own-file-"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "own.yaml"),
    `id: own\nvendor: Test\nmodel: O1\nname: { zh: 自编, en: Own }\nkind: ${kind}\nprotocol: modbus\npoints:\n${points
      .map((point) => `  - { name: { zh: 点, en: Point }, ${point} }\n`)
      .join("")}`,
  );
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
const line = (more: object = {}, kind = "booster") => [
  {
    name: "line",
    speaks: "modbus-tcp",
    offset: 0,
    units: [{ unit: 1, device: "it", kind, profile: "own.yaml", ...more }],
  },
];
const refusal = async (folder: string, more: object = {}) => {
  try {
    await using _ = await startFleet(line(more), folder);
    return [];
  } catch (cause) {
    if (cause instanceof FleetRefused) return cause.wrong.map(({ en }) => en);
    throw cause;
  }
};

test("reads the same water in the units of the file: 0.55 MPa are 5.5 bar, 8 m³/h are 2.22 L/s, held values too", async () => {
  using file = written([
    `id: outlet_pressure, type: number, unit: bar, at: "holding:0:u16", scale: 0.01`,
    `id: inlet_pressure, type: number, unit: kPa, at: "holding:1:i16"`,
    `id: flow, type: number, unit: L/s, at: "holding:2:u16", scale: 0.001`,
    `id: tank_level, type: number, unit: cm, at: "holding:3:u16"`,
    `id: p1_temp, type: number, unit: "[degF]", at: "holding:4:u16", scale: 0.1`,
    `id: p1_freq, type: number, at: "holding:5:u16", scale: 0.01`,
    `id: head, type: number, unit: cm, at: "holding:6:u16"`,
    `id: ph, type: number, unit: "[pH]", at: "holding:7:u16", scale: 0.1`,
  ]);
  await using fleet = await startFleet(line(), file.folder);
  const device = fleet.device("it");
  const held = {
    outlet_pressure: 0.553,
    inlet_pressure: 0.2,
    flow: 8,
    tank_level: 2.003,
    p1_temp: 50,
    p1_freq: 44.1,
    ph: 7.5,
  };
  for (const [point, value] of Object.entries(held)) device.setPoint(point, value);
  const client = await rawClient(fleet.port("line"));
  const reply = await client.read(1, 1, 3, 0, 8);
  client.socket.destroy();
  const words = Array.from({ length: 8 }, (_, at) => reply.readUInt16BE(9 + 2 * at));
  // head: (0.553 - 0.2) MPa at 101.97 m/MPa.
  expect(words).toEqual([553, 200, 2222, 200, 1220, 4410, 3600, 75]);
});

test.each<[string, string, object, RegExp]>([
  [
    "a pressure in metres",
    `id: outlet_pressure, type: number, unit: m, at: "holding:0:u16"`,
    {},
    /outlet_pressure m \(MPa\)/,
  ],
  [
    "a unit that nobody knows",
    `id: flow, type: number, unit: gallons, at: "holding:0:u16"`,
    {},
    /flow gallons \(m3\/h\)/,
  ],
  [
    "a word that no address holds",
    `id: flow, type: number, at: "holding:0:u16"`,
    { vars: { pump: "2" } },
    /\{pump\}.*need no vars/,
  ],
  [
    "a word that is misspelt",
    `id: flow, type: number, at: "holding:{pump}:u16"`,
    { vars: { pump: "2", pmup: "2" } },
    /\{pmup\}.*there are: pump/,
  ],
])("refuses %s with the point or word", async (_what, point, more, said) => {
  using file = written([point]);
  expect(await refusal(file.folder, more)).toEqual([expect.stringMatching(said)]);
});

test("a unit that no model speaks of is left alone", async () => {
  using file = written([`id: something_else, type: number, unit: gallons, at: "holding:0:u16", range: [3, 9]`]);
  expect(await refusal(file.folder)).toEqual([]);
});

test("what is turned there and back is what it was, whatever the units", () => {
  const kinds = [
    ["Pa", "kPa", "MPa", "bar", "mbar", "m[H2O]", "[psi]"],
    ["m3/h", "L/s", "l/min", "m3/d"],
    ["Cel", "K", "[degF]"],
    ["m", "cm", "mm"],
    ["h", "min", "s", "d"],
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.nat(),
      fc.nat(),
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      (codes, a, b, value) => {
        const [from, to] = [codes[a % codes.length] ?? "", codes[b % codes.length] ?? ""];
        const there = conversion(from, to)?.(value) ?? Number.NaN;
        expect(conversion(to, from)?.(there)).toBeCloseTo(value, 6);
      },
    ),
  );
  expect(conversion("Cel", "[degF]")?.(100)).toBeCloseTo(212, 9);
  expect(conversion("bar", "m")).toBeUndefined();
});
