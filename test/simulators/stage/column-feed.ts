/**
 * What a read block brings, taken from the plant's readings without making bytes of them: a month of a building is some forty
 * million samples. Only for a unit without faults and without points set by hand; the stage compares it with the wire now and then.
 */

import { milliseconds } from "#model/time";
import type { Report } from "../../../drivers/driver.ts";
import type { ModbusAddress } from "../../../drivers/modbus/address.ts";
import { type Block, deliver } from "../../../drivers/modbus/deliver.ts";
import type { RegisterEntry, RegisterMap } from "../../../simulators/wire/maps.ts";
import { representable } from "../../../simulators/wire/memory.ts";

const took = milliseconds(5);
/** What of a gateway's types shows the same number as a register entry, in high word first. */
const same: Readonly<Record<string, string>> = {
  u16: "u16",
  i16: "i16",
  u32: "u32",
  i32: "i32",
  u8hi: "hi8",
  u8lo: "lo8",
};

function entryOf(map: RegisterMap, { type, register, bit, order }: ModbusAddress): RegisterEntry | undefined {
  if (order !== "ABCD") return undefined;
  const as = type === "bit" ? `bit${bit ?? 0}` : same[type];
  return map.find((entry) => entry.at === register && entry.as === as);
}

/** Fills and delivers the block. */
export type Feed = (report: Report, device: string) => void;

/** `undefined` when some point of the block is not one whole entry of the map; it is read over the wire then. */
export function createFeed(
  block: Block,
  map: RegisterMap,
  readings: Readonly<Record<string, number>>,
): Feed | undefined {
  if (block.texts.length > 0) return undefined;
  const entries = block.numbers.map(({ address }) => entryOf(map, address));
  if (!entries.every((entry) => entry !== undefined)) return undefined;
  const count = entries.length;
  const points = entries.map(({ point }) => point);
  const scales = Float64Array.from(entries, ({ scale }) => scale);
  const lows = Float64Array.from(entries, (entry) => Math.round(representable(entry)[0] * entry.scale));
  const highs = Float64Array.from(entries, (entry) => Math.round(representable(entry)[1] * entry.scale));
  const { raw, handles } = block;
  return (report, device) => {
    for (let index = 0; index < count; index += 1) {
      const told = Math.round((readings[points[index] as string] ?? 0) * (scales[index] as number));
      raw[index] = Math.min(highs[index] as number, Math.max(lows[index] as number, told));
    }
    report.samples(device, handles, raw, count, took);
  };
}

/** The numbers of a good reply's bytes, as the driver decodes them. Throws when the feed would have said something else. */
export function compare(block: Block, bytes: Buffer, feed: Feed, device: string): void {
  const silent = { samples() {}, text() {} } as unknown as Report;
  deliver(block, bytes, device, took, silent);
  const decoded = Float64Array.from(block.raw);
  feed(silent, device);
  for (const [index, value] of block.raw.entries()) {
    // A raw zero has no sign on the wire.
    if (value === decoded[index]) continue;
    const { handle } = block.numbers[index] ?? { handle: -1 };
    throw new Error(`${device}: point ${handle} is ${decoded[index]} on the wire, ${value} in the feed`);
  }
}
