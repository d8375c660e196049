/** Parts of a sentence in both languages, and how they are put together. */
import type { Text } from "#model/text";

export interface Phrase extends Text {
  /** How tightly it binds: looser ones are put in parentheses inside tighter ones. */
  readonly strength: number;
  /** Set when it is yes or no on every device, so that a sentence need not speak of it. */
  readonly fixed?: boolean;
}

export const ATOM = 9;
export const NOT = 3;
export const atom = (zh: string, en: string = zh): Phrase => ({ zh, en, strength: ATOM });
export const truth = (value: boolean): Phrase => ({ ...(value ? atom("是", "yes") : atom("否", "no")), fixed: value });
export const plain = (text: Text): Phrase => ({ ...text, strength: ATOM });

/** Puts the arguments into both languages of a template. */
export function fill(template: Text, args: readonly Text[], strength: number): Phrase {
  const put = (language: keyof Text): string =>
    template[language].replaceAll(/\$(\d)/g, (_, n: string) => args[Number(n) - 1]?.[language] ?? "");
  return { zh: put("zh"), en: put("en"), strength };
}

export const bracket = (phrase: Phrase, above: number): Phrase =>
  phrase.strength > above ? phrase : { zh: `（${phrase.zh}）`, en: `(${phrase.en})`, strength: ATOM };

/** A space between what is written in Latin letters or digits and Chinese, none beside quotes; names stay as they are. */
export const spaced = (zh: string): string =>
  zh
    .replaceAll(/(?<=\p{Script=Han}) (?=「)|(?<=」) (?=\p{Script=Han})/gu, "")
    .split(/(「[^」]*」|`[^`]*`)/)
    .map((part, at) =>
      at % 2 === 1 ? part : part.replaceAll(/(?<=[A-Za-z0-9%])(?=\p{Script=Han})|(?<=\p{Script=Han})(?=[0-9])/gu, " "),
    )
    .join("");
