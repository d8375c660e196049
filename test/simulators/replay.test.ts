/** Frames as the gateway hands them out become a device that answers the same way; anything else is refused in a sentence. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readCapture } from "../../simulators/replay.ts";
import { startFleet } from "./start-fleet.ts";
import { rawClient } from "./wire/raw-client.ts";

const folder = mkdtempSync(join(tmpdir(), "gatehouse-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, data: unknown) => writeFileSync(join(folder, name), JSON.stringify(data));
const frame = (seq: number, way: "sent" | "received", hex: string) => ({
  seq,
  at: "2026-11-22T04:00:00.000Z",
  way,
  unit: 3,
  length: 9,
  hex,
});

test("a unit answers with its recorded replies in turn, another cut from the registers, and what was refused is refused", async () => {
  write("meter.json", [
    frame(1, "sent", "00 01 00 00 00 06 03 03 00 0A 00 02"),
    frame(2, "received", "00 01 00 00 00 07 03 03 04 00 2A 00 2B"),
    frame(3, "sent", "00 02 00 00 00 06 03 03 00 0A 00 02"),
    frame(4, "received", "00 02 00 00 00 07 03 03 04 00 2C 00 2B"),
    frame(5, "sent", "00 03 00 00 00 06 03 04 00 00 00 01"),
    frame(6, "received", "00 03 00 00 00 03 03 84 04"),
    frame(7, "sent", "00 04 00 00 00 06 09 03 00 00 00 01"),
  ]);
  const units = [{ unit: 1, device: "meter", kind: "replay", capture: "meter.json", capturedUnit: 3 }];
  await using fleet = await startFleet([{ name: "line", offset: 0, units }], folder);
  const client = await rawClient(fleet.port("line"));
  const ask = async (code: number, at: number, count: number) =>
    (await client.read(9, 1, code, at, count)).subarray(7).toString("hex");
  expect([await ask(3, 10, 2), await ask(3, 10, 2), await ask(3, 10, 2)]).toEqual([
    "0304002a002b",
    "0304002c002b",
    "0304002a002b",
  ]);
  expect(await ask(4, 0, 1)).toBe("8404");
  expect(await ask(3, 11, 1)).toBe("0302002b");
  expect(await ask(3, 12, 1)).toBe("8302");
  client.socket.destroy();
});

test.each([
  ["no file", undefined, /cannot be read/],
  ["no JSON", "{", /cannot be read/],
  ["no list", "{}", /no capture/],
  ["no hex", '[{"way":"sent","unit":1,"hex":"zz"}]', /no capture/],
  [
    "another unit",
    '[{"way":"sent","unit":1,"hex":"00 01 00 00 00 06 03 03 00 0A 00 02"}]',
    /no Modbus questions to unit 1/,
  ],
  ["OPC UA", '[{"way":"sent","unit":0,"hex":"48 45 4C 46"}]', /no Modbus questions/],
])("%s is refused", (name, text, said) => {
  const file = `${name}.json`;
  if (text !== undefined) writeFileSync(join(folder, file), text);
  const read = readCapture(file, folder, 1);
  expect("wrong" in read ? read.wrong[0]?.en : "taken").toMatch(said);
});
