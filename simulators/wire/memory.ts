/** The memory of one Modbus unit: turns points into 16-bit words, and knows where the holes are. */
import type { Encoding, RegisterEntry, RegisterMap } from "./maps.ts";

export interface UnitMemory {
  /** The register's content, or undefined where the unit has none. */
  word(address: number): number | undefined;
  /** Bit b of register r as coil or discrete input 16·r + b, or undefined where there is none. */
  bit(address: number): boolean | undefined;
  /** Takes words from `start` on, all or none; absent where the unit takes none at all. */
  write?(start: number, words: readonly number[]): "taken" | "no-such-address" | "not-allowed";
}

/** Smallest and largest register value of an encoding. */
function span(as: Encoding): readonly [number, number] {
  switch (as) {
    case "u16":
      return [0, 0xffff];
    case "i16":
      return [-0x8000, 0x7fff];
    case "u32":
      return [0, 0xffff_ffff];
    case "i32":
      return [-0x8000_0000, 0x7fff_ffff];
    case "hi8":
    case "lo8":
      return [0, 0xff];
    default:
      return [0, 1];
  }
}

/** What the entry's point may be so that its register can show it, as [lowest, highest] in the point's unit. */
export function representable(entry: RegisterEntry): readonly [number, number] {
  const [low, high] = span(entry.as);
  return [low / entry.scale, high / entry.scale];
}

function raw(entry: RegisterEntry, value: number): number {
  const [low, high] = span(entry.as);
  return Math.min(high, Math.max(low, Math.round(value * entry.scale)));
}

const isDouble = ({ as }: RegisterEntry): boolean => as === "u32" || as === "i32";
const bitOf = (as: Encoding): number | undefined => (as.startsWith("bit") ? Number(as.slice(3)) : undefined);

/** `read` answers the present value of a point; it is asked at each request, so a reply is one moment's picture. */
export function createMemory(
  map: RegisterMap,
  read: (point: string) => number,
  order?: (point: string, value: number) => void,
): UnitMemory {
  const words = new Map<number, (() => number)[]>();
  const bits = new Map<number, RegisterEntry>();
  const add = (address: number, part: () => number) => {
    const parts = words.get(address);
    if (parts) parts.push(part);
    else words.set(address, [part]);
  };
  for (const entry of map) {
    const value = () => raw(entry, read(entry.point));
    const bit = bitOf(entry.as);
    if (bit !== undefined) {
      bits.set(entry.at * 16 + bit, entry);
      add(entry.at, () => value() << bit);
    } else if (isDouble(entry)) {
      add(entry.at, () => (value() >>> 0) >>> 16);
      add(entry.at + 1, () => value() & 0xffff);
    } else if (entry.as === "hi8") add(entry.at, () => value() << 8);
    else add(entry.at, () => value() & 0xffff);
  }
  const writable = new Map(map.flatMap((entry) => (entry.takes ? [[entry.at, entry] as const] : [])));
  const write: UnitMemory["write"] = (start, given) => {
    const orders = given.map((word, index) => ({ entry: writable.get(start + index), word }));
    for (const { entry, word } of orders) {
      if (!entry?.takes) return "no-such-address";
      const [low, high] = entry.takes;
      if (word < low * entry.scale || word > high * entry.scale) return "not-allowed";
    }
    for (const { entry, word } of orders) if (entry) order?.(entry.point, word / entry.scale);
    return "taken";
  };
  return {
    word: (address) => words.get(address)?.reduce((sum, part) => sum | part(), 0),
    bit(address) {
      const entry = bits.get(address);
      return entry ? raw(entry, read(entry.point)) === 1 : undefined;
    },
    ...(order && writable.size > 0 && { write }),
  };
}

/** The same holes, but every word `fill`: what a gateway answers for a device that has died. */
export function filledMemory(memory: UnitMemory, fill: number): UnitMemory {
  return {
    word: (address) => (memory.word(address) === undefined ? undefined : fill),
    bit: (address) => (memory.bit(address) === undefined ? undefined : fill !== 0),
  };
}

/** A copy of this moment that never changes: old data. */
export function frozenMemory(memory: UnitMemory, map: RegisterMap): UnitMemory {
  const words = new Map<number, number>();
  const bits = new Map<number, boolean>();
  for (const entry of map) {
    for (const address of isDouble(entry) ? [entry.at, entry.at + 1] : [entry.at]) {
      const word = memory.word(address);
      if (word !== undefined) words.set(address, word);
    }
    const bit = bitOf(entry.as);
    if (bit === undefined) continue;
    const value = memory.bit(entry.at * 16 + bit);
    if (value !== undefined) bits.set(entry.at * 16 + bit, value);
  }
  return { word: (address) => words.get(address), bit: (address) => bits.get(address) };
}
