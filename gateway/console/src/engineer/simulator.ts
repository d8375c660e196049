/** What the simulator's answers look like, read with care: the board shows what it understands and nothing else. */
import { type Severity, severities } from "../shared/severity.ts";

interface Text {
  readonly zh: string;
  readonly en: string;
}

/** An alarm that must come, `within` seconds after the story's decisive moment. */
export interface Follows {
  readonly rule: string;
  readonly severity: Severity;
  readonly within: number;
}

export interface Scenario {
  readonly name: string;
  readonly kind: string;
  readonly title: Text;
  readonly tells?: Text;
  readonly follows: readonly Follows[];
}

export interface SimulatedDevice {
  readonly id: string;
  readonly kind: string;
}

export interface Playing {
  readonly scenario: string;
  readonly device: string;
  /** Seconds since the decisive moment; negative or absent while the device is still brought to its start. */
  readonly sinceStart?: number;
}

export interface Board {
  readonly devices: readonly SimulatedDevice[];
  readonly scenarios: readonly Scenario[];
  readonly playing: readonly Playing[];
}

type Fields = Readonly<Record<string, unknown>>;

const fields = (body: unknown): Fields => (typeof body === "object" && body !== null ? (body as Fields) : {});
const list = (body: unknown): readonly unknown[] => (Array.isArray(body) ? body : []);
const word = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function textOf(value: unknown): Text | undefined {
  const { zh, en } = fields(value);
  return word(zh) !== undefined && word(en) !== undefined ? { zh: String(zh), en: String(en) } : undefined;
}

function followsOf(value: unknown): Follows[] {
  return list(value).flatMap((row) => {
    const { rule, severity, within } = fields(row);
    const known = severities.find((one) => one === severity);
    return word(rule) !== undefined && known && typeof within === "number"
      ? [{ rule: String(rule), severity: known, within }]
      : [];
  });
}

/** A simulated device carries what it plays, or null. */
function playingOf(device: Fields): Playing[] {
  const where = word(device.id) ?? word(device.device);
  const { scenario, sinceStart } = fields(device.playing);
  const what = word(scenario);
  if (where === undefined || what === undefined) return [];
  return [{ scenario: what, device: where, ...(typeof sinceStart === "number" ? { sinceStart } : {}) }];
}

/** Reads `GET /api/simulator`. Rows without a name or an id are left out; garbage is an empty board. */
export function readBoard(body: unknown): Board {
  const devices = list(fields(body).devices).map(fields);
  return {
    devices: devices.flatMap((device) => {
      const id = word(device.id) ?? word(device.device);
      return id === undefined ? [] : [{ id, kind: word(device.kind) ?? "" }];
    }),
    scenarios: list(fields(body).scenarios).flatMap((row) => {
      const { name, scenario, kind, title, tells, mustFollow } = fields(row);
      const known = word(name) ?? word(scenario);
      if (known === undefined) return [];
      const story = textOf(tells);
      return [
        {
          name: known,
          kind: word(kind) ?? "",
          title: textOf(title) ?? { zh: known, en: known },
          ...(story ? { tells: story } : {}),
          follows: followsOf(mustFollow),
        },
      ];
    }),
    playing: devices.flatMap(playingOf),
  };
}

/** The devices on which this story can be played. */
export const devicesFor = (board: Board | undefined, scenario: Scenario): readonly SimulatedDevice[] =>
  (board?.devices ?? []).filter((device) => scenario.kind === "" || device.kind === scenario.kind);
