/** The settings of a `modbus-tcp` link, as a site file writes them. */
import * as z from "zod";
import type { Text } from "#model/text";
import { milliseconds, parseSpan, type Span } from "#model/time";

/**
 * An issue whose sentence exists in both languages: `message` is the English one, `params.text` holds both for whoever
 * shows the problem in the reader's language.
 */
export function complain(context: z.RefinementCtx, text: Text): never {
  context.addIssue({ code: "custom", message: text.en, params: { text } });
  return z.NEVER;
}

/** A whole number; digits in quotes are taken too, since `${PORT}` in a site file becomes text. */
function whole(name: Text, low: number, high: number) {
  return z.union([z.number(), z.string()]).transform((given, context) => {
    const value = typeof given === "string" && /^\d{1,9}$/.test(given) ? Number(given) : given;
    if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) return value;
    return complain(context, {
      zh: `${name.zh}应为 ${low} 到 ${high} 的整数，现为“${given}”。`,
      en: `The ${name.en} must be a whole number from ${low} to ${high}, not "${given}".`,
    });
  });
}

const SHORTEST = milliseconds(10);
const LONGEST = milliseconds(60_000);

/** `500ms`, `1s`, or ISO 8601. */
const Timeout = z.string().transform((given, context): Span => {
  const span = parseSpan(given);
  if (span !== undefined && span >= SHORTEST && span <= LONGEST) return span;
  return complain(context, {
    zh: `应答时限应为 10ms 到 60s 的时长（如 500ms、2s），现为“${given}”。`,
    en: `The timeout must be a span from 10ms to 60s such as 500ms or 2s, not "${given}".`,
  });
});

export const ModbusTcpSettings = z
  .strictObject({
    host: z.string().trim().min(1),
    port: whole({ zh: "端口", en: "port" }, 1, 65_535).prefault(502),
    /** Added to `port`: lets one variable move all ports of a demonstration together. */
    portOffset: whole({ zh: "端口偏移", en: "port offset" }, 0, 65_534).prefault(0),
    /** Requests under way at once on the connection; never more than one per unit. Serial gateways want 1. */
    maxInFlight: whole({ zh: "并发请求数", en: "number of requests in flight" }, 1, 16).prefault(1),
    /** How long a unit may take to answer before the connection is given up. */
    timeout: Timeout.prefault("1s"),
    /** Unused addresses that are read along so that two points share one request. */
    maxGap: whole({ zh: "合并间隔", en: "gap" }, 0, 120).prefault(10),
  })
  .superRefine((settings, context) => {
    if (settings.port + settings.portOffset <= 65_535) return;
    complain(context, {
      zh: `端口 ${settings.port} 加偏移 ${settings.portOffset} 超过 65535。`,
      en: `Port ${settings.port} plus offset ${settings.portOffset} is above 65535.`,
    });
  });
export type ModbusTcpSettings = z.output<typeof ModbusTcpSettings>;

/** `host:port` as it is dialled, for messages. */
export const endpoint = (settings: Pick<ModbusTcpSettings, "host" | "port" | "portOffset">): string => {
  const host = settings.host.includes(":") ? `[${settings.host}]` : settings.host;
  return `${host}:${settings.port + settings.portOffset}`;
};
