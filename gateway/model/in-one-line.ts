import type { Text } from "./text.ts";

/** Both languages in one line, for a field that holds a single text. */
export const inOneLine = (text: Text): string => `${text.zh} / ${text.en}`;
