/** `gatehouse scan <link>`: which units answer on a Modbus line, and at which addresses. Reads only, politely. */
import { writeFile } from "node:fs/promises";
import type { SiteLink } from "#model/site";
import type { Text } from "#model/text";
import { type Clock, parseSpan, type Span } from "#model/time";
import { readFunction, type Table } from "../../drivers/modbus/address.ts";
import { type FoundUnit, scanUnits } from "../../drivers/modbus/scan.ts";
import { openScanOnLine } from "../../drivers/modbus/scan-line.ts";
import { openScanLine, type ScanLine } from "../../drivers/modbus/scan-tcp.ts";
import { portOptions, serverOptions } from "../../drivers/modbus/serial.ts";
import type { ModbusRtuOverTcpSettings, ModbusRtuSettings } from "../../drivers/modbus/settings.ts";

export interface ScanOptions {
  /** `modbus-tcp://host:port`, or the id of a link of the site. */
  readonly link: string;
  /** Links of the site, when one was named. */
  readonly links: readonly SiteLink[];
  /** `1-10,20`; 1 to 16 when not told. */
  readonly units?: string;
  /** `holding,input`; both when not told. */
  readonly tables?: string;
  /** `0-199`. */
  readonly range?: string;
  readonly pause?: string;
  /** The person says that the device takes a second client, or that nobody else uses it. */
  readonly shared: boolean;
  /** Points of what was found, as a table for `import`. */
  readonly out?: string;
  readonly force: boolean;
}

export type Scanned = { readonly outcome: "done" } | { readonly outcome: "refused"; readonly because: Text };

const PAUSE = 50;
const TIMEOUT = 500;
const tableNames = Object.keys(readFunction) as Table[];

/** Prints one line per unit as it is found. Throws a `LinkBroken` when the device cannot be reached. */
export async function scan(
  options: ScanOptions,
  clock: Clock,
  print: (line: Text) => void,
  signal: AbortSignal,
): Promise<Scanned> {
  const target = targetOf(options);
  if ("zh" in target) return { outcome: "refused", because: target };
  const units = numbersOf(options.units ?? "1-16", 1, 247);
  const range = /^(\d{1,5})-(\d{1,5})$/.exec(options.range ?? "0-199");
  const [from, to] = [Number(range?.[1] ?? Number.NaN), Number(range?.[2] ?? Number.NaN)];
  const tables = (options.tables ?? "holding,input").split(",") as Table[];
  const pause = options.pause === undefined ? (PAUSE as Span) : parseSpan(options.pause);
  if (!units) return refuse("--units 写成 1-10,20（1–247）。", "Write --units as 1-10,20, from 1 to 247.");
  if (!(from <= to && to <= 65_535)) return refuse("--range 写成 0-199。", "Write --range as 0-199.");
  if (!tables.every((table) => tableNames.includes(table))) {
    return refuse(`--tables 可用 ${tableNames.join(",")}。`, `--tables knows ${tableNames.join(",")}.`);
  }
  if (pause === undefined) return refuse("--pause 写成 50ms。", "Write --pause as 50ms.");

  using line = target.open(clock);
  const found: FoundUnit[] = [];
  for await (const unit of scanUnits({ ask: line.ask, clock, units, tables, from, to, pause }, signal)) {
    found.push(unit);
    print(lineFor(unit));
  }
  if (found.length === 0) print({ zh: "没有站号应答。", en: "No unit answers." });
  if (options.out === undefined || found.length === 0) return { outcome: "done" };
  try {
    await writeFile(options.out, pointsOf(found), { flag: options.force ? "w" : "wx" });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return code === "EEXIST"
      ? refuse(`${options.out} 已存在；要覆盖请加 --force。`, `${options.out} exists; add --force to overwrite it.`)
      : refuse(`不能写入 ${options.out}（${code}）。`, `${options.out} cannot be written (${code}).`);
  }
  return { outcome: "done" };
}

const refuse = (zh: string, en: string): Scanned => ({ outcome: "refused", because: { zh, en } });

interface Target {
  open(clock: Clock): ScanLine;
}

const tcpTarget = (host: string, port: number): Target => ({ open: () => openScanLine(host, port, TIMEOUT) });

function targetOf({ link, links, shared }: ScanOptions): Target | Text {
  if (link.startsWith("modbus-tcp://")) {
    const url = URL.canParse(link) ? new URL(link) : undefined;
    if (url?.hostname && !url.username && url.pathname === "") {
      const host = url.hostname.replace(/^\[|\]$/g, "");
      return tcpTarget(host, url.port === "" ? 502 : Number(url.port));
    }
    return { zh: `${link} 不是 modbus-tcp://主机:端口。`, en: `${link} is not modbus-tcp://host:port.` };
  }
  const found = links.find((one) => one.id === link);
  if (!found) {
    const known = links.map((one) => one.id).join(" ");
    return {
      zh: `没有链路 ${link}。写 modbus-tcp://主机:端口，或用 --site 指定站点（${known || "未指定"}）。`,
      en: `There is no link ${link}. Write modbus-tcp://host:port, or name the site with --site (${known || "none named"}).`,
    };
  }
  const target = targets[found.driver]?.(found.settings);
  if (!target) {
    return {
      zh: `链路 ${link} 是 ${found.driver}；只能扫描 Modbus 链路（${Object.keys(targets).join("、")}）。`,
      en: `The link ${link} is ${found.driver}; only Modbus links can be scanned (${Object.keys(targets).join(", ")}).`,
    };
  }
  if (!shared) {
    return {
      zh: `链路 ${link} 属于站点，网关可能正在轮询它；许多设备只接受一个连接，扫描会打断轮询。请先停止网关，或确认设备允许多个连接后加 --shared。`,
      en: `The link ${link} belongs to the site, so a gateway may be polling it; many devices take one client only, and a scan would cut that off. Stop the gateway first, or add --shared when the device takes several clients.`,
    };
  }
  return target;
}

/** The settings of a site's link were parsed by that driver's own schema. */
const targets: Readonly<Record<string, (settings: unknown) => Target>> = {
  "modbus-tcp": (settings) => {
    const { host, port, portOffset = 0 } = settings as { host: string; port: number; portOffset?: number };
    return tcpTarget(host, port + portOffset);
  },
  "modbus-rtu": (settings) => ({ open: (clock) => openScanOnLine(portOptions(settings as ModbusRtuSettings), clock) }),
  "modbus-rtu-over-tcp": (settings) => ({
    open: (clock) => openScanOnLine(serverOptions(settings as ModbusRtuOverTcpSettings), clock),
  }),
};

/** `1-3,7` → 1 2 3 7; `undefined` when it is none. */
export function numbersOf(text: string, low: number, high: number): readonly number[] | undefined {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part.trim());
    const first = Number(match?.[1] ?? Number.NaN);
    const last = match?.[2] === undefined ? first : Number(match[2]);
    if (!(first >= low && last <= high && first <= last)) return undefined;
    for (let n = first; n <= last; n += 1) found.add(n);
  }
  return [...found].sort((a, b) => a - b);
}

function lineFor({ unit, ranges, unknown, endedEarly, questions }: FoundUnit): Text {
  const places = ranges.map(({ table, from, to }) => `${table}:${from === to ? from : `${from}-${to}`}`).join("  ");
  const end = endedEarly ? { zh: "  （中途停止应答）", en: "  (stopped answering midway)" } : { zh: "", en: "" };
  const lacking =
    unknown.length > 0
      ? { zh: `  不支持 ${unknown.join(" ")}`, en: `  without ${unknown.join(" ")}` }
      : { zh: "", en: "" };
  return {
    zh: `站号 ${unit}  ${places || "有应答，但没有可读地址"}${lacking.zh}${end.zh}  [${questions} 次询问]`,
    en: `unit ${unit}  ${places || "answers, but nothing can be read"}${lacking.en}${end.en}  [${questions} questions]`,
  };
}

/** A row for every address, to be named, thinned out and given to `import`. */
function pointsOf(found: readonly FoundUnit[]): string {
  const several = found.length > 1;
  const rows = found.flatMap(({ unit, ranges }) =>
    ranges.flatMap(({ table, from, to }) =>
      Array.from({ length: to - from + 1 }, (_, n) => {
        const type = table === "coil" || table === "discrete" ? "bool" : "number";
        const key = `${several ? `u${unit}_` : ""}${table}_${from + n}`;
        return `${key},站号 ${unit} ${table} ${from + n},${type},${table}:${from + n}`;
      }),
    ),
  );
  // The mark lets spreadsheets see that it is UTF-8.
  return `\ufeff点名,名称,类型,地址\n${rows.join("\n")}\n`;
}
