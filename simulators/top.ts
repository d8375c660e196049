/** `gatehouse-sim top`: a running fleet on one screen. Plain text; a terminal redraws it, a pipe gets it once. */
import type { Text } from "./text.ts";

/** What `GET /devices` tells of a device, as far as this needs it. */
export interface TopDevice {
  readonly device: string;
  readonly kind: string;
  readonly link: string;
  readonly where: string;
  readonly clients: number;
  readonly unit: number;
  readonly playing: { readonly scenario: string; readonly phase: string; readonly sinceStart: number } | null;
  readonly faults: readonly string[];
  readonly set: Readonly<Record<string, number>>;
  readonly values: Readonly<Record<string, number>>;
}

/** What says most about a device of a kind, in the order of the line. */
const telling: Readonly<Record<string, readonly string[]>> = {
  elevator: ["floor_index", "speed", "door_closed", "occupied", "service_mode", "fault_code"],
  booster: ["outlet_pressure", "flow", "tank_level", "sump_level", "p1_run", "p2_run"],
  "fire-panel": ["fire_count", "fault_count", "normal_mode", "battery_v"],
  access: ["d1_door_open", "d2_door_open", "fire_input", "mains_ok", "battery_v"],
  utility: ["utility_ok", "voltage_l1", "frequency", "on_generator"],
  generator: ["running", "frequency", "fuel_level"],
  ups: ["on_battery", "battery_pct", "runtime"],
  gas: ["conc_lel", "level1", "level2", "valve_closed"],
};

/** Chinese letters take two columns of a terminal. */
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;
const columnsOf = (text: string): number => [...text].reduce((sum, letter) => sum + (wide.test(letter) ? 2 : 1), 0);

/** The text in exactly so many columns. */
export function trim(text: string, columns: number): string {
  let out = "";
  let used = 0;
  for (const letter of text) {
    const needs = columnsOf(letter);
    if (used + needs > columns) break;
    out += letter;
    used += needs;
  }
  return out + " ".repeat(Math.max(0, columns - used));
}

const pad = 1;
const shortest = { device: 14, line: 12 } as const;
/** Of the screen, for what a device plays and suffers: the longest story with its seconds on a wide one. */
const stateColumns = (columns: number): number => Math.min(38, Math.max(22, Math.floor(columns * 0.3)));

function stateOf({ playing, faults, set }: TopDevice): string {
  const held = Object.keys(set).map((point) => `=${point}`);
  const story = playing ? [`${playing.scenario} ${Math.round(playing.sinceStart)}s`] : [];
  return [...story, ...faults.map((fault) => `!${fault}`), ...held].join(" ");
}

/** As many as there is room for: half a name or half a number says something else. */
function valuesOf({ kind, values }: TopDevice, columns: number): string {
  let out = "";
  for (const point of telling[kind] ?? []) {
    if (values[point] === undefined) continue;
    const more = `${out}${out && " "}${point}=${values[point]}`;
    if (columnsOf(more) > columns) break;
    out = more;
  }
  return out;
}

/** The unit's number is always there, the line's name as far as there is room. */
function placeOf({ link, unit }: TopDevice, columns: number): string {
  const number = `/${unit}`;
  const room = columns - number.length;
  return columnsOf(link) <= room ? `${link}${number}` : `${trim(link, room - 1).trimEnd()}…${number}`;
}

/**
 * The lines of one picture, at most `rows` of `columns` each: devices that play, are faulty or held by hand come first, and
 * what does not fit is counted in the last line.
 */
export function picture(
  devices: readonly TopDevice[],
  columns: number,
  rows: number,
  say: (text: Text) => string,
): readonly string[] {
  const busy = devices.filter((one) => stateOf(one) !== "");
  const sorted = [...busy, ...devices.filter((one) => stateOf(one) === "")];
  const lines = new Map(devices.map((one) => [one.link, one.clients]));
  const clients = [...lines.values()].reduce((sum, one) => sum + one, 0);
  const plays = devices.filter(({ playing }) => playing).length;
  const head = say({
    zh: `${devices.length} 台设备 ${lines.size} 条线路 ${clients} 个客户端 · 演练 ${plays} · 异常 ${busy.length - plays}`,
    en: `${devices.length} devices, ${lines.size} lines, ${clients} clients · playing ${plays} · faulty or held ${busy.length - plays}`,
  });
  const { device, line } = shortest;
  const state = stateColumns(columns);
  const rest = Math.max(0, columns - device - line - state - 3 * pad);
  const row = (name: string, link: string, what: string, values: string) =>
    trim([trim(name, device), trim(link, line), trim(what, state), trim(values, rest)].join(" "), columns).trimEnd();
  const titles = say({ zh: "设备|线路/站号|状态|数值", en: "DEVICE|LINE/UNIT|STATE|VALUES" }).split("|");
  const room = Math.max(0, rows - 2);
  const shown = sorted.length <= room ? sorted : sorted.slice(0, Math.max(0, room - 1));
  const hidden = sorted.length - shown.length;
  return [
    trim(head, columns).trimEnd(),
    row(titles[0] ?? "", titles[1] ?? "", titles[2] ?? "", titles[3] ?? ""),
    ...shown.map((one) => row(one.device, placeOf(one, line), stateOf(one), valuesOf(one, rest))),
    ...(hidden > 0 ? [trim(say({ zh: `… 另有 ${hidden} 台`, en: `… and ${hidden} more` }), columns).trimEnd()] : []),
  ];
}

/** Home, then each line with the rest of its row cleared, then the rest of the screen: no flicker. */
export const redraw = (lines: readonly string[]): string =>
  `\u001b[H${lines.map((line) => `${line}\u001b[K`).join("\n")}\u001b[J`;
