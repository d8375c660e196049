/** What the fleet file may say about one fire panel. */
import * as z from "zod";

export const FirePanelParams = z.strictObject({
  /** Detectors that the maintenance firm has switched off, the last ones of the loop. */
  disabled: z.int().min(0).max(20).default(0),
});
export type FirePanelParams = z.output<typeof FirePanelParams>;
