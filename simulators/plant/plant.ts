/** What every simulated plant offers to the wire and to the stories. Plants know neither sockets nor wall time. */

export interface Plant {
  readonly kind: "elevator" | "booster" | "fire-panel" | "access" | "utility" | "generator" | "ups" | "gas" | "replay";
  /** Length of one step in plant seconds. */
  readonly stepSeconds: number;
  /** Plant seconds since the start. */
  readonly elapsed: number;
  step(): void;
  /** What the plant's sensors say now, by point name; a bool is 0 or 1. The same object at every call. */
  readonly readings: Readonly<Record<string, number>>;
  /**
   * Plant seconds at which a reading last changed, apart from the heartbeat, the noise of meters and what creeps over hours;
   * absent: they change all the time. Whoever looks only at news may skip a plant until this moves.
   */
  readonly stirred?: number;
  /** Takes what was written to one of its registers; absent where nothing can be. */
  written?(point: string, value: number): void;
  /** Undoes whatever a story did and lets the plant find its own way back to normal. */
  recover(): void;
}
