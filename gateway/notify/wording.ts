/** What a message says in a chat, a text or a mail: gravity, number, place and emergency first, and only the end is ever cut. */
import { hidePhones } from "#model/hide-phones";
import type { Message } from "#model/message";
import { severityName } from "#model/severity";
import type { ChannelContext } from "./channel.ts";

/** What one message says by itself: to the crew with its gravity in front, to residents as it stands. */
export const headed = ({ severity, text, audience }: Message): string =>
  audience === "residents" ? text.zh : `【${severityName[severity].zh}】${text.zh}`;

/** Sentences of one post, gravest first; each news once, with everybody whom it is for. */
export function newsOf(
  message: Message,
  context: ChannelContext,
): readonly { text: string; names: readonly string[] }[] {
  const all = [{ message, person: context.person }, ...context.beside];
  const news = new Map<string, { text: string; names: string[] }>();
  for (const one of all) {
    const key = `${one.message.severity} ${one.message.text.zh}`;
    const said = news.get(key) ?? {
      text: headed(one.message),
      names: [],
    };
    if (one.message.audience === undefined && !said.names.includes(one.person.name)) said.names.push(one.person.name);
    news.set(key, said);
  }
  return [...news.values()];
}

/**
 * One text for a group within `limit` bytes of UTF-8. What does not fit is counted, so that nobody takes the list for whole; a
 * single sentence that is too long loses its end.
 */
export function groupText(message: Message, context: ChannelContext, limit: number): string {
  const news = newsOf(message, context);
  const lines: string[] = [];
  let bytes = 0;
  for (const [index, { text, names }] of news.entries()) {
    // Whoever reads a group need not know how to reach who reported it; what residents are told was approved word by word.
    const said = message.audience === "residents" ? text : hidePhones(text);
    const line = names.length === 0 ? said : `${said}　${names.join("、")}`;
    const room = limit - bytes - (index < news.length - 1 ? Buffer.byteLength(rest(news.length)) + 1 : 0);
    if (Buffer.byteLength(line) > room) {
      if (lines.length > 0) return `${lines.join("\n")}\n${rest(news.length - index)}`;
      return news.length > 1 ? `${cutTo(line, room)}\n${rest(news.length - 1)}` : cutTo(line, limit);
    }
    lines.push(line);
    bytes += Buffer.byteLength(line) + 1;
  }
  return lines.join("\n");
}

const rest = (count: number): string => `另有 ${count} 条，见控制台`;

/** The beginning of `text` that fits into so many bytes, never half a character, with … where something is missing. */
export function cutTo(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let left = bytes - Buffer.byteLength("…");
  let cut = "";
  for (const letter of text) {
    left -= Buffer.byteLength(letter);
    if (left < 0) break;
    cut += letter;
  }
  return `${cut}…`;
}

/** As `cutTo`, in characters. */
export function cutToLetters(text: string, letters: number): string {
  const all = [...text];
  return all.length <= letters ? text : `${all.slice(0, letters - 1).join("")}…`;
}

/** Phones of everybody whom a post is for, for the mention. */
export function phonesOf(context: ChannelContext): readonly string[] {
  const people = [context.person, ...context.beside.map(({ person }) => person)];
  return [...new Set(people.flatMap(({ phone }) => (phone === undefined ? [] : [phone])))];
}
