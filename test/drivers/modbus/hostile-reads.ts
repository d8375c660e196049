/** Many reads against a hostile device over any transport, each answer compared with the truth. */
import { LinkBroken } from "../../../drivers/driver.ts";
import type { Asked } from "../../../drivers/modbus/asked.ts";
import { decodeBit } from "../../../drivers/modbus/decode.ts";
import { createHalfDuplexLine } from "../../../drivers/modbus/half-duplex.ts";
import type { Line } from "../../../drivers/modbus/line.ts";
import { ModbusRtuOverTcpSettings, ModbusTcpSettings } from "../../../drivers/modbus/settings.ts";
import { createTcpLine } from "../../../drivers/modbus/tcp-line.ts";
import { openTcpWire } from "../../../drivers/modbus/wire.ts";
import { driverTools } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";
import { type Framing, type Tricks, truth } from "./hostile-device.ts";

/** Every trick that a serial line without ids lets a client see, often enough to matter; time-outs are rarer. */
export const serialTricks: Tricks = {
  honest: 900,
  pieces: 30,
  late: 2,
  silent: 1,
  "foreign-unit": 2,
  "wrong-function": 2,
  "foreign-exception": 2,
  short: 2,
  long: 2,
  "lying-count": 2,
  twice: 2,
  "no-frame": 2,
  "wrong-checksum": 2,
  cut: 1,
  closed: 2,
};

/** Every trick. */
export const everyTrick: Tricks = {
  honest: 900,
  pieces: 30,
  late: 2,
  silent: 1,
  "old-id": 4,
  "foreign-id": 4,
  "foreign-unit": 4,
  "wrong-function": 4,
  "foreign-exception": 4,
  short: 4,
  long: 4,
  "lying-count": 4,
  twice: 4,
  "other-protocol": 4,
  "no-frame": 4,
  cut: 4,
  closed: 3,
};

/** Half of the reads are of one register, so that a stray reply often has the right shape. */
export function someRead(random: () => number): Asked {
  const start = Math.floor(random() * 60_000);
  if (random() < 0.5) return { unit: 1, function: 3, start, count: 1 };
  const count = 1 + Math.floor(random() * 125);
  return { unit: 1 + Math.floor(random() * 4), function: 1 + Math.floor(random() * 4), start, count };
}

export function isTrue({ unit, function: code, start, count }: Asked, bytes: Buffer): boolean {
  for (let i = 0; i < count; i += 1) {
    const value = code <= 2 ? decodeBit(bytes, i) : bytes.readUInt16BE(2 * i);
    if (value !== truth(unit, code, start + i)) return false;
  }
  return true;
}

export function lineTo(port: number, framing: Framing, inFlight: number, signal: AbortSignal): Line {
  const tools = driverTools(createRecorder());
  if (framing === "tcp") {
    const settings = { host: "127.0.0.1", port, timeout: "20ms", maxInFlight: inFlight };
    return createTcpLine(ModbusTcpSettings.parse(settings), tools, signal);
  }
  const settings = ModbusRtuOverTcpSettings.parse({ host: "127.0.0.1", port, timeout: "20ms" });
  const where = `127.0.0.1:${port}`;
  const open = openTcpWire(settings);
  return createHalfDuplexLine(
    { where, open, timeout: settings.timeout, gap: 0, pause: 0, wireTime: () => 0, reopen: true },
    tools,
    signal,
  );
}

export interface Counted {
  data: number;
  wrong: number;
  silent: number;
  foreign: number;
  exception: number;
  broken: number;
}

/** `readers` ask side by side until `reads` questions were asked. A broken line is used again, as its supervisor would. */
export async function readAll(line: Line, readers: number, random: () => number, reads: number): Promise<Counted> {
  const count: Counted = { data: 0, wrong: 0, silent: 0, foreign: 0, exception: 0, broken: 0 };
  let left = reads;
  async function reader(): Promise<void> {
    while (left-- > 0) {
      const asked = someRead(random);
      try {
        const { answer } = await line.ask(asked);
        count[answer.kind] += 1;
        if (answer.kind === "data" && !isTrue(asked, answer.bytes)) count.wrong += 1;
      } catch (error) {
        if (!(error instanceof LinkBroken)) throw error;
        count.broken += 1;
      }
    }
  }
  await Promise.all(Array.from({ length: readers }, reader));
  return count;
}
