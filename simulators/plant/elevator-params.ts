/** What the fleet file may say about one elevator. */
import * as z from "zod";

export const ElevatorParams = z.strictObject({
  /** Landings in the shaft; six are needed to bring every car to rated speed between two landings. */
  floors: z.int().min(6).max(60).default(20),
  /** Index of the lowest landing, e.g. -2 for two basements. */
  lowestFloor: z.int().min(-3).max(1).default(1),
  /** Floor index of the entrance hall. */
  homeFloor: z.int().min(-3).max(60).default(1),
  /** m/s */
  ratedSpeed: z.number().min(1).max(3).default(1.75),
  /** Metres between landings. */
  pitch: z.number().min(2.6).max(5).default(3),
  /** kg */
  ratedLoad: z.number().min(320).max(2000).default(1050),
  /** Automatic rescue device: brings the car to a landing when the mains fail. */
  rescueDevice: z.boolean().default(false),
  /** A residential lift starts 120–200 times a day. */
  startsPerDay: z.number().min(0).max(3000).default(160),
});
export type ElevatorParams = z.output<typeof ElevatorParams>;
