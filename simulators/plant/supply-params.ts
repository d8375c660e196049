/** What the fleet file may say about the supply of a building: incoming utility, standby generator, UPS; and its gas detector. */
import * as z from "zod";

export const UtilityParams = z.strictObject({
  /** Volts, phase to neutral. */
  nominal: z.number().min(100).max(400).default(220),
  /** Amperes per phase of an ordinary day hour. */
  load: z.number().min(0).max(3000).default(180),
});
export type UtilityParams = z.output<typeof UtilityParams>;

export const GeneratorParams = z.strictObject({
  /** Seconds that the transfer switch waits until it starts the set (ASCO 165: 3 s). */
  startDelay: z.number().min(0).max(60).default(3),
  /** Seconds of steady voltage before it transfers. */
  warmUp: z.number().min(0).max(60).default(4),
  /** Seconds of steady utility before it transfers back (15 s in homes, 300 s in large buildings). */
  backAfter: z.number().min(5).max(1800).default(300),
  /** Seconds that the set runs on without load (ASCO 165: 1 min). */
  coolDown: z.number().min(0).max(600).default(60),
  /** Litres when full. */
  tank: z.number().min(10).max(20_000).default(400),
});
export type GeneratorParams = z.output<typeof GeneratorParams>;

export const UpsParams = z.strictObject({
  /** Share of its rating that its loads take, %. */
  load: z.number().min(0).max(150).default(40),
  /** Minutes that a full battery carries the full rating. */
  fullLoadMinutes: z.number().min(1).max(600).default(10),
});
export type UpsParams = z.output<typeof UpsParams>;

export const GasParams = z.strictObject({
  /** m³ of the room. */
  room: z.number().min(5).max(5000).default(50),
  /** Air changes per hour by natural draught, and with the exhaust fan. */
  airChanges: z.number().min(0.1).max(30).default(1),
  fanChanges: z.number().min(1).max(60).default(12),
});
export type GasParams = z.output<typeof GasParams>;
