/** What every command is given, and how it refuses: with a sentence, and the code that the process ends with. */
import { parseArgs } from "node:util";
import type { Text } from "#model/text";

/** Exit codes: done; the world refused; not a command (sysexits `EX_USAGE`); a site with problems (`EX_CONFIG`). */
export const exit = { done: 0, failed: 1, usage: 64, badSite: 78 } as const;

export interface CommandLine {
  readonly language: keyof Text;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A line of the answer. */
  print(line: string): void;
  /** A line beside the answer: warnings and progress. */
  remark(line: string): void;
}

/** Resolves with the exit code, or rejects with something that has a `because`; anything else thrown is a bug. */
export type Command = (line: CommandLine, args: string[]) => Promise<number>;

export class Refusal extends Error {
  readonly because: Text;
  readonly code: number;
  constructor(code: number, zh: string, en: string) {
    super(en);
    this.name = "Refusal";
    this.code = code;
    this.because = { zh, en };
  }
}

/** The command was written wrongly: ends with the list of commands, after the hint if there is one. */
export class WrongUsage extends Error {
  readonly hint: string | undefined;
  constructor(hint?: string) {
    super(hint ?? "wrong usage");
    this.name = "WrongUsage";
    this.hint = hint;
  }
}

/** Chinese comes with English beside it: whoever helps by phone may read only one of them. */
export const say = (language: keyof Text, zh: string, en: string): string => (language === "zh" ? `${zh} / ${en}` : en);

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>["options"]>;

export interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/** Throws a `WrongUsage` that names what it does not know. */
export function parse(args: string[], options: Options): Parsed {
  try {
    return parseArgs({ args, options, allowPositionals: true }) as Parsed;
  } catch (error) {
    throw new WrongUsage((error as Error).message);
  }
}

/** Options that take a text. */
export const texts = (...names: string[]): Options =>
  Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
