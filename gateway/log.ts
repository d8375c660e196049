/** The only logger. Constant text and flat facts, one JSON line each; secrets and phone numbers never get through. */
import pino from "pino";

export type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  info(facts: Facts, text: string): void;
  warn(facts: Facts, text: string): void;
  error(facts: Facts, text: string): void;
}

export const logLevels = ["silent", "error", "warn", "info"] as const;
export type LogLevel = (typeof logLevels)[number];

const SECRET_NAME = /pass|secret|token|cookie|authorization|phone|mobile|contact/i;
/** Mainland mobile numbers, with or without the country code. */
const PHONE = /(?<!\d)(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)/g;

/** Facts as they may be written: values under a secret's name are hidden, phone numbers inside texts too. */
export function harmless(facts: Facts): Facts {
  const clean: Record<string, string | number | boolean | null | undefined> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (SECRET_NAME.test(name)) clean[name] = "[hidden]";
    else clean[name] = typeof value === "string" ? value.replace(PHONE, "[phone]") : value;
  }
  return clean;
}

/** Writes to standard error, so that standard output holds only what a person or script waits for. */
export function createLog(level: LogLevel): Log {
  const out = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    info: (facts, text) => out.info(harmless(facts), text),
    warn: (facts, text) => out.warn(harmless(facts), text),
    error: (facts, text) => out.error(harmless(facts), text),
  };
}
