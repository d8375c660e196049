/** The screens of the house: a message is delivered as soon as the house has it, since every screen shows what a ticket told. */
import * as z from "zod";
import type { Channel } from "../../channel.ts";

const Settings = z.strictObject({});

export const consoleChannel: Channel<z.infer<typeof Settings>> = {
  kind: "console",
  settings: Settings,
  send: async () => ({ outcome: "delivered" }),
};
