/** The kinds of devices, in the order in which every screen shows them, and which devices can be said to answer. */
import type { DeviceBody } from "../../../api/shapes.ts";

/** What holds people first. */
export const kinds: readonly DeviceBody["kind"][] = [
  "elevator",
  "water",
  "fire",
  "access",
  "power",
  "gas",
  "ups",
  "generator",
  "gateway",
];

/** An unsteady device answers too; one that was never asked does not, and is not silent either. */
export const answers = (device: DeviceBody): boolean => device.state === "online" || device.state === "degraded";
