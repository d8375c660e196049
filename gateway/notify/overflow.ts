/** A full outbox: which messages are refused, visibly, so that the grave ones always find room. */
import type { Message } from "#model/message";

/** Messages that may wait at once. */
export const OUTBOX_LIMIT = 10_000;

/** The newest of S3 and S4, as many as are too many. S1 and S2 are never among them, however full it is. */
export function surplus(waiting: readonly Message[], limit = OUTBOX_LIMIT): Message[] {
  if (waiting.length <= limit) return [];
  const minor = waiting.filter((message) => message.severity === "S3" || message.severity === "S4");
  const newestFirst = minor.sort((a, b) => b.createdAt - a.createdAt || (a.key < b.key ? 1 : -1));
  return newestFirst.slice(0, waiting.length - limit);
}
