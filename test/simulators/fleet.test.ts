/** The fleet file: a good one is read with its defaults, a bad one is refused with every problem and its place. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseFleet, partsOf, portNumber } from "../../simulators/fleet.ts";

const demo = new URL("../../simulators/demo-site/", import.meta.url);
const good = `
basePort: 15020
ports:
  - name: lifts
    offset: 0
    units:
      - { unit: 1, device: lift-1, kind: elevator, seed: 5, params: { floors: 12 } }
      - { unit: 2, device: lift-2, kind: elevator }
  - name: pumps
    port: 4000
    units: [ { unit: 1, device: booster-1, kind: booster } ]
`;

function problems(text: string): string[] {
  const parsed = parseFleet(text);
  return "problems" in parsed ? parsed.problems.map(({ path, what }) => `${path}: ${what.en}`) : [];
}

test("a good file has its defaults filled in and its ports counted from the base", () => {
  const parsed = parseFleet(good);
  if (!("fleet" in parsed)) throw new Error(JSON.stringify(parsed.problems));
  const { fleet } = parsed;
  expect(fleet.control.port).toBe(8090);
  expect(fleet.ports[0]?.units[0]).toMatchObject({
    seed: 5,
    params: { floors: 12, ratedSpeed: 1.75, rescueDevice: false },
  });
  expect(fleet.ports[1]?.units[0]).toMatchObject({ kind: "booster", params: { setpoint: 0.55, flow: 8 } });
  expect(fleet.ports.map((port) => portNumber(port, 16_000))).toEqual([16_000, 4000]);
  expect(fleet.ports.map((port) => portNumber(port, 0))).toEqual([0, 4000]);
});

describe("a bad file is refused with the place of each problem", () => {
  test.each([
    ["an unknown key", good.replace("basePort", "baseport"), /^: Unrecognized key: "baseport"/],
    ["an unknown kind", good.replace("kind: booster", "kind: boiler"), /^ports\[1\]\.units\[0\]\.kind: /],
    [
      "a parameter of another kind",
      good.replace("floors: 12", "flow: 12"),
      /^ports\[0\]\.units\[0\]\.params: Unrecognized key: "flow"/,
    ],
    [
      "a parameter out of range",
      good.replace("floors: 12", "floors: 3"),
      /^ports\[0\]\.units\[0\]\.params\.floors: Too small/,
    ],
    ["a unit that is no number", good.replace("unit: 2", "unit: two"), /^ports\[0\]\.units\[1\]\.unit: Invalid input/],
    ["unit 248", good.replace("unit: 2", "unit: 248"), /^ports\[0\]\.units\[1\]\.unit: Too big/],
    [
      "one unit twice",
      good.replace("unit: 2", "unit: 1"),
      /^ports\[0\]\.units\[1\]\.unit: Unit 1 of this port is already used/,
    ],
    [
      "one device twice",
      good.replace("lift-2", "booster-1"),
      /^ports\[1\]\.units\[0\]\.device: The device booster-1 is already used at ports\[0\]\.units\[1\]\.device/,
    ],
    ["neither offset nor port", good.replace("    offset: 0\n", ""), /^ports\[0\]: Give either an offset or a port/],
    ["a zone that does not exist", `zone: Mars/Base\n${good}`, /^zone: There is no time zone Mars\/Base/],
    ["broken YAML", "ports: [", /^: This is no valid YAML/],
    ["an empty file", "", /^: Invalid input/],
    ["a list", "- 1", /^: Invalid input/],
    ["no ports", "ports: []", /^ports: Too small/],
    ["a file that is too large", `# ${"x".repeat(600_000)}`, /larger than 512 KiB/],
    [
      "aliases that explode",
      `a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nports: [*b,*b,*b,*b,*b]`,
      /aliases|Unrecognized|Invalid/,
    ],
  ])("%s", (_what, text, expected) => {
    expect(problems(text)[0]).toMatch(expected);
  });

  test("all at once, in Chinese as well", () => {
    const text = good.replace("floors: 12", "floors: 3").replace("unit: 2", "unit: two");
    const parsed = parseFleet(text);
    if (!("problems" in parsed)) throw new Error("it was taken");
    expect(parsed.problems).toHaveLength(2);
    for (const { what } of parsed.problems) expect(what.zh).toMatch(/[\u4e00-\u9fff]/);
  });
});

describe("the demo fleet", () => {
  const parsed = parseFleet(readFileSync(new URL("fleet.yaml", demo), "utf8"));
  const fleet = "fleet" in parsed ? parsed.fleet : undefined;
  const units = (fleet?.ports ?? []).flatMap((port) => port.units.map((unit) => ({ ...unit, offset: port.offset })));

  test("has twelve elevators, four booster sets and a fire panel and an access controller on nine ports", () => {
    expect(problems(readFileSync(new URL("fleet.yaml", demo), "utf8"))).toEqual([]);
    expect(units.filter(({ kind }) => kind === "elevator")).toHaveLength(12);
    expect(units.filter(({ kind }) => kind === "booster")).toHaveLength(4);
    expect(units.filter(({ kind }) => kind === "fire-panel")).toHaveLength(1);
    expect(units.filter(({ kind }) => kind === "access")).toHaveLength(1);
    expect(fleet?.ports.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("agrees with the devices of the demo site: place on the wire, and facts that no register tells", () => {
    interface SiteDevice {
      id: string;
      unit: number;
      vars?: { door?: string };
      link: { "modbus-tcp": { portOffset?: number } };
      params?: { floors?: number; ratedSpeed?: string; rescueDevice?: boolean };
    }
    const read = (file: string): SiteDevice[] => parse(readFileSync(new URL(`devices/${file}`, demo), "utf8"));
    const devices = [...read("elevators.yaml"), ...read("boosters.yaml"), ...read("fire.yaml"), ...read("access.yaml")];
    expect(devices.map(({ id }) => id).sort()).toEqual(units.flatMap((unit) => [unit.device, ...partsOf(unit)]).sort());
    for (const device of devices) {
      const unit = units.find((one) => one.device === device.id || partsOf(one).includes(device.id));
      const door = unit && partsOf(unit).indexOf(device.id) + 1;
      expect([device.id, device.vars?.door]).toEqual([device.id, door ? `${door}` : undefined]);
      expect([device.id, unit?.unit, unit?.offset]).toEqual([
        device.id,
        device.unit,
        device.link["modbus-tcp"].portOffset ?? 0,
      ]);
      if (unit?.kind !== "elevator") continue;
      const { floors, ratedSpeed, rescueDevice = false } = device.params ?? {};
      expect([device.id, unit.params.floors, `${unit.params.ratedSpeed} m/s`, unit.params.rescueDevice]).toEqual([
        device.id,
        floors,
        ratedSpeed,
        rescueDevice,
      ]);
    }
  });
});
