/** What a message says in a chat, a text or a mail: gravity, emergency, place and number first, and only the end is ever cut. */
import { hidePhones } from "#model/hide-phones";
import type { Message } from "#model/message";
import { severityName } from "#model/severity";
import type { Text } from "#model/text";
import type { ChannelContext } from "./channel.ts";

type Language = keyof Text;

/** What one message says by itself: to the crew with its gravity in front, to residents as it stands. */
export function headed({ severity, text, audience }: Message, language: Language = "zh"): string {
  const gravity = severityName[severity][language];
  const front = language === "zh" ? `【${gravity}】` : `[${gravity}] `;
  return audience === "residents" ? text[language] : `${front}${text[language]}`;
}

/** Sentences of one post, gravest first; each news once, with everybody whom it is for. */
export function newsOf(
  message: Message,
  context: ChannelContext,
  language: Language = "zh",
): readonly { text: string; names: readonly string[] }[] {
  const all = [{ message, person: context.person }, ...context.beside];
  const news = new Map<string, { text: string; names: string[] }>();
  for (const one of all) {
    const key = `${one.message.severity} ${one.message.text[language]}`;
    const said = news.get(key) ?? {
      text: headed(one.message, language),
      names: [],
    };
    if (one.message.audience === undefined && !said.names.includes(one.person.name)) said.names.push(one.person.name);
    news.set(key, said);
  }
  return [...news.values()];
}

type Size = (text: string) => number;
const utf8: Size = (text) => Buffer.byteLength(text);
/** As it stands inside a JSON body: a quotation mark or a line end takes more than itself there. */
export const inJson: Size = (text) => Buffer.byteLength(JSON.stringify(text)) - 2;

interface Style {
  /** How the vendor counts. */
  readonly size?: Size;
  readonly language?: Language;
}

/**
 * One text for a group within `limit` bytes. What does not fit is counted, so that nobody takes the list for whole; a single
 * sentence that is too long loses its end.
 */
export function groupText(message: Message, context: ChannelContext, limit: number, style: Style = {}): string {
  const { size = utf8, language = "zh" } = style;
  const news = newsOf(message, context, language);
  const rest = (count: number): string =>
    language === "zh" ? `另有 ${count} 条，见控制台` : `${count} more: see the console`;
  const lines: string[] = [];
  let bytes = 0;
  for (const [index, { text, names }] of news.entries()) {
    // Whoever reads a group need not know how to reach who reported it; what residents are told was approved word by word.
    const said = message.audience === "residents" ? text : hidePhones(text);
    const whom = language === "zh" ? `　${names.join("、")}` : ` → ${names.join(", ")}`;
    const line = names.length === 0 ? said : `${said}${whom}`;
    const room = limit - bytes - (index < news.length - 1 ? size(`${rest(news.length)}\n`) : 0);
    if (size(line) > room) {
      if (lines.length > 0) return `${lines.join("\n")}\n${rest(news.length - index)}`;
      return news.length > 1 ? `${cutTo(line, room, size)}\n${rest(news.length - 1)}` : cutTo(line, limit, size);
    }
    lines.push(line);
    bytes += size(`${line}\n`);
  }
  return lines.join("\n");
}

/** The beginning of `text` that fits into so many bytes, never half a character, with … where something is missing. */
export function cutTo(text: string, bytes: number, size: Size = utf8): string {
  if (size(text) <= bytes) return text;
  let left = bytes - size("…");
  let cut = "";
  for (const letter of text) {
    left -= size(letter);
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
