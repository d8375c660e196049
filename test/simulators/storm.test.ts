/** A storm of changes over a fleet: all of them in time, all visible on the wire, and nothing left behind; garbage is refused. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Building, openBuilding } from "../../simulators/building.ts";
import { storm } from "../../simulators/control-storm.ts";
import { parseFleet } from "../../simulators/fleet.ts";
import { createTruthLog } from "../../simulators/truth.ts";
import { createHandClock, type HandClock } from "./hand-clock.ts";

const ports = [
  { name: "lifts", offset: 0, units: [{ device: "lift", kind: "elevator", copies: 20 }] },
  { name: "pumps", offset: 1, units: [{ device: "booster", kind: "booster", copies: 5 }] },
];

let hand: HandClock;
let building: Building;
beforeEach(async () => {
  hand = createHandClock();
  const parsed = parseFleet(JSON.stringify({ basePort: 0, ports }));
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const options = { host: "127.0.0.1", basePort: 0, hour: 10, clock: hand, truth: createTruthLog(hand.wall) };
  building = await openBuilding(parsed.fleet, options);
});
afterEach(() => building.close());

const words = () =>
  building.devices.map(({ device }) =>
    device.unit.reply(Buffer.from([3, 0, 0, 0, device.kind === "elevator" ? 10 : 8])).toString("hex"),
  );
const told = () => building.truth.after(0).filter(({ kind }) => kind === "storm");

test("10,000 changes are made within one second, and every device shows other words than before", () => {
  const before = words();
  expect(storm(building, undefined)).toMatchObject({ status: 200, body: { changes: 10_000, seconds: 1, devices: 25 } });
  expect(storm(building, {})).toMatchObject({ status: 409, code: "already_raging" });
  hand.advance(40);
  words().forEach((word, at) => void expect([at, word]).not.toEqual([at, before[at]]));
  hand.advance(960);
  expect(told().map(({ tells }) => tells.en)).toEqual([
    "10000 changes within 1 s",
    expect.stringMatching(/^The storm is over: 10000 changes in 0\.\d+ s$/),
  ]);
  hand.advance(300);
  for (const { device } of building.devices)
    for (const [point] of device.analog) expect(device.read(point)).toBe(device.plant.readings[point]);
});

test("a line or a device may be named, and stopping everything stops the storm", () => {
  expect(storm(building, { link: "pumps", changes: 50, seconds: 10 })).toMatchObject({ body: { devices: 5 } });
  hand.advance(1_000);
  building.storm.stop();
  expect(told().at(-1)?.tells.en).toMatch(/over: 6 changes in 1 s/);
  // The next one finds the points of the last one given back, although its afterglow is not over.
  expect(storm(building, { device: "lift-3", changes: 5 })).toMatchObject({ status: 200, body: { devices: 1 } });
  for (const { device } of building.devices.filter(({ line }) => line.name === "pumps"))
    for (const [point] of device.analog) expect(device.read(point)).toBe(device.plant.readings[point]);
});

test.each([
  [[], 400],
  ["storm", 400],
  [{ changes: 0 }, 400],
  [{ changes: 1e9 }, 400],
  [{ changes: 1.5 }, 400],
  [{ seconds: -1 }, 400],
  [{ seconds: "soon" }, 400],
  [{ loud: true }, 400],
  [{ device: "lift-1", link: "lifts" }, 400],
  [{ device: "lift-99" }, 404],
  [{ link: "nowhere" }, 404],
])("%j is refused", (body, status) => {
  const reply = storm(building, body);
  expect(reply.status).toBe(status);
  expect("message" in reply && reply.message.zh).toMatch(/[\u4e00-\u9fff]/);
  expect(told()).toEqual([]);
});
