/** How every message about a ticket begins: what, where, which number, so that a lock screen, a voice and a cut text say it first. */
import type { Ticket } from "#model/ticket";

/** What somebody typed may run on; behind so many letters the place and the number come all the same. Engineering judgement. */
const LONGEST = 40;

/** Names of devices mostly begin with their building: said once. */
function isSaid(building: string, title: string): boolean {
  if (building.length < 2 || !title.startsWith(building)) return false;
  return !/[A-Za-z0-9]$/.test(building) || !/^[A-Za-z0-9]/.test(title.slice(building.length));
}

export function headOf(ticket: Ticket, language: "zh" | "en"): string {
  const zh = language === "zh";
  const letters = [...ticket.title[language].replaceAll(/\s+/g, " ")];
  const title = letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : letters.join("");
  const { building, floor, room } = ticket.place;
  const place = [building !== undefined && isSaid(building, title) ? "" : building, floor, room];
  const words = place.filter(Boolean).join(" ");
  const mark = ticket.simulated ? (zh ? "【模拟】" : "[SIMULATED] ") : "";
  const where = words ? (zh ? `（${words}）` : ` (${words})`) : "";
  return `${mark}${title}${where}${zh && where ? "" : " "}${ticket.no}`;
}
