/** What a message is about, and whether that is over, so that it is of no use to anybody any more. */
import type { Message } from "#model/message";
import type { Instant } from "#model/time";
import type { Door } from "../door.ts";

/** About a paper that somebody has to sign. */
const paperOf = ({ ticket }: Message): string | undefined =>
  ticket.startsWith("paper:") ? ticket.slice("paper:".length) : undefined;

/** About an alarm that has no ticket; its journal then is the alarm's. */
const concernsAlarm = (message: Message): boolean => message.ticket.startsWith("alarm:");

/** As the journal names it. */
export const aboutOf = (message: Message): string =>
  concernsAlarm(message) || paperOf(message) !== undefined ? message.ticket : `ticket:${message.ticket}`;

/**
 * Messages of a closed or merged ticket are of no use to anybody, nor is a reminder of what is in service again. Nor a notice
 * whose channel was away until after the time that it promises: residents would read at three that the water is back at one.
 */
export function isOver(message: Message, house: Door["house"], now: Instant): boolean {
  if (concernsAlarm(message)) return house.alarms.get(message.ticket.slice("alarm:".length))?.service !== "out";
  const paper = paperOf(message);
  if (paper !== undefined) {
    const found = house.papers.get(paper);
    if (found?.kind === "notice" && message.audience === "residents") {
      const edition = found.editions.find(({ n }) => message.step === `notice-${n}`);
      return edition?.backAt !== undefined && edition.backAt <= now;
    }
    const ends = found?.kind === "handover" || found?.kind === "fire-room";
    return found === undefined || (ends && found.state !== "open");
  }
  const ticket = house.tickets.get(message.ticket);
  return ticket === undefined || ticket.state === "closed" || ticket.state === "merged";
}
