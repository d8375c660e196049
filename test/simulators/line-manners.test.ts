/** Manners of a line and faults of a device on each wire where they mean something, and a refusal where they do not. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OPCUAClient } from "node-opcua";
import { describe, expect, test } from "vitest";
import { fault } from "../../simulators/control-actions.ts";
import { parseFleet } from "../../simulators/fleet.ts";
import { mosquittoFound, startMosquitto } from "../drivers/mqtt/mosquitto.ts";
import { decoded, protocFound } from "../drivers/mqtt/protoc.ts";
import { haveSub, json, listen } from "./ear.ts";
import { startFleet } from "./start-fleet.ts";
import { rawClient } from "./wire/raw-client.ts";

const program = fileURLToPath(new URL("../../simulators/main.ts", import.meta.url));
const lift = { unit: 1, device: "lift-1", kind: "elevator" };
const gas = { device: "gas-1", kind: "gas" };
/** Nobody listens there; the line goes on trying. */
const nobody = "mqtt://127.0.0.1:1";

describe("Modbus", () => {
  test("lost swallows requests, clients turns the next one away, idleSeconds ends a silent connection", async () => {
    await using fleet = await startFleet([
      { name: "poor", offset: 0, lost: 1, idleSeconds: 0.2, units: [lift] },
      { name: "single", offset: 1, clients: 1, latency: [150, 160], units: [{ ...lift, device: "lift-2" }] },
    ]);
    const poor = await rawClient(fleet.port("poor"));
    let heard = 0;
    poor.socket.on("data", (bytes) => (heard += bytes.length));
    void poor.read(1, 1, 3, 0, 1);
    await poor.closed;
    expect(heard).toBe(0);

    const first = await rawClient(fleet.port("single"));
    const second = await rawClient(fleet.port("single"));
    await second.closed;
    const began = performance.now();
    expect([...(await first.read(5, 1, 3, 3, 1)).subarray(0, 9)]).toEqual([0, 5, 0, 0, 0, 5, 1, 3, 2]);
    expect(performance.now() - began).toBeGreaterThan(140);
    first.socket.destroy();
    await first.closed;
  }, 30_000);
});

describe("OPC UA", () => {
  test("clients is the number of sessions, and slow shows a value late with the time at which it was true", async () => {
    await using fleet = await startFleet([{ name: "ua", speaks: "opcua", offset: 0, clients: 1, units: [lift] }]);
    const endpoint = `opc.tcp://127.0.0.1:${fleet.port("ua")}`;
    const connect = async () => {
      const client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy: { maxRetry: 0 } });
      await client.connect(endpoint);
      return client;
    };
    const [one, other] = [await connect(), await connect()];
    const session = await one.createSession();
    await expect(other.createSession()).rejects.toThrow(/TooManySessions/);
    await other.disconnect();

    const index = (await session.readNamespaceArray()).indexOf("urn:gatehouse:simulator");
    const speed = async () => (await session.read({ nodeId: `ns=${index};s=lift-1.speed` })).value.value as number;
    fleet.device("lift-1").faults.setFault("slow", true, 1);
    const began = performance.now();
    fleet.device("lift-1").setPoint("speed", 1.25);
    await expect.poll(speed, { timeout: 30_000, interval: 50 }).toBe(1.25);
    expect(performance.now() - began).toBeGreaterThan(950);
    await session.close();
    await one.disconnect();
  }, 90_000);
});

describe.skipIf(!mosquittoFound || !haveSub)("MQTT", () => {
  test("lost keeps values from arriving but not the line's status; slow and jitter hold a message back", async () => {
    await using broker = await startMosquitto();
    await using ear = await listen(broker, "fm/#");
    await using fleet = await startFleet([
      { name: "poor", speaks: "mqtt", broker: broker.url, lost: 1, units: [lift] },
      { name: "good", speaks: "mqtt", broker: broker.url, units: [gas] },
    ]);
    await ear.until(({ topic }) => topic === "fm/poor/$status");
    await ear.until(({ topic }) => topic === "fm/good/gas/gas-1/conc_lel");
    const told = async (fault: "slow" | "jitter", value: number) => {
      fleet.device("gas-1").faults.setFault(fault, true, 1);
      const began = performance.now();
      fleet.device("gas-1").setPoint("conc_lel", value);
      await ear.until((one) => one.topic === "fm/good/gas/gas-1/conc_lel" && json(one).v === value);
      fleet.device("gas-1").faults.setFault(fault, false);
      return performance.now() - began;
    };
    expect(await told("slow", 31)).toBeGreaterThan(950);
    expect(await told("jitter", 32)).toBeGreaterThan(0);
    expect(ear.all.filter(({ topic }) => topic.startsWith("fm/poor/")).map(({ topic }) => topic)).toEqual([
      "fm/poor/$status",
    ]);
  }, 60_000);

  test.skipIf(!protocFound)(
    "a simulator that is killed is declared dead by its wills, with the bdSeq of its birth",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "gatehouse-will-"));
      await using broker = await startMosquitto();
      await using ear = await listen(broker, "#");
      const ports = [
        { name: "node", speaks: "sparkplug", broker: broker.url, prefix: "park", units: [gas] },
        { name: "plain", speaks: "mqtt", broker: broker.url, units: [lift] },
      ];
      writeFileSync(join(folder, "fleet.yaml"), JSON.stringify({ ports }));
      const child = spawn(process.execPath, [program, "run", join(folder, "fleet.yaml")], {
        env: { ...process.env, GATEHOUSE_MODBUS_PORT: "0", GATEHOUSE_SIM_PORT: "0" },
        stdio: "ignore",
      });
      const bdSeq = (payload: Buffer) => /name: "bdSeq"[\s\S]*?long_value: (\d+)/.exec(decoded(payload))?.[1];
      const born = await ear.until(({ topic }) => topic === "spBv1.0/park/NBIRTH/node");
      await ear.until(({ topic }) => topic === "spBv1.0/park/DBIRTH/node/gas-1");
      await ear.until(({ topic, payload }) => topic === "fm/plain/$status" && payload.toString() === "online");
      child.kill("SIGKILL");
      await once(child, "exit");
      const dead = await ear.until(({ topic }) => topic === "spBv1.0/park/NDEATH/node");
      expect([bdSeq(dead.payload), bdSeq(dead.payload) === bdSeq(born.payload)]).toEqual([expect.any(String), true]);
      await ear.until(({ topic, payload }) => topic === "fm/plain/$status" && payload.toString() === "offline");
      rmSync(folder, { recursive: true });
    },
    60_000,
  );
});

test("a fault that means nothing on a wire is refused with a sentence, and nothing is switched", async () => {
  await using fleet = await startFleet([
    { name: "plain", speaks: "mqtt", broker: nobody, units: [lift] },
    { name: "node", speaks: "sparkplug", broker: nobody, units: [gas] },
  ]);
  for (const [device, name] of [
    ["lift-1", "exception-4"],
    ["lift-1", "one-client"],
    ["lift-1", "wrong-id"],
    ["gas-1", "foreign-reply"],
    ["gas-1", "one-client"],
  ]) {
    const reply = fault(fleet.building, { device, fault: name });
    expect(reply).toMatchObject({ status: 400, code: "means_nothing" });
    expect("message" in reply && reply.message.zh).toContain("无意义");
  }
  expect(fault(fleet.building, { device: "gas-1", fault: "wrong-id" })).toMatchObject({ status: 200 });
  expect([...fleet.device("lift-1").faults.faults.keys()]).toEqual([]);
});

describe("a line in a fleet file", () => {
  const units = [lift];
  const mqtt = { name: "a", speaks: "mqtt", broker: nobody, units };
  test.each([
    ["a broker that is no text", { ...mqtt, broker: 1883 }, /ports\[0\]\.broker: Invalid input/],
    ["no broker", { name: "a", speaks: "mqtt", units }, /needs broker/],
    ["an empty broker", { ...mqtt, broker: "" }, /ports\[0\]\.broker: Too small/],
    ["a client id with a blank", { ...mqtt, clientId: "my id" }, /ports\[0\]\.clientId: Invalid string/],
    ["a prefix with a wildcard", { ...mqtt, prefix: "fm/#" }, /ports\[0\]\.prefix: Invalid string/],
    ["a port of a publisher", { ...mqtt, port: 1883 }, /listens on no port/],
    ["clients of a publisher", { ...mqtt, clients: 2 }, /clients means nothing on a line of mqtt/],
    [
      "a broker of a server",
      { name: "a", offset: 0, broker: nobody, units },
      /broker means nothing on a line of modbus-tcp/,
    ],
    ["no path", { name: "a", speaks: "serial", units }, /needs path/],
    [
      "a path that is a list",
      { name: "a", speaks: "serial", path: ["/tmp/a"], units },
      /ports\[0\]\.path: Invalid input/,
    ],
    [
      "a path of a server",
      { name: "a", offset: 0, path: "/tmp/a", units },
      /path means nothing on a line of modbus-tcp/,
    ],
    ["more lost than all", { ...mqtt, lost: 1.5 }, /ports\[0\]\.lost: Too big/],
    ["a latency backwards", { name: "a", offset: 0, latency: [9, 1], units }, /the least is above the most/],
    ["a language that nobody speaks", { name: "a", offset: 0, speaks: "bacnet", units }, /ports\[0\]\.speaks: /],
  ])("with %s is refused", (_what, port, said) => {
    const parsed = parseFleet(JSON.stringify({ ports: [port] }));
    const told = "problems" in parsed ? parsed.problems.map(({ path, what }) => `${path}: ${what.en}`) : ["taken"];
    expect(told.join("\n")).toMatch(said);
  });
});
