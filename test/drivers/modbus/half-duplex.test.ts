/** One question at a time on a line without ids: what is believed, what is thrown away, what is asked again. */
import { describe, expect, test } from "vitest";
import type { Asked } from "../../../drivers/modbus/asked.ts";
import { createHalfDuplexLine } from "../../../drivers/modbus/half-duplex.ts";
import { ModbusRtuOverTcpSettings } from "../../../drivers/modbus/settings.ts";
import { openTcpWire } from "../../../drivers/modbus/wire.ts";
import { driverTools } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";
import { honestRtu, rtuReply, startRtuDevice } from "./rtu-device.ts";
import type { Memory, Request } from "./spec-device.ts";

const memory: Memory = (_unit, _code, address) => address;
const honest = honestRtu(memory);
const read = (start: number, unit = 1): Asked => ({ unit, function: 3, start, count: 1 });

function lineTo(port: number, reopen = true, timeout = "60ms") {
  const stop = new AbortController();
  const settings = ModbusRtuOverTcpSettings.parse({ host: "127.0.0.1", port, timeout });
  const line = createHalfDuplexLine(
    {
      where: "the line",
      open: openTcpWire(settings),
      timeout: settings.timeout,
      gap: 0,
      pause: 0,
      wireTime: () => 0,
      reopen,
    },
    driverTools(createRecorder()),
    stop.signal,
  );
  const ask = async (asked: Asked) => {
    const { answer } = await line.ask(asked);
    return answer.kind === "data" ? answer.bytes.readUInt16BE(0) : answer.kind;
  };
  return {
    ask,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await line.close(stop.signal.reason);
    },
  };
}

describe.each([true, false])("a half-duplex line, made anew after doubt: %s", (reopen) => {
  test("questions asked at once go out one after another", async () => {
    let open = 0;
    let most = 0;
    await using device = await startRtuDevice((request) => {
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        honest(request);
      });
    });
    await using line = lineTo(device.port, reopen);
    expect(await Promise.all([1, 2, 3, 4].map((unit) => line.ask(read(unit * 7, unit))))).toEqual([7, 14, 21, 28]);
    expect(most).toBe(1);
  });

  test("a late reply in front of the true one: both are thrown away, and the question is asked again", async () => {
    const late: Request[] = [];
    await using device = await startRtuDevice((request) => late.push(request));
    await using line = lineTo(device.port, reopen);
    expect(await line.ask(read(5))).toBe("silent");
    device.behave((request) => {
      for (const old of late.splice(0)) request.socket.write(rtuReply(memory, old));
      // The true reply comes a moment later, when the late one has long been read.
      AbortSignal.timeout(15).addEventListener("abort", () => honest(request), { once: true });
    });
    expect(await line.ask(read(9))).toBe(9);
    // Asked three times: in vain, beside the late reply, and once more.
    expect(device.requests.map(({ start }) => start)).toEqual([5, 9, 9]);
  });

  test("a reply repeated behind its own is not taken for the next answer of the same shape", async () => {
    await using device = await startRtuDevice((request) => {
      honest(request);
      AbortSignal.timeout(8).addEventListener("abort", () => honest(request), { once: true });
    });
    await using line = lineTo(device.port, reopen);
    let right = 0;
    for (let start = 0; start < 24; start += 1) {
      const answer = await line.ask(read(start));
      // On a machine that is held up a repeat may spoil a question; it never answers one.
      expect([start, "foreign"]).toContain(answer);
      if (answer === start) right += 1;
    }
    expect(right).toBeGreaterThan(12);
  });

  test("a line that is never silent is told as such, and serves again when it is", async () => {
    await using device = await startRtuDevice(honest);
    await using line = lineTo(device.port, reopen);
    expect(await line.ask(read(1))).toBe(1);
    const quiet = new AbortController();
    const chatter = () => {
      for (const socket of device.sockets) socket.write("x");
      if (!quiet.signal.aborted) AbortSignal.timeout(4).addEventListener("abort", chatter, { once: true });
    };
    chatter();
    expect(await line.ask(read(2))).toBe("foreign");
    quiet.abort();
    await expect.poll(() => line.ask(read(3))).toBe(3);
  });

  test("a server that drops the idle connection, perhaps just as a question comes, is dialled again", async () => {
    await using device = await startRtuDevice(honest);
    await using line = lineTo(device.port, reopen);
    expect(await line.ask(read(1))).toBe(1);
    for (const socket of device.sockets) socket.destroy();
    await expect.poll(() => device.sockets.size).toBe(0);
    expect(await line.ask(read(2))).toBe(2);
    device.behave((request) => {
      device.behave(honest);
      request.socket.destroy();
    });
    expect(await line.ask(read(3))).toBe(3);
    device.behave((request) => void request.socket.destroy());
    await expect(line.ask(read(4))).rejects.toMatchObject({ name: "LinkBroken" });
  });
});
