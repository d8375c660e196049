/** The OPC UA server of the simulated building as a client sees it that runs as a process of its own. */
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startFleet } from "./start-fleet.ts";

interface Seen {
  readonly id: string;
  readonly value: number | boolean | string | null;
  readonly status: string;
  readonly sourceAt: number;
  readonly type: string;
  readonly properties: Readonly<Record<string, string>>;
}

const program = fileURLToPath(new URL("opcua-client.ts", import.meta.url));
async function look(port: number, nodes: readonly string[], secured = ""): Promise<readonly Seen[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    program,
    `opc.tcp://127.0.0.1:${port}`,
    secured,
    ...nodes,
  ]);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "[]");
}

const units = [
  { device: "lift-1", kind: "elevator" },
  { device: "booster-1", kind: "booster" },
  { device: "fire-1", kind: "fire-panel" },
  { device: "access-1", kind: "access", params: { doors: ["door-1", "door-2"] } },
  { device: "utility-1", kind: "utility" },
  { device: "generator-1", kind: "generator" },
  { device: "ups-1", kind: "ups" },
  { device: "gas-1", kind: "gas" },
];

test("every kind has typed variables with units and words, and says in a status code and a time stamp what is wrong with it", async () => {
  await using fleet = await startFleet([{ name: "ua", speaks: "opcua", offset: 0, units }]);
  const port = fleet.port("ua");
  const lift = fleet.device("lift-1");
  for (const [point, value] of Object.entries({ speed: -1.75, service_mode: 2, door_closed: 1 }))
    lift.setPoint(point, value);
  const settled = async (
    nodes: readonly string[],
    right: (seen: readonly Seen[]) => boolean,
  ): Promise<readonly Seen[]> => {
    for (let tries = 0; tries < 20; tries += 1) {
      const seen = await look(port, nodes);
      if (right(seen)) return seen;
    }
    throw new Error(`never came: ${nodes.join(", ")}`);
  };
  const [speed, mode, closed, pressure] = await settled(
    ["lift-1.speed", "lift-1.service_mode", "lift-1.door_closed", "booster-1.outlet_pressure"],
    (seen) => seen[0]?.value === -1.75,
  );
  expect(speed).toMatchObject({ value: -1.75, status: "Good", type: "AnalogItemType" });
  expect(speed?.properties.EngineeringUnits).toContain("m/s");
  expect(speed?.properties.EURange).toMatch(/"low":-\d+.*"high":\d+/);
  expect(mode).toMatchObject({ value: 2, type: "MultiStateValueDiscreteType" });
  expect(mode?.properties.EnumValues).toContain("Inspection");
  expect(closed).toMatchObject({ value: true, type: "TwoStateDiscreteType" });
  expect(pressure?.properties.EngineeringUnits).toContain("MPa");

  const others = [
    "fire-1.fire_alarm",
    "access-1.mains_ok",
    "access-1.d2_door_open",
    "utility-1.voltage_l1",
    "generator-1.running",
    "ups-1.battery_pct",
    "gas-1.conc_lel",
  ];
  for (const seen of await look(port, others, "secured")) expect([seen.id, seen.status]).toEqual([seen.id, "Good"]);

  lift.faults.setFault("exception-4", true);
  fleet.device("booster-1").faults.setFault("silence", true);
  const utility = fleet.device("utility-1");
  utility.faults.setFault("clock-skew", true, 7_200);
  const wrong = await settled(
    ["lift-1.speed", "booster-1.flow", "utility-1.heartbeat"],
    (seen) => seen[0]?.status !== "Good" && (seen[2]?.sourceAt ?? 0) > Date.now() + 3_600_000,
  );
  expect(wrong.map(({ status }) => status)).toEqual(["BadDeviceFailure", "BadNoCommunication", "Good"]);
  lift.faults.setFault("exception-4", false);
  lift.faults.setFault("zeros", true);
  expect((await settled(["lift-1.speed"], (seen) => seen[0]?.status === "Good" && seen[0].value === 0))[0]?.value).toBe(
    0,
  );
}, 180_000);

test("a port that is taken is the system's own error", async () => {
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
  const address = taken.address();
  const port = typeof address === "object" && address ? address.port : 0;
  try {
    await expect(startFleet([{ name: "ua", speaks: "opcua", port, units: units.slice(0, 1) }])).rejects.toMatchObject({
      port,
      cause: { code: "EADDRINUSE" },
    });
  } finally {
    taken.close();
  }
});
