/** One sentence per journal entry, for the time line of a ticket. Tables by event (`lines/`); what they do not know is shown by name. */
import type { JournalRow } from "#model/journal";
import type { Text } from "#model/text";
import type { Instant } from "#model/time";
import { both, flag, type Line, type Names, word } from "./lines/line.ts";
import { alarmLines } from "./lines/of-alarms.ts";
import { houseLines } from "./lines/of-house.ts";
import { noticeLines } from "./lines/of-notices.ts";
import { paperLines } from "./lines/of-papers.ts";
import { stepLines } from "./lines/of-steps.ts";
import { ticketLines } from "./lines/of-tickets.ts";

const lines: Readonly<Record<string, Line>> = {
  ...alarmLines,
  ...ticketLines,
  ...stepLines,
  ...paperLines,
  ...noticeLines,
  ...houseLines,
};

/** Entries that only keep the ticket's row whole; they tell a reader nothing. */
const bookkeeping: ReadonlySet<string> = new Set(["watched", "ladder-armed"]);
export const isBookkeeping = (event: string): boolean => bookkeeping.has(event);

/** The sentence for one entry. A back-entry says when it really happened; `clockTime` writes an instant in the site's zone. */
export function eventLine(row: JournalRow, names: Names, clockTime: (at: Instant) => string): Text {
  const plain = lines[row.event]?.(row, names) ?? both(row.event, row.event);
  const line = word(row, "through") === "link" ? both(`${plain.zh}（经链接）`, `${plain.en} (by link)`) : plain;
  if (!flag(row, "backEntry")) return line;
  const at = clockTime(row.occurredAt);
  return both(`${line.zh}（补录，实际时间 ${at}）`, `${line.en} (entered later; it was at ${at})`);
}
