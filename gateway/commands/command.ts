/** What every command is given, and how it refuses: with a sentence, and the code that the process ends with. */
import { parseArgs } from "node:util";
import type { Text } from "#model/text";
import { nearest } from "../../rules/language/nearest.ts";

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
    throw new WrongUsage(wrongOption(error as Error & { code?: string }, Object.keys(options)));
  }
}

/** The library speaks English only. What it says of an option, in both languages and with the nearest name. */
function wrongOption({ message, code }: Error & { code?: string }, known: readonly string[]): string {
  const option = /'(-+[^' =]+)/.exec(message)?.[1];
  if (option === undefined) return message;
  if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    return message.includes("does not take an argument")
      ? `选项 ${option} 后面不写值 / The option ${option} takes no value`
      : `选项 ${option} 后面要写值 / The option ${option} needs a value`;
  }
  const near = nearest(option.replace(/^-+/, ""), known);
  const there = known.map((name) => `--${name}`);
  return near === undefined
    ? `没有选项 ${option}，可用：${there.join("、")} / There is no option ${option}; there are ${there.join(", ")}`
    : `没有选项 ${option}，是否为 --${near}？ / There is no option ${option}. Did you mean --${near}?`;
}

/** Options that take a text. */
export const texts = (...names: string[]): Options =>
  Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
