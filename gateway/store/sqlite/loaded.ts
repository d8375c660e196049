/** What a start needs as the worker hands it over: rows of which there may be thousands stay text until they are on the loop. */
import type { Alarm } from "#model/alarm";
import type { Message } from "#model/message";
import type { Ticket } from "#model/ticket";
import type { Kept } from "../store.ts";

export type LoadedText = Omit<Kept, "alarms" | "tickets" | "lately" | "messages"> & {
  readonly texts: { readonly [K in "alarms" | "tickets" | "lately" | "messages"]: string };
};

export const readLoaded = ({ texts, ...rest }: LoadedText): Kept => ({
  ...rest,
  alarms: JSON.parse(texts.alarms) as Alarm[],
  tickets: JSON.parse(texts.tickets) as Ticket[],
  lately: JSON.parse(texts.lately) as Ticket[],
  messages: JSON.parse(texts.messages) as Message[],
});
