import type { Text } from "./text.ts";

/** Something wrong in a file that a person wrote: where, what, and what to do about it. */
export interface Problem {
  readonly file: string;
  /** 1-based; 1:1 when the whole file is meant. */
  readonly line: number;
  readonly column: number;
  readonly what: Text;
  readonly todo: Text;
  /** A warning is printed and does not stop the start. */
  readonly level: "error" | "warning";
}
