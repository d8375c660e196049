/** Every data file of drivers/profiles/ played from the file alone, and read back by the gateway's own driver of its protocol. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { DriverPoint } from "../../../drivers/driver.ts";
import { modbusTcp } from "../../../drivers/modbus/tcp.ts";
import { mqtt } from "../../../drivers/mqtt/driver.ts";
import { opcua } from "../../../drivers/opcua/opcua.ts";
import { type ProfilePoint, plantOf } from "../../../simulators/profile/profile.ts";
import type { SimulatedDevice } from "../../../simulators/simulated-device.ts";
import { driverTools, plainPoint } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";
import { mosquittoFound, startMosquitto } from "../../drivers/mqtt/mosquitto.ts";
import { profileFolder, profileNames } from "../../rules/library/installation.ts";
import { startFleet } from "../start-fleet.ts";

interface Written {
  readonly kind: keyof typeof plantOf;
  readonly protocol: "modbus" | "opcua" | "mqtt";
  readonly maxRegisters?: number;
  readonly points: readonly (Omit<ProfilePoint, "scale" | "offset"> & { scale?: number; offset?: number })[];
}

/** What the file leaves to the device; the simulator has the same words by itself. */
const vars: Readonly<Record<string, string>> = {
  door: "2",
  point: "40",
  topic: "park/box/1",
  namespace: "urn:park:doors",
  group: "park",
  node: "line",
  device: "it",
};
const filled = (at: string) => at.replace(/\{(\w+)\}/g, (_, word: string) => vars[word] ?? "");

/** A value that the point can show, in its own unit, different for each. */
function sample(point: Written["points"][number], index: number): number {
  if (point.type === "bool") return index % 2;
  const codes = Object.keys(point.values ?? {}).map(Number);
  if (point.type === "enum") return codes[index % codes.length] ?? 0;
  const [low, high] = point.range ?? [0, 200];
  const step = Math.abs(point.scale ?? 1);
  const wanted = low + (high - low) * (0.2 + (index % 7) / 12);
  return Math.round(wanted / step) * step;
}

/** Whether no other point is read from the same register, node or field. */
const place = (at: string) =>
  at.replace(/:(?:u16|i16|u32|i32|f32)?(?::[A-D]{4})?$/, "").replace(/(holding|input):(\d+).*/, "$1:$2");

const names = await profileNames();
test("there are the 22 files that the README of the profiles names", () =>
  expect(names.length).toBeGreaterThanOrEqual(22));

describe.each(names.filter((name) => mosquittoFound || !/mqtt|sparkplug/.test(name)))("%s", (name) => {
  test("gives the gateway's driver a good value for every point, and the right one", async () => {
    const file: Written = parse(readFileSync(join(profileFolder, `${name}.yaml`), "utf8"));
    await using broker = file.protocol === "mqtt" ? await startMosquitto() : undefined;
    const isSparkplug = file.points.some(({ at }) => at.startsWith("spb:"));
    const speaks = { modbus: "modbus-tcp", opcua: "opcua", mqtt: isSparkplug ? "sparkplug" : "mqtt" }[file.protocol];
    const kind = plantOf[file.kind];
    await using fleet = await startFleet([
      {
        name: "line",
        speaks,
        ...(broker ? { broker: broker.url, ...(isSparkplug && { prefix: "park" }) } : { offset: 0 }),
        units: [
          {
            unit: 1,
            device: "it",
            kind,
            profile: name,
            vars: Object.fromEntries(
              Object.entries(vars).filter(([word]) =>
                word === "door" ? kind === "access" : file.points.some(({ at }) => at.includes(`{${word}}`)),
              ),
            ),
            ...(kind === "access" && { params: { doors: ["d-1", "d-2"] } }),
          },
        ],
      },
    ]);
    const device = fleet.device("it");
    const known = (point: Written["points"][number]) =>
      file.points.filter((other) => place(filled(other.at)) === place(filled(point.at))).length === 1;
    const wanted = new Map(file.points.map((point, index) => [point.id, sample(point, index)]));
    for (const [id, value] of wanted)
      if (file.points.find((point) => point.id === id)?.type !== "text") hold(device, id, value);
    const reading = await readBack(file, broker?.url ?? `${fleet.port("line")}`);
    for (const point of file.points) {
      const raw = reading.get(point.id);
      expect([point.id, typeof raw]).toEqual([point.id, "number"]);
      if (point.type === "text" || !known(point)) continue;
      const scale = point.scale ?? 1;
      const value = (raw as number) * scale + (point.offset ?? 0);
      const right = wanted.get(point.id) ?? Number.NaN;
      expect(
        Math.abs((point.type === "bool" ? +(value !== 0) : value) - right),
        `${point.id}: ${value}, not ${right}`,
      ).toBeLessThanOrEqual(Math.abs(scale) / 2 + 1e-6);
    }
  }, 60_000);
});

/** Doors stand under the number of theirs in the plant. */
function hold(device: SimulatedDevice, id: string, value: number): void {
  device.setPoint(id, value);
  if (Object.hasOwn(device.plant.readings, `d2_${id}`)) device.setPoint(`d2_${id}`, value);
}

/** Runs the driver until every point has spoken; raw numbers by id, texts as 0. */
async function readBack(file: Written, where: string): Promise<ReadonlyMap<string, number>> {
  const recorder = createRecorder();
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-profile-"));
  const stop = new AbortController();
  const units = <Address>(address: { parse(at: string): Address }) => [
    {
      device: "it",
      unit: 1,
      maxRegisters: file.maxRegisters ?? 125,
      points: file.points.map(
        (point, handle): DriverPoint<Address> => ({
          ...plainPoint(handle, address.parse(filled(point.at))),
          type: point.type,
          ...(point.words && { words: point.words }),
        }),
      ),
    },
  ];
  const running = () => {
    switch (file.protocol) {
      case "modbus":
        return modbusTcp.run(
          {
            id: "l",
            settings: modbusTcp.settings.parse({ host: "127.0.0.1", port: Number(where) }),
            units: units(modbusTcp.address),
          },
          driverTools(recorder, { folder }),
          stop.signal,
        );
      case "opcua":
        return opcua.run(
          {
            id: "l",
            settings: opcua.settings.parse({ endpoint: `opc.tcp://127.0.0.1:${where}`, security: "none" }),
            units: units(opcua.address),
          },
          driverTools(recorder, { folder }),
          stop.signal,
        );
      case "mqtt":
        return mqtt.run(
          { id: "l", settings: mqtt.settings.parse({ url: where }), units: units(mqtt.address) },
          driverTools(recorder, { folder }),
          stop.signal,
        );
    }
  };
  const ended = running();
  ended.catch(() => undefined);
  const rawOf = (handle: number) =>
    recorder.value(handle) ?? (recorder.of("text").some((one) => one.handle === handle) ? 0 : undefined);
  await recorder.until(() => file.points.every((_, handle) => rawOf(handle) !== undefined));
  const read = new Map(file.points.map((point, handle) => [point.id, rawOf(handle) ?? Number.NaN]));
  stop.abort();
  await ended.catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
  return read;
}
