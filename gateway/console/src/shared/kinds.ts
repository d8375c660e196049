/** The kinds of devices, in the order in which every screen shows them. */
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
