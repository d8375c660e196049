/** The dictionary of the pages that are fetched after the first one: it comes with them, so that the Watch screen does not wait. */
import { language } from "./language.svelte.ts";
import { pagesEn } from "./words/pages-en.ts";
import { type PageWords, pagesZh } from "./words/pages-zh.ts";

/** As `w()`: read it in markup, so that a change of language redraws. */
export const pw = (): PageWords => (language() === "zh" ? pagesZh : pagesEn);
