/** Bits that stay 1 until somebody has read them: so a device keeps what is shorter than a poll. */
export interface Latches {
  /** To be called after every step of the plant. */
  look(): void;
  /** What the register says; reading it clears the bit. */
  read(point: string): number;
}

export function createLatches(points: readonly string[], read: (point: string) => number): Latches {
  const held = new Set<string>();
  return {
    look() {
      for (const point of points) if (read(point) === 1) held.add(point);
    },
    read: (point) => (held.delete(point) ? 1 : read(point)),
  };
}
