/** The settings of the three kinds of Modbus links, as a site file writes them. */
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

/** How long a unit may take to answer. */
const timeout = Timeout.prefault("1s");
/** Unused addresses that are read along so that two points share one request. */
const maxGap = whole({ zh: "合并间隔", en: "gap" }, 0, 120).prefault(10);
/** Added to `port`: lets one variable move all ports of a demonstration together. */
const portOffset = whole({ zh: "端口偏移", en: "port offset" }, 0, 65_534).prefault(0);
const port = whole({ zh: "端口", en: "port" }, 1, 65_535);
const baudRate = whole({ zh: "波特率", en: "baud rate" }, 300, 4_000_000);

/** Silence that the devices of a serial line want before a question, beside the 3.5 characters of the standard. */
const Pause = z.string().transform((given, context): Span => {
  const span = parseSpan(given);
  if (span !== undefined && span <= 1_000) return span;
  return complain(context, {
    zh: `请求间隔应为 0ms 到 1s 的时长，现为“${given}”。`,
    en: `The pause must be a span from 0ms to 1s, not "${given}".`,
  });
});
const pause = Pause.prefault("0ms");

function checkPort(settings: { port: number; portOffset: number }, context: z.RefinementCtx): void {
  if (settings.port + settings.portOffset <= 65_535) return;
  complain(context, {
    zh: `端口 ${settings.port} 加偏移 ${settings.portOffset} 超过 65535。`,
    en: `Port ${settings.port} plus offset ${settings.portOffset} is above 65535.`,
  });
}

export const ModbusTcpSettings = z
  .strictObject({
    host: z.string().trim().min(1),
    port: port.prefault(502),
    portOffset,
    /** Requests under way at once on the connection; never more than one per unit. Serial gateways want 1. */
    maxInFlight: whole({ zh: "并发请求数", en: "number of requests in flight" }, 1, 16).prefault(1),
    timeout,
    maxGap,
  })
  .superRefine(checkPort);
export type ModbusTcpSettings = z.output<typeof ModbusTcpSettings>;

/** RTU frames through a serial server in transparent mode. Its port differs by vendor, so it has no default. */
export const ModbusRtuOverTcpSettings = z
  .strictObject({
    host: z.string().trim().min(1),
    port,
    portOffset,
    /** Of the line behind the server; only reckons how much it can carry. */
    baudRate: baudRate.prefault(9_600),
    timeout,
    pause,
    maxGap,
  })
  .superRefine(checkPort);
export type ModbusRtuOverTcpSettings = z.output<typeof ModbusRtuOverTcpSettings>;

export const ModbusRtuSettings = z.strictObject({
  /** `/dev/ttyUSB0`, better `/dev/serial/by-id/…`, which stays the same after the next plug; `COM3` on Windows. */
  path: z.string().trim().min(1),
  baudRate,
  parity: z.enum(["none", "even", "odd"]),
  /** RTU frames have eight bits per character (Modbus over serial line 1.02, 2.5.1). */
  dataBits: z.literal(8).prefault(8),
  stopBits: z.union([z.literal(1), z.literal(2)]).prefault(1),
  timeout,
  pause,
  maxGap,
});
export type ModbusRtuSettings = z.output<typeof ModbusRtuSettings>;

export type TcpSettings = Pick<ModbusTcpSettings, "host" | "port" | "portOffset" | "timeout">;

/** `host:port` as it is dialled, for messages. */
export const endpoint = (settings: Pick<ModbusTcpSettings, "host" | "port" | "portOffset">): string => {
  const host = settings.host.includes(":") ? `[${settings.host}]` : settings.host;
  return `${host}:${settings.port + settings.portOffset}`;
};
