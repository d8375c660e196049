/** What a provider tells back of a text or a call: it arrived, it did not, or the called person pressed a key. */
import type { JournalEntry } from "#model/journal";
import type { Message } from "#model/message";
import type { Person } from "#model/site";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";

/** `key`: a digit was pressed during a call. 1: heard, and confirmed. 2: not me, the next one (response.md 2.8). */
export interface ChannelAnswer {
  readonly event: "delivered" | "failed" | "read" | "key";
  readonly digit?: string;
  /** The provider's own code of why it did not arrive. */
  readonly code?: string;
}

/** A step that a pressed key takes in the name of the called person. */
export interface KeyStep {
  readonly step: "confirm-phone" | "acknowledge" | "decline" | "escalate";
  readonly note: string;
  readonly assignee?: string;
}

export interface AnswerPlan {
  readonly message?: Message;
  readonly journal: readonly JournalEntry[];
  readonly steps: readonly KeyStep[];
  /** It did not arrive: the next way to this person need not wait. */
  readonly undelivered: boolean;
}

/** Whoever stands in for the desk: a key of theirs says that the desk knows. The others only say that they heard it. */
const DESK: ReadonlySet<string> = new Set(["control-room-operator", "shift-leader"]);

const nothing: AnswerPlan = { journal: [], steps: [], undelivered: false };

/**
 * What an answer to `message` means. Told again it means nothing more. A call that was taken is no confirmation: only a key is,
 * and only while the ticket is open.
 */
export function planOfAnswer(
  answer: ChannelAnswer,
  message: Message,
  ticket: Ticket,
  person: Pick<Person, "id" | "name">,
  now: Instant,
): AnswerPlan {
  const entry = (event: string, more: object = {}): JournalEntry => {
    const { key, channel, step, to } = message;
    const data = { message: key, channel, step, to, ...more };
    return { occurredAt: now, at: now, about: `ticket:${ticket.no}`, event, actor: "gatehouse", data };
  };
  // What still waits, was called off, or is not known to have gone out cannot have arrived.
  const out = message.state === "accepted" || message.state === "delivered" || message.state === "failed";
  if (!out) return nothing;
  switch (answer.event) {
    case "failed": {
      if (message.state !== "accepted") return nothing;
      const because = `服务商回执：未送达${answer.code ? `（${answer.code}）` : ""} / not delivered${answer.code ? ` (${answer.code})` : ""}`;
      const failed: Message = { ...message, state: "failed", because };
      return { message: failed, journal: [entry("message-failed", { because })], steps: [], undelivered: true };
    }
    case "delivered":
    case "read": {
      const after = arrived(message, now, answer.event === "read");
      if (!after) return nothing;
      const first = message.state === "delivered" ? [] : [entry("message-delivered")];
      return { message: after, journal: first, steps: [], undelivered: false };
    }
    case "key": {
      const after = arrived(message, now, true);
      const rows = { ...(after ? { message: after } : {}), undelivered: false };
      const pressed = entry("call-key", { digit: answer.digit ?? "" });
      const isOver = ticket.closedAt !== undefined || ticket.state === "merged";
      if (isOver) return { ...rows, journal: [pressed], steps: [] };
      return { ...rows, journal: [pressed], steps: stepsOf(answer.digit, message, ticket, person) };
    }
  }
}

function arrived(message: Message, now: Instant, read: boolean): Message | undefined {
  const { because: _, ...plain } = message;
  if (message.state === "delivered" && (!read || message.readAt !== undefined)) return undefined;
  return {
    ...plain,
    state: "delivered",
    deliveredAt: message.deliveredAt ?? now,
    ...(read ? { readAt: message.readAt ?? now } : {}),
  };
}

function stepsOf(
  digit: string | undefined,
  message: Message,
  ticket: Ticket,
  person: Pick<Person, "id" | "name">,
): readonly KeyStep[] {
  const note = `电话按键 ${digit} / key ${digit} by phone`;
  if (digit === "1") {
    const called = (ticket.calls ?? []).some((call) => call.person === person.id && call.at === undefined);
    const desk = DESK.has(message.role) && ticket.acknowledgedBy === undefined;
    return [
      ...(called ? [{ step: "confirm-phone" as const, note, assignee: person.name }] : []),
      ...(desk ? [{ step: "acknowledge" as const, note }] : []),
    ];
  }
  if (digit !== "2") return [];
  const offered = (ticket.offers ?? []).some(
    (one) => one.person === person.id && one.round === ticket.round && one.state === "open",
  );
  return [{ step: offered ? "decline" : "escalate", note }];
}
