/** The memory of one Modbus unit: turns points into 16-bit words, and knows where the holes are. */
import type { Encoding, RegisterEntry, RegisterMap } from "./maps.ts";

export interface UnitMemory {
  /** The register's content as the read function (3 or 4) shows it, or undefined where the unit has none. */
  word(address: number, functionCode?: number): number | undefined;
  /** Bit b of register r as coil or discrete input 16·r + b (function 1 or 2), or undefined where there is none. */
  bit(address: number, functionCode?: number): boolean | undefined;
  /** Takes words from `start` on, all or none; absent where the unit takes none at all. */
  write?(start: number, words: readonly number[]): "taken" | "no-such-address" | "not-allowed";
}

/** How one instance differs from its maker's table. */
export interface MemoryVariant {
  /** Which way the two words of a 32-bit number stand; A is the most significant byte. */
  readonly wordOrder?: "ABCD" | "CDAB" | "BADC" | "DCBA" | undefined;
  /** Added to every address: 1 where the maker counts from 1, or the base of a block behind a gateway. */
  readonly addressShift?: number | undefined;
  /** Points whose sensor is not fitted: their registers read FFFF, their bits 0. */
  readonly notFitted?: readonly string[] | undefined;
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
  { wordOrder = "ABCD", addressShift = 0, notFitted = [] }: MemoryVariant = {},
): UnitMemory {
  const swapsWords = wordOrder === "CDAB" || wordOrder === "DCBA";
  const swapsBytes = wordOrder === "BADC" || wordOrder === "DCBA";
  const turned = (word: number) => (swapsBytes ? ((word & 0xff) << 8) | (word >>> 8) : word);
  const words = new Map<number, (() => number)[]>();
  const bits = new Map<number, RegisterEntry>();
  const add = (address: number, part: () => number) => {
    const parts = words.get(address);
    if (parts) parts.push(part);
    else words.set(address, [part]);
  };
  for (const entry of map) {
    const bit = bitOf(entry.as);
    const absent = notFitted.includes(entry.point);
    const value = absent ? () => (bit === undefined ? 0xffff_ffff : 0) : () => raw(entry, read(entry.point));
    if (bit !== undefined) {
      bits.set(entry.at * 16 + bit, entry);
      add(entry.at, () => value() << bit);
    } else if (isDouble(entry)) {
      add(entry.at + (swapsWords ? 1 : 0), () => turned((value() >>> 0) >>> 16));
      add(entry.at + (swapsWords ? 0 : 1), () => turned(value() & 0xffff));
    } else if (entry.as === "hi8") add(entry.at, () => (value() << 8) & 0xffff);
    else add(entry.at, () => value() & 0xffff);
  }
  const writable = new Map(map.flatMap((entry) => (entry.takes ? [[entry.at, entry] as const] : [])));
  const write: UnitMemory["write"] = (start, given) => {
    const orders = given.map((word, index) => ({ entry: writable.get(start - addressShift + index), word }));
    for (const { entry, word } of orders) {
      if (!entry?.takes) return "no-such-address";
      const [low, high] = entry.takes;
      if (word < low * entry.scale || word > high * entry.scale) return "not-allowed";
    }
    for (const { entry, word } of orders) if (entry) order?.(entry.point, word / entry.scale);
    return "taken";
  };
  return {
    word: (address) => words.get(address - addressShift)?.reduce((sum, part) => sum | part(), 0),
    bit(address) {
      const entry = bits.get(address - 16 * addressShift);
      return entry ? !notFitted.includes(entry.point) && raw(entry, read(entry.point)) === 1 : undefined;
    },
    ...(order && writable.size > 0 && { write }),
  };
}

/** The same holes, but every word `fill`: what a gateway answers for a device that has died. */
export function filledMemory(memory: UnitMemory, fill: number): UnitMemory {
  return {
    word: (address, code) => (memory.word(address, code) === undefined ? undefined : fill),
    bit: (address, code) => (memory.bit(address, code) === undefined ? undefined : fill !== 0),
  };
}

/** A copy of this moment that never changes: old data. */
export function frozenMemory(memory: UnitMemory): UnitMemory {
  const copy = <T>(read: (address: number) => T | undefined): ReadonlyMap<number, T> => {
    const kept = new Map<number, T>();
    for (let address = 0; address < 65_536; address += 1) {
      const value = read(address);
      if (value !== undefined) kept.set(address, value);
    }
    return kept;
  };
  const holding = copy((address) => memory.word(address, 3));
  const input = copy((address) => memory.word(address, 4));
  const coils = copy((address) => memory.bit(address, 1));
  const discrete = copy((address) => memory.bit(address, 2));
  return {
    word: (address, code) => (code === 4 ? input : holding).get(address),
    bit: (address, code) => (code === 2 ? discrete : coils).get(address),
  };
}
