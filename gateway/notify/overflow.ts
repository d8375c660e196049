/** A full outbox: which messages are refused, visibly, so that the grave ones always find room. */
import { inOneLine } from "#model/in-one-line";
import type { JournalEntry } from "#model/journal";
import type { Message } from "#model/message";
import type { Text } from "#model/text";
import type { Instant } from "#model/time";

/** Messages that may wait at once. */
export const OUTBOX_LIMIT = 10_000;

/** The newest of S3 and S4, as many as are too many. S1 and S2 are never among them, however full it is. */
export function surplus(waiting: readonly Message[], limit = OUTBOX_LIMIT): Message[] {
  if (waiting.length <= limit) return [];
  const minor = waiting.filter((message) => message.severity === "S3" || message.severity === "S4");
  const newestFirst = minor.sort((a, b) => b.createdAt - a.createdAt || (a.key < b.key ? 1 : -1));
  return newestFirst.slice(0, waiting.length - limit);
}

export const outboxFull: Text = {
  zh: `待发消息超过 ${OUTBOX_LIMIT} 条,较新的中、低级别消息不再发送。请检查发送通道。`,
  en: `More than ${OUTBOX_LIMIT} messages wait to be sent; the newer ones of medium and low severity are not sent. Check the channels.`,
};

/** One entry for all that were refused at once. */
export const entryOfSurplus = (refused: readonly Message[], now: Instant): JournalEntry => ({
  occurredAt: now,
  at: now,
  about: "site",
  event: "messages-refused",
  actor: "gatehouse",
  data: {
    count: refused.length,
    tickets: [...new Set(refused.map((message) => message.ticket))].slice(0, 100),
    because: inOneLine(outboxFull),
  },
});
