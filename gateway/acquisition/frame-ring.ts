/** The last frames of a link as they stood on the wire: what an engineer reads when the figures say that something is wrong. */
import type { Instant } from "#model/time";

export interface Frame {
  /** Counts the frames of the link from 1, so that whoever looks again sees what is new. */
  readonly seq: number;
  readonly at: Instant;
  readonly way: "sent" | "received";
  readonly unit: number;
  /** Bytes on the wire; `bytes` holds at most the first 512 of them. */
  readonly length: number;
  readonly bytes: Uint8Array;
}

export interface FrameRing {
  /** Copies the bytes. A slot keeps its room, so that a busy link makes no garbage. */
  add(at: Instant, way: Frame["way"], unit: number, bytes: Uint8Array): void;
  /** Oldest first, those after `seq`; copies. */
  after(seq: number): readonly Frame[];
  readonly count: number;
}

const FRAMES = 500;
/** A Modbus frame has at most 260 bytes; of larger ones the beginning tells what they are. */
const KEPT_BYTES = 512;

interface Slot {
  seq: number;
  at: Instant;
  way: Frame["way"];
  unit: number;
  length: number;
  room: Uint8Array;
}

export function createFrameRing(): FrameRing {
  const slots: Slot[] = [];
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(at, way, unit, bytes) {
      count += 1;
      const kept = Math.min(bytes.length, KEPT_BYTES);
      const place = (count - 1) % FRAMES;
      let slot = slots[place];
      if (slot === undefined) {
        slot = { seq: 0, at, way, unit, length: 0, room: new Uint8Array(kept) };
        slots.push(slot);
      }
      if (slot.room.length < kept) slot.room = new Uint8Array(kept);
      slot.room.set(kept === bytes.length ? bytes : bytes.subarray(0, kept));
      slot.seq = count;
      slot.at = at;
      slot.way = way;
      slot.unit = unit;
      slot.length = bytes.length;
    },
    after(seq) {
      return slots
        .filter((slot) => slot.seq > seq)
        .sort((a, b) => a.seq - b.seq)
        .map(({ room, ...slot }) => ({ ...slot, bytes: room.slice(0, Math.min(slot.length, KEPT_BYTES)) }));
    },
  };
}
