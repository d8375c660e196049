/** An office with one webhook, and messages about one ticket: what most tests of the outbox begin with. */
import type { Message } from "#model/message";
import type { ChannelSetting } from "#model/site";
import { aMessage, aTicket } from "../../support/stored-things.ts";
import { type Behaviour, startReceiver } from "../../support/webhook-receiver.ts";
import { startOffice as start } from "./office.ts";

export const SECRET = "a secret of sixteen or more characters";
export const ticket = aTicket("GD-1");
/** A message about that ticket by that webhook. */
export const about = (key: string, changes: Partial<Message> = {}): Message =>
  aMessage(key, { ticket: ticket.no, channel: "hook", ...changes });

export const startOffice = (messages: readonly Message[], channels: readonly ChannelSetting[], tickets = [ticket]) =>
  start({ messages, channels, tickets });

export const hook = (url: string, id = "hook", more: object = {}): ChannelSetting => ({
  id,
  kind: "webhook",
  settings: { url, secret: SECRET, allow: ["loopback"], ...more },
});
export const receiver = (...behaviours: Behaviour[]) => startReceiver(SECRET, behaviours);
