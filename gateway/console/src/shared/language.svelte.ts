/** The language of the screen: Chinese first, English complete, changed without a reload. */
import { keep, kept } from "./keep.ts";
import { en } from "./words/en.ts";
import { type Words, zh } from "./words/zh.ts";

export type Language = "zh" | "en";

const dictionaries: Readonly<Record<Language, Words>> = { zh, en };

let chosen = $state<Language>(kept("language") === "en" ? "en" : "zh");

/** The language now. */
export const language = (): Language => chosen;

/** The dictionary now; read it in markup, so that a change of language redraws. */
export const w = (): Words => dictionaries[chosen];

/** A text of the gateway in the language of the screen. */
export const say = (text: { readonly zh: string; readonly en: string } | undefined): string => text?.[chosen] ?? "";

export function setLanguage(to: Language): void {
  chosen = to;
  keep("language", to);
  document.documentElement.lang = to === "zh" ? "zh-CN" : "en";
}
