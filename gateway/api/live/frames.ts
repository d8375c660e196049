/** The numbered frames of the live stream and the ring that lets a client go on where it was. */
import type { Instant } from "#model/time";

export interface KeptFrame {
  readonly seq: number;
  readonly kind: string;
  /** JSON, made once for everybody. */
  readonly text: string;
}

export interface FrameRing {
  /** Number of the newest kept frame. */
  readonly seq: number;
  /** Numbers a frame and keeps it. `make` gets the number and returns the JSON. */
  keep(kind: string, make: (seq: number) => string): KeptFrame;
  /** Frames after `since`; `undefined` when some of them are gone, or were never here. */
  after(since: number): readonly KeptFrame[] | undefined;
}

/**
 * Numbers begin at the time of the start in milliseconds, so a number from before a restart never falls into the range of
 * this run. Bounded by count and by bytes.
 */
export function createFrameRing(start: Instant, limits: { framesKept: number; frameBytesKept: number }): FrameRing {
  const first = start as number;
  let seq = first;
  let bytes = 0;
  let frames: KeptFrame[] = [];
  let gone = 0;
  const size = () => frames.length - gone;

  function forgetOldest(): void {
    const oldest = frames[gone] as KeptFrame;
    bytes -= oldest.text.length;
    gone += 1;
    // Cut off in large pieces: shifting one by one costs the length each time.
    if (gone > 1_000 && gone > frames.length / 2) {
      frames = frames.slice(gone);
      gone = 0;
    }
  }

  return {
    get seq() {
      return seq;
    },
    keep(kind, make) {
      seq += 1;
      const frame: KeptFrame = { seq, kind, text: make(seq) };
      frames.push(frame);
      bytes += frame.text.length;
      while (size() > 1 && (size() > limits.framesKept || bytes > limits.frameBytesKept)) forgetOldest();
      return frame;
    },
    after(since) {
      if (since > seq || since < first) return undefined;
      if (since === seq) return [];
      const oldest = frames[gone]?.seq ?? seq + 1;
      if (since < oldest - 1) return undefined;
      return frames.slice(gone + (since - oldest + 1));
    },
  };
}
