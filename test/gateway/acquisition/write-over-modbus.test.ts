/** An order on its way through the real driver to a device that takes, limits, refuses or ignores it. */
import { describe, expect, test } from "vitest";
import type { PointDefinition } from "#model/points";
import { GOOD } from "#model/quality";
import type { Site } from "#model/site";
import { seconds } from "#model/time";
import { modbusTcp } from "../../../drivers/modbus/tcp.ts";
import { startAcquisition } from "../../../gateway/acquisition/acquire.ts";
import { createClock } from "../../../gateway/clock.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { exception, frame, goodReply, type Request, startSpecDevice } from "../../drivers/modbus/spec-device.ts";
import { point } from "../points/points.ts";
import { siteWith } from "./site-of.ts";

const WRITE_REGISTER = 6;

/** Two holding registers; what happens with a write is the test's. */
async function startPump(onWrite: (request: Request, registers: Uint16Array) => void) {
  const stack = new AsyncDisposableStack();
  const registers = Uint16Array.of(250, 7);
  const device = stack.use(
    await startSpecDevice((request) => {
      if (request.code === WRITE_REGISTER) onWrite(request, registers);
      else request.socket.write(goodReply((_unit, _code, address) => registers[address], request));
    }),
  );
  const points = ["holding:0", "holding:1"].map(
    (at, n): PointDefinition =>
      point(`p${n}`, {
        at: modbusTcp.address.parse(at),
        every: seconds(0.05),
        scale: 0.001,
        range: [0, 1],
        write: { who: ["engineer"] },
      }),
  );
  const plain = siteWith({ pump: { points: { p0: {}, p1: {} } } });
  const settings = modbusTcp.settings.parse({ host: "127.0.0.1", port: device.port, timeout: "200ms" });
  const site: Site = { ...plain, points, links: [{ id: "line", driver: "modbus-tcp", settings }] };
  const table = createPointTable(points);
  const first = Promise.withResolvers<void>();
  const acquisition = stack.use(
    startAcquisition({
      site,
      drivers: new Map([[modbusTcp.kind, modbusTcp as never]]),
      table,
      clock: createClock(),
      folder: (driver) => driver,
      random: () => 0,
      onChanged: () => {
        if (table.quality[0] === GOOD) first.resolve();
      },
      onDevices: () => undefined,
    }),
  );
  await first.promise;
  return {
    acquisition,
    registers,
    writes: () =>
      device.requests.filter(({ code }) => code === WRITE_REGISTER).map(({ start, count }) => [start, count]),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The reply to a write of one register repeats the request. */
const echo = ({ id, unit, start, count, socket }: Request) => {
  const pdu = Buffer.alloc(5);
  pdu.writeUInt8(WRITE_REGISTER, 0);
  pdu.writeUInt16BE(start, 1);
  pdu.writeUInt16BE(count, 3);
  socket.write(frame(id, unit, pdu));
};

describe("an order over Modbus", () => {
  test("is done when the device holds what was written, and goes out once", async () => {
    await using pump = await startPump((request, registers) => {
      registers[request.start] = request.count;
      echo(request);
    });
    expect(await pump.acquisition.write(0, 0.3)).toEqual({ outcome: "done", held: expect.closeTo(0.3, 9) });
    expect(pump.writes()).toEqual([[0, 300]]);
    expect([...pump.registers]).toEqual([300, 7]);
    expect(pump.acquisition.frames("line", 0)?.some(({ way, bytes }) => way === "sent" && bytes[7] === 6)).toBe(true);
  });

  test("is refused when the device confirms it and keeps another value", async () => {
    await using pump = await startPump((request, registers) => {
      registers[request.start] = 280;
      echo(request);
    });
    expect(await pump.acquisition.write(0, 0.3)).toMatchObject({ outcome: "refused", held: expect.closeTo(0.28, 9) });
  });

  test("is refused in words when the device answers exception 3", async () => {
    await using pump = await startPump((request) => void request.socket.write(exception(request, 3)));
    expect(await pump.acquisition.write(1, 0.3)).toMatchObject({
      outcome: "refused",
      because: { zh: expect.stringContaining("3") },
    });
  });

  test("is unknown when no answer comes, and is not sent again", async () => {
    await using pump = await startPump(() => undefined);
    expect(await pump.acquisition.write(1, 0.3)).toMatchObject({ outcome: "unknown" });
    expect(pump.writes()).toEqual([[1, 300]]);
  });
});
