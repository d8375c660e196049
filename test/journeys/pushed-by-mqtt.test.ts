/** A device that pushes: its own user at the house's broker, its values on the screens, and what it had said after a power cut. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { createDataFolder } from "../support/data-folder.ts";
import { DEMO_SITE, demoPorts, freePorts, startHouseProcess } from "../support/house-process.ts";

function writeSite(): string {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-mqtt-site-"));
  cpSync(join(DEMO_SITE, "people.yaml"), join(folder, "people.yaml"));
  mkdirSync(join(folder, "devices"));
  writeFileSync(
    join(folder, "site.yaml"),
    `id: pushed
name: { zh: 推送, en: Pushed }
simulated: true
broker:
  users:
    - { name: meter, password: "\${METER_PASSWORD}", publish: ["park/meter/#"] }
`,
  );
  writeFileSync(
    join(folder, "devices/meter.yaml"),
    `id: meter
name: { zh: 水表, en: Meter }
kind: water
link: { mqtt: { url: embedded } }
points:
  - { id: flow, name: { zh: 流量, en: Flow }, type: number, unit: m3/h, at: "park/meter/state#/flow ; alive=park/meter/status" }
  - { id: valve, name: { zh: 阀门, en: Valve }, type: bool, at: "park/meter/state#/valve ; alive=park/meter/status", words: { open: 1, shut: 0 } }
`,
  );
  return folder;
}

interface PointBody {
  readonly value: number | boolean | null;
  readonly quality: string;
  readonly reason?: string;
}

test("a meter behind the house's own broker is read, lost by its will, and known again after a kill", async () => {
  using data = createDataFolder();
  const [site, ports, brokerPort] = [writeSite(), await demoPorts(), await freePorts(1)];
  const environment = { METER_PASSWORD: "meter-secret", GATEHOUSE_BROKER_PORT: String(brokerPort) };
  const start = () => startHouseProcess({ args: [site], data: data.path, ports, environment });
  const meter = (will = true) =>
    connectAsync(`mqtt://127.0.0.1:${brokerPort}`, {
      protocolVersion: 4,
      clientId: "meter",
      username: "meter",
      password: "meter-secret",
      reconnectPeriod: 0,
      ...(will && {
        will: { topic: "park/meter/status", payload: Buffer.from("offline"), qos: 1 as const, retain: true },
      }),
    });
  {
    await using house = await start();
    const point = async (key: string) => (await house.call<PointBody>("GET", `/api/points/meter.${key}`)).body;
    const client = await meter();
    client.on("error", () => undefined);
    await client.publishAsync("park/meter/status", "online", { qos: 1, retain: true });
    await client.publishAsync("park/meter/state", '{"flow":3.2,"valve":"open"}', { qos: 1, retain: true });
    await expect.poll(() => point("flow"), { timeout: 60_000 }).toMatchObject({ value: 3.2, quality: "good" });
    expect(await point("valve")).toMatchObject({ value: true, quality: "good" });

    await client.publishAsync("park/meter/state", '{"flow":"fast","valve":"open"}', { qos: 1 });
    await expect.poll(() => point("flow"), { timeout: 60_000 }).toMatchObject({ quality: "bad", reason: "decode" });
    expect(await point("valve")).toMatchObject({ quality: "good" });

    client.stream.destroy();
    await expect.poll(() => point("valve"), { timeout: 60_000 }).toMatchObject({ quality: "bad", reason: "no-link" });

    const again = await meter(false);
    again.on("error", () => undefined);
    await again.publishAsync("park/meter/status", "online", { qos: 1, retain: true });
    await again.publishAsync("park/meter/state", '{"flow":1.5,"valve":"shut"}', { qos: 1, retain: true });
    await expect.poll(() => point("flow"), { timeout: 60_000 }).toMatchObject({ value: 1.5, quality: "good" });
    // What is retained is written within a second; nothing outside tells when, so the file is looked at.
    const state = Buffer.from('{"flow":1.5,"valve":"shut"}').toString("base64");
    await expect
      .poll(() => readFileSync(join(data.path, "broker/kept.jsonl"), "utf8"), { timeout: 60_000 })
      .toContain(state);
    await house.kill();
  }
  await using house = await start();
  const point = async (key: string) => (await house.call<PointBody>("GET", `/api/points/meter.${key}`)).body;
  await expect.poll(() => point("flow"), { timeout: 60_000 }).toMatchObject({ value: 1.5, quality: "good" });
  expect(house.output()).not.toContain("meter-secret");
}, 240_000);
