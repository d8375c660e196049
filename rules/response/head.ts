/** How every message about a ticket begins: number and emergency first, so that a cut message still says what and where. */
import type { Ticket } from "#model/ticket";

export function headOf(ticket: Ticket, language: "zh" | "en"): string {
  const place = [ticket.place.building, ticket.place.floor, ticket.place.room].filter(Boolean).join(" ");
  const drill = ticket.simulated ? (language === "zh" ? "【模拟】" : "[SIMULATED] ") : "";
  const where = place ? (language === "zh" ? `（${place}）` : ` (${place})`) : "";
  return `${drill}${ticket.no} ${ticket.title[language]}${where}`;
}
