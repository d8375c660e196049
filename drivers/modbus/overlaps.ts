/** Finds points of one device that contradict each other: the same registers read in two ways that cannot both be right. */
import type { Text } from "#model/text";
import { formatAddress, type ModbusAddress } from "./address.ts";

/** More pairs than this add nothing for the reader: the table is shifted as a whole. */
const MOST = 100;

/**
 * Pairs of positions in `addresses` whose registers overlap with different types, starts or orders. Fine are: the same
 * address twice, and bits or half registers of a register that is also read as a whole number.
 */
export function overlaps(
  addresses: readonly ModbusAddress[],
): readonly { readonly a: number; readonly b: number; readonly what: Text }[] {
  const order = addresses.map((_, position) => position).sort((a, b) => compare(at(addresses, a), at(addresses, b)));
  const found: { a: number; b: number; what: Text }[] = [];
  for (const [place, first] of order.entries()) {
    const a = at(addresses, first);
    for (let next = place + 1; next < order.length && found.length < MOST; next += 1) {
      const second = order[next] as number;
      const b = at(addresses, second);
      if (b.table !== a.table || b.register > a.register + a.width - 1) break;
      if (agree(a, b)) continue;
      const [one, two] = first < second ? [first, second] : [second, first];
      found.push({ a: one, b: two, what: sentence(at(addresses, one), at(addresses, two)) });
    }
  }
  return found;
}

const at = (addresses: readonly ModbusAddress[], position: number): ModbusAddress =>
  addresses[position] as ModbusAddress;

function compare(a: ModbusAddress, b: ModbusAddress): number {
  if (a.table !== b.table) return a.table < b.table ? -1 : 1;
  return a.register - b.register || b.width - a.width;
}

const isPart = (address: ModbusAddress): boolean =>
  address.type === "bit" || address.type === "u8hi" || address.type === "u8lo";

/** Types whose single bits may mean something: a double word of status flags is often read both ways. */
const flagTypes: ReadonlySet<ModbusAddress["type"]> = new Set(["u16", "i16", "u32", "i32", "u64", "i64"]);

function agree(a: ModbusAddress, b: ModbusAddress): boolean {
  if (a.register === b.register && a.type === b.type && a.order === b.order && a.length === b.length) {
    return true;
  }
  if (isPart(a) && isPart(b)) return true;
  if (isPart(a)) return flagTypes.has(b.type);
  if (isPart(b)) return flagTypes.has(a.type);
  return false;
}

function sentence(a: ModbusAddress, b: ModbusAddress): Text {
  return {
    zh: `${formatAddress(a)} 与 ${formatAddress(b)} 的寄存器重叠，但类型、起点或字节序不同，不可能都对。`,
    en: `${formatAddress(a)} and ${formatAddress(b)} share registers but differ in type, start or order; they cannot both be right.`,
  };
}
