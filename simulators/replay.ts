/**
 * A capture of link frames becomes a device that answers in the same way. The capture is what the gateway gives at
 * `GET /api/links/<link>/frames`: sent questions and received replies as hex, of Modbus TCP or RTU.
 */
import { readFileSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import * as z from "zod";
import type { Text } from "./text.ts";
import { exception, exceptions } from "./wire/answer.ts";
import type { DeviceFaults } from "./wire/device-faults.ts";
import { createUnitOn, type ModbusUnit } from "./wire/modbus-unit.ts";
import { crc16 } from "./wire/rtu-frames.ts";

const Capture = z
  .array(
    z.object({
      way: z.enum(["sent", "received"]),
      unit: z.int(),
      length: z.int().min(0).optional(),
      hex: z.string().regex(/^(?:[0-9A-Fa-f]{2}(?:\s+|$))*$/),
    }),
  )
  .max(1_000_000);

export interface Recording {
  /** Replies to each question (function and data as hex), in the order in which they came; empty: it stayed silent. */
  readonly replies: ReadonlyMap<string, readonly Buffer[]>;
  /** Registers by function and address as the last replies had them, for questions that were never asked. */
  readonly words: ReadonlyMap<string, number>;
}

const largestFile = 64 * 1024 * 1024;

/** Reads the capture of one unit, or says what is wrong with it. */
export function readCapture(
  file: string,
  folder: string,
  unit: number,
): Recording | { readonly wrong: readonly Text[] } {
  const path = isAbsolute(file) ? file : resolve(folder, file);
  const wrong = (zh: string, en: string) => ({ wrong: [{ zh: `${file}: ${zh}`, en: `${file}: ${en}` }] });
  let data: unknown;
  try {
    const text = readFileSync(path, "utf8");
    if (text.length > largestFile) return wrong("文件超过 64 MiB", "larger than 64 MiB");
    data = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return wrong(`无法读取：${why}`, `cannot be read: ${why}`);
  }
  const read = Capture.safeParse(data);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue?.path.join(".") ?? "";
    return wrong(
      `不是链路报文（GET /api/links/<id>/frames 的结果）：${place} ${issue?.message}`,
      `no capture of link frames as GET /api/links/<id>/frames gives it: ${place} ${issue?.message}`,
    );
  }
  const recording = record(
    read.data.map(({ way, hex }) => ({ way, bytes: Buffer.from(hex.replace(/\s+/g, ""), "hex") })),
    unit,
  );
  if (recording.replies.size > 0) return recording;
  return wrong(`没有从站 ${unit} 的 Modbus 请求`, `holds no Modbus questions to unit ${unit}`);
}

interface Piece {
  readonly id: number;
  readonly unit: number;
  readonly pdu: Buffer;
}

/** A frame of Modbus TCP or of RTU; undefined for anything else. */
function open(bytes: Buffer): Piece | undefined {
  if (bytes.length >= 8 && bytes.readUInt16BE(2) === 0 && bytes.readUInt16BE(4) === bytes.length - 6)
    return { id: bytes.readUInt16BE(0), unit: bytes.readUInt8(6), pdu: bytes.subarray(7) };
  if (bytes.length >= 4 && crc16(bytes.subarray(0, -2)) === bytes.readUInt16LE(bytes.length - 2))
    return { id: -1, unit: bytes.readUInt8(0), pdu: bytes.subarray(1, -2) };
  return undefined;
}

function record(
  frames: readonly { readonly way: "sent" | "received"; readonly bytes: Buffer }[],
  unit: number,
): Recording {
  const replies = new Map<string, Buffer[]>();
  const words = new Map<string, number>();
  let asked: Piece[] = [];
  for (const { way, bytes } of frames) {
    const piece = open(bytes);
    if (!piece || piece.unit !== unit) continue;
    if (way === "sent") {
      asked = [...asked.filter(({ id }) => id !== piece.id), piece].slice(-64);
      const key = piece.pdu.toString("hex");
      if (!replies.has(key)) replies.set(key, []);
      continue;
    }
    const question = asked.find(({ id, pdu }) => id === piece.id && pdu[0] === ((piece.pdu[0] ?? 0) & 0x7f));
    if (!question) continue;
    asked = asked.filter((one) => one !== question);
    replies.get(question.pdu.toString("hex"))?.push(piece.pdu);
    keepWords(question.pdu, piece.pdu, words);
  }
  return { replies, words };
}

function keepWords(question: Buffer, reply: Buffer, words: Map<string, number>): void {
  const code = reply[0] ?? 0;
  if ((code !== 3 && code !== 4) || question.length !== 5) return;
  const start = question.readUInt16BE(1);
  for (let index = 0; 2 + 2 * index + 1 < reply.length; index += 1)
    words.set(`${code} ${start + index}`, reply.readUInt16BE(2 + 2 * index));
}

/**
 * Answers each question with its recorded replies in turn, and from the first again after the last. A question that was asked
 * in another cut is answered from the registers that are known; for one that never got a reply the gateway says so (exception 0B).
 */
export function createReplay(recording: Recording, faults: DeviceFaults): ModbusUnit {
  const next = new Map<string, number>();
  const unit = createUnitOn(
    { word: (address, code = 3) => recording.words.get(`${code} ${address}`), bit: () => undefined },
    faults,
  );
  return {
    ...unit,
    reply(pdu) {
      const recorded = recording.replies.get(pdu.toString("hex"));
      const isFaulty = [...faults.faults.keys()].some((fault) => /^exception|^zeros|^ffff|^old-data/.test(fault));
      if (isFaulty || recorded === undefined) return unit.reply(pdu);
      if (recorded.length === 0) return exception(pdu[0] ?? 0, exceptions.noTarget);
      const key = pdu.toString("hex");
      const turn = next.get(key) ?? 0;
      next.set(key, (turn + 1) % recorded.length);
      return recorded[turn] ?? unit.reply(pdu);
    },
  };
}
