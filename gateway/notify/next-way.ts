/** Which other way leads to the same person with the same news, when one way turns out to be closed. */
import type { Message } from "#model/message";

export interface NextWays {
  /** Of the messages with the same news to the same person by another channel the one that `dueOf` puts first; Infinity: none. */
  after(message: Message, dueOf: (one: Message) => number): Message | undefined;
  /** The outbox has changed. */
  forget(): void;
}

const newsOf = ({ ticket, step, to }: Message): string => `${ticket} ${step} ${to}`;

/** Sorts the outbox once for many questions. */
export function createNextWays(outbox: () => Iterable<Message>): NextWays {
  let byNews: Map<string, Message[]> | undefined;
  return {
    after(message, dueOf) {
      byNews ??= Map.groupBy(outbox(), newsOf);
      let first: { readonly one: Message; readonly due: number } | undefined;
      for (const one of byNews.get(newsOf(message)) ?? []) {
        if (one.channel === message.channel || one.state !== "pending") continue;
        const due = dueOf(one);
        if (due < (first?.due ?? Infinity)) first = { one, due };
      }
      return first?.one;
    },
    forget() {
      byNews = undefined;
    },
  };
}
