/**
 * The six ways in which gateways answer for dead devices (devices.md 0.11), over real sockets: each turns every point bad,
 * and for the three that report no error it is said what a site must tell so that they can be seen at all.
 */
import { describe, expect, test } from "vitest";
import type { PointDefinition } from "#model/points";
import { BAD, GOOD, reasons } from "#model/quality";
import type { Device, Site } from "#model/site";
import { seconds } from "#model/time";
import { modbusTcp } from "../../../drivers/modbus/tcp.ts";
import { startAcquisition } from "../../../gateway/acquisition/acquire.ts";
import { createClock } from "../../../gateway/clock.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { exception, frame, honest, type Request, startSpecDevice } from "../../drivers/modbus/spec-device.ts";
import { point } from "../points/points.ts";
import { siteWith } from "./site-of.ts";

const POINTS = 6;

interface Cared {
  /** The first register is a heartbeat. */
  readonly heartbeat?: boolean;
  readonly suspect?: Device["suspect"];
  readonly notAvailable?: readonly number[];
}

async function startPump(cared: Cared) {
  const stack = new AsyncDisposableStack();
  let beats = 0;
  const alive = honest((_unit, _code, address) => {
    if (address === 0) beats += 1;
    return address === 0 ? beats & 0xffff : 100 + address;
  });
  const device = stack.use(await startSpecDevice(alive));
  const points = Array.from({ length: POINTS }, (_, n): PointDefinition => {
    const more = cared.heartbeat && n === 0 ? { tags: ["heartbeat"], frozenAfter: seconds(1) } : {};
    const at = modbusTcp.address.parse(`holding:${n}`);
    return point(`p${n}`, { at, every: seconds(0.1), notAvailable: cared.notAvailable ?? [], ...more });
  });
  const keys = Object.fromEntries(points.map(({ key }) => [key, {}]));
  const plain = siteWith({ pump: { points: keys, device: cared.suspect ? { suspect: cared.suspect } : {} } });
  const settings = modbusTcp.settings.parse({ host: "127.0.0.1", port: device.port, timeout: "150ms" });
  const site: Site = { ...plain, points, links: [{ id: "line", driver: "modbus-tcp", settings }] };
  const table = createPointTable(points);
  const waiting = new Set<() => void>();
  const acquisition = stack.use(
    startAcquisition({
      site,
      drivers: new Map([[modbusTcp.kind, modbusTcp as never]]),
      table,
      clock: createClock(),
      folder: (driver) => driver,
      random: () => 0,
      onChanged: () => {
        for (const wake of waiting) wake();
      },
      onDevices: () => undefined,
    }),
  );
  const every = (quality: number) => [...table.quality].every((one) => one === quality);
  const until = (quality: number) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        if (!every(quality)) return;
        waiting.delete(wake);
        resolve();
      };
      waiting.add(wake);
      wake();
    });
  await until(GOOD);
  return {
    device,
    acquisition,
    alive,
    until,
    /** Waits until the device was asked `count` times more, with all its answers taken in. */
    async asked(count: number) {
      const from = device.requests.length;
      await expect.poll(() => device.requests.length, { timeout: 20_000 }).toBeGreaterThan(from + count);
    },
    good: () => every(GOOD),
    why: () => [...new Set([...table.reason].map((code) => reasons[code]))],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const registers = (value: (address: number) => number) => honest((_unit, _code, address) => value(address));
const zeros = registers(() => 0);
const ones = registers(() => 0xffff);
const oldData = registers((address) => (address === 0 ? 7 : 100 + address));
const silence = () => undefined;
const fails = (code: number) => (request: Request) => void request.socket.write(exception(request, code));

describe("a dead device behind a gateway that", () => {
  test.each([
    { way: "stays silent", answer: silence, reason: "timeout" },
    { way: "answers exception 4", answer: fails(4), reason: "refused" },
    { way: "answers exception 11", answer: fails(11), reason: "timeout" },
  ])("$way is seen without any help", async ({ answer, reason }) => {
    await using pump = await startPump({});
    pump.device.behave(answer);
    await pump.until(BAD);
    expect(pump.why()).toEqual([reason]);
    expect(pump.acquisition.devices()[0]?.state).toBe("degraded");
    expect(pump.acquisition.links()[0]?.units[0]?.faults[0]).toMatchObject({
      reason,
      because: { zh: expect.any(String) },
    });
    pump.device.behave(pump.alive);
    await pump.until(GOOD);
    expect(pump.acquisition.devices()[0]?.state).toBe("online");
  });

  test.each([
    { way: "repeats old data", answer: oldData, cared: { heartbeat: true }, reason: "frozen" },
    { way: "answers zeros", answer: zeros, cared: { suspect: ["zeros"] }, reason: "not-available" },
    { way: "answers FFFF", answer: ones, cared: { suspect: ["ones"] }, reason: "not-available" },
    {
      way: "answers FFFF, where the map calls that not available",
      answer: ones,
      cared: { notAvailable: [0xffff] },
      reason: "not-available",
    },
    { way: "answers zeros, which do not move either", answer: zeros, cared: { heartbeat: true }, reason: "frozen" },
    { way: "answers FFFF, which does not move either", answer: ones, cared: { heartbeat: true }, reason: "frozen" },
  ] as const)("$way is seen by what the site tells", async ({ answer, cared, reason }) => {
    await using pump = await startPump(cared);
    pump.device.behave(answer);
    await pump.until(BAD);
    expect(pump.why()).toEqual([reason]);
    pump.device.behave(pump.alive);
    await pump.until(GOOD);
  });

  // No error, and values that a healthy device may have: nothing on the wire tells. `drivers/profiles/README.md` says so.
  test.each([
    { way: "repeats old data", answer: oldData },
    { way: "answers zeros", answer: zeros },
    { way: "answers FFFF", answer: ones },
  ])("$way cannot be seen when the site tells neither a heartbeat nor a suspicion", async ({ answer }) => {
    await using pump = await startPump({});
    pump.device.behave(answer);
    await pump.asked(20);
    expect(pump.good()).toBe(true);
  });

  test("sends garbage instead of an answer is seen too", async () => {
    await using pump = await startPump({});
    pump.device.behave(({ id, unit, socket }) => void socket.write(frame(id, unit, Buffer.of(3, 200, 1, 2))));
    await pump.until(BAD);
    expect(pump.good()).toBe(false);
  });
});
