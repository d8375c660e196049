/** 投诉每天要盘点，不能遗漏和延误 (K10): what every written report says of complaints, the old ones that are still open above all. Pure. */
import type { Text } from "#model/text";
import type { Ticket } from "#model/ticket";
import { type TicketKind, ticketKind } from "./response-rounds.ts";

/** Numbers that the sentence names; the list of tickets has all of them. */
const NAMED = 5;

const isLate = ({ clocks }: Ticket): boolean =>
  clocks.some(
    ({ breachedAt, metAt, state }) => breachedAt !== undefined && metAt === undefined && state !== "cancelled",
  );

/**
 * `tickets`: those that are open now, however long ago they were opened; `opened`: complaints of the window. Nothing when there is
 * neither.
 */
export function complaintsText(tickets: Iterable<Ticket>, opened: number, kind: TicketKind): Text | undefined {
  const open = [...tickets]
    .filter((one) => one.class === "complaint" && one.closedAt === undefined && ticketKind(one) === kind)
    .sort((a, b) => Number(isLate(b)) - Number(isLate(a)) || a.openedAt - b.openedAt);
  if (open.length === 0 && opened === 0) return undefined;
  const late = open.filter(isLate).length;
  const named = open.slice(0, NAMED).map(({ no }) => no);
  const more = open.length > NAMED;
  return {
    zh: `投诉 ${opened} 件，未结 ${open.length} 件${late > 0 ? `，其中超时 ${late} 件` : ""}${named.length > 0 ? `（${named.join("、")}${more ? " 等" : ""}）` : ""}`,
    en: `${opened} complaints, ${open.length} still open${late > 0 ? `, ${late} of them overdue` : ""}${named.length > 0 ? ` (${named.join(", ")}${more ? " …" : ""})` : ""}`,
  };
}
