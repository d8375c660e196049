/** What a running gateway has kept of a link is played back by the simulators, and the gateway reads it as the same device. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FrameBody, LinkBody } from "../../gateway/api/link-shapes.ts";
import { startFleet } from "../simulators/start-fleet.ts";
import { rawClient } from "../simulators/wire/raw-client.ts";
import { DEMO_SITE, demoPorts, freePorts, startHouseProcess } from "../support/house-process.ts";

interface Point {
  readonly id: string;
  readonly value: number | boolean | null;
  readonly quality: string;
}

/** What stands in the registers, other than what a lift at rest shows anyhow. */
const HELD = { heartbeat: 4242, floor_index: -2, speed: -1.25, run_count: 70_000, machine_temp: 31.5, load_pct: 12.5 };

test("frames taken from a running gateway answer it as the device did, refusals included", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-frames-"));
  const [ports, first] = [await demoPorts(), await freePorts(2)];
  const device = (id: string, port: number) => ({
    id,
    name: { zh: `电梯 ${id}`, en: id },
    kind: "elevator",
    profile: "default-elevator",
    unit: 7,
    link: { "modbus-tcp": { host: "127.0.0.1", port } },
    // The device has no such register: its refusal is part of the capture.
    points: [{ id: "hole", name: { zh: "空洞", en: "Hole" }, type: "number", at: "holding:900:u16", tags: ["own"] }],
  });
  cpSync(join(DEMO_SITE, "people.yaml"), join(folder, "people.yaml"));
  mkdirSync(join(folder, "devices"));
  const site = { id: "frames", name: { zh: "报文", en: "Frames" }, simulated: true };
  writeFileSync(join(folder, "site.yaml"), JSON.stringify(site));
  writeFileSync(join(folder, "devices/lifts.yaml"), JSON.stringify([device("lift", first), device("copy", first + 1)]));

  await using real = await startFleet([
    { name: "bus", port: first, units: [{ unit: 7, device: "lift", kind: "elevator" }] },
  ]);
  for (const [point, value] of Object.entries(HELD)) real.device("lift").setPoint(point, value);
  await using house = await startHouseProcess({ args: [folder], ports });
  const values = async (lift: string) =>
    (await house.call<Point[]>("GET", `/api/points?device=${lift}`)).body.map(({ id, value, quality }) => [
      id.slice(lift.length + 1),
      quality === "good" ? value : quality,
    ]);
  const asTable = async (lift: string) => Object.fromEntries(await values(lift));
  await expect.poll(() => asTable("lift"), { timeout: 60_000 }).toMatchObject({ ...HELD, hole: "bad" });

  const links = (await house.call<LinkBody[]>("GET", "/api/links")).body;
  const link = links.find(({ units }) => units.some((unit) => unit.device === "lift"));
  const { body: frames } = await house.call<FrameBody[]>(
    "GET",
    `/api/links/${encodeURIComponent(link?.id ?? "")}/frames`,
  );
  expect(frames.some(({ way, hex }) => way === "received" && / 83 02$/.test(hex))).toBe(true);
  writeFileSync(join(folder, "capture.json"), JSON.stringify(frames));
  // What the lift says from now on is not what was recorded.
  real.device("lift").setPoint("floor_index", 9);

  const unit = { unit: 7, device: "copy", kind: "replay", capture: "capture.json" };
  await using _played = await startFleet([{ name: "played", port: first + 1, units: [unit] }], folder);
  await expect.poll(() => asTable("copy"), { timeout: 120_000 }).toMatchObject({ ...HELD, hole: "bad" });
  await expect.poll(() => asTable("lift"), { timeout: 60_000 }).toMatchObject({ floor_index: 9 });

  // Word for word: every question of the capture has one of its recorded replies.
  const client = await rawClient(first + 1);
  const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
  const asked = new Map<string, Set<string>>();
  const open = new Map<number, string>();
  for (const { way, hex } of frames) {
    const frame = bytes(hex);
    const pdu = frame.subarray(7).toString("hex");
    if (way === "sent") open.set(frame.readUInt16BE(0), pdu);
    else {
      const question = open.get(frame.readUInt16BE(0)) ?? "";
      asked.set(question, (asked.get(question) ?? new Set()).add(pdu));
    }
  }
  expect(asked.size).toBeGreaterThan(1);
  for (const [question, replies] of asked) {
    const pdu = Buffer.from(question, "hex");
    const reply = await client.read(1, 7, pdu.readUInt8(0), pdu.readUInt16BE(1), pdu.readUInt16BE(3));
    expect(replies).toContain(reply.subarray(7).toString("hex"));
  }
  client.socket.destroy();
  rmSync(folder, { recursive: true });
}, 300_000);
