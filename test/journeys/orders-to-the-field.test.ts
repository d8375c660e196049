/** An engineer writes to real peers of all three protocols through the HTTP API, and finds on the link what each granted. */
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import type { LinkBody, WriteOfferBody, WriteOutcomeBody } from "../../gateway/api/link-shapes.ts";
import type { PointBody } from "../../gateway/api/shapes.ts";
import { frame, goodReply, startSpecDevice } from "../drivers/modbus/spec-device.ts";
import { startServer } from "../drivers/opcua/start-server.ts";
import { DEMO_SITE, demoPorts, freePorts, startHouseProcess } from "../support/house-process.ts";

const WRITE_REGISTER = 6;

/** One holding register that takes what is written. */
async function startPump() {
  const registers = Uint16Array.of(250);
  return {
    registers,
    device: await startSpecDevice((request) => {
      const { id, unit, start, count, socket } = request;
      if (request.code !== WRITE_REGISTER) {
        socket.write(goodReply((_unit, _code, address) => registers[address], request));
        return;
      }
      registers[start] = count;
      const echo = Buffer.of(WRITE_REGISTER, start >> 8, start & 255, count >> 8, count & 255);
      socket.write(frame(id, unit, echo));
    }),
  };
}

function writeSite(ports: { modbus: number; opcua: number }): string {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-orders-site-"));
  cpSync(join(DEMO_SITE, "people.yaml"), join(folder, "people.yaml"));
  mkdirSync(join(folder, "devices"));
  writeFileSync(
    join(folder, "site.yaml"),
    `id: orders
name: { zh: 指令, en: Orders }
simulated: true
broker:
  users:
    - { name: valve, password: "\${VALVE_PASSWORD}", publish: ["park/valve/#"], subscribe: ["park/valve/#"] }
`,
  );
  writeFileSync(
    join(folder, "devices/plant.yaml"),
    `- id: pump
  name: { zh: 水泵, en: Pump }
  kind: water
  link: { modbus-tcp: { host: 127.0.0.1, port: ${ports.modbus} } }
  points:
    - { id: setpoint, name: { zh: 设定压力, en: Setpoint }, type: number, unit: MPa, at: "holding:0", scale: 0.001, range: [0.2, 0.6], every: 200ms, write: { who: [engineer] } }
- id: bms
  name: { zh: 楼控, en: BMS }
  kind: water
  link: { opcua: { endpoint: "opc.tcp://127.0.0.1:${ports.opcua}", security: none, publishing: 100ms, timeout: 20s } }
  points:
    - { id: level, name: { zh: 液位, en: Level }, type: number, unit: m, at: "nsu=urn:test:plant;s=Level", range: [0, 5], every: 100ms, write: { who: [engineer] } }
- id: valve
  name: { zh: 阀门, en: Valve }
  kind: water
  link: { mqtt: { url: embedded } }
  points:
    - { id: open, name: { zh: 打开, en: Open }, type: bool, at: "park/valve/state#/position > park/valve/set#/position", words: { open: 1, shut: 0 }, write: { who: [engineer] } }
- id: old-pump
  name: { zh: 旧水泵, en: Old pump }
  kind: water
  link: { modbus-rtu: { path: ${join(folder, "no-such-port")}, baudRate: 9600, parity: none } }
  points:
    - { id: run, name: { zh: 运行, en: Running }, type: bool, at: "coil:0", every: 1s }
`,
  );
  return folder;
}

test("an order reaches a Modbus device, an OPC UA server and an MQTT device, and is believed when it is read back", async () => {
  await using stack = new AsyncDisposableStack();
  const pump = await startPump();
  stack.use(pump.device);
  const server = stack.use(await startServer({ minSampling: 500 }));
  const brokerPort = await freePorts(1);
  const house = stack.use(
    await startHouseProcess({
      args: [writeSite({ modbus: pump.device.port, opcua: server.port })],
      ports: await demoPorts(),
      environment: { VALVE_PASSWORD: "valve-secret", GATEHOUSE_BROKER_PORT: String(brokerPort) },
    }),
  );
  const valve = await connectAsync(`mqtt://127.0.0.1:${brokerPort}`, {
    username: "valve",
    password: "valve-secret",
    clientId: "valve",
  });
  stack.defer(() => valve.endAsync(true));
  const orders: string[] = [];
  const say = (position: string) => valve.publishAsync("park/valve/state", JSON.stringify({ position }));
  valve.on("message", (_topic, payload) => {
    orders.push(String(payload));
    void say((JSON.parse(String(payload)) as { position: string }).position);
  });
  await valve.subscribeAsync("park/valve/set");
  await say("shut");

  const point = async (id: string) => (await house.call<PointBody>("GET", `/api/points/${id}`)).body;
  const write = async (id: string, value: number | boolean) => {
    const path = `/api/points/${id}/write`;
    const offer = await house.call<WriteOfferBody>("POST", path, { value });
    expect([id, offer.status]).toEqual([id, 200]);
    const body = { value, confirm: offer.body.confirm, commandId: `order-${id}` };
    return (await house.call<WriteOutcomeBody>("POST", path, body)).body;
  };
  for (const [id, before, wanted] of [
    ["pump.setpoint", 0.25, 0.4],
    ["bms.level", 1.5, 2.5],
    ["valve.open", false, true],
  ] as const) {
    await expect.poll(() => point(id), { timeout: 30_000 }).toMatchObject({ value: before, quality: "good" });
    expect(await write(id, wanted)).toMatchObject({ outcome: "done" });
    await expect.poll(() => point(id), { timeout: 10_000 }).toMatchObject({ value: wanted, quality: "good" });
  }
  expect(pump.registers[0]).toBe(400);
  expect(orders).toEqual(['{"position":"open"}']);

  const links = (await house.call<LinkBody[]>("GET", "/api/links")).body;
  const of = (driver: string) => links.find((link) => link.driver === driver);
  const granted = of("opcua")?.units[0]?.notes.map(({ en }) => en);
  expect(granted).toEqual([
    expect.stringMatching(/security: none/),
    expect.stringMatching(/every 500 ms instead of the 100 ms/),
  ]);
  // One short poll a second on a line of 9600 baud.
  expect(of("modbus-rtu")?.load).toBeGreaterThan(0.01);
  expect(of("modbus-rtu")?.load).toBeLessThan(0.2);
  expect(of("modbus-tcp")?.load).toBeUndefined();
  expect(JSON.stringify(links)).not.toContain("valve-secret");
  const pages = await house.call<LinkBody>("GET", `/api/links/${encodeURIComponent(of("opcua")?.id ?? "")}`);
  expect(pages.body).toMatchObject({ id: `opcua:127.0.0.1:${server.port}`, state: "up" });
}, 120_000);
