/** Templates of a provider's request: words in { } become what they stand for, written so that they cannot break out. */
import { type TemplateWord, templateWords } from "#model/channel-settings";

export type Words = Readonly<Record<TemplateWord, string>>;
export type Encoding = "url" | "header" | "json" | "form";

const WRITE: Readonly<Record<Encoding, (word: string) => string>> = {
  url: encodeURIComponent,
  // Neither a line end nor a letter that a header cannot carry.
  header: (word) => word.replaceAll(/[^\x20-\x7e]/g, ""),
  json: (word) => JSON.stringify(word).slice(1, -1),
  form: (word) => encodeURIComponent(word).replaceAll("%20", "+"),
};

const WORD = new RegExp(`\\{(${templateWords.join("|")})\\}`, "g");

/** What stands in { } and is none of the words stays as it is: JSON is full of braces. */
export const fill = (template: string, words: Words, encoding: Encoding): string =>
  template.replaceAll(WORD, (_, word: TemplateWord) => WRITE[encoding](words[word]));

/** The value at a JSON pointer (RFC 6901); `undefined` where nothing stands. */
export function at(document: unknown, pointer: string): unknown {
  let here = document;
  for (const raw of pointer.split("/").slice(1)) {
    const step = raw.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string, unknown>)[step];
  }
  return here;
}
