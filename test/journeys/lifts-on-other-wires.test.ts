/** The same entrapment told by OPC UA, by MQTT in two ways and by Sparkplug B; then the lines are cut, and nothing stays good. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { parse } from "yaml";
import type { LiveFrame } from "../../gateway/api/live-shapes.ts";
import {
  ADMIN_TOKEN,
  DEMO_SITE,
  demoPorts,
  freePorts,
  type HouseProcess,
  startBuilding,
  startHouseProcess,
} from "../support/house-process.ts";

const PROFILE = fileURLToPath(new URL("../../drivers/profiles/default-elevator.yaml", import.meta.url));

interface Written {
  readonly points: readonly { readonly id: string; readonly [key: string]: unknown }[];
}

/** The points of an elevator with other addresses: these wires tell values in their own unit. */
const pointsAt = (at: (id: string) => string) =>
  (parse(readFileSync(PROFILE, "utf8")) as Written).points.map(({ scale: _, notAvailable: __, ...point }) => ({
    ...point,
    at: at(point.id),
  }));

const user = (name: string, publish: readonly string[], subscribe: readonly string[] = []) => ({
  name,
  password: `${name}-secret`,
  publish,
  subscribe,
});

/** Site and fleet in one folder; JSON is YAML. */
function writeFolder(opcuaPort: number, brokerPort: number): string {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-wires-"));
  const write = (name: string, data: unknown) => writeFileSync(join(folder, name), JSON.stringify(data));
  cpSync(join(DEMO_SITE, "people.yaml"), join(folder, "people.yaml"));
  mkdirSync(join(folder, "devices"));
  const lift = (id: string) => ({ id, name: { zh: `电梯 ${id}`, en: id }, kind: "elevator" });
  const embedded = { mqtt: { url: "embedded" } };
  write("site.yaml", {
    id: "wires",
    name: { zh: "各种线路", en: "All wires" },
    simulated: true,
    broker: {
      users: [
        user("own", ["fm/own/#"]),
        user("boxes", ["box/state", "fm/boxes/#"]),
        user("node", ["spBv1.0/park/+/node/#"], ["spBv1.0/park/NCMD/node"]),
      ],
    },
  });
  write("devices/lifts.yaml", [
    {
      ...lift("lift-ua"),
      link: { opcua: { endpoint: `opc.tcp://127.0.0.1:${opcuaPort}`, security: "none", sampling: "250ms" } },
      points: pointsAt((id) => `nsu=urn:gatehouse:simulator;s=lift-ua.${id}`),
    },
    {
      ...lift("lift-own"),
      link: embedded,
      points: pointsAt((id) => `fm/own/elevator/lift-own/${id}#/v ; alive=fm/own/$status`),
    },
    { ...lift("lift-box"), link: embedded, profile: "cartop-json-mqtt", vars: { topic: "box/state" } },
    { ...lift("lift-node"), link: embedded, points: pointsAt((id) => `spb:park/node/lift-node/${id}`) },
  ]);
  const broker = `mqtt://127.0.0.1:${brokerPort}`;
  const by = (name: string) => ({ broker, user: name, password: `${name}-secret`, clientId: name });
  const simulated = (device: string) => ({ device, kind: "elevator" });
  write("fleet.yaml", {
    ports: [
      { name: "ua", speaks: "opcua", port: opcuaPort, units: [simulated("lift-ua")] },
      { name: "own", speaks: "mqtt", ...by("own"), units: [simulated("lift-own")] },
      {
        name: "boxes",
        speaks: "mqtt",
        ...by("boxes"),
        units: [{ ...simulated("lift-box"), profile: "cartop-json-mqtt", vars: { topic: "box/state" } }],
      },
      { name: "node", speaks: "sparkplug", prefix: "park", ...by("node"), units: [simulated("lift-node")] },
    ],
  });
  return folder;
}

type Point = Extract<LiveFrame, { kind: "value" }>["points"][number];
const LIFTS = ["lift-ua", "lift-own", "lift-box", "lift-node"];

/** Every value that the live stream shows of the lifts, in order. */
async function watchValues(house: HouseProcess) {
  const seen: Point[] = [];
  const waiting = new Set<() => void>();
  const sockets = await Promise.all(
    LIFTS.map(async (lift) => {
      const socket = new WebSocket(`${house.url.replace("http", "ws")}/api/live`, {
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      });
      socket.on("message", (data) => {
        const frame = JSON.parse(String(data)) as LiveFrame;
        if (frame.kind !== "value") return;
        seen.push(...frame.points);
        for (const look of [...waiting]) look();
      });
      await new Promise<void>((resolve, reject) => {
        socket.once("open", () => resolve()).once("error", reject);
      });
      socket.send(JSON.stringify({ sub: { view: "device", ids: [lift] } }));
      return socket;
    }),
  );
  return { seen, [Symbol.dispose]: () => sockets.forEach((socket) => void socket.terminate()) };
}

test("an entrapment is told over each wire, and a line that is cut shows nothing good until its device is back", async () => {
  const [ports, opcuaPort, brokerPort] = [await demoPorts(), await freePorts(1), await freePorts(1)];
  const folder = writeFolder(opcuaPort, brokerPort);
  const environment = { GATEHOUSE_BROKER_PORT: `${brokerPort}` };
  const fleet = join(folder, "fleet.yaml");
  await using house = await startHouseProcess({ args: [folder], ports, environment });
  const simulated = await startBuilding(ports, fleet);
  const points = async (lift: string) => (await house.call<Point[]>("GET", `/api/points?device=${lift}`)).body;
  for (const lift of LIFTS)
    await expect
      .poll(async () => (await points(lift)).filter(({ quality }) => quality !== "good").map(({ id }) => id), {
        timeout: 60_000,
      })
      .toEqual([]);

  await Promise.all(LIFTS.map((lift) => simulated.play("elevator-entrapment", lift)));
  for (const lift of LIFTS) {
    const alarm = await house.until(
      `entrapment of ${lift}`,
      ({ alarms }) => alarms.get(`elevator.entrapment_off_landing@${lift}`),
      120_000,
    );
    expect(alarm).toMatchObject({ severity: "S1", device: lift, state: "unacknowledged" });
    await house.until(`a ticket for ${lift}`, ({ tickets }) =>
      [...tickets.values()].find((one) => one.class === "elevator_entrapment" && one.device === lift),
    );
  }

  using live = await watchValues(house);
  const good = async () => {
    const all = await Promise.all(LIFTS.map(points));
    return all.flat().flatMap(({ id, quality }) => (quality === "good" ? [id] : []));
  };
  await simulated.kill();
  await expect.poll(good, { timeout: 120_000, interval: 500 }).toEqual([]);
  // Whatever turned bad stayed bad: no screen ever saw it good again.
  const lost = new Set<string>();
  for (const { id, quality, value } of live.seen) {
    if (quality === "bad") {
      expect([id, value]).toEqual([id, null]);
      lost.add(id);
    } else expect([id, quality, lost.has(id)]).not.toEqual([id, "good", true]);
  }
  expect([...lost].sort()).toEqual(
    (await Promise.all(LIFTS.map(points))).flatMap((all) => all.map(({ id }) => id)).sort(),
  );
  // Entrapment is not taken back because the line is silent.
  for (const lift of LIFTS)
    expect(house.seen.alarms.get(`elevator.entrapment_off_landing@${lift}`)?.state).toBe("unacknowledged");

  await using _again = await startBuilding(ports, fleet);
  for (const lift of LIFTS)
    await expect
      .poll(async () => (await points(lift)).filter(({ quality }) => quality !== "good").length, { timeout: 120_000 })
      .toBe(0);
  expect(house.output()).not.toContain("-secret");
  rmSync(folder, { recursive: true });
}, 420_000);
