/** Writes to devices: one order at a time per unit, never repeated, and read back before anybody is told that it worked. */
import type { Text } from "#model/text";
import { LinkBroken, type Write, WriteFailed } from "../driver.ts";
import { formatAddress, type ModbusAddress, readFunction } from "./address.ts";
import type { Asked } from "./asked.ts";
import { decodeBit, decodeNumber, decodeText } from "./decode.ts";
import { encode } from "./encode.ts";
import type { Answer, Line } from "./line.ts";
import { exceptionOf } from "./sentences.ts";
import type { Turns } from "./turns.ts";

export interface WriterInput {
  readonly line: Line;
  readonly where: string;
  /** One key per unit id, shared with the poller. */
  readonly turns: Turns;
}

/** Modbus application protocol 1.1b3, 6.5, 6.6 and 6.12. */
const WRITE_COIL = 5;
const WRITE_REGISTER = 6;
const WRITE_REGISTERS = 16;
/** Broadcasts are answered by nobody, so nobody would know. */
const BROADCAST = 0;

/** Points that can be written: coils and whole holding registers. */
export function writable(address: ModbusAddress): Text | true {
  const text = formatAddress(address);
  if (address.table === "input" || address.table === "discrete") {
    return {
      zh: `${text} 是只读区，Modbus 没有写它的功能。请改用说明书中对应的 holding: 或 coil: 地址，或去掉 write。`,
      en: `${text} is in a table that Modbus can only read. Use the holding: or coil: address that the manual names for it, or remove write.`,
    };
  }
  const isPart = address.type === "u8hi" || address.type === "u8lo" || address.type === "bit";
  if (address.table === "holding" && isPart) {
    return {
      zh: `${text} 只是寄存器的一部分：写它必须连同其余各位一起写回，会覆盖设备同时所做的改动。请写整个寄存器，或用该位对应的 coil: 地址。`,
      en: `${text} is a part of a register: writing it means writing the other bits back, over what the device changed meanwhile. Write the whole register, or the coil: that stands for this bit.`,
    };
  }
  return true;
}

export function createWriter({ line, where, turns }: WriterInput): Write<ModbusAddress> {
  return async ({ unit, address, value }, signal) => {
    const refused = writable(address);
    if (refused !== true) throw new WriteFailed("refused", refused);
    if (unit === BROADCAST) throw new WriteFailed("refused", broadcast);
    const data = encode(address, value);
    if (!Buffer.isBuffer(data)) throw new WriteFailed("refused", data);
    const done = await turns(unit);
    try {
      await send(orderFor(unit, address, data), signal);
      return await readBack(unit, address);
    } finally {
      done();
    }
  };

  /** Resolves when the device has confirmed the order. */
  async function send(order: Asked, signal: AbortSignal): Promise<void> {
    let sent = false;
    const onSent = () => {
      sent = true;
    };
    let answer: Answer;
    try {
      ({ answer } = await line.ask(order, { signal, onSent }));
    } catch (cause) {
      if (sent) throw new WriteFailed("unknown", lost(order.unit, where, textOf(cause, signal)), { cause });
      throw new WriteFailed("unreachable", neverSent(order.unit, where, textOf(cause, signal)), { cause });
    }
    if (answer.kind === "data") return;
    if (answer.kind !== "exception") {
      if (!sent) throw new WriteFailed("unreachable", neverSent(order.unit, where, answer.because));
      throw new WriteFailed("unknown", lost(order.unit, where, answer.because));
    }
    throw new WriteFailed(outcomes[answer.code] ?? "refused", excepted(order.unit, where, answer.code));
  }

  async function readBack(unit: number, address: ModbusAddress): Promise<number | string> {
    const { table, register, width } = address;
    let answer: Answer;
    try {
      ({ answer } = await line.ask({ unit, function: readFunction[table], start: register, count: width }));
    } catch (cause) {
      throw new WriteFailed("unknown", notReadBack(unit, address, textOf(cause)), { cause });
    }
    if (answer.kind === "exception") {
      throw new WriteFailed("unknown", notReadBack(unit, address, excepted(unit, where, answer.code)));
    }
    if (answer.kind !== "data") throw new WriteFailed("unknown", notReadBack(unit, address, answer.because));
    if (table === "coil") return decodeBit(answer.bytes, 0);
    const { bytes } = answer;
    const words = Uint16Array.from({ length: width }, (_, i) => bytes.readUInt16BE(2 * i));
    return address.type === "str" ? decodeText(address, words, 0) : decodeNumber(address, words, 0);
  }
}

function orderFor(unit: number, { table, register, width }: ModbusAddress, data: Buffer): Asked {
  const code = table === "coil" ? WRITE_COIL : width === 1 ? WRITE_REGISTER : WRITE_REGISTERS;
  return { unit, function: code, start: register, count: width, data };
}

/** Exceptions after which the device may have taken the order; after 10 the gateway has not passed it on. */
const outcomes: Readonly<Record<number, WriteFailed["outcome"]>> = {
  4: "unknown",
  5: "unknown",
  10: "unreachable",
  11: "unknown",
};

/** Why the line did not carry the order to its end: it broke, the order was no longer wanted, or the link is stopped. */
function textOf(cause: unknown, signal?: AbortSignal): Text {
  if (cause instanceof LinkBroken) return cause.because;
  return signal?.aborted ? withdrawn : stopped;
}

const withdrawn: Text = {
  zh: "命令已超过时限或被撤回。",
  en: "The order was overdue or withdrawn.",
};

const stopped: Text = {
  zh: "该链路正在停止或重启。",
  en: "The link is being stopped or restarted.",
};

const broadcast: Text = {
  zh: "站号 0 是广播，没有设备会应答，不允许写入。请写明站号。",
  en: "Unit 0 is a broadcast that no device answers, so nothing is written to it. Name the unit.",
};

const neverSent = (unit: number, where: string, because: Text): Text => ({
  zh: `${where} 站号 ${unit}：没有写入，命令未能发出。${because.zh}`,
  en: `Unit ${unit} at ${where}: nothing was written, the order could not be sent. ${because.en}`,
});

const lost = (unit: number, where: string, because: Text): Text => ({
  zh: `${where} 站号 ${unit}：写入命令已发出，但没有得到确认，不知道设备是否执行。请看回读值或到现场核对后再决定是否重写。${because.zh}`,
  en: `Unit ${unit} at ${where}: the order went out but was not confirmed, so nobody knows whether the device took it. Look at the value or at the device before writing again. ${because.en}`,
});

function excepted(unit: number, where: string, code: number): Text {
  const { name, todo } = exceptionOf(code);
  return {
    zh: `${where} 站号 ${unit} 对写入返回异常码 ${code}（${name.zh}）。${todo.zh}`,
    en: `Unit ${unit} at ${where} answered the order with exception ${code} (${name.en}). ${todo.en}`,
  };
}

const notReadBack = (unit: number, address: ModbusAddress, because: Text): Text => ({
  zh: `站号 ${unit} 已确认写入 ${formatAddress(address)}，但回读失败，不知道设备现在的值。${because.zh}`,
  en: `Unit ${unit} confirmed the order to ${formatAddress(address)}, but could not be read back, so its value is not known. ${because.en}`,
});
